"""Where the 8x8 grid of a JPEG save lies in the pixels: the file's own grid, and the grid of an earlier save."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX

STRIP_ROWS = 512  # rows worked on at once: bounds the memory at any picture size


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A grid's phase: pixels before the first block edge, 0-7 each; `strength` is the edge contrast, 0 when absent."""

    top: int
    left: int
    strength: float


def edge_profiles(gray: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (8,) mean cross-difference by row phase and by column phase of the (H, W) luma.

    The cross-difference (second difference across a pixel edge, of its first difference along it) peaks on block edges:
    C. Chen, S. McCloskey, J. Yu, "Image splicing detection via camera response function analysis"; W. Li et al., 2009.
    """
    down, across = np.zeros(BLOCK_PX), np.zeros(BLOCK_PX)
    rows_seen, columns_seen = np.zeros(BLOCK_PX), np.zeros(BLOCK_PX)
    height, width = gray.shape
    for top in range(0, height, STRIP_ROWS):
        strip = gray[top : top + STRIP_ROWS + 3].astype(np.int16)
        if strip.shape[0] > 3:
            levels = np.minimum(_third(strip, 0), 24).mean(1)
            levels = levels[:STRIP_ROWS]
            phase = (top + 2 + np.arange(len(levels))) % BLOCK_PX
            down += np.bincount(phase, levels, BLOCK_PX)
            rows_seen += np.bincount(phase, minlength=BLOCK_PX)
        if width > 3:
            levels = np.minimum(_third(strip[:STRIP_ROWS], 1), 24).sum(0)
            phase = (2 + np.arange(len(levels))) % BLOCK_PX
            across += np.bincount(phase, levels, BLOCK_PX)
            columns_seen += np.bincount(phase, minlength=BLOCK_PX) * min(STRIP_ROWS, strip.shape[0])
    return down / np.maximum(rows_seen, 1), across / np.maximum(columns_seen, 1)


def _third(a: NDArray[np.int16], axis: int) -> NDArray[np.int16]:
    """Absolute third difference |a - 3b + 3c - d| along an axis; entry i speaks of the edge between i+1 and i+2."""
    out: NDArray[np.int16] = np.abs(np.diff(a, n=3, axis=axis)).astype(np.int16)
    return out


def contrasts(profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (8,) how far each phase stands above the median of the others, relative to it (0 = nothing)."""
    others = np.array([np.median(np.delete(profile, i)) for i in range(BLOCK_PX)])
    # neighbours of a strong edge rise with it; comparing with the mean of phases two away keeps only the peak
    beside = np.array([(profile[(i + 1) % 8] + profile[(i - 1) % 8]) / 2 for i in range(BLOCK_PX)])
    return np.asarray((profile - np.maximum(beside, others)) / (others + 1e-3))


def find_grid(gray: NDArray[np.uint8], known: tuple[int, int] | None) -> tuple[Grid, Grid]:
    """Return the file's grid and the strongest other grid. `known` is the phase where the file itself tells it."""
    down, across = (contrasts(p) for p in edge_profiles(gray))
    top, left = known if known is not None else (int(down.argmax()), int(across.argmax()))
    own = Grid(top=top, left=left, strength=float(max(0.0, min(down[top], across[left]))))
    rest_down, rest_across = down.copy(), across.copy()
    rest_down[top] = rest_across[left] = -1.0
    # an earlier grid may share one of the two phases
    options = [
        (float(down[t]) + float(across[f]), t, f)
        for t in {top, int(rest_down.argmax())}
        for f in {left, int(rest_across.argmax())}
        if (t, f) != (top, left)
    ]
    _, t, f = max(options)
    return own, Grid(top=t, left=f, strength=float(max(0.0, min(down[t], across[f]))))
