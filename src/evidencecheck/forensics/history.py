"""How an earlier JPEG save shows in DCT histograms: levels on the grid against the same content off the grid.

Quantising twice leaves peaks and gaps in the histogram of a frequency. The picture shifted by half a block has the same
content and no such marks, so it tells what the histogram would be (calibration: J. Fridrich, M. Goljan, D. Hogea,
IH 2002); the ratio of the two is the likelihood, block by block, of having been saved before (T. Bianchi, A. Piva,
"Image forgery localization via block-grained analysis of JPEG artifacts", IEEE TIFS 7(3), 2012).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX, zigzag

Plane = NDArray[np.float32]

FREQUENCIES = 20  # DCT frequencies whose histograms are read, in zigzag order after the mean
LEVELS = 41  # histogram bins: |level| 0-40


class History:
    """Histograms of one grid's DCT levels, and of the same content off that grid, gathered strip by strip."""

    def __init__(self, step: NDArray[np.float32]) -> None:
        self._places = zigzag()[1 : 1 + FREQUENCIES]
        self._step = step[self._places]
        self._levels: list[NDArray[np.uint8]] = []
        self._on = np.zeros((FREQUENCIES, LEVELS))
        self._off = np.zeros((FREQUENCIES, LEVELS))

    def see(self, on: Plane, off: Plane) -> None:
        """Add coefficients (…, 64) on the grid and those of the picture shifted by half a block."""
        levels = self._quantise(on)
        self._levels.append(levels)
        self._on += self._count(levels)
        self._off += self._count(self._quantise(off))

    def likelihood(self) -> NDArray[np.float32]:
        """Return per block, in order seen, the mean log-likelihood ratio of its levels: on the grid against off it."""
        table = self._ratio()
        total = np.zeros(sum(len(levels) for levels in self._levels), np.float32)
        seen = np.concatenate(self._levels)
        for k in range(FREQUENCIES):
            total += table[k][seen[:, k]]
        return np.asarray(total / FREQUENCIES, np.float32)

    def divergence(self) -> float:
        """Return the Kullback-Leibler divergence between the two histograms, mean over frequencies, nats."""
        on = self._on / max(self._on[0].sum(), 1)
        return float((on * self._ratio()).sum() / FREQUENCIES)

    def _ratio(self) -> NDArray[np.float32]:
        on, off = ((h + 2.0) / (h + 2.0).sum(1, keepdims=True) for h in (self._on, self._off))
        return np.asarray(np.log(on / off), np.float32)

    def _quantise(self, coefficients: Plane) -> NDArray[np.uint8]:
        flat = coefficients.reshape(-1, BLOCK_PX * BLOCK_PX)[:, self._places]
        return np.minimum(np.rint(np.abs(flat) / self._step), LEVELS - 1).astype(np.uint8)

    @staticmethod
    def _count(levels: NDArray[np.uint8]) -> NDArray[np.float64]:
        return np.stack([np.bincount(levels[:, k], minlength=LEVELS) for k in range(FREQUENCIES)]).astype(np.float64)
