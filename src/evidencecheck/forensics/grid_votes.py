"""Which 8x8 grid each place of a photo was last compressed on, by votes, and places that voted for another grid.

A block that lies on the grid of its JPEG save has more DCT coefficients near zero than blocks beside it: each cell
votes for the one of 64 grids whose block has the most. Chance agreement is 1 in 64 a vote, so the number of such places
expected by chance (NFA) is a binomial tail times the places tried. Idea: T. Nikoukhah, J. Anger, M. Colom, J.-M. Morel,
R. Grompone von Gioi, "ZERO: a local JPEG grid origin detector based on the number of DCT zeros", IPOL 11, 2021. Ours
asks one cell of each 2x2, which is a quarter of the work, and windows instead of grown regions.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX
from evidencecheck.forensics.tail import log10_at_least

GRIDS = BLOCK_PX * BLOCK_PX
CELL_PX = 2 * BLOCK_PX  # one vote for so many pixels each way
PATCH_PX = 2 * BLOCK_PX - 1  # holds the 64 blocks whose first pixel lies in one 8x8 cell
NEAR_ZERO = 0.49  # DCT units: what rounding to whole pixels leaves of a coefficient that was zero; at 0.5 many tie
WINDOWS = (4, 6, 10, 16)  # votes a side: places of 64 to 256 px
NO_VOTE = GRIDS
# Moves from the main grid that say nothing: within a pixel its own blocks still win, at half a block straight edges do.
PASSED_OVER = {(down, across) for down in (7, 0, 1) for across in (7, 0, 1)} | {(0, 4), (4, 0)}
STRIP_CELLS = 8  # rows of cells worked on at once: bounds the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A square of the picture, in pixels, whose cells agree on a grid that is not the picture's own.

    `rarity` is -log10 of how many such squares chance would give in this picture; `share` of its votes, 0-1.
    """

    left: int
    top: int
    side: int
    grid: tuple[int, int]  # pixels before its first block edge, down and across
    rarity: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """(h, w) grid number 0-63 (8 * down + across) of each cell of 16 x 16 px, 64 for no vote; and the main grid."""

    cells: NDArray[np.uint8]
    main: tuple[int, int]
    main_share: float  # of all votes cast


def grid_votes(gray: NDArray[np.uint8]) -> Votes | None:
    """Return the votes of the (H, W) luma, or None where it is too small for one window or casts too few votes."""
    rows, columns = ((side - PATCH_PX) // CELL_PX + 1 for side in gray.shape)
    if min(rows, columns) < WINDOWS[0]:
        return None
    strips = [
        _strip_votes(gray[first * CELL_PX : (min(first + STRIP_CELLS, rows) - 1) * CELL_PX + PATCH_PX], columns)
        for first in range(0, rows, STRIP_CELLS)
    ]
    cells = np.concatenate(strips)
    counts = np.bincount(cells.ravel(), minlength=GRIDS + 1)[:GRIDS]
    if counts.sum() < WINDOWS[0] ** 2:
        return None
    main = int(counts.argmax())
    return Votes(cells=cells, main=divmod(main, BLOCK_PX), main_share=float(counts[main] / counts.sum()))


def strangest(votes: Votes) -> Place | None:
    """Return the square that agrees most surprisingly on a grid that is not the main one."""
    rows, columns = votes.cells.shape
    tests = np.log10(GRIDS * votes.cells.size * len(WINDOWS))
    best: Place | None = None
    for grid in np.unique(votes.cells[votes.cells != NO_VOTE]):
        down, across = divmod(int(grid), BLOCK_PX)
        if ((down - votes.main[0]) % BLOCK_PX, (across - votes.main[1]) % BLOCK_PX) in PASSED_OVER:
            continue
        mine = (votes.cells == grid).astype(np.float32)
        if mine.sum() < WINDOWS[0]:
            continue
        for side in (side for side in WINDOWS if side <= min(rows, columns)):
            sums = cv2.boxFilter(mine, -1, (side, side), anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT)
            sums = sums[: rows - side + 1, : columns - side + 1]
            y, x = divmod(int(sums.argmax()), sums.shape[1])
            count = round(float(sums[y, x]))
            rarity = -float(tests) - log10_at_least(count, side * side, 1 / GRIDS)
            if best is None or rarity > best.rarity:
                best = Place(
                    left=x * CELL_PX,
                    top=y * CELL_PX,
                    side=side * CELL_PX,
                    grid=(down, across),
                    rarity=rarity,
                    share=count / side**2,
                )
    return best


def _strip_votes(strip: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Return (rows, columns) votes of a strip whose height is a whole number of cells and the rest of a patch."""
    rows = (strip.shape[0] - PATCH_PX) // CELL_PX + 1
    down, across = strip.strides
    patches = np.lib.stride_tricks.as_strided(
        strip, (rows, columns, PATCH_PX, PATCH_PX), (CELL_PX * down, CELL_PX * across, down, across), writeable=False
    ).astype(np.float64)  # so that no vote depends on the order in which a processor adds up
    lines = patches.reshape(-1, PATCH_PX) @ _SLIDING.T  # (rows * columns * 15, 64): place across x frequency across
    blocks = np.matmul(_SLIDING, lines.reshape(-1, PATCH_PX, GRIDS))  # (…, place down x frequency, place x frequency)
    zeros = (np.abs(blocks) < NEAR_ZERO).reshape(-1, BLOCK_PX, BLOCK_PX, BLOCK_PX, BLOCK_PX)
    count = np.count_nonzero(zeros, axis=(2, 4)).reshape(-1, GRIDS)
    count[count >= GRIDS - 1] = 0  # a flat block says nothing
    most = count.max(1)
    unsure = (count == most[:, None]).sum(1) != 1
    return np.where(unsure | (most == 0), NO_VOTE, count.argmax(1)).astype(np.uint8).reshape(rows, columns)


def _sliding() -> NDArray[np.float64]:
    """Return (64, 15): for each place 0-7 and frequency 0-7 the DCT of the 8 pixels that begin at the place."""
    k, x = np.meshgrid(np.arange(BLOCK_PX), np.arange(BLOCK_PX), indexing="ij")
    one = np.cos((2 * x + 1) * k * np.pi / (2 * BLOCK_PX)) * np.sqrt(2 / BLOCK_PX)
    one[0] /= np.sqrt(2)
    out = np.zeros((BLOCK_PX, BLOCK_PX, PATCH_PX))
    for place in range(BLOCK_PX):
        out[place, :, place : place + BLOCK_PX] = one
    return out.reshape(GRIDS, PATCH_PX)


_SLIDING = _sliding()
