"""A corpus as one file to hand on: a zip with `manifest.jsonl` and the pictures, or without any picture.

One JSON object per line, one line per reference, checked field by field when it comes back. Nothing is ever unpacked
by a name from the archive. Of a file's path only its last part is written: a path names its owner.
"""

from __future__ import annotations

import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import Annotated, Literal

import msgspec

from evidencecheck.model import Text
from evidencecheck.store.error import StoreError
from evidencecheck.store.output import new_file
from evidencecheck.store.paths import as_path
from evidencecheck.store.previews import Previews
from evidencecheck.store.references import Selection
from evidencecheck.store.verification import same_content

FORMAT = "evidencecheck.corpus/1"
MANIFEST = "manifest.jsonl"
MAX_LINE = 256 * 1024  # a fingerprint takes 15 kB of it
MAX_LINES = 5_000_000
BROKEN = (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, zlib.error)

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Line = Annotated[str, msgspec.Meta(max_length=2048)]
Pixels = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a reference, its fingerprint, and where in the archive its picture is ("" without)."""

    format: Literal["evidencecheck.corpus/1"] = "evidencecheck.corpus/1"
    kind: Literal["web", "shop"]
    file: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    sha256: Sha256
    width: Pixels
    height: Pixels
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**40)]  # 0: known to the sender by its hash only
    picture_format: Short
    fingerprint: Annotated[bytes, msgspec.Meta(max_length=MAX_LINE)]
    source: Line = ""
    first_seen: Short = ""
    first_seen_how: Line = ""
    captured_at: Short = ""
    sku: Line = ""
    title: Line = ""
    licence: Line = ""
    picture: Annotated[str, msgspec.Meta(pattern=r"^(pictures/[0-9a-f]{64})?$")] = ""
    original: bool = False  # the picture is the file itself, byte for byte; otherwise its preview


class LineProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is not used, and why."""

    line: int
    text: Text


FIELDS = (
    "kind", "file", "sha256", "width", "height", "size_bytes", "picture_format", "fingerprint", "source", "first_seen",
    "first_seen_how", "captured_at", "sku", "title", "licence",
)  # fmt: skip
QUERY = (
    "SELECT path, kind, file, sha256, width, height, size_bytes, format, data, source, first_seen, first_seen_how,"
    " captured_at, sku, title, licence FROM reference JOIN picture ON picture.id = reference.picture"
    " JOIN fingerprint ON fingerprint.picture = picture.id"
)


def export(db: sqlite3.Connection, previews: Previews, out: Path, which: Selection, *, hashes_only: bool) -> int:
    """Write the references meant by `which` to a new zip file; return how many.

    With pictures, the original goes along where it is still there and unchanged, else the preview. What is known only
    as a PDQ hash is left out: the ThreatExchange form carries that.
    """
    where, values = which.where()
    lines: list[bytes] = []
    packed: dict[str, bool] = {}  # SHA-256 of the pictures in the archive: is it the original?
    with new_file(out) as path, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for place, *row in db.execute(f"{QUERY} WHERE sha256 <> '' AND {where} ORDER BY reference.id", values):
            entry = Entry(**dict(zip(FIELDS, row, strict=True)))
            entry = msgspec.structs.replace(entry, file=PureWindowsPath(entry.file).name or entry.sha256)
            if not hashes_only:
                entry = _pack(package, packed, previews, entry, as_path(place) if place else None)
            lines.append(msgspec.json.encode(entry))
        package.writestr(MANIFEST, b"\n".join(lines), zipfile.ZIP_DEFLATED)
    return len(lines)


def _pack(
    package: zipfile.ZipFile, packed: dict[str, bool], previews: Previews, entry: Entry, original: Path | None
) -> Entry:
    """Put the picture into the archive unless it is there already; return the entry that names it."""
    name = f"pictures/{entry.sha256}"
    if entry.sha256 not in packed:
        if original is not None and original.is_file() and same_content(original, entry.sha256):
            package.write(original, name)
            packed[entry.sha256] = True
        elif preview := previews.read(entry.sha256):
            package.writestr(name, preview)
            packed[entry.sha256] = False
        else:
            return entry
    return msgspec.structs.replace(entry, picture=name, original=packed[entry.sha256])


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a package. Raises StoreError when it is none, or is damaged where it is read."""
    try:
        with zipfile.ZipFile(path) as package:
            if MANIFEST not in package.namelist():
                raise StoreError(f"{path}: no {MANIFEST} in it: not a corpus exported by evidencecheck")
            yield package
    except zipfile.BadZipFile as error:
        raise StoreError(f"{path}: damaged ({error}); ask for it again") from error


def read(package: zipfile.ZipFile) -> Iterator[Entry | LineProblem]:
    """Yield what a package says, line by line."""
    try:
        with package.open(MANIFEST) as manifest:
            for number in range(1, MAX_LINES):
                line = manifest.readline(MAX_LINE)
                if not line:
                    return
                if line.strip():
                    yield _entry(number, line)
    except BROKEN as error:
        raise StoreError(f"{package.filename}: damaged ({error}); ask for it again") from error


def picture(package: zipfile.ZipFile, name: str, max_bytes: int) -> bytes | None:
    """Return a picture of the package, cut off just above `max_bytes`; None when it is missing or damaged."""
    try:
        with package.open(name) as file:
            return file.read(max_bytes + 1)
    except (KeyError, *BROKEN):
        return None


def _entry(number: int, line: bytes) -> Entry | LineProblem:
    from evidencecheck.matching.fingerprint import Fingerprint
    from evidencecheck.store.dates import iso

    try:
        entry = msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        said = str(error)[:120]
        return LineProblem(line=number, text=Text(zh=f"这一行看不懂，已跳过（{said}）", en=f"cannot be read: {said}"))
    if iso(entry.first_seen) is None or iso(entry.captured_at) is None:
        return LineProblem(line=number, text=Text(zh="日期看不懂，已跳过", en="a date cannot be read: skipped"))
    if not entry.picture:
        try:
            Fingerprint.from_bytes(entry.fingerprint)
        except ValueError:
            text = Text(
                zh="特征是其他版本做的，又没有图片，已跳过；请用同一版本重新导出",
                en="its fingerprint is of another version and there is no picture: skipped; export with this version",
            )
            return LineProblem(line=number, text=text)
    return entry
