"""Previews, one JPEG file per picture, named by its SHA-256 in 256 sub-folders.

Files rather than values in SQLite: see docs/decisions/0002-store.md. A preview is written under another name and then
renamed, so nobody sees half of one, whatever is killed when.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

STALE_SECONDS = 24 * 3600  # an unfinished file older than this belongs to nobody any more


class Previews:
    """The folder of previews."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the preview of a picture lies, whether or not it is there."""
        return self.folder / sha256[:2] / f"{sha256}.jpg"

    def has(self, sha256: str) -> bool:
        """Tell whether a picture has a preview."""
        try:
            return self.path(sha256).stat().st_size > 0
        except OSError:
            return False

    def read(self, sha256: str) -> bytes | None:
        """Return a preview's bytes (JPEG), or None if there is none."""
        try:
            return self.path(sha256).read_bytes() or None
        except OSError:
            return None

    def write(self, sha256: str, jpeg: bytes) -> None:
        """Keep a preview; replaces an earlier one in a single step."""
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{sha256}.{secrets.token_hex(4)}.part")
        unfinished.write_bytes(jpeg)
        os.replace(unfinished, path)  # noqa: PTH105 - the name says that it replaces

    def drop(self, sha256: str) -> None:
        """Delete a preview if there is one."""
        self.path(sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 of every preview there is."""
        for path in self.folder.glob("??/*.jpg"):
            yield path.stem

    def clear_unfinished(self) -> None:
        """Delete what a killed process left half-written a day or more ago."""
        for path in self.folder.glob("??/*.part"):
            try:
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process was faster
