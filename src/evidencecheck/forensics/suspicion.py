"""One map and one score from all traces: trees over block features, then trees over the map's strongest places.

Both stages were trained on generated edits (`benchmarks/train_edit_map.py`, `docs/edit-map-model.md`); their arrays
ship with the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES, Inputs, Sweep, features, inputs
from evidencecheck.forensics.dct import BLOCK_PX
from evidencecheck.forensics.places import PLACE, Places, places_of
from evidencecheck.forensics.planes import BlockPlanes
from evidencecheck.forensics.trees import Trees, shipped

HEAT_QUANTILE = 0.995
HEAT_SHIFT = 0.65  # log-odds: puts the best single threshold of the mask at half brightness (see edits_unseen.py)


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
    return cells_from(inputs(planes), top=planes.top, left=planes.left)


def cells_from(given: Inputs, *, top: int = 0, left: int = 0) -> Cells:
    """Return the cells of what `inputs` gives."""
    _, rows, columns = given.seen.shape
    sweep = Sweep.over(given)
    return Cells(
        features=features(given, sweep), lows=sweep.lows, every=given.every, top=top, left=left, rows=rows,
        columns=columns,
    )  # fmt: skip


def suspicion(cells: Cells, trees: Trees | None = None) -> Suspicion:
    """Return the log-odds map of a picture's cells; `trees` replaces the shipped ones while training."""
    shape = cells.features.shape[:2]
    odds = (trees or _block_trees()).logit(cells.features.reshape(-1, len(FEATURES))).reshape(shape)
    return Suspicion(odds=odds, cells=cells)


def places(seen: Suspicion) -> Places:
    """Return the strongest places of the map."""
    return places_of(seen.odds, seen.cells.features, seen.cells.lows)


def score(seen: Suspicion, trees: Trees | None = None) -> float:
    """Return 0-1, comparable across photos: how surely the most suspect place was edited; `trees` as above."""
    odds = (trees or _place_trees()).logit(places(seen).rows).max()
    return float(1 / (1 + np.exp(-float(odds))))


@cache
def _block_trees() -> Trees:
    return shipped("edit_map_blocks.npz", FEATURES)


@cache
def _place_trees() -> Trees:
    return shipped("edit_map_places.npz", PLACE)
