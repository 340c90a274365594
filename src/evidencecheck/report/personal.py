"""Which lines read in a picture hold a phone number, an address or a name, as waybills and chat screenshots show them.

Errs towards covering too much: the maker's address on a box is covered too. Blind spots: what the OCR did not read,
handwriting, nicknames, names that stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

import numpy as np

from evidencecheck.reading.lines import Line
from evidencecheck.report.cover import Cover, Why

LEAST_CONFIDENCE = 0.3  # of the OCR: covering a misread line costs little
PADDING = 0.2  # of the line's height, around it
SAME_SHARE = 0.6  # of the smaller of two boxes: then they are one line, read twice
NEAR_LINES = 2.0  # a name stands at most this many line heights above or below a phone number, or in its row

# Mobile numbers, whole or half hidden ("138****5678"), and land lines with their hyphen.
PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?[\d*xX]{4}[ -]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_HAN = r"[\u4e00-\u9fff]"
_CITY = "(?<![超城上都夜])市"  # not a supermarket, nor the market
ADDRESS = re.compile(
    rf"{_HAN}{{2,8}}(?:省|自治区).{{0,12}}(?:市|州|盟|县|区)"
    rf"|{_HAN}{{2,8}}{_CITY}.{{0,10}}(?:区|县|镇|街道|乡|路|街|大道)"
    rf"|{_HAN}{{1,12}}(?:路|街|巷|弄|大道|胡同)\s*\d+\s*(?:号|弄)"
    r"|\d+\s*(?:号楼|栋|幢|单元|号院)|\d{2,4}室|(?:小区|花园|公寓|家园|新村|大厦).{0,8}\d"
    r"|(?:收货|收件|寄件|联系|详细)?地址\s*:"
)
# With its colon, or at the head of a line: "收货" alone is in every second chat about a refund.
LABEL = re.compile(
    r"(?:收件人|收货人|寄件人|签收人|联系人|收件方|寄件方|姓名|昵称|收件|寄件|收货|收方|寄方|收|寄)(?:信息)?\s*:"
    r"|^\s*(?:收件人|收货人|寄件人|签收人|联系人|姓名|昵称)|^\s*(?:收件|寄件|收|寄)\s+\S{2,4}\s*$"
)
# About a hundred of the most common surnames, and common double ones.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
HONORIFIC = re.compile(rf"[{SURNAMES}](?:先生|女士|小姐(?!姐))")
NAME = re.compile(rf"(?:[{SURNAMES}]|欧阳|司马|上官|诸葛)(?:{_HAN}{{1,2}}|{_HAN}?\*{{1,2}}{_HAN}?)")


def private_places(lines: Sequence[Line]) -> tuple[Cover, ...]:
    """Return a box around every line that holds personal data; boxes are px of the picture the lines were read in."""
    read = [(line, normalize("NFKC", line.text)) for line in lines if line.confidence >= LEAST_CONFIDENCE]
    found: dict[int, Why] = {}
    for number, (_, text) in enumerate(read):
        if why := _why(text):
            found[number] = why
    anchors = [read[n][0] for n in found if found[n] in {Why.PHONE, Why.NAME}]
    for number, (line, text) in enumerate(read):
        if number not in found and NAME.fullmatch(text.strip()) and any(_near(line, other) for other in anchors):
            found[number] = Why.NAME
    return tuple(_cover(read[number][0], why) for number, why in sorted(found.items()))


def holds_private_text(text: str) -> bool:
    """Tell whether a text, for example that of a QR code, holds a phone number, an address or a named person."""
    return _why(normalize("NFKC", text)) is not None


def _why(text: str) -> Why | None:
    for pattern, why in ((PHONE, Why.PHONE), (ADDRESS, Why.ADDRESS), (LABEL, Why.NAME), (HONORIFIC, Why.NAME)):
        if pattern.search(text):
            return why
    return None


def _near(line: Line, other: Line) -> bool:
    """Tell whether two lines stand in one row, or one right above the other."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = _box(line), _box(other)
    height = max(bottom - top, bottom2 - top2)
    rows_apart = abs((top + bottom) - (top2 + bottom2)) / 2
    overlap = min(right, right2) - max(left, left2)
    return rows_apart < 0.6 * height or (rows_apart < NEAR_LINES * height and overlap > 0)


def _box(line: Line) -> tuple[float, float, float, float]:
    return (*line.box.min(axis=0), *line.box.max(axis=0))


def _cover(line: Line, why: Why) -> Cover:
    left, top, right, bottom = _box(line)
    sides = np.linalg.norm(line.box - np.roll(line.box, 1, axis=0), axis=1)
    pad = PADDING * float(sides.min())
    left, top = max(int(left - pad), 0), max(int(top - pad), 0)
    return Cover(left=left, top=top, width=int(right + pad) + 1 - left, height=int(bottom + pad) + 1 - top, why=why)


def merged(covers: Sequence[Cover]) -> tuple[Cover, ...]:
    """Return the boxes, those that lie on each other for the most part as one: a line is read more than once."""
    done: list[Cover] = []
    for box in covers:
        same = next((number for number, other in enumerate(done) if _shared(box, other) > SAME_SHARE), None)
        if same is None:
            done.append(box)
        else:
            done[same] = _around(done[same], box)
    return tuple(done)


def _shared(box: Cover, other: Cover) -> float:
    """Return the share of the smaller box that lies in the other."""
    across = min(box.left + box.width, other.left + other.width) - max(box.left, other.left)
    down = min(box.top + box.height, other.top + other.height) - max(box.top, other.top)
    return max(across, 0) * max(down, 0) / min(box.width * box.height, other.width * other.height)


def _around(box: Cover, other: Cover) -> Cover:
    left, top = min(box.left, other.left), min(box.top, other.top)
    right = max(box.left + box.width, other.left + other.width)
    bottom = max(box.top + box.height, other.top + other.height)
    return Cover(left=left, top=top, width=right - left, height=bottom - top, why=box.why)
