"""File names as readers see them: printable, valid UTF-8, and different for different files.

Names come from strangers: Windows archives unpacked on Linux leave GBK bytes, others hold newlines, terminal escapes or
marks that reverse the text direction.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_ESCAPED = ("Cc", "Cs", "Zl", "Zp")  # control characters, lone surrogates, line and paragraph separators


def printable_names(names: Iterable[str]) -> dict[str, str]:
    """Return a printable form for each name of one folder, no two alike.

    Names that are valid Unicode keep their characters; undecodable bytes are read as GBK where that gives text nobody
    else uses, else shown as \\xNN. Backslashes double (except on Windows, where no name holds one), so that no escape
    can be imitated by a real name.
    """
    ordered = sorted(names)
    shown = {name: _escaped(name) for name in ordered if not _has_raw_bytes(name)}
    taken = set(shown.values())
    for name in ordered:
        if name not in shown:
            as_gbk = _as_gbk(name)
            shown[name] = as_gbk if as_gbk and as_gbk not in taken else _bytes_escaped(name)
            taken.add(shown[name])
    return shown


def _has_raw_bytes(name: str) -> bool:
    """Return whether Python kept undecodable bytes as lone surrogates (PEP 383); Windows has no such names."""
    return sys.platform != "win32" and any("\udc80" <= character <= "\udcff" for character in name)


def _as_gbk(name: str) -> str | None:
    try:
        text = os.fsencode(name).decode("gbk")
    except UnicodeError:
        return None
    return text if text.isprintable() else None


def _escaped(name: str) -> str:
    return "".join(_shown(character) for character in name)


def _bytes_escaped(name: str) -> str:
    """Return ASCII only: some bytes of a GBK name happen to be UTF-8, and would show as letters nobody wrote."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte != 92 else f"\\x{byte:02x}" for byte in os.fsencode(name))


def _shown(character: str) -> str:
    code = ord(character)
    if character == "\\" and sys.platform != "win32":
        return "\\\\"
    if unicodedata.category(character) in _ESCAPED or character in _DIRECTION_MARKS:
        return f"\\u{code:04x}"
    return character
