"""Words on pictures: finds a Chinese font on the system, and without one writes plain English rather than empty boxes.

No font is bundled (a Chinese one is 10 MB): Windows, macOS and Linux desktops ship one at a known path.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from evidencecheck.model import Text
from evidencecheck.report.safe import shown

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SAMPLE = "原图照片圈出处与订单"  # simplified Chinese a usable font must have
UNDRAWABLE = "[..]"
_WINDOWS = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
# Path and face number inside the file.
CANDIDATES: tuple[tuple[Path, int], ...] = (
    (_WINDOWS / "msyh.ttc", 0),
    (_WINDOWS / "Deng.ttf", 0),
    (_WINDOWS / "simhei.ttf", 0),
    (_WINDOWS / "simsun.ttc", 0),
    (Path("/System/Library/Fonts/PingFang.ttc"), 0),
    (Path("/System/Library/Fonts/Hiragino Sans GB.ttc"), 0),
    (Path("/System/Library/Fonts/STHeiti Medium.ttc"), 0),
    (Path("/System/Library/Fonts/STHeiti Light.ttc"), 0),
    (Path("/Library/Fonts/Arial Unicode.ttf"), 0),
    (Path("/System/Library/Fonts/Supplemental/Arial Unicode.ttf"), 0),
    (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2),  # face 2 is simplified Chinese
    (Path("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc"), 2),
    (Path("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc"), 2),
    (Path("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc"), 2),
    (Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"), 0),
    (Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"), 0),
    (Path("/usr/share/fonts/wenquanyi/wqy-zenhei/wqy-zenhei.ttc"), 0),
    (Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"), 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """A font for pictures. `path` None is Pillow's built-in font, which has Latin letters only."""

    path: Path | None
    face: int = 0

    @property
    def chinese(self) -> bool:
        """Tell whether Chinese can be written."""
        return self.path is not None

    def font(self, size_px: int) -> Font:
        """Return the font at a size in px."""
        return _load(self.path, self.face, size_px)

    def say(self, text: Text, language: str) -> str:
        """Return the wanted language if it can be drawn, English otherwise; what has no letter becomes "[..]"."""
        return self.drawable(text.zh if language == "zh" and self.chinese else text.en)

    def drawable(self, text: str) -> str:
        """Return `text` made safe, each run of characters this font has no letter for replaced by "[..]"."""
        out: list[str] = []
        for char in shown(text):
            if char.isspace():
                out.append(" ")
            elif _has(self.path, self.face, char):
                out.append(char)
            elif not out or out[-1] != UNDRAWABLE:
                out.append(UNDRAWABLE)
        return "".join(out)

    def wrap(self, text: str, size_px: int, width_px: float) -> list[str]:
        """Break drawable text into lines no wider than `width_px`: between words, anywhere in Chinese and in URLs."""
        font, lines, line = self.font(size_px), [], ""
        for word in _words(text):
            if font.getlength(line + word) <= width_px:
                line += word
                continue
            if font.getlength(word) > width_px:  # an address longer than a line: fill this line and break anywhere
                line += word
            else:
                lines += [line.strip()] if line.strip() else []
                line = word.lstrip()
            while font.getlength(line) > width_px and len(line) > 1:
                cut = next((n for n in range(len(line) - 1, 0, -1) if font.getlength(line[:n]) <= width_px), 1)
                lines.append(line[:cut])
                line = line[cut:]
        return [*lines, line.strip()] if line.strip() else lines


def find_lettering(candidates: Sequence[tuple[Path, int]] = CANDIDATES) -> Lettering:
    """Return the first font of `candidates` that is there and can write simplified Chinese, else the built-in one."""
    for path, face in candidates:
        try:
            if path.is_file() and all(_has(path, face, char) for char in SAMPLE):
                return Lettering(path=path, face=face)
        except (OSError, ValueError):  # not a font Pillow reads: the next one may be
            continue
    return Lettering(path=None)


def _words(text: str) -> list[str]:
    """Split where a line may break: behind spaces, and around every Chinese character."""
    words: list[str] = [""]
    for char in text:
        wide, before = ord(char) >= 0x2E80, words[-1][-1:]
        may_break = char not in "，。；：！？、）”》" if wide else not before or before == " " or ord(before) >= 0x2E80
        if may_break and before not in {"（", "“", "《"}:
            words.append(char)
        else:
            words[-1] += char
    return [word for word in words if word]


@lru_cache(maxsize=32)
def _load(path: Path | None, face: int, size_px: int) -> Font:
    if path is None:
        return ImageFont.load_default(size_px)
    return ImageFont.truetype(str(path), size_px, index=face)


@lru_cache(maxsize=8192)
def _has(path: Path | None, face: int, char: str) -> bool:
    """Tell whether the font has a letter for `char`: a missing one is drawn exactly like a code point nobody uses."""
    font = _load(path, face, 24)
    missing = font.getmask("\U0010fff0")
    drawn = font.getmask(char)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)
