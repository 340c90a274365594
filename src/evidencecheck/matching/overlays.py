"""What a difference looks like: an edit of the picture, or something openly laid over it.

Captions, stickers, watermarks, mosaic, pasted pictures and the buyer's own red ring are named, not called edits. The
rules are plain: flat drawn colours, red outlines, straight rectangles, repeated marks all over, blocks for detail. When
in doubt between two, a difference that keeps close to natural tones stays an edit.
"""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.changes import Changes, Difference, Grid

FLAT_LEVELS = 26.0  # distance from a drawn colour that codecs leave
FLAT_SHARE = 0.6  # of a region in its two commonest colours: drawn by a program
VIVID_LEVELS = 55.0  # distance from grey of a sticker's or a pen's colour
RED_CR, RED_LEVELS = 1.0, 60.0  # Cr above 128 of a red pen
INSET_SHARE = 0.06  # of the overlap: a smaller rectangle may be a covered mark
RECTANGLE = 0.88  # of the smallest upright rectangle around it
MARKS = 6  # so many small regions all over the picture are a watermark
SPREAD = 0.35  # of the overlap's area that their common box must cover
MOSAIC_STEPS = 0.42  # share of all change on a fifth of the columns and rows: blocks


class Look(StrEnum):
    """What a difference is taken for."""

    EDIT = "edit"
    CAPTION = "caption"
    STICKER = "sticker"
    PEN = "pen mark"
    MOSAIC = "mosaic"
    INSET = "pasted picture"
    WATERMARK = "watermark"


def looks(found: Changes) -> tuple[Look, ...]:
    """Return what each of the regions of `found` is taken for, in their order."""
    hidden = _mosaics(found)
    kinds = [Look.MOSAIC if hide else _look(found.grid, r) for r, hide in zip(found.regions, hidden, strict=True)]
    small = [i for i, r in enumerate(found.regions) if r.share < 0.03 and kinds[i] in {Look.EDIT, Look.CAPTION}]
    if len(small) >= MARKS and _spread(found, small) > SPREAD:
        kinds = [Look.WATERMARK if i in set(small) else kind for i, kind in enumerate(kinds)]
    return tuple(kinds)


def _look(grid: Grid, region: Difference) -> Look:
    if region.share > INSET_SHARE and _rectangular(region.mask):
        return Look.INSET
    inner, known = grid.photo[region.core], grid.known[region.core]
    red = (inner[:, 1] - 128 > RED_LEVELS).mean() > 0.35 and (known[:, 1] - 128 > RED_LEVELS).mean() < 0.2
    if red and _thin(region.mask):
        return Look.PEN
    if _flat(inner) < FLAT_SHARE:
        return Look.EDIT
    vivid = float(np.median(np.hypot(inner[:, 1] - 128, inner[:, 2] - 128)))
    drawn = _strokes(region)
    if vivid > VIVID_LEVELS:
        return Look.CAPTION if drawn else Look.STICKER
    bright = float(np.median(inner[:, 0])) > 215 and float(np.median(known[:, 0])) < 200
    return Look.CAPTION if drawn and (bright or _text_shaped(region.mask)) else Look.EDIT


def _flat(colours: NDArray[np.float32]) -> float:
    """Share of pixels near the two commonest colours."""
    left, near = colours, 0
    for _ in range(2):
        if len(left) == 0:
            break
        cells = (left / 32).astype(np.int64) @ np.array([1, 16, 256])
        values, counts = np.unique(cells, return_counts=True)
        centre = np.median(left[cells == values[counts.argmax()]], axis=0)
        close = np.abs(left - centre).max(axis=1) < FLAT_LEVELS
        near += int(close.sum())
        left = left[~close]
    return near / max(1, len(colours))


def _strokes(region: Difference) -> bool:
    """Tell lines from patches by the sure places: how deep they are, against the region's height."""
    deep = float(cv2.distanceTransform(region.core.astype(np.uint8), cv2.DIST_L2, 3).max())
    ys, xs = np.nonzero(region.mask)
    return bool(deep < 0.3 * (min(np.ptp(xs), np.ptp(ys)) + 1))


def _text_shaped(mask: NDArray[np.bool_]) -> bool:
    """Tell a line of writing: an upright oblong, evenly filled."""
    ys, xs = np.nonzero(mask)
    width, height = np.ptp(xs) + 1, np.ptp(ys) + 1
    return bool(width > 2.2 * height and len(xs) > 0.6 * width * height)


def _thin(mask: NDArray[np.bool_]) -> bool:
    """Tell strokes from patches: the deepest place inside, against the region's extent."""
    deep = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3).max()
    ys, xs = np.nonzero(mask)
    extent = max(np.ptp(xs), np.ptp(ys)) + 1
    return bool(deep < 0.12 * extent)


def _rectangular(mask: NDArray[np.bool_]) -> bool:
    ys, xs = np.nonzero(mask)
    box = (np.ptp(xs) + 1) * (np.ptp(ys) + 1)
    filled = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    return bool(filled.sum() >= RECTANGLE * box)


def _mosaics(found: Changes) -> list[bool]:
    """Tell which regions lie in a mosaic: steps on a few rows and columns, and nothing between them."""
    union = np.zeros(found.grid.inside.shape, np.uint8)
    for region in found.regions:
        union[region.mask] = 1
    joined = cv2.morphologyEx(union, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    blocked = {
        label: _blocks(found.grid, slice(y, y + h), slice(x, x + w))
        for label, (x, y, w, h, _) in enumerate(stats)
        if label
    }
    return [blocked.get(int(np.median(labels[region.mask])), False) for region in found.regions]


def _blocks(grid: Grid, rows: slice, columns: slice) -> bool:
    photo, known = grid.photo[rows, columns, 0], grid.known[rows, columns, 0]
    if min(photo.shape) < 24:
        return False
    return _stepped(photo) > MOSAIC_STEPS and _stepped(photo) > _stepped(known) + 0.12


def _stepped(luma: NDArray[np.float32]) -> float:
    """Share of all change across and down that falls on the busiest fifth of columns and rows."""
    shares = []
    for axis in (0, 1):
        change = np.sort(np.abs(np.diff(luma, axis=1 - axis)).sum(axis=axis))[::-1]
        shares.append(float(change[: max(1, len(change) // 5)].sum() / max(1e-6, float(change.sum()))))
    return min(shares)


def _spread(found: Changes, chosen: list[int]) -> float:
    union = np.logical_or.reduce([found.regions[i].mask for i in chosen])
    ys, xs = np.nonzero(union)
    return float((np.ptp(xs) + 1) * (np.ptp(ys) + 1) / max(1, found.grid.inside.sum()))
