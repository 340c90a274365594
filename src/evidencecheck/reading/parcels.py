"""Parcel numbers in a photo, told apart: the order's own, and others that look like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidencecheck.reading.captions import captions
from evidencecheck.reading.codes import Code
from evidencecheck.reading.numbers import could_be, mentions, numbers_in, plain, same_shape, shaped_like

BY_TEXT = "OCR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One number. `outline` (4, 2) photo pixels; `how` a symbology or BY_TEXT; `certain`: no misreading is possible."""

    number: str
    outline: NDArray[np.float64]
    how: str
    certain: bool
    length_px: float = 0.0  # of the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcels:
    """`own` is the order's number that was read ("" for none), `others` numbers that are none of the known ones."""

    own: str = ""
    others: tuple[Printed, ...] = ()


def read_parcels(
    codes: Sequence[Code], rgb: NDArray[np.uint8], own: Sequence[str], returned: Sequence[str] = ()
) -> Parcels:
    """Return the parcel numbers in a photo, (H, W, 3) RGB, and its codes; `own` as `numbers_in` gives them.

    Where the order's own number is in the photo, any other is of a parcel beside it and not told. Text is read only
    where bars are seen that no code was read from.
    """
    found = _by_code(codes, own, (*own, *returned))
    if found.own or found.others or any(code.checked and numbers_in(code.text) for code in codes):
        return found
    return _by_text(rgb, own, (*own, *returned))


def _by_code(codes: Sequence[Code], own: Sequence[str], known: Sequence[str]) -> Parcels:
    if number := next(filter(None, (mentions(code.text, own) for code in codes)), ""):
        return Parcels(own=number)
    read = {plain(code.text): code for code in codes if not code.goods}
    return Parcels(
        others=tuple(
            Printed(
                number=number,
                outline=code.outline,
                how=code.symbology,
                certain=code.certain,
                length_px=code.length_px,
            )
            for number, code in read.items()
            if same_shape(number, own) and not mentions(number, known)
        )
    )


def _by_text(rgb: NDArray[np.uint8], own: Sequence[str], known: Sequence[str]) -> Parcels:
    lines = list(captions(rgb))
    if number := next(filter(None, (mentions(line.text, own) for line in lines)), ""):
        return Parcels(own=number)
    read = {number: line.box for line in lines for number in shaped_like(line.text, own)}
    if len(read) != 1 or any(could_be(number, known) for number in read):
        return Parcels()
    return Parcels(
        others=tuple(Printed(number=number, outline=box, how=BY_TEXT, certain=False) for number, box in read.items())
    )
