"""How often and how a photo was saved before it arrived, as far as its pixels and its last save tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX, block_dct, quality_of
from evidencecheck.forensics.grid import find_grid
from evidencecheck.forensics.history import History
from evidencecheck.forensics.source import LastSave

LOOKED_AT_PX = 1024  # side of the middle part whose histograms are read: 16 384 blocks are plenty
LEAST_BLOCKS = 2500  # fewer blocks make the divergence too noisy to mean anything


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMarks:
    """Facts of a JPEG's saves.

    `divergence` (nats, 0 up) is how far DCT histograms on the grid differ from those off it: about 0.002 after one
    save, 0.02 and more after two on one grid. `other_grid` is the edge contrast of an earlier grid at another place.
    """

    quality: int  # IJG quality 1-100 nearest to the last save's luma table
    divergence: float
    other_grid: float


def save_marks(gray: NDArray[np.uint8], save: LastSave) -> SaveMarks | None:
    """Return the marks of the (H, W) luma of a JPEG, or None where it is too small for statistics."""
    height, width = gray.shape
    top, left = (
        phase + BLOCK_PX * (max(0, side - LOOKED_AT_PX - 2 * BLOCK_PX) // (2 * BLOCK_PX))
        for phase, side in zip(save.phase, (height, width), strict=True)
    )
    part = gray[top : top + LOOKED_AT_PX + BLOCK_PX, left : left + LOOKED_AT_PX + BLOCK_PX].astype(np.float32)
    rows, columns = part.shape[0] // BLOCK_PX - 1, part.shape[1] // BLOCK_PX - 1
    if rows * columns < LEAST_BLOCKS:
        return None
    history = History(save.table)
    half = BLOCK_PX // 2
    on = part[: rows * BLOCK_PX, : columns * BLOCK_PX]
    off = part[half : half + rows * BLOCK_PX, half : half + columns * BLOCK_PX]
    history.see(block_dct(on), block_dct(off))
    _, other = find_grid(gray, save.phase)
    return SaveMarks(quality=quality_of(save.table), divergence=history.divergence(), other_grid=other.strength)
