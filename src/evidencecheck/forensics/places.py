"""The strongest places of a map of suspicion, each described by its shape, by what its traces are, by what lies beside.

A picture is as suspect as its most suspect place. Goods and grounds that look edited by themselves do so in several
places; an edit is one place far above the rest. And the same suspicion means more where a history is missing than where
a sign stands white in a meadow. So places are judged, not blocks and not whole pictures, as detectors of objects judge
regions (R. Girshick et al., "Rich feature hierarchies", CVPR 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES, LOCAL, LOWS

Plane = NDArray[np.float32]

MOST = 6  # places of a picture
PEAK_SHARE = 0.35  # of the way from the median to the peak: what is higher and hangs together with it is the place's
ROOM = np.ones((7, 7), np.uint8)  # three cells around a place are not "elsewhere"
GAP, BESIDE = np.ones((3, 3), np.uint8), np.ones((9, 9), np.uint8)  # beside it: two to four cells away
TAKEN = -1e9  # log-odds of cells that belong to an earlier place or lie close to it
LEAST_LEFT = 20  # cells not taken: among fewer no further place is looked for
QUANTILES = (99.7, 99, 97, 90, 70, 50, 10)

SHAPE = (
    "rank", "peak", "mean", "wide_peak", "far_peak", "lead", "wide_lead", "cells", "fill", "aspect", "border",
    "beside", "elsewhere_99", "most", "least", "deviation", "share_of_high",
)  # fmt: skip
MAP = (
    "cell_99.5", "cell_max", *(f"near_{quantile}" for quantile in (100, *QUANTILES)), "wide_max", "far_max",
    "wide_contrast", "near_contrast", "spread", "mean_chance", "above_0.3", "above_0.6",
)  # fmt: skip
PLACE = (
    *SHAPE,
    *(f"map_{name}" for name in MAP),
    *(FEATURES[column] for column in LOCAL),
    *(f"{FEATURES[column]}:beside" for column in LOCAL),
    *LOWS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """`rows` (n, len(PLACE)) describe the places, strongest first; `inside` (n, h, w) are their cells."""

    rows: Plane
    inside: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    peak: float
    inside: NDArray[np.bool_]
    beside: NDArray[np.bool_]
    share_of_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    """Log-odds (h, w) of cells, and their means over 3x3, 5x5 and 9x9."""

    odds: Plane
    near: Plane
    wide: Plane
    far: Plane
    middle: float  # the median of `near`

    @classmethod
    def of(cls, odds: Plane) -> _Map:
        near, wide, far = (np.asarray(cv2.blur(odds, (side, side)), np.float32) for side in (3, 5, 9))
        return cls(odds=odds, near=near, wide=wide, far=far, middle=float(np.median(near)))

    def figures(self) -> list[float]:
        """Return what MAP names: the peaks, the contrast and the spread of the whole map."""
        quantiles = [float(one) for one in np.percentile(self.near, QUANTILES)]
        spread = float(np.median(np.abs(self.near - self.middle))) + 0.1
        chance = 1 / (1 + np.exp(-self.near))
        peaks = [float(plane.max()) for plane in (self.near, self.wide, self.far)]
        return [
            float(np.percentile(self.odds, 99.5)), float(self.odds.max()), peaks[0], *quantiles, *peaks[1:],
            (peaks[1] - self.middle) / spread, (quantiles[1] - self.middle) / spread, spread,
            float(chance.mean()), float((chance > 0.3).mean()), float((chance > 0.6).mean()),
        ]  # fmt: skip

    def shape(self, rank: int, found: list[_Found]) -> list[float]:
        """Return what SHAPE names, of the place of this rank."""
        inside, peak = found[rank].inside, found[rank].peak
        own, cells = self.odds[inside], float(inside.sum())
        elsewhere = _grown(inside, ROOM) == 0
        if not elsewhere.any():
            elsewhere[:] = True
        next_peak = max((one.peak for place, one in enumerate(found) if place != rank), default=self.middle)
        wide_peak = float(self.wide[inside].max())
        rows, columns = np.nonzero(inside)
        height, width = (float(np.ptp(side)) + 1 for side in (rows, columns))
        bottom, right = inside.shape[0] - 1 - rows.max(), inside.shape[1] - 1 - columns.max()
        border = min(rows.min(), columns.min(), bottom, right)
        return [
            rank, peak, float(self.near[inside].mean()), wide_peak, float(self.far[inside].max()),
            peak - next_peak, wide_peak - float(self.wide[elsewhere].max()),
            cells, cells / (height * width), max(height, width) / min(height, width),
            float(border),
            float(self.near[found[rank].beside].mean()), float(np.percentile(self.near[elsewhere], 99)),
            float(own.max()), float(own.min()), float(own.std()), found[rank].share_of_high,
        ]  # fmt: skip


def places_of(odds: Plane, features: Plane, lows: Plane) -> Places:
    """Return the strongest places of the (h, w) log-odds of cells with these (h, w, len(FEATURES)) features and LOWS.

    How large the picture is, is not told as such: it tells data sets apart.
    """
    seen = _Map.of(odds)
    found, whole = _find(seen), seen.figures()
    rows = []
    for rank, place in enumerate(found):
        inside, beside = (features[cells].mean(0)[LOCAL] for cells in (place.inside, place.beside))
        rows.append(np.concatenate((seen.shape(rank, found), whole, inside, inside - beside, lows)))
    return Places(rows=np.array(rows, np.float32), inside=np.stack([place.inside for place in found]))


def _find(seen: _Map) -> list[_Found]:
    """Return the places of a map one after another, each outside the room of the earlier ones; at least one."""
    left, middle = seen.near.copy(), seen.middle
    found: list[_Found] = []
    while len(found) < MOST:
        row, column = divmod(int(left.argmax()), left.shape[1])
        peak = float(left[row, column])
        if found and peak <= middle:
            break
        high = (left >= min(peak, middle + PEAK_SHARE * (peak - middle))).astype(np.uint8)
        _, labels = cv2.connectedComponents(high)
        inside = labels == labels[row, column]
        share = float(inside.sum() / high.sum())
        found.append(_Found(peak=peak, inside=inside, beside=_beside(inside), share_of_high=share))
        left[_grown(inside, ROOM) > 0] = TAKEN
        if (left > TAKEN).sum() < LEAST_LEFT:
            break
    return found


def _beside(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells beside a place; all, where the place is all there is: nothing to differ from."""
    ring = (_grown(inside, BESIDE) > 0) & (_grown(inside, GAP) == 0)
    return ring if ring.any() else np.ones_like(ring)


def _grown(inside: NDArray[np.bool_], kernel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.dilate(inside.astype(np.uint8), kernel), np.uint8)
