"""A package to disk: a numbered folder and a zip of it, whole or not at all, never over anything that is there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidencecheck.report.package import Package, PackageFile
from evidencecheck.report.safe import page_name

TRIES = 10_000
PIECE_BYTES = 1 << 20
UNFINISHED = ".unfinished-"
LEFT_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where a package lies."""

    folder: Path
    zip: Path


def write_package(package: Package, out: Path) -> Written:
    """Write the package below `out` and return where it is.

    Both are built under a name beginning with a dot and renamed when finished: a killed program leaves no half package.
    A name already taken gets the next free number behind it. Raises OSError when `out` cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=out) as workshop:
        folder, archive = Path(workshop) / "folder", Path(workshop) / "package.zip"
        folder.mkdir()
        for file in package.files:
            _write(folder / file.name, file)
        for number in range(1, TRIES):
            name = page_name(package.name).removesuffix(".html") + (f"-{number}" if number > 1 else "")
            if (out / name).exists() or (out / f"{name}.zip").exists():
                continue
            _zip(folder, name, archive)
            if _publish(folder, out / name):
                _publish(archive, out / f"{name}.zip")
                return Written(folder=out / name, zip=out / f"{name}.zip")
    raise FileExistsError(f"{out}: too many packages of this order; give another --out")


def _sweep(out: Path) -> None:
    """Delete what a killed program left: copies of private pictures. A program at work has touched its folder today."""
    for left in out.glob(f"{UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _write(path: Path, file: PackageFile) -> None:
    """Write one file; raises ValueError when the file it is copied from changed since it was counted."""
    digest = hashlib.sha256()
    with path.open("xb") as target:
        for piece in _pieces(file.content):
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    if digest.hexdigest() != file.sha256:
        raise ValueError(f"{file.name}: 附件在打包时被改动，请再试一次 / the attachment changed meanwhile, try again")


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as source:
        while piece := source.read(PIECE_BYTES):
            yield piece


def _zip(folder: Path, name: str, archive: Path) -> None:
    """Names inside are UTF-8, which Windows Explorer, macOS and every phone read."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.iterdir()):
            stored = zipfile.ZIP_DEFLATED if path.suffix in {".txt", ".json"} else zipfile.ZIP_STORED
            bundle.write(path, f"{name}/{path.name}", compress_type=stored)
    with archive.open("rb") as file:
        os.fsync(file.fileno())


def _publish(made: Path, target: Path) -> bool:
    """Rename into place; False when another process took the name in the meantime."""
    try:
        made.rename(target)
    except OSError:
        if target.exists():
            return False
        raise
    return True
