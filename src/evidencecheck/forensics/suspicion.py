"""One map and one score from all traces: trees over block features, then trees over what the map looks like.

Both stages were trained on generated edits (`benchmarks/train_edit_map.py`, `docs/edit-map-model.md`); their arrays
ship with the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES, LOCAL, LOWS, RAW_FEATURES, Sweep, features, inputs
from evidencecheck.forensics.dct import BLOCK_PX
from evidencecheck.forensics.planes import BlockPlanes
from evidencecheck.forensics.trees import Trees, shipped

DENSE_BLOCKS = 8000  # smaller pictures are looked at block by block, larger ones at every second block
HEAT_QUANTILE = 0.995
HEAT_SHIFT = 0.65  # log-odds: puts the best single threshold of the mask at half brightness (see edits_unseen.py)
BLOB_ODDS = (-0.85, 0.4)  # log-odds at which the strongest blob is measured: probability 0.3 and 0.6
PEAK_SHARE = 0.35  # of the way from the median to the peak: what is higher and hangs together with it is the peak's
PEAK_ROOM = np.ones((7, 7), np.uint8)  # three cells around the peak's place are not "elsewhere" either
GAP, BESIDE = np.ones((3, 3), np.uint8), np.ones((9, 9), np.uint8)  # beside it: two to four cells away

SUMMARY = (
    "cell_99.5", "cell_max", "near_max", "near_99.7", "near_99", "near_97", "near_90", "near_70", "near_50", "near_10",
    "wide_max", "far_max", "wide_contrast", "near_contrast", "spread", "mean", "above_0.3", "above_0.6",
    *(f"blob_{name}@{odds}" for odds in BLOB_ODDS for name in ("area", "share", "fill", "mean", "count")),
    *(f"peak_{name}@{side}" for side in (3, 5) for name in ("lead", "area", "fill", "mean_lead", "share")),
    *(f"peak_{FEATURES[column]}" for column in LOCAL),
    *(f"peak_{FEATURES[column]}:beside" for column in RAW_FEATURES),
    *LOWS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Features (h, w, len(FEATURES)) of every so-many-th block, the picture's LOWS, where block (0, 0) lies in it."""

    features: NDArray[np.float32]
    lows: NDArray[np.float32]
    every: int
    top: int
    left: int
    rows: int  # blocks down and across
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Log-odds (h, w) of "edited" for the cells of a picture."""

    odds: NDArray[np.float32]
    cells: Cells

    def heat(self, height: int, width: int) -> NDArray[np.uint8]:
        """Return (height, width) 0-255: where the picture differs most from itself; about 128 is the best border.

        It is relative to the picture's own strongest place, so it says where, not whether.
        """
        smooth = cv2.blur(self.odds, (5, 5))
        shift = HEAT_SHIFT - 0.5 * float(np.quantile(smooth, HEAT_QUANTILE))
        bright = np.asarray(255 / (1 + np.exp(-(smooth + shift))), np.float32)
        step, place = self.cells.every * BLOCK_PX, self.cells
        full = cv2.resize(bright, (bright.shape[1] * step, bright.shape[0] * step), interpolation=cv2.INTER_LINEAR)
        cut = full[: place.rows * BLOCK_PX, : place.columns * BLOCK_PX]
        bottom, right = height - place.top - cut.shape[0], width - place.left - cut.shape[1]
        whole = cv2.copyMakeBorder(cut, place.top, bottom, place.left, right, cv2.BORDER_REPLICATE)
        return np.asarray(whole, np.float32).astype(np.uint8)


def cells_of(planes: BlockPlanes) -> Cells:
    """Return the features of a picture's blocks."""
    return cells_from(*inputs(planes), top=planes.top, left=planes.left)


def cells_from(seen: NDArray[np.float32], facts: NDArray[np.float32], *, top: int = 0, left: int = 0) -> Cells:
    """Return the cells of what `inputs` gives: every block of a small picture, every second one of a larger."""
    _, rows, columns = seen.shape
    every = 1 if rows * columns < DENSE_BLOCKS else 2
    sweep = Sweep.over(seen, every)
    found = features(seen, facts, sweep, every)
    return Cells(features=found, lows=sweep.lows, every=every, top=top, left=left, rows=rows, columns=columns)


def suspicion(cells: Cells, trees: Trees | None = None) -> Suspicion:
    """Return the log-odds map of a picture's cells; `trees` replaces the shipped ones while training."""
    shape = cells.features.shape[:2]
    odds = (trees or _block_trees()).logit(cells.features.reshape(-1, len(FEATURES))).reshape(shape)
    return Suspicion(odds=odds, cells=cells)


def score(seen: Suspicion, trees: Trees | None = None) -> float:
    """Return 0-1, comparable across photos: how surely anything in the photo was edited; `trees` as above."""
    odds = (trees or _picture_trees()).logit(summary(seen)[None])[0]
    return float(1 / (1 + np.exp(-float(odds))))


def summary(seen: Suspicion) -> NDArray[np.float32]:
    """Return (len(SUMMARY),) numbers: the map's peaks, its contrast, its strongest blob, what the traces are at its
    strongest place, the scan's lowest windows.
    """
    near, wide, far = (np.asarray(cv2.blur(seen.odds, (side, side)), np.float32) for side in (3, 5, 9))
    middle = float(np.median(near))
    spread = float(np.median(np.abs(near - middle))) + 0.1
    chance = 1 / (1 + np.exp(-near))
    quantiles = np.percentile(near, (99.7, 99, 97, 90, 70, 50, 10))
    values = [np.percentile(seen.odds, 99.5), seen.odds.max(), near.max(), *quantiles, wide.max(), far.max()]
    values += [(wide.max() - middle) / spread, (quantiles[1] - middle) / spread, spread]
    values += [chance.mean(), (chance > 0.3).mean(), (chance > 0.6).mean()]
    for odds in BLOB_ODDS:
        values += _blob(near, odds)
    peaks = [_Peak.of(plane) for plane in (near, wide)]
    for peak in peaks:
        values += peak.figures()
    return np.concatenate((np.array(values, np.float32), peaks[0].traces(seen.cells.features), seen.cells.lows))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peak:
    """The strongest place of a (h, w) map: the cells that hang together with the highest one."""

    plane: NDArray[np.float32]
    high: NDArray[np.uint8]
    inside: NDArray[np.uint8]

    @classmethod
    def of(cls, plane: NDArray[np.float32]) -> _Peak:
        row, column = divmod(int(plane.argmax()), plane.shape[1])
        middle = float(np.median(plane))
        high = (plane >= middle + PEAK_SHARE * (float(plane[row, column]) - middle)).astype(np.uint8)
        _, labels = cv2.connectedComponents(high)
        return cls(plane=plane, high=high, inside=(labels == labels[row, column]).astype(np.uint8))

    def figures(self) -> list[float]:
        """Return how far it leads the next place elsewhere, its area share, fill, mean lead, share of all that is high.

        Goods and grounds that look edited by themselves do so in several places; an edit is one place far above the
        rest.
        """
        elsewhere = self.plane[cv2.dilate(self.inside, PEAK_ROOM) == 0]
        second = float(elsewhere.max()) if elsewhere.size else float(np.median(self.plane))
        area, own = float(self.inside.sum()), self.plane[self.inside > 0]
        rows, columns = (float(np.ptp(side)) + 1 for side in np.nonzero(self.inside))
        lead, mean_lead = float(own.max()) - second, float(own.mean()) - second
        return [lead, area / self.plane.size, area / (rows * columns), mean_lead, area / float(self.high.sum())]

    def traces(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mean of each of LOCAL in it, and of each of RAW_FEATURES less that beside it.

        The same suspicion means more where a history is missing than where a sign stands white in a meadow.
        """
        ring = np.asarray(cv2.dilate(self.inside, BESIDE) > cv2.dilate(self.inside, GAP))
        if not ring.any():
            ring[:] = True  # the place is all there is: nothing to differ from
        inside = cells[self.inside > 0].mean(0)
        beside = cells[..., RAW_FEATURES][ring].mean(0)
        return np.concatenate((inside[LOCAL], inside[RAW_FEATURES] - beside))


def _blob(near: NDArray[np.float32], odds: float) -> list[float]:
    """Return area share, share of all mass, fill of its box, mean and number of blobs, for the strongest blob."""
    mask = (near > odds).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return [0.0, 0.0, 0.0, -5.0, 0.0]
    mass = np.bincount(labels.ravel(), np.maximum(near + 3, 0).ravel(), count)[1:]
    best = int(mass.argmax()) + 1
    _, _, width, height, area = (float(v) for v in stats[best])
    inside = labels == best
    return [
        area / mask.size,
        float(mass[best - 1] / mass.sum()),
        area / (width * height),
        float(near[inside].mean()),
        float(count),
    ]


@cache
def _block_trees() -> Trees:
    return shipped("edit_map_blocks.npz", FEATURES)


@cache
def _picture_trees() -> Trees:
    return shipped("edit_map_pictures.npz", SUMMARY)
