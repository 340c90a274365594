"""Pictures within a photo: upright rectangles such as the tiles of a collage, an inset, the picture in a screenshot.

A picture that fills a tenth of a photo gets a tenth of its features, at a third of its size: too few to be found. So
rectangles with straight upright sides are looked for and matched as pictures of their own. Programs that make collages
and screenshots draw exactly such sides; a photographed edge is rarely straight and upright to a pixel all along.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SEEN_PX = 512  # longest side at which sides are looked for
STEP_LEVELS = 5.0  # grey levels across a side, from which a place on it counts
ALONE = 1.15  # so much larger than the steps beside it: a drawn side is a step alone, texture steps everywhere
BESIDE = np.array([[1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1]], np.uint8)  # columns looked at on both sides of a step
SIDE_SHARE = 0.42  # of a side's length that must show it; texture alone shows a seventh
LEAST_RUN = 0.1  # share of the picture's side; a shorter line is none
LEAST_SIDE, LEAST_AREA, MOST_AREA = 0.14, 0.03, 0.93  # of the photo, for a picture within it
MOST_LINES = 14  # strongest of each direction
MOST_FRAMES = 4
SAME_FRAME = 0.7  # intersection over union from which two rectangles are one
INSET_PX = 2  # cut off all round: the side itself belongs to neither picture


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle in pixels of the photo: `left`, `top` inside, `right`, `bottom` outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Pixels inside."""
        return (self.right - self.left) * (self.bottom - self.top)


def frames(gray: NDArray[np.uint8]) -> tuple[Frame, ...]:
    """Return the pictures within a (H, W) uint8 photo, at most MOST_FRAMES, the surest first."""
    height, width = gray.shape
    scale = min(1.0, SEEN_PX / max(height, width))
    if min(height, width) * scale < 64:
        return ()
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    upright, level = _steps(small), _steps(small.T)
    columns, rows = _lines(upright), _lines(level)
    found = _rectangles(upright, level, columns, rows)
    return tuple(_scaled(frame, 1 / scale, gray.shape) for frame in _apart(found))


def _steps(picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W + 1) bool: where brightness steps between columns, and not also beside them."""
    padded = np.pad(picture, ((0, 0), (2, 2)), mode="edge")
    across = np.abs(padded[:, 2:-1] - padded[:, 1:-2])  # between column x - 1 and x
    wide = np.abs(padded[:, 3:] - padded[:, :-3]) / 1.5  # a step blurred over two columns
    step = np.maximum(across, wide)
    beside = cv2.dilate(step, BESIDE, borderType=cv2.BORDER_REPLICATE)
    return np.asarray((step > STEP_LEVELS) & (step > ALONE * beside))


def _lines(steps: NDArray[np.bool_]) -> list[int]:
    """Return the columns along which a step runs some way, the borders among them."""
    least = int(LEAST_RUN * len(steps))
    runs = cv2.blur(steps.astype(np.float32), (1, least), borderType=cv2.BORDER_CONSTANT).max(axis=0)
    runs *= runs > SIDE_SHARE
    best: list[int] = []
    for column in np.argsort(-runs, kind="stable"):
        if runs[column] == 0 or len(best) == MOST_LINES:
            break
        if all(abs(int(column) - other) > 3 for other in best):
            best.append(int(column))
    return sorted({0, steps.shape[1] - 1, *best})


def _rectangles(
    upright: NDArray[np.bool_], level: NDArray[np.bool_], columns: list[int], rows: list[int]
) -> list[tuple[float, Frame]]:
    """Return rectangles whose four sides are seen, with how well the worst of them is."""
    height, width = len(upright), len(level)
    across = _pairs(columns, LEAST_SIDE * width)
    down = _pairs(rows, LEAST_SIDE * height)
    if not len(across) or not len(down):
        return []
    beside = _seen(upright, columns, down)  # (columns, pairs of rows): how much of each side shows a step
    above = _seen(level, rows, across)
    left, right = (np.searchsorted(columns, across[:, i]) for i in (0, 1))
    top, bottom = (np.searchsorted(rows, down[:, i]) for i in (0, 1))
    worst = np.minimum(np.minimum(beside[left], beside[right]), np.minimum(above[top], above[bottom]).T)
    share = np.outer(across[:, 1] - across[:, 0], down[:, 1] - down[:, 0]) / (height * width)
    fine = (worst >= SIDE_SHARE) & (share >= LEAST_AREA) & (share <= MOST_AREA)
    return [
        (
            float(worst[i, j] + 0.1 * share[i, j]),
            Frame(*(int(v) for v in np.column_stack([across[i], down[j]]).ravel())),
        )
        for i, j in np.argwhere(fine)
    ]


def _pairs(lines: list[int], least: float) -> NDArray[np.int64]:
    """(N, 2) pairs of lines at least so far apart, the smaller first."""
    found = [pair for pair in itertools.combinations(lines, 2) if pair[1] - pair[0] >= least]
    return np.array(found, np.int64).reshape(-1, 2)


def _seen(steps: NDArray[np.bool_], lines: list[int], spans: NDArray[np.int64]) -> NDArray[np.float64]:
    """(lines, spans) share of each span along each line that shows a step; the picture's own border is all side."""
    seen = steps[:, lines].astype(np.int64)
    seen[:, [line in {0, steps.shape[1] - 1} for line in lines]] = 1
    totals = np.vstack([np.zeros((1, len(lines)), np.int64), np.cumsum(seen, axis=0)])
    shares = (totals[spans[:, 1]] - totals[spans[:, 0]]) / (spans[:, 1] - spans[:, 0])[:, None]
    return np.asarray(shares.T, np.float64)


def _apart(found: list[tuple[float, Frame]]) -> list[Frame]:
    """Return the surest rectangles, of those that are nearly the same only the surest."""
    kept: list[Frame] = []
    for _, frame in sorted(found, key=lambda pair: -pair[0]):
        if all(_common(frame, other) < SAME_FRAME for other in kept):
            kept.append(frame)
            if len(kept) == MOST_FRAMES:
                break
    return kept


def _common(one: Frame, other: Frame) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    both = max(0, width) * max(0, height)
    return both / (one.area + other.area - both)


def _scaled(frame: Frame, factor: float, shape: tuple[int, ...]) -> Frame:
    height, width = shape[:2]
    return Frame(
        left=min(width, round(frame.left * factor) + INSET_PX),
        top=min(height, round(frame.top * factor) + INSET_PX),
        right=min(width, round(frame.right * factor) - INSET_PX),
        bottom=min(height, round(frame.bottom * factor) - INSET_PX),
    )
