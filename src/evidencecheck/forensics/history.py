"""How an earlier JPEG save shows in DCT histograms: levels on the grid against the same content off the grid.

Quantising twice leaves peaks and gaps in the histogram of a frequency. The picture shifted by half a block has the same
content and no such marks, so it tells what the histogram would be (calibration: J. Fridrich, M. Goljan, D. Hogea,
IH 2002); the ratio of the two is the likelihood, block by block, of having been saved before (T. Bianchi, A. Piva,
"Image forgery localization via block-grained analysis of JPEG artifacts", IEEE TIFS 7(3), 2012).

Content moves that likelihood too: a dark place has other levels than the rest of its picture, saved before or not. It
moves the likelihood of the same place off the grid just as much, so every likelihood comes a second time *paired*: less
that of the place half a block away. Where there was one save only, paired ones lie about 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX, zigzag

Plane = NDArray[np.float32]

FREQUENCIES = 20  # DCT frequencies whose histograms are read, in zigzag order after the mean
NONZERO_FREQUENCIES = 40  # the same where only coefficients other than 0 count: fine detail has many zeros
LEVELS = 64  # histogram bins: |level| 0-63


class History:
    """Histograms of one grid's DCT levels, and of the same content off that grid, gathered strip by strip."""

    def __init__(self, step: NDArray[np.float32], frequencies: int = FREQUENCIES) -> None:
        self._places = zigzag()[1 : 1 + frequencies]
        self._step = step[self._places]
        self._levels_on: list[NDArray[np.uint8]] = []
        self._levels_off: list[NDArray[np.uint8]] = []
        self._on = np.zeros((frequencies, LEVELS))
        self._off = np.zeros((frequencies, LEVELS))

    def see(self, on: Plane, off: Plane) -> None:
        """Add coefficients (…, 64) on the grid and those of the picture shifted by half a block."""
        self._levels_on.append(self._quantise(on))
        self._levels_off.append(self._quantise(off))
        self._on += self._count(self._levels_on[-1])
        self._off += self._count(self._levels_off[-1])

    def likelihood(self) -> NDArray[np.float32]:
        """Return (2, blocks), in order seen: the mean log-likelihood ratio of each block's levels, and it paired."""
        return self._weighed(self._ratio()[:FREQUENCIES]) / np.float32(FREQUENCIES)

    def nonzero_likelihood(self) -> NDArray[np.float32]:
        """Return the same summed over coefficients other than 0, of all frequencies, given that they are not 0, nats.

        Smooth places have zeros whether they were saved before or smoothed by an editor; this leaves them out.
        """
        on, off = ((h + 2.0) / (h + 2.0).sum(1, keepdims=True) for h in (self._on[:, 1:], self._off[:, 1:]))
        ratio = np.zeros(self._on.shape, np.float32)
        ratio[:, 1:] = np.log(on / off)
        return self._weighed(ratio)

    def divergence(self) -> float:
        """Return the Kullback-Leibler divergence between the two histograms, mean over frequencies, nats."""
        on = self._on[:FREQUENCIES] / max(self._on[0].sum(), 1)
        return float((on * self._ratio()[:FREQUENCIES]).sum() / FREQUENCIES)

    def _ratio(self) -> NDArray[np.float32]:
        on, off = ((h + 2.0) / (h + 2.0).sum(1, keepdims=True) for h in (self._on, self._off))
        return np.asarray(np.log(on / off), np.float32)

    def _weighed(self, ratio: NDArray[np.float32]) -> NDArray[np.float32]:
        on, off = (np.concatenate(levels) for levels in (self._levels_on, self._levels_off))
        total = np.zeros((2, len(on)), np.float32)
        for k, weights in enumerate(ratio):
            total[0] += weights[on[:, k]]
            total[1] -= weights[off[:, k]]
        total[1] += total[0]
        return total

    def _quantise(self, coefficients: Plane) -> NDArray[np.uint8]:
        flat = coefficients.reshape(-1, BLOCK_PX * BLOCK_PX)[:, self._places]
        return np.minimum(np.rint(np.abs(flat) / self._step), LEVELS - 1).astype(np.uint8)

    @staticmethod
    def _count(levels: NDArray[np.uint8]) -> NDArray[np.float64]:
        return np.stack([np.bincount(column, minlength=LEVELS) for column in levels.T]).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Histograms of the file's own grid, of the other grid, and of red and blue colour at half the resolution."""

    own: History
    other: History
    colours: tuple[History, ...]

    @classmethod
    def of(cls, luma: NDArray[np.float32] | None, half_colour: NDArray[np.float32] | None) -> Histories:
        """Return empty ones for the (64,) tables of the last save, None where there is none."""
        ones = np.ones(BLOCK_PX * BLOCK_PX, np.float32)
        return cls(
            own=History(ones if luma is None else luma, NONZERO_FREQUENCIES),
            other=History(ones),
            colours=tuple(History(ones if half_colour is None else half_colour) for _ in range(2)),
        )

    def planes(self, rows: int, columns: int) -> dict[str, Plane]:
        """Return likelihoods (rows, columns): own grid, other grid, own grid's nonzero coefficients, colour; paired."""
        colour = np.add(*(history.likelihood() for history in self.colours)).reshape(2, -1, (columns + 1) // 2)
        pairs = {
            "double_own": self.own.likelihood(),
            "double_other": self.other.likelihood(),
            "nonzero_own": self.own.nonzero_likelihood(),
            "double_colour": colour.repeat(2, axis=1).repeat(2, axis=2)[:, :rows, :columns],
        }
        planes = {name: pair.reshape(2, rows, columns) for name, pair in pairs.items()}
        paired = {f"{name}_paired": pair[1] for name, pair in planes.items()}
        return {**{name: pair[0] for name, pair in planes.items()}, **paired}
