from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evidencecheck.store import StoreError
from evidencecheck.store.location import default_store_folder, store_folder


def test_the_default_is_in_the_user_data_folder() -> None:
    assert store_folder("") == default_store_folder()
    assert default_store_folder().is_absolute()
    assert "evidencecheck" in str(default_store_folder())
    assert store_folder("some/where") == Path("some/where")


def test_a_cluster_is_refused_with_the_remedy() -> None:
    with pytest.raises(StoreError, match=r"not available in this version.*--store DIR"):
        store_folder("milvus://host:19530/name")


def test_asking_for_the_folder_imports_nothing_heavy() -> None:
    code = (
        "import sys, evidencecheck.store.location as at; at.store_folder('');"
        "print([name for name in ('numpy', 'cv2', 'faiss', 'PIL', 'msgspec') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
