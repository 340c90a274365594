"""The seller's own calibration table: one small text file in the store's folder, whole or not there at all."""

from __future__ import annotations

import secrets
from pathlib import Path

NAME = "calibration.json"


def read(folder: Path) -> str | None:
    """Return the text of the table, None where there is none. Raises OSError for a file that cannot be read."""
    try:
        return (folder / NAME).read_text(encoding="utf-8", errors="replace")  # what is damaged is for the reader to say
    except FileNotFoundError:
        return None


def keep(folder: Path, text: str) -> Path:
    """Write the table in place of an earlier one and return its file. Raises OSError when it cannot be written."""
    part = folder / f"{NAME}.{secrets.token_hex(4)}.part"
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        return part.replace(folder / NAME)
    finally:
        part.unlink(missing_ok=True)


def forget(folder: Path) -> bool:
    """Delete the table; return whether there was one."""
    there = (folder / NAME).exists()
    (folder / NAME).unlink(missing_ok=True)
    return there
