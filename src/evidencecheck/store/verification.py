"""Checking that what the corpus says is still so: files there and unchanged, the store itself whole."""

from __future__ import annotations

import hashlib
import sqlite3
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from evidencecheck.matching.fingerprint import Fingerprint
from evidencecheck.model import Text
from evidencecheck.store.paths import as_path
from evidencecheck.store.previews import Previews
from evidencecheck.store.search_index import check_saved

ProblemKind = Literal["missing", "changed", "preview", "fingerprint", "index", "record"]

MISSING = Text(
    zh="原始文件不在原处了；请放回去，或重新添加后移除这一条",
    en="the file is no longer there; put it back, or remove this entry",
)
CHANGED = Text(
    zh="原始文件与添加时不同了；请找回原来的文件，或重新添加",
    en="the file differs from when it was added; restore it, or add it again",
)
NO_PREVIEW = Text(zh="预览图丢失；请重新添加这个文件", en="its preview is lost; add the file again")
OLD_FINGERPRINT = Text(
    zh="特征是其他版本做的，无法比对；请重新添加这个文件",
    en="its fingerprint is of another version and cannot be searched; add the file again",
)
INDEX = Text(zh="索引文件损坏，已重建", en="the saved search index was damaged; it has been built again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is not as it should be. `id` is the reference's, "" when it is about the store."""

    kind: ProblemKind
    file: str
    text: Text
    id: str = ""


def verify(db: sqlite3.Connection, folder: Path, previews: Previews) -> Iterator[Problem]:
    """Yield every problem of the record, the index and the corpus. Reads every file of the corpus once."""
    yield from _record_problems(db, folder)
    if not check_saved(db, folder / "index"):
        yield Problem(kind="index", file=str(folder / "index"), text=INDEX)
    previews.clear_unfinished()
    rows = db.execute(
        "SELECT reference.id, file, path, sha256, size_bytes, data FROM reference"
        " JOIN picture ON picture.id = reference.picture LEFT JOIN fingerprint ON fingerprint.picture = picture.id"
        " ORDER BY path, file"
    )
    for number, file, path, sha256, size_bytes, data in rows:
        text = _file_problem(as_path(path), sha256) if path else None
        if text is not None:
            yield Problem(kind="missing" if text is MISSING else "changed", file=file, text=text, id=number)
        if size_bytes and sha256 and not previews.has(sha256):
            yield Problem(kind="preview", file=file, text=NO_PREVIEW, id=number)
        if not _readable(data):
            yield Problem(kind="fingerprint", file=file, text=OLD_FINGERPRINT, id=number)


def same_content(path: Path, sha256: str) -> bool:
    """Tell whether a file is there with this content."""
    return _file_problem(path, sha256) is None


def _record_problems(db: sqlite3.Connection, folder: Path) -> Iterator[Problem]:
    answers = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)")]
    answers += [f"{row[0]} row {row[1]} refers to nothing" for row in db.execute("PRAGMA foreign_key_check")]
    for answer in answers:
        if answer != "ok":
            text = Text(
                zh=f"资料库记录损坏（{answer}）；请从备份恢复，或换一个 --store 重新添加",
                en=f"the record is damaged ({answer}); restore it from a copy, or add again to another --store",
            )
            yield Problem(kind="record", file=str(folder), text=text)


def _file_problem(path: Path, sha256: str) -> Text | None:
    try:
        if path.is_file():
            with path.open("rb") as file:
                now = _sha256(file)
        else:
            now = _sha256_in_archive(path)
    except (OSError, KeyError, tarfile.TarError):
        return MISSING
    return None if now == sha256 else CHANGED


def _sha256_in_archive(path: Path) -> str:
    """Return the SHA-256 of a picture inside a tar file, whose path goes on inside the archive."""
    archive = next((parent for parent in path.parents if parent.suffix.lower() == ".tar" and parent.is_file()), None)
    if archive is None:
        raise FileNotFoundError(path)
    with tarfile.open(archive, "r:") as shard:
        file = shard.extractfile(path.relative_to(archive).as_posix())
        if file is None:
            raise FileNotFoundError(path)
        return _sha256(file)


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def _readable(data: bytes | None) -> bool:
    if data is None:
        return False
    try:
        Fingerprint.from_bytes(data)
    except ValueError:
        return False
    return True
