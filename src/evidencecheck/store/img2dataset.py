"""Shards as img2dataset writes them: `00000.tar` with `<key>.jpg` and `<key>.json`, beside it `00000.parquet`.

The tar file holds everything; the parquet file is read when the records are missing from it, and for a folder of
pictures whose records were not kept. Format: img2dataset's README, "Output format", and its writer.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from evidencecheck.store.error import StoreError
from evidencecheck.store.origin import MAX_BYTES, from_img2dataset
from evidencecheck.store.provenance import Found

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".gif", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A picture inside a shard: where it is and what its record says."""

    name: str  # its name inside the tar file
    data: bytes
    found: Found


def read_shard(path: Path, max_bytes: int) -> Iterator[Member]:
    """Yield the pictures of a tar file, one at a time; larger ones than `max_bytes` are cut off just above it.

    Nothing is unpacked, so no name in the archive can place a file anywhere. Raises StoreError when the archive is
    damaged, after the pictures before the damage.
    """
    records = {key: from_img2dataset(record, written) for key, record, written in _records(path)}
    try:
        with tarfile.open(path, "r:") as shard:
            for entry in shard:
                name = PurePosixPath(entry.name)
                if not entry.isreg() or name.suffix.lower() not in PICTURES:
                    continue
                file = shard.extractfile(entry)
                if file is not None:
                    found = records.get(name.stem) or Found()
                    yield Member(name=entry.name, data=file.read(max_bytes + 1), found=found)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise StoreError(f"{path}: the archive is damaged ({error}); copy or download it again") from error


def _records(path: Path) -> Iterator[tuple[str, object, float]]:
    """Yield key, record and the Unix time it was written, from the archive or else from the parquet file beside it."""
    count = 0
    try:
        with tarfile.open(path, "r:") as shard:
            for entry in shard:
                if entry.isreg() and entry.name.endswith(".json") and entry.size <= MAX_BYTES:
                    file = shard.extractfile(entry)
                    try:
                        record = json.loads(file.read() if file else b"")
                    except (ValueError, RecursionError):
                        continue
                    count += 1
                    yield PurePosixPath(entry.name).stem, record, entry.mtime
    except (tarfile.TarError, OSError, EOFError):
        pass  # told once, while the pictures are read
    table = path.with_suffix(".parquet")
    if not count and table.is_file():
        written = table.stat().st_mtime
        for key, record in read_parquet(table).items():
            yield key, record, written


def record_beside(path: Path) -> Found:
    """Return what `<folder>.parquet` beside a file's folder says of it; empty when there is none, or none of it."""
    table = path.absolute().parent.with_suffix(".parquet")
    if not table.is_file():
        return Found()
    return from_img2dataset(read_parquet(table).get(path.stem), table.stat().st_mtime)


@lru_cache(maxsize=2)
def read_parquet(path: Path) -> Mapping[str, Mapping[str, object]]:
    """Return the records of img2dataset's parquet file by key. Raises StoreError when it cannot be read."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise StoreError(
            f'{path}: reading parquet files needs an extra part: pip install "evidencecheck[parquet]". '
            "读取 parquet 文件需要安装附加组件。"
        ) from error
    try:
        file = pyarrow.parquet.ParquetFile(path)
        wanted = [name for name in ("key", "url", "caption", "license", "licence") if name in file.schema_arrow.names]
        rows = file.read(columns=wanted).to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise StoreError(f"{path}: not a parquet file of img2dataset ({error})") from error
    return {str(row["key"]): row for row in rows if row.get("key") is not None}
