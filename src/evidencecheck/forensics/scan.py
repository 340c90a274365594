"""Scan statistics: places whose blocks together say "no earlier save here", though each block says little.

A block's likelihood of an earlier save (see `history`) is a fraction of a nat of evidence in a few nats of noise. An
edit covers many blocks, so the sum over a window of its size is the test (M. Kulldorff, "A spatial scan statistic",
Communications in Statistics: Theory and Methods 26(6), 1997). Blocks with clipped colour are left out: clipping after a
save takes its marks away.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

SIDES = (3, 7, 13, 21)  # blocks: from a letter to a fifth of a phone photo
CLIPPED = 0.02  # share of a block's pixels with clipped colour from which the block is left out
FILLED = 0.6  # share of a window's blocks that must count
LEAST_WINDOWS = 30  # fewer have no statistics
SUM_LIMIT, DEVIATION_LIMIT = 400.0, 20.0  # beyond them nothing more is said
SAMPLE_WINDOWS = 20_000  # the spread of larger pictures comes from an even sample


def scan(nats: Plane, clipped: Plane) -> Iterator[tuple[Plane, Plane]]:
    """Yield for every side of SIDES two (h, w) planes of the window around each block; 0 where too few blocks count.

    The first is the sum of `nats`, the second the mean less the median of all windows' means, in deviations of these.
    `clipped` is the share of each block's pixels with clipped colour.
    """
    counted = (clipped < CLIPPED).astype(np.float32)
    for side in SIDES:
        total, count = (_sum(plane, side) for plane in (nats * counted, counted))
        valid = count > FILLED * side * side
        if min(nats.shape) < side or valid.sum() < LEAST_WINDOWS:
            yield np.zeros_like(total), np.zeros_like(total)
            continue
        mean = total / np.maximum(count, 1)
        means = mean[valid]
        low, middle = np.percentile(means[:: max(1, len(means) // SAMPLE_WINDOWS)], (16, 50))
        away = np.asarray((mean - middle) / max(middle - low, 1e-3), np.float32)
        yield np.clip(total, -SUM_LIMIT, SUM_LIMIT) * valid, np.clip(away, -DEVIATION_LIMIT, DEVIATION_LIMIT) * valid


def _sum(plane: Plane, side: int) -> Plane:
    return np.asarray(
        cv2.boxFilter(plane, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT), np.float32
    )
