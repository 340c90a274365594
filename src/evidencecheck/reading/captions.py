"""Text printed above or below a barcode, for barcodes that are seen but cannot be read: small, blurred, scratched.

OpenCV's detector finds bars without decoding them; only that place is turned upright and given to the OCR, which is
quicker than reading the whole photo.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.reading.lines import Line, can_read, read_lines

SEARCHED_PX = 1200  # longest side of the copy in which bars are looked for
MOST_PLACES = 4
LEAST_CONFIDENCE = 0.8
LEAST_DIGITS = 6  # a line with fewer is no number
STRIP_PX = 800  # length of the bars in the strip that is read
AROUND = 0.3  # of the bars' length, kept above and below them


def captions(rgb: NDArray[np.uint8]) -> Iterator[Line]:
    """Yield the sure lines beside barcodes in (H, W, 3) RGB, boxes in its pixels; none without the extra `ocr`."""
    if not can_read():
        return
    for matrix, size in _places(rgb):
        strip = np.asarray(cv2.warpAffine(rgb, matrix[:2], size, flags=cv2.INTER_AREA), np.uint8)
        for upside_down in (False, True):
            lines = [line for line in read_lines(strip[::-1, ::-1] if upside_down else strip) if _sure(line)]
            for line in lines:
                box = np.array(size) - line.box if upside_down else line.box
                yield Line(_mapped(box, matrix), line.text, line.confidence)
            if lines:
                break


def _sure(line: Line) -> bool:
    return line.confidence >= LEAST_CONFIDENCE and sum(map(str.isdigit, line.text)) >= LEAST_DIGITS


def _places(rgb: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.float64], tuple[int, int]]]:
    """Yield the map of the photo onto an upright strip around each barcode, and the strip's size (width, height)."""
    scale = min(1.0, SEARCHED_PX / max(rgb.shape[:2]))
    gray = cv2.cvtColor(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    found, corners = cv2.barcode.BarcodeDetector().detect(gray)
    if not found or corners is None:
        return
    for quad in np.asarray(corners, np.float64).reshape(-1, 4, 2)[:MOST_PLACES] / scale:
        middle, along = quad.mean(axis=0), quad[2] - quad[1]  # corners come from the bottom left, clockwise
        length, across = float(np.linalg.norm(along)), float(np.linalg.norm(quad[1] - quad[0]))
        if length < 8 or across < 2:
            continue
        zoom = min(2.0, STRIP_PX / length)
        cos, sin = zoom * along / length
        size = (round(zoom * length * (1 + AROUND)), round(zoom * (across + 2 * AROUND * length)))
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        turn[:2, 2] = np.array(size) / 2 - turn[:2, :2] @ middle
        yield turn, size


def _mapped(box: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """From strip pixels back to the photo's."""
    return np.asarray(cv2.perspectiveTransform(box[None], np.linalg.inv(matrix))[0], np.float64)
