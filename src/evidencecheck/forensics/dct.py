"""The 8x8 block DCT of JPEG, and the quantisation tables of the IJG quality scale."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

BLOCK_PX = 8

# ITU-T T.81 Annex K, table K.1: luma at IJG quality 50, row by row
_LUMA_50 = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


@cache
def zigzag() -> NDArray[np.intp]:
    """Return (64,) row-major places in the order JPEG writes a block (T.81 figure A.6)."""
    cells = [(row, column) for row in range(BLOCK_PX) for column in range(BLOCK_PX)]
    cells.sort(key=lambda c: (c[0] + c[1], c[0] if (c[0] + c[1]) % 2 else c[1]))
    return np.array([row * BLOCK_PX + column for row, column in cells], np.intp)


@cache
def luma_table(quality: int) -> NDArray[np.float32]:
    """Return the (64,) row-major IJG luma table at `quality` 1-100."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    table = np.floor((np.array(_LUMA_50, np.float64).ravel() * scale + 50) / 100)
    return np.clip(table, 1, 255).astype(np.float32)


def quality_of(table: NDArray[np.float32]) -> int:
    """Return the IJG quality 1-100 whose luma table is nearest to the (64,) `table` (mean absolute difference)."""
    return min(range(1, 101), key=lambda quality: float(np.abs(luma_table(quality) - table).mean()))


@cache
def _transform() -> NDArray[np.float32]:
    """Return the (64, 64) matrix that turns a row-major block into its row-major orthonormal DCT-II."""
    k, x = np.meshgrid(np.arange(BLOCK_PX), np.arange(BLOCK_PX), indexing="ij")
    one = np.cos((2 * x + 1) * k * np.pi / (2 * BLOCK_PX)) * np.sqrt(2 / BLOCK_PX)
    one[0] /= np.sqrt(2)
    return np.kron(one, one).T.astype(np.float32)


def block_dct(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (h, w, 64) DCT coefficients of the (8h, 8w) float luma plane, level-shifted as in JPEG."""
    rows, columns = luma.shape[0] // BLOCK_PX, luma.shape[1] // BLOCK_PX
    blocks = luma[: rows * BLOCK_PX, : columns * BLOCK_PX].reshape(rows, BLOCK_PX, columns, BLOCK_PX)
    flat = np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).reshape(rows, columns, BLOCK_PX * BLOCK_PX)
    return np.asarray((flat - np.float32(128)) @ _transform(), np.float32)
