"""Barcodes and QR codes in a picture, read by zxing-cpp: turned, blurred, small, several at once.

zxing-cpp looks along rows and columns, so a linear code that lies slantwise is looked for in turned copies. A reduced
copy is read first: it is quick, and its smaller noise reads better; the whole picture is read for the small codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

REDUCED_PX = 1600  # longest side of the quick look
TURNS_DEGREES = (22.5, 45.0, 67.5)  # each also sees the quarter turn: nothing lies farther than 11° from one of them
MOST_PIXELS = 16_000_000  # of the slow look; a larger picture is reduced to that many
SURE_READS = 2  # looks that must agree on a text for it to count as certain
MARGIN_SHARE = 0.25  # of a code's longer side, kept around it when it is read again
AGAIN_PX = (400, 600, 900)  # longer side of a code in the copies that are read again
SMALLEST_PX = 8  # side of a picture that can hold a code
_F = zxingcpp.BarcodeFormat
FORMATS = zxingcpp.BarcodeFormats([_F.Code128, _F.Code39, _F.Code93, _F.EAN13, _F.UPCA, _F.QRCode, _F.DataMatrix])
# Formats with a check of the whole text: a checksum of two digits or more, or Reed-Solomon.
CHECKED = frozenset({_F.Code128, _F.Code93, _F.QRCode, _F.DataMatrix})
GOODS = frozenset({_F.EAN13, _F.UPCA})

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code. `text` is untrusted. `outline` (4, 2) pixels of the picture, clockwise. `checked`: the format carries a
    check of its text. `goods`: an EAN-13 or UPC-A, then `text` has 13 digits. `reads`: looks that read the same."""

    symbology: str
    text: str
    outline: NDArray[np.float64]
    checked: bool
    goods: bool
    reads: int

    @property
    def certain(self) -> bool:
        """Whether a misreading can be excluded: checked, or a goods number, and read the same more than once."""
        return (self.checked or self.goods) and self.reads >= SURE_READS

    @property
    def length_px(self) -> float:
        """The outline's longest side."""
        return float(np.linalg.norm(np.roll(self.outline, -1, axis=0) - self.outline, axis=1).max())


def read_codes(picture: Gray) -> tuple[Code, ...]:
    """Return the codes in an (H, W) or (H, W, 3) RGB picture, each text once, from the top of the picture down."""
    gray = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    found: dict[tuple[str, str], Code] = {}
    for look in _looks(gray):
        seen = {(code.symbology, code.text): code for code in look}
        for key, code in seen.items():
            found[key] = replace(code, reads=found[key].reads + 1) if key in found else code
    sure = (code if code.reads >= SURE_READS else _read_again(gray, code) for code in found.values())
    return tuple(sorted(sure, key=lambda code: (*code.outline.mean(axis=0)[::-1].round(), code.text)))


def _looks(gray: Gray) -> Iterator[list[Code]]:
    h, w = gray.shape
    quick = min(1.0, REDUCED_PX / max(h, w))
    small = _scaled(gray, quick)
    yield _read(small, _scaling(quick), gray.shape)
    slow = min(1.0, (MOST_PIXELS / (h * w)) ** 0.5)
    if slow > quick:
        yield _read(_scaled(gray, slow), _scaling(slow), gray.shape)
    for degrees in TURNS_DEGREES:
        turn, size = _turn(small.shape, degrees)
        yield _read(cv2.warpAffine(small, turn[:2], size, borderValue=255), turn @ _scaling(quick), gray.shape)


def _read_again(gray: Gray, code: Code) -> Code:
    """Read a code alone, laid upright, in other sizes, until one reading agrees with the first."""
    along = code.outline[1] - code.outline[0]
    length = float(np.linalg.norm(along))
    reach = code.length_px * (1 + 2 * MARGIN_SHARE)
    if length < 1:
        return code
    for pixels in AGAIN_PX:
        zoom = pixels / code.length_px
        cos, sin = zoom * along / length
        size = (round(zoom * reach), round(zoom * reach))
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        turn[:2, 2] = np.array(size) / 2 - turn[:2, :2] @ code.outline.mean(axis=0)
        part = cv2.warpAffine(gray, turn[:2], size, flags=cv2.INTER_LINEAR, borderValue=255)
        for other in _read(part, turn, gray.shape):
            if (other.symbology, other.text) == (code.symbology, code.text):
                return replace(code, reads=code.reads + 1)
    return code


def _scaled(gray: Gray, zoom: float) -> Gray:
    if zoom == 1:
        return gray
    size = (max(1, round(gray.shape[1] * zoom)), max(1, round(gray.shape[0] * zoom)))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, size, interpolation=how), np.uint8)


def _scaling(zoom: float) -> NDArray[np.float64]:
    return np.diag([zoom, zoom, 1.0])


def _turn(shape: tuple[int, ...], degrees: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return the map that turns an (H, W) picture about its middle, and the size (width, height) that holds it."""
    h, w = shape
    cos, sin = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    width, height = w * cos + h * sin, w * sin + h * cos
    across, down = (width - cos * w + sin * h) / 2, (height - sin * w - cos * h) / 2
    return np.array([[cos, -sin, across], [sin, cos, down], [0, 0, 1]]), (round(width), round(height))


def _read(canvas: NDArray[Any], matrix: NDArray[np.float64], shape: tuple[int, ...]) -> list[Code]:
    """Read a canvas made from a picture of `shape` (H, W) by `matrix`; outlines are in that picture."""
    if min(canvas.shape) < SMALLEST_PX:
        return []
    back = np.asarray(np.linalg.inv(matrix), np.float64)
    read = zxingcpp.read_barcodes(canvas, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
    return [_code(barcode, back, shape) for barcode in read if barcode.text]


def _code(barcode: zxingcpp.Barcode, back: NDArray[np.float64], shape: tuple[int, ...]) -> Code:
    at = barcode.position
    corners = [(p.x, p.y, 1.0) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    outline = np.clip((np.array(corners) @ back.T)[:, :2], 0, (shape[1], shape[0]))
    goods = barcode.format in GOODS
    return Code(
        symbology=str(barcode.format),
        text=barcode.text.rjust(13, "0") if goods else barcode.text,
        outline=outline,
        checked=barcode.format in CHECKED,
        goods=goods,
        reads=1,
    )
