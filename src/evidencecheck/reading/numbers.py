"""Parcel and goods numbers: compared by shape with the order's own, never validated, shown with most of it hidden.

Couriers change their numbers' formats, so a number is taken for a parcel's only where it looks like the order's own:
the same letters, the same length, the same first digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FIRST_DIGITS = 2  # that two numbers of one courier must share, where no letters say whose they are
LEAST_DIGITS = 10  # shorter numbers are not compared
MISREAD = 2  # characters in which a number read by OCR may differ from the one that is printed
EAN_DIGITS = 13
IN_STORE = ("02", "04", "2")  # EAN prefixes that shops give out themselves: they name no product elsewhere
MOST_SHOWN = 8  # digits of a masked number, however alike it is to another

_NUMBER = re.compile(r"([A-Z]{0,6})(\d+)([A-Z]{0,3})")
_IN_A_CELL = re.compile(r"(?<![A-Z\d])[A-Z]{0,6}\d[\d-]+[A-Z]{0,3}(?![A-Z\d])")


def plain(text: str) -> str:
    """Return a number as it is compared: capitals, without blanks and hyphens."""
    return re.sub(r"[\s_‐-―-]", "", text.upper())


def numbers_in(*cells: str) -> tuple[str, ...]:
    """Return the parcel numbers of an export's cells; several may stand in one cell, separated somehow."""
    found = (plain(part) for cell in cells for part in _IN_A_CELL.findall(cell.upper()))
    return tuple(dict.fromkeys(one for one in found if sum(map(str.isdigit, one)) >= LEAST_DIGITS))


def same_shape(number: str, own: Iterable[str]) -> bool:
    """Tell whether a number could be of the same courier as one of `own`, all as `plain` gives them."""
    return any(_same_shape(number, one) for one in own)


def _same_shape(number: str, own: str) -> bool:
    one, other = _NUMBER.fullmatch(number), _NUMBER.fullmatch(own)
    if one is None or other is None or len(number) != len(own) or (one[1], one[3]) != (other[1], other[3]):
        return False
    if len(other[1]) >= 2:
        return True
    if is_ean(number):
        return False  # a goods number printed as a plain barcode looks the same
    return one[2][:FIRST_DIGITS] == other[2][:FIRST_DIGITS]


def mentions(text: str, numbers: Iterable[str]) -> str:
    """Return the first of `numbers` that stands in a text ("" for none): QR codes wrap it, parts add to it."""
    compared = plain(text)
    return next((number for number in numbers if number in compared), "")


def shaped_like(text: str, own: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers standing alone in a printed line that look like those of `own`."""
    own = tuple(own)
    return tuple(number for number in numbers_in(re.sub(r"(?<=\d) +(?=\d)", "", text)) if same_shape(number, own))


def could_be(number: str, known: Iterable[str]) -> bool:
    """Tell whether a number may be a misreading of one of `known`."""
    return any(
        len(number) == len(one) and sum(a != b for a, b in zip(number, one, strict=True)) <= MISREAD for one in known
    )


def is_ean(digits: str) -> bool:
    """Tell whether 13 digits end in the right check digit (GS1 General Specifications, 7.9)."""
    if len(digits) != EAN_DIGITS or not digits.isdecimal() or not digits.isascii():
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:-1]))
    return (10 - total % 10) % 10 == int(digits[-1])


def is_trade_number(ean: str) -> bool:
    """Tell whether an EAN-13 names a product everywhere: right check digit, not a prefix that shops give out."""
    return is_ean(ean) and not ean.startswith(IN_STORE)


def eans_in(*cells: str) -> tuple[str, ...]:
    """Return the goods numbers (EAN-13; UPC-A with a leading 0) that stand alone in an export's cells.

    China's prefixes only (690-699) where the cell holds something else too: one in ten of a shop's own 13-digit codes
    ends in the right check digit by chance.
    """
    found = []
    for cell in cells:
        for digits in re.findall(r"(?<![0-9A-Za-z])[0-9]{12,13}(?![0-9A-Za-z])", cell):
            ean = digits.rjust(EAN_DIGITS, "0")
            whole = digits == cell.strip()
            if is_trade_number(ean) and (whole or ean.startswith("69")):
                found.append(ean)
    return tuple(dict.fromkeys(found))


def masked(number: str, beside: str = "", shown: int = 4) -> str:
    """Return the last `shown` digits of a number ("…4821"), more of them where `beside` ends alike."""
    while beside and number != beside and shown < MOST_SHOWN and number[-shown:] == beside[-shown:]:
        shown += 1
    return f"…{number[-shown:]}" if 0 < shown < len(number) else "…"
