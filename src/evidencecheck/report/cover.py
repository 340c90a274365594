"""Private places of a picture, covered in the copy that is handed in. Originals are never touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evidencecheck.model import Point, Text

COVER_RGB = (70, 74, 82)  # one flat colour: a blur can be undone


class Why(StrEnum):
    """What a covered place holds."""

    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"
    CODE = "code"  # a barcode or QR code whose text holds one of the above
    DRAWN = "drawn"  # the reviewer asked for it


WHY_NAMES: dict[Why, Text] = {
    Why.PHONE: Text(zh="电话", en="phone number"),
    Why.ADDRESS: Text(zh="地址", en="address"),
    Why.NAME: Text(zh="姓名", en="name"),
    Why.CODE: Text(zh="含个人信息的码", en="code with personal data"),
    Why.DRAWN: Text(zh="您画的框", en="box you drew"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A covered box in upright px. What was read there is kept nowhere."""

    left: int
    top: int
    width: int
    height: int
    why: Why

    def hides(self, polygon: Sequence[Point]) -> bool:
        """Tell whether the box touches the polygon's bounding box."""
        xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
        across = self.left < max(xs) and min(xs) < self.left + self.width
        return across and self.top < max(ys) and min(ys) < self.top + self.height


def covered(rgb: NDArray[np.uint8], covers: Sequence[Cover]) -> NDArray[np.uint8]:
    """Return (H, W, 3) with the boxes filled; the same array when there are none."""
    if not covers:
        return rgb
    copy = np.array(rgb)
    for box in covers:
        copy[max(box.top, 0) : box.top + box.height, max(box.left, 0) : box.left + box.width] = COVER_RGB
    return copy
