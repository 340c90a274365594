"""The small picture inside the EXIF block, beside the photo it should show.

Cameras write a thumbnail of the photo as taken. Editors that do not renew it leave the old one. Honest differences:
black bars where the shapes differ, a crop, another brightness curve, sharpening. All four are allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LARGEST_PX = 1024  # thumbnails are 160 x 120 by the standard; a larger "thumbnail" is not decoded
SMALLEST_PX = 48
BAR_LEVEL = 24  # rows and columns no brighter than this at the border are bars
BAR_SPREAD = 6.0
SCALES = (1.0, 0.97, 0.94, 0.9, 0.85, 0.8, 0.75)  # share of the photo that the thumbnail may show

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailMatch:
    """How the thumbnail and the photo agree.

    `agreement` -1..1 is the correlation of the whole; `worst` the share of the picture in the largest place where they
    differ clearly after brightness is matched; `place` that place as (left, top, right, bottom), shares of the photo.
    """

    agreement: float
    worst: float
    place: tuple[float, float, float, float]


def size_of(jpeg: bytes) -> tuple[int, int] | None:
    """Return (width, height) from the first frame header of a JPEG, or None; reads nothing else."""
    at = 2
    while jpeg[:2] == b"\xff\xd8" and at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(jpeg[at + 7 : at + 9]), int.from_bytes(jpeg[at + 5 : at + 7])
        at += 2 + length
    return None


def read(jpeg: bytes) -> Gray | None:
    """Return the (h, w) luma of a thumbnail of sane size, or None."""
    size = size_of(jpeg)
    if size is None or not SMALLEST_PX <= min(size) <= max(size) <= LARGEST_PX:
        return None
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if decoded is None else np.asarray(decoded, np.uint8)


def turned(gray: Gray, orientation: int) -> Gray:
    """Return the stored picture upright, by the EXIF orientation 1-8."""
    if orientation in (5, 6, 7, 8):
        gray = gray.T
    if orientation in (2, 3, 6, 7):
        gray = gray[:, ::-1]
    return np.ascontiguousarray(gray[::-1] if orientation in (3, 4, 7, 8) else gray)


def without_bars(gray: Gray) -> Gray:
    """Cut black bars off: uniform dark rows and columns at the border."""
    for axis in (0, 1):
        lines = gray if axis == 0 else gray.T
        bar = (lines.mean(1) < BAR_LEVEL) & (lines.std(1) < BAR_SPREAD)
        first, last = 0, len(bar)
        while first < last and bar[first]:
            first += 1
        while last > first and bar[last - 1]:
            last -= 1
        if last - first >= SMALLEST_PX // 2:
            gray = gray[first:last] if axis == 0 else gray[:, first:last]
    return np.ascontiguousarray(gray)


def compare(photo: Gray, thumbnail: Gray) -> ThumbnailMatch | None:
    """Return how the upright photo (H, W) and its upright thumbnail agree; None where either is flat.

    Programs that turn a photo often leave its thumbnail as it was: all four ways round are tried.
    """
    photo = without_bars(photo)
    factor = 2 * LARGEST_PX / max(photo.shape)
    if factor < 1:
        photo = np.asarray(cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    ways = [_placed(photo, np.ascontiguousarray(np.rot90(without_bars(thumbnail), turns))) for turns in range(4)]
    return max((way for way in ways if way is not None), key=lambda way: way.agreement, default=None)


def _placed(photo: Gray, thumbnail: Gray) -> ThumbnailMatch | None:
    height, width = thumbnail.shape
    best: tuple[float, Gray, tuple[float, float, float, float]] | None = None
    for scale in SCALES:
        # the photo at the size at which the thumbnail would cover `scale` of its longer fit
        factor = max(width / photo.shape[1], height / photo.shape[0]) / scale
        size = (max(width, round(photo.shape[1] * factor)), max(height, round(photo.shape[0] * factor)))
        small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        if small.std() < 4 or thumbnail.std() < 4:
            return None
        map_ = cv2.matchTemplate(small, thumbnail, cv2.TM_CCOEFF_NORMED)
        _, value, _, (left, top) = cv2.minMaxLoc(map_)
        if best is None or value > best[0] + 0.01:
            window = (left / size[0], top / size[1], (left + width) / size[0], (top + height) / size[1])
            best = float(value), np.ascontiguousarray(small[top : top + height, left : left + width]), window
    if best is None:
        return None
    worst, place = _difference(best[1], thumbnail)
    x0, y0, x1, y1 = best[2]
    across, down = x1 - x0, y1 - y0
    inside = (x0 + place[0] * across, y0 + place[1] * down, x0 + place[2] * across, y0 + place[3] * down)
    return ThumbnailMatch(agreement=best[0], worst=worst, place=inside)


def _difference(photo: Gray, thumbnail: Gray) -> tuple[float, tuple[float, float, float, float]]:
    """Return the share and box of the largest place that differs after the brightness curve is matched."""
    curve = np.zeros(256, np.float32)
    a, b = (cv2.GaussianBlur(plane, (0, 0), 1.5) for plane in (photo, thumbnail))
    order = np.sort(b.ravel())[np.linspace(0, b.size - 1, 256).astype(int)]
    levels = np.searchsorted(np.sort(a.ravel()), np.arange(256), side="right") / a.size
    curve = np.interp(levels, np.linspace(0, 1, 256), order).astype(np.float32)
    gap = cv2.GaussianBlur(np.abs(curve[a] - b.astype(np.float32)), (0, 0), 2)
    limit = max(28.0, 5 * float(np.median(gap)))
    count, _, stats, _ = cv2.connectedComponentsWithStats((gap > limit).astype(np.uint8))
    if count < 2:
        return 0.0, (0.0, 0.0, 0.0, 0.0)
    x, y, w, h, area = (float(v) for v in stats[1:][stats[1:, cv2.CC_STAT_AREA].argmax()])
    height, width = photo.shape
    return area / photo.size, (x / width, y / height, (x + w) / width, (y + h) / height)
