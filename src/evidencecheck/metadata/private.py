"""Hiding what is private in text from files: mobile numbers, mail addresses, user names in paths. Pure."""

from __future__ import annotations

import re

HIDDEN = "•••"
_PRIVATE = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}|"
    r"((?<=[\\/][Uu]sers[\\/])|(?<=[\\/]home[\\/]))[^\\/\"']+"
)


def shown(text: str, most_chars: int) -> str:
    """The text on one line, with private parts hidden, at most `most_chars` long."""
    return _PRIVATE.sub(HIDDEN, " ".join(text[: most_chars * 8].split())[: most_chars * 4])[:most_chars]
