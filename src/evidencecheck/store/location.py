"""Where the store lives. Imports nothing heavy: the command line reads this for `--help`."""

from __future__ import annotations

from pathlib import Path

from evidencecheck.store.error import StoreError

CLUSTER = "milvus://"


def default_store_folder() -> Path:
    """Return the store's folder in the platform's user data folder; it need not exist yet."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("evidencecheck", appauthor=False)) / "store"


def store_folder(location: str | None) -> Path:
    """Return the folder that `--store LOCATION` means; raise StoreError for a place this version cannot use."""
    if not location:
        return default_store_folder()
    if location.startswith(CLUSTER):
        raise StoreError(
            f"{location}: a Milvus cluster is not available in this version. Give a folder instead: --store DIR. "
            "本版本还不支持 Milvus 集群，请给一个文件夹：--store DIR。"
        )
    return Path(location)
