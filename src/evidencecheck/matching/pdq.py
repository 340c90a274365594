"""PDQ, the 256-bit perceptual hash that the ThreatExchange network shares, with its eight dihedral views.

Written from the paper: J. Dalins, C. Wilson, D. Boudry, "PDQ & TMK + PDQF: A Test Drive of Facebook's Perceptual
Hashing Algorithms", 2019, and the description of the hash in the ThreatExchange repository ("hashing.pdf"). Why not the
reference implementation's package: docs/decisions/0006-own-pdq.md.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 256
_GRID = 64  # the picture is blurred and sampled down to this many rows and columns
_SIDE = 16  # of the cosine transform, rows and columns 1 to 16 are kept
_PASSES = 2  # of the box filter
_QUALITY_DIVISOR = 90  # as published: sum of gradients, in hundredths of the range, that counts as 1 of 100

Plane = NDArray[np.float32]


def pdq(luma: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return the hashes of a (H, W) uint8 picture in its eight dihedral views, and its quality.

    The hashes are (8, 256) uint8 of 0 and 1, most significant bit first as in the hex form: as it is, rotated by 90,
    180 and 270 degrees, mirrored top-bottom, left-right, along either diagonal. Quality is 0 (blank) to 100.
    """
    grid = _sampled(_blurred(luma.astype(np.float32)))
    basis = _basis()
    cosines = np.asarray(basis @ grid @ basis.T, np.float32)  # (16, 16)
    hashes = np.stack([_bits(view) for view in _views(cosines)])
    return hashes, _quality(grid)


def _blurred(plane: Plane) -> Plane:
    """Blur with a box that shrinks at the borders, twice, which makes a tent (Jarosz)."""
    windows = [(size + 2 * _GRID - 1) // (2 * _GRID) for size in plane.shape]
    before = [window - (window + 2) // 2 for window in windows]  # of the box's pixels, how many come before its centre
    inside = [
        np.minimum(np.arange(size) - first + window, size) - np.maximum(np.arange(size) - first, 0)
        for size, window, first in zip(plane.shape, windows, before, strict=True)
    ]
    count = np.outer(*inside).astype(np.float32)
    for _ in range(_PASSES):
        total = cv2.boxFilter(
            plane, -1, windows[::-1], anchor=before[::-1], normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        plane = np.asarray(total / count, np.float32)
    return plane


def _sampled(plane: Plane) -> Plane:
    rows, columns = (np.floor((np.arange(_GRID) + 0.5) * size / _GRID).astype(int) for size in plane.shape)
    return plane[np.ix_(rows, columns)]


@lru_cache(maxsize=1)
def _basis() -> Plane:
    """(16, 64) rows 1 to 16 of the cosine transform."""
    order, place = np.arange(1, _SIDE + 1)[:, None], np.arange(_GRID)[None, :]
    return np.asarray(np.sqrt(2 / _GRID) * np.cos(np.pi / (2 * _GRID) * order * (2 * place + 1)), np.float32)


def _views(cosines: Plane) -> tuple[Plane, ...]:
    """Turning or mirroring a picture only transposes its cosines and changes signs of every second one."""
    sign = np.where(np.arange(_SIDE) % 2, 1, -1).astype(np.float32)
    down, across = sign[:, None], sign[None, :]
    turned = cosines.T
    return (
        cosines,
        turned * down,
        cosines * down * across,
        turned * across,
        cosines * down,
        cosines * across,
        turned,
        turned * down * across,
    )


def _bits(cosines: Plane) -> NDArray[np.uint8]:
    flat = cosines.ravel()
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]  # the lower of the two middle values
    return np.asarray(flat > median, np.uint8)[::-1]


def _quality(grid: Plane) -> int:
    total = sum(int(np.abs(np.trunc(np.diff(grid, axis=axis) * (100 / 255))).sum()) for axis in (0, 1))
    return min(100, total // _QUALITY_DIVISOR)
