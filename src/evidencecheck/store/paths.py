"""Paths as text that SQLite can keep: names whose bytes are no UTF-8 are possible on Linux, and come back."""

from __future__ import annotations

import re
from pathlib import Path

_ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")


def as_text(path: Path | str) -> str:
    """Return a path as text; bytes that are no UTF-8 are written as escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def as_path(text: str) -> Path:
    r"""Return the path that `as_text` wrote; a name that really contains `\udc80` is tried first."""
    path = Path(text)
    if "\\udc" not in text or path.exists():
        return path
    return Path(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
