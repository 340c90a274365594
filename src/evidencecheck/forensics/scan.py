"""Scan statistics: places whose blocks together say "no earlier save here", though each block says little.

A block's likelihood of an earlier save (see `history`) is a fraction of a nat of evidence in a few nats of noise. An
edit covers many blocks, so the sum over a window of its size is the test (M. Kulldorff, "A spatial scan statistic",
Communications in Statistics: Theory and Methods 26(6), 1997). Blocks with clipped colour are left out: clipping after a
save takes its marks away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

SIDES = (3, 7, 13, 21)  # blocks: 24 px, as a letter, to 168 px, as a stain
CLIPPED = 0.02  # share of a block's pixels with clipped colour from which the block is left out
FILLED = 0.6  # share of a window's blocks that must count
LEAST_WINDOWS = 30  # fewer have no statistics
LEAST_SPREAD = 1e-3  # nats a block: windows that hardly differ say nothing
SUM_LIMIT, SPREAD_LIMIT = 400.0, 20.0  # beyond them nothing more is said
SAMPLE_WINDOWS = 20_000  # the spread of larger pictures comes from an even sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The windows of one side around every block; both planes (h, w) are 0 where too few blocks, or windows, count.

    `total` is the sum of nats, `away` the mean less the median of all windows' means, in units of how far the median
    lies above their 16th percentile.
    """

    total: Plane
    away: Plane
    valid: NDArray[np.bool_]

    @property
    def least(self) -> tuple[float, float] | None:
        """The lowest total and the lowest away of the windows that count; None where none does."""
        if not self.valid.any():
            return None
        return float(self.total[self.valid].min()), float(self.away[self.valid].min())


def scan(nats: Plane, clipped: Plane) -> Iterator[Windows]:
    """Yield the windows of every side of SIDES; `clipped` is the share of each block's pixels with clipped colour."""
    counted = (clipped < CLIPPED).astype(np.float32)
    evidence = nats * counted
    for side in SIDES:
        if min(nats.shape) < side:
            yield _nothing(nats)
            continue
        total, count = (_sum(plane, side) for plane in (evidence, counted))
        valid = count > FILLED * side * side
        if valid.sum() < LEAST_WINDOWS:
            yield _nothing(nats)
            continue
        mean = total / np.maximum(count, 1)
        means = mean[valid]
        low, middle = np.percentile(means[:: max(1, len(means) // SAMPLE_WINDOWS)], (16, 50))
        away = np.asarray((mean - middle) / max(middle - low, LEAST_SPREAD), np.float32)
        yield Windows(
            total=np.clip(total, -SUM_LIMIT, SUM_LIMIT) * valid,
            away=np.clip(away, -SPREAD_LIMIT, SPREAD_LIMIT) * valid,
            valid=valid,
        )


def middle_of(nats: Plane, clipped: Plane) -> float:
    """Return the median of the blocks that count, 0 where none does."""
    counted = nats[clipped < CLIPPED]
    return float(np.median(counted)) if counted.size else 0.0


def _nothing(nats: Plane) -> Windows:
    return Windows(total=np.zeros_like(nats), away=np.zeros_like(nats), valid=np.zeros(nats.shape, bool))


def _sum(plane: Plane, side: int) -> Plane:
    return np.asarray(
        cv2.boxFilter(plane, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT), np.float32
    )
