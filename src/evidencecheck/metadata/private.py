"""Hiding what is private in text from files: mobile numbers, mail addresses, user names in paths. Pure."""

from __future__ import annotations

import re

HIDDEN = "•••"
# Free text may name the person who sent the photo, or where they live, and no rule tells a Chinese name from other
# words. What speaks of how a picture was made is kept.
_WORDS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff](?:[\w\s]*[\u3400-\u9fff\U00020000-\U0003ffff])?\d*")
_OF_MAKING = re.compile(r"(?i)\bAI|AIGC|人工智能|生成|合成|编辑|修图|美图|截屏|截图|相机")
_PRIVATE = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}|"
    r"((?<=[\\/][Uu]sers[\\/])|(?<=[\\/]home[\\/]))[^\\/\"']+"
)


def shown(text: str, most_chars: int) -> str:
    """The text on one line, with private parts hidden, at most `most_chars` long."""
    return _PRIVATE.sub(HIDDEN, " ".join(text[: most_chars * 8].split())[: most_chars * 4])[:most_chars]


def described(text: str, most_chars: int) -> str:
    """Free text as `shown`, its Chinese words hidden too unless they speak of how the picture was made."""
    safe = shown(text, most_chars)
    return safe if _OF_MAKING.search(safe) else _WORDS.sub(HIDDEN, safe)
