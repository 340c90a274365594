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

from evidencecheck.matching.changes import Changes, Difference
from evidencecheck.matching.closeup import CloseUp, close_up, is_writing, lines
from evidencecheck.matching.tones import Grid

FLAT_SHARE = 0.6  # of what was drawn in its two commonest colours: by a program
VIVID_LEVELS = 55.0  # distance from grey of a sticker's or a pen's colour
RED_LEVELS = 60.0  # Cr above 128 of a red pen
AROUND = 2.5  # times its own area that a line encloses to be a ring
INSET_SHARE = 0.06  # of the overlap: a smaller rectangle may be a covered mark
RECTANGLE = 0.88  # of the smallest upright rectangle around it
FAINT, MARK_PX = 2.5, 15  # strength and grid pixels of one letter of a watermark
MARKS, SPREAD_CELLS = 9, 7  # so many letters, on so many of the overlap's sixteenths, are a watermark
LIKE_MARKS = 2.5  # times the marks' own strength; a stronger difference is something else
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


def looks(found: Changes, rgb: NDArray[np.uint8]) -> tuple[Look, ...]:
    """Return what each of the regions of `found` is taken for, in their order; `rgb` is the (H, W, 3) photo."""
    hidden = _mosaics(found)
    near = [close_up(found.grid, region, rgb) for region in found.regions]
    kinds = [
        Look.MOSAIC if hide else _look(region, part)
        for region, part, hide in zip(found.regions, near, hidden, strict=True)
    ]
    for line in lines(near):
        if is_writing([near[i] for i in line]):
            for i in line:
                if kinds[i] in {Look.EDIT, Look.PEN} and near[i].flat >= FLAT_SHARE:
                    kinds[i] = Look.CAPTION
    usual = _marked_all_over(found)
    return tuple(
        Look.WATERMARK if usual and kind in {Look.EDIT, Look.CAPTION} and region.strength < LIKE_MARKS * usual else kind
        for kind, region in zip(kinds, found.regions, strict=True)
    )


def _marked_all_over(found: Changes) -> float:
    """Return the usual strength of marks that lie all over the picture, as a watermark's do; 0 where there are none."""
    faint = ((found.strength > FAINT) & found.grid.inside).astype(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(faint)
    marks = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= MARK_PX]
    cells = {tuple((centres[i] * 4 // found.grid.inside.shape[::-1]).astype(int)) for i in marks}
    if len(marks) < MARKS or len(cells) < SPREAD_CELLS:
        return 0.0
    return float(np.median([found.strength[labels == i].mean() for i in marks]))


def _look(region: Difference, near: CloseUp) -> Look:
    if region.share > INSET_SHARE and _rectangular(region.mask):
        return Look.INSET
    inner, known = near.photo[near.ink], near.known[near.ink]
    red = (inner[:, 1] - 128 > RED_LEVELS).mean() > 0.35 and (known[:, 1] - 128 > RED_LEVELS).mean() < 0.2
    if red and _thin(region.mask):
        return Look.PEN
    if near.flat < FLAT_SHARE:
        return Look.EDIT
    if _ring(region.mask):
        return Look.PEN
    vivid = float(np.median(np.hypot(near.colours[:, 1] - 128, near.colours[:, 2] - 128)))
    if vivid > VIVID_LEVELS:
        return Look.CAPTION if _strokes(region) else Look.STICKER
    bright = float(np.median(inner[:, 0])) > 215 and float(np.median(known[:, 0])) < 200
    return Look.CAPTION if bright and _strokes(region) else Look.EDIT


def _strokes(region: Difference) -> bool:
    """Tell lines from patches by the sure places: how deep they are, against the region's height."""
    deep = float(cv2.distanceTransform(region.core.astype(np.uint8), cv2.DIST_L2, 3).max())
    ys, xs = np.nonzero(region.mask)
    return bool(deep < 0.3 * (min(np.ptp(xs), np.ptp(ys)) + 1))


def _thin(mask: NDArray[np.bool_]) -> bool:
    """Tell strokes from patches: the deepest place inside, against the region's extent."""
    deep = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3).max()
    ys, xs = np.nonzero(mask)
    extent = max(np.ptp(xs), np.ptp(ys)) + 1
    return bool(deep < 0.12 * extent)


def _ring(mask: NDArray[np.bool_]) -> bool:
    """Tell a line drawn around something, whatever its colour: a crack goes around nothing."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    inside = cv2.drawContours(np.zeros(mask.shape, np.uint8), contours, -1, 1, cv2.FILLED)
    return bool(inside.sum() > AROUND * mask.sum())


def _rectangular(mask: NDArray[np.bool_]) -> bool:
    ys, xs = np.nonzero(mask)
    box = (np.ptp(xs) + 1) * (np.ptp(ys) + 1)
    filled = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    return bool(filled.sum() >= RECTANGLE * box)


def _mosaics(found: Changes) -> list[bool]:
    """Tell which regions lie in a mosaic: steps on a few rows and columns, and nothing between them."""
    union = ((found.strength > FAINT) & found.grid.inside).astype(np.uint8)
    for region in found.regions:
        union[region.mask] = 1
    joined = cv2.morphologyEx(union, cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))
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
