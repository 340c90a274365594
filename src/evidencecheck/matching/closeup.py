"""A difference seen from close up, at the photo's own resolution: what was drawn, in which colours, and is it writing.

Differences are found on a small grid, on which a letter's stroke is a pixel wide and mixed with what lies under it.
Its colour, and the gaps between letters, show only at full size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.changes import Difference
from evidencecheck.matching.tones import Grid

Plane = NDArray[np.float32]

CLOSE_PX = 480  # longest side of a close-up
PAD_PX = 2  # of the grid, around the difference
DRAWN = 0.45  # of a difference's largest change, from which a place in it is drawn on rather than shone through
LEAST_DRAWN = 24  # close-up pixels
FLAT_LEVELS = 26.0  # distance from a drawn colour that codecs leave
LETTERS = 4  # so many strokes side by side are writing
GAP = 0.45  # of the fullest column's ink; where less is drawn, one stroke ends
LINE_OVERLAP, LINE_GAP = 0.6, 1.4  # of the lower line's height: parts of one line of writing
OBLONG = 1.8  # width over height of a line of writing
DETAIL_LEVELS, LEAST_DETAIL = 24.0, 0.04  # grey levels from the ground, and share of the place, of what may be print
WIPED = 0.65  # of that detail changed; letters laid over a place cover about half of it


@dataclass(frozen=True, slots=True)
class CloseUp:
    """`photo` and `known` (in the photo's tones) (H, W, 3) float32 YCrCb; `mask`, `ink` (H, W) bool: the difference,
    and where in it something was drawn; `top`, `bottom`, `left`, `right` its box in grid pixels."""

    photo: Plane
    known: Plane
    mask: NDArray[np.bool_]
    ink: NDArray[np.bool_]
    top: int
    bottom: int
    left: int
    right: int

    @property
    def colours(self) -> Plane:
        """(N, 3) YCrCb of what was drawn, without its rim where there is enough of it."""
        core = cv2.erode(self.ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        return self.photo[core if core.sum() >= LEAST_DRAWN else self.ink]

    @property
    def flat(self) -> float:
        """Share of what was drawn that is near its two commonest colours, 0 to 1: high when a program drew it."""
        colours = self.colours
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

    @property
    def strokes(self) -> int:
        """How many strokes stand side by side, read along the picture's rows."""
        filled = self.ink.sum(axis=0) / max(1, int(self.ink.sum(axis=0).max(initial=0)))
        return int((np.diff(np.r_[0, (filled > GAP).astype(np.int8)]) > 0).sum())

    @property
    def wiped(self) -> bool:
        """Whether detail that the known picture has here is gone: print that was replaced, not written over."""
        luma = self.known[..., 0]
        detail = np.abs(luma - np.median(luma)) > DETAIL_LEVELS
        if not 0.5 > detail.mean() > LEAST_DETAIL:
            return False
        return float((_change(self.photo, self.known) > DETAIL_LEVELS)[detail].mean()) > WIPED


def close_up(grid: Grid, region: Difference, rgb: NDArray[np.uint8]) -> CloseUp:
    """Return a difference as it is in the (H, W, 3) RGB photo."""
    ys, xs = np.nonzero(region.mask)
    height, width = region.mask.shape
    top, bottom = max(0, int(ys.min()) - PAD_PX), min(height, int(ys.max()) + 1 + PAD_PX)
    left, right = max(0, int(xs.min()) - PAD_PX), min(width, int(xs.max()) + 1 + PAD_PX)
    zoom = min(float(grid.to_photo[0, 0]), CLOSE_PX / max(bottom - top, right - left))
    size = (max(8, round((right - left) * zoom)), max(8, round((bottom - top) * zoom)))
    (x0, y0), (x1, y1) = cv2.perspectiveTransform(
        np.array([[[left, top], [right, bottom]]], np.float64), grid.to_photo
    )[0]
    part = rgb[max(0, round(y0)) : max(1, round(y1)), max(0, round(x0)) : max(1, round(x1))]
    near = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    photo = np.asarray(cv2.cvtColor(near / np.float32(255), cv2.COLOR_RGB2YCrCb) * 255, np.float32)
    box = np.s_[top:bottom, left:right]
    known = np.asarray(cv2.resize(grid.known[box], size, interpolation=cv2.INTER_CUBIC), np.float32)
    mask = cv2.resize(region.mask[box].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    change = _change(photo, known)
    ink = mask & (change > DRAWN * float(np.quantile(change[mask], 0.95))) if mask.any() else mask
    return CloseUp(photo, known, mask, ink, top + PAD_PX, bottom - PAD_PX, left + PAD_PX, right - PAD_PX)


def _change(photo: Plane, known: Plane) -> Plane:
    """(H, W) distance of colours, grey levels."""
    return np.asarray(np.sqrt(((photo - known) ** 2).sum(axis=2)), np.float32)


def lines(parts: list[CloseUp]) -> list[list[int]]:
    """Group differences that stand side by side on one line, by their place in the list."""
    order = sorted(range(len(parts)), key=lambda i: parts[i].left)
    groups: list[list[int]] = []
    for i in order:
        group = next((g for g in groups if _continues(parts[g[-1]], parts[i])), None)
        if group is None:
            groups.append([i])
        else:
            group.append(i)
    return groups


def _continues(one: CloseUp, other: CloseUp) -> bool:
    low = min(one.bottom - one.top, other.bottom - other.top)
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > LINE_OVERLAP * low and other.left - one.right < LINE_GAP * low


def is_writing(line: list[CloseUp]) -> bool:
    """Tell a line of writing laid over the picture: an upright oblong of several strokes that replaces no print."""
    width = max(p.right for p in line) - min(p.left for p in line)
    height = max(p.bottom for p in line) - min(p.top for p in line)
    strokes = sum(part.strokes for part in line)
    return width > OBLONG * height and strokes >= LETTERS and not any(part.wiped for part in line)
