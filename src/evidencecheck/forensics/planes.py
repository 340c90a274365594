"""One number per 8x8 block and trace: noise, sharpness, block edges, JPEG ghosts, double quantisation.

An edit leaves a place whose traces differ from the rest of the picture. Every plane here is cheap, is worked out in
strips so that memory does not grow with the picture, and means the same for any picture size. Sources of the traces:
noise level by the Immerkaer mask (CVIU 1996); JPEG ghosts (H. Farid, IEEE TIFS 2009); block edges (W. Li, Y. Yuan,
N. Yu, Signal Processing 2009); likelihood of double quantisation (see `history`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX, block_dct, luma_table, quality_of
from evidencecheck.forensics.grid import STRIP_ROWS, Grid, find_grid
from evidencecheck.forensics.history import Histories
from evidencecheck.forensics.painted import fine_colour, steps
from evidencecheck.forensics.patterns import KINDS, pattern_counts, step_of
from evidencecheck.forensics.source import LastSave

Plane = NDArray[np.float32]

GHOST_QUALITIES = (45, 55, 65, 70, 75, 80, 85, 90, 95)
HALO_PX = 16  # rows beside a strip that its filters and shifted grids reach into
SMALLEST_BLOCKS = 8  # a side of fewer blocks has no statistics

NAMES = (
    "light", "texture", "saturated",
    "noise", "noise_floor", "noise_cb", "noise_cr", "high", "middle", "median_residual",
    "across", "down", "red_green", "blue_green", "sharp", "zeros", "step", "fine_colour",
    *(f"ghost_{q}" for q in GHOST_QUALITIES),
    "edge_own", "edge_other", "double_own", "double_other", "nonzero_own", "double_colour",
    "double_own_paired", "double_other_paired", "nonzero_own_paired", "double_colour_paired",
)  # fmt: skip

_FIRST_LIKELIHOOD = NAMES.index("double_own")  # from here on planes are known only when every strip was seen
_IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
_BAND = np.add.outer(np.arange(BLOCK_PX), np.arange(BLOCK_PX)).ravel()  # u + v of each coefficient


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlanes:
    """Planes of one picture: `values` (len(NAMES), h, w), how often each pattern of `patterns` begins in each block
    (h, w, KINDS), the pixel of block (0, 0), and facts of the whole picture.
    """

    values: NDArray[np.float32]
    patterns: NDArray[np.uint8]
    top: int
    left: int
    facts: Mapping[str, float]

    def plane(self, name: str) -> Plane:
        """Return the (h, w) plane of this name."""
        found: Plane = self.values[NAMES.index(name)]
        return found


def block_planes(rgb: NDArray[np.uint8], gray: NDArray[np.uint8], save: LastSave | None = None) -> BlockPlanes | None:
    """Return the planes of the (H, W, 3) picture, or None where it has fewer than 8 whole blocks a side.

    `save` is what the file says about its last JPEG save, None where it is no JPEG.
    """
    own, other = find_grid(gray, save.phase if save else None)
    rows, columns = (gray.shape[0] - own.top) // BLOCK_PX, (gray.shape[1] - own.left) // BLOCK_PX
    if min(rows, columns) < SMALLEST_BLOCKS:
        return None
    histories = Histories.of(save.table if save else None, save.half_colour if save else None)
    values = np.empty((len(NAMES), rows, columns), np.float32)
    patterns, step = np.empty((rows, columns, KINDS), np.uint8), step_of(gray)
    strip_blocks = STRIP_ROWS // BLOCK_PX
    for first in range(0, rows, strip_blocks):
        last = min(first + strip_blocks, rows)
        strip = _Strip.cut(rgb, own, first, last, columns)
        values[:_FIRST_LIKELIHOOD, first:last] = _strip_planes(strip, own, other, histories)
        patterns[first:last] = pattern_counts(strip.ycc[..., 0], step, HALO_PX)
    likelihoods = histories.planes(rows, columns)
    values[_FIRST_LIKELIHOOD:] = [likelihoods[name] for name in NAMES[_FIRST_LIKELIHOOD:]]
    facts = {
        "quality": float(quality_of(save.table)) if save else 101.0,
        "own_grid": own.strength,
        "other_grid": other.strength,
        "double_own": histories.own.divergence(),
        "double_other": histories.other.divergence(),
    }
    return BlockPlanes(values=values, patterns=patterns, top=own.top, left=own.left, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """Some block rows with a halo all round, mirrored at the border: (rows * 8 + 2 halo, columns * 8 + 2 halo, 3)."""

    rgb: NDArray[np.uint8]
    ycc: NDArray[np.uint8]  # luma, red and blue colour

    @classmethod
    def cut(cls, rgb: NDArray[np.uint8], own: Grid, first: int, last: int, columns: int) -> _Strip:
        top, bottom = own.top + first * BLOCK_PX - HALO_PX, own.top + last * BLOCK_PX + HALO_PX
        left, right = own.left - HALO_PX, own.left + columns * BLOCK_PX + HALO_PX
        height, width = rgb.shape[:2]
        inner = rgb[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
        pad = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
        whole = np.asarray(cv2.copyMakeBorder(inner, *pad, cv2.BORDER_REFLECT_101), np.uint8)
        return cls(rgb=whole, ycc=np.asarray(cv2.cvtColor(whole, cv2.COLOR_RGB2YCrCb), np.uint8))


def _strip_planes(strip: _Strip, own: Grid, other: Grid, histories: Histories) -> NDArray[np.float32]:
    """Return the strip's planes up to "edge_other", and let the histories see it."""
    ycc = strip.ycc
    luma = ycc[..., 0].astype(np.float32)
    coefficients = block_dct(_inner(luma))
    histories.own.see(coefficients, block_dct(_inner(luma, 4, 4)))
    move = ((other.top - own.top) % BLOCK_PX, (other.left - own.left) % BLOCK_PX)
    histories.other.see(block_dct(_inner(luma, *move)), block_dct(_inner(luma, move[0] + 4, move[1] + 4)))
    for channel, history in zip((1, 2), histories.colours, strict=True):
        history.see(*(_half_dct(ycc[..., channel], shift) for shift in (0, BLOCK_PX)))
    planes = [_mean(_inner(luma)), *_band_planes(coefficients, strip.rgb), *_noise_planes(luma, ycc)]
    planes += [*_residual_planes(luma, strip.rgb), _zeros(coefficients), *_painted_planes(ycc)]
    planes += [*_ghosts(coefficients), *_edge_planes(luma, move)]
    by_name = dict(zip(_ORDER, planes, strict=True))
    return np.stack([by_name[name] for name in NAMES[:_FIRST_LIKELIHOOD]])


_ORDER = (
    "light", "texture", "middle", "high", "saturated",
    "noise", "noise_floor", "noise_cr", "noise_cb", "median_residual",
    "across", "down", "red_green", "blue_green", "sharp", "zeros", "step", "fine_colour",
    *(f"ghost_{q}" for q in GHOST_QUALITIES), "edge_own", "edge_other",
)  # fmt: skip


def _inner(plane: Plane, down: int = 0, right: int = 0) -> Plane:
    """Cut the halo off, the window moved by so many pixels (less than the halo)."""
    height, width = plane.shape[0] - 2 * HALO_PX, plane.shape[1] - 2 * HALO_PX
    return plane[HALO_PX + down : HALO_PX + down + height, HALO_PX + right : HALO_PX + right + width]


def _mean(plane: Plane, side: int = BLOCK_PX) -> Plane:
    """Mean over blocks of `side` pixels: area interpolation is the exact box mean at whole factors."""
    size = (plane.shape[1] // side, plane.shape[0] // side)
    return np.asarray(cv2.resize(np.ascontiguousarray(plane), size, interpolation=cv2.INTER_AREA), np.float32)


def _log(plane: Plane, floor: float) -> Plane:
    return np.asarray(np.log(plane + np.float32(floor)), np.float32)


def _band_planes(coefficients: Plane, rgb: NDArray[np.uint8]) -> list[Plane]:
    square = coefficients * coefficients
    bands = [square[..., (low <= _BAND) & (high >= _BAND)].mean(-1) for low, high in ((1, 3), (4, 7), (8, 14))]
    red, green, blue = cv2.split(rgb)
    bright, dark = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    ends = ((bright >= 253) | (dark <= 2)).astype(np.float32)
    return [*(_log(band, 0.1) for band in bands), _mean(_inner(ends))]


def _noise_planes(luma: Plane, ycc: NDArray[np.uint8]) -> list[Plane]:
    rough = np.abs(cv2.filter2D(luma, -1, _IMMERKAER))
    quarters = _mean(_inner(rough), BLOCK_PX // 2)
    rows, columns = quarters.shape[0] // 2, quarters.shape[1] // 2
    floor = quarters.reshape(rows, 2, columns, 2).min(axis=(1, 3))
    planes = [_log(_mean(_inner(rough)), 0.1), _log(floor, 0.1)]
    for channel in (1, 2):  # Cr, Cb; halved first, as most JPEG files store colour at half the resolution
        half = cv2.resize(ycc[..., channel].astype(np.float32), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        colour = np.abs(cv2.filter2D(half, -1, _IMMERKAER))
        cut = colour[HALO_PX // 2 : -HALO_PX // 2, HALO_PX // 2 : -HALO_PX // 2]
        planes.append(_log(_mean(cut, BLOCK_PX // 2), 0.1))
    calm = cv2.medianBlur(np.ascontiguousarray(ycc[..., 0]), 3)
    planes.append(_log(_mean(_inner(np.abs(luma - calm))), 0.1))
    return planes


def _residual_planes(luma: Plane, rgb: NDArray[np.uint8]) -> list[Plane]:
    """Correlation of the residual with its neighbours (resampling, blur) and between colours (sensor noise)."""
    rest = luma - cv2.blur(luma, (3, 3))
    power = _pooled(rest * rest) + np.float32(0.05)
    across = _pooled(rest * np.roll(rest, 1, 1)) / power
    down = _pooled(rest * np.roll(rest, 1, 0)) / power
    colours = [c - cv2.blur(c, (3, 3)) for c in (rgb[..., i].astype(np.float32) for i in range(3))]
    powers = [_pooled(c * c) + np.float32(0.05) for c in colours]
    pairs = [_pooled(colours[i] * colours[1]) / np.sqrt(powers[i] * powers[1]) for i in (0, 2)]
    fine = _mean(_inner(np.abs(luma - cv2.blur(luma, (3, 3)))))
    coarse = _mean(_inner(np.abs(luma - cv2.blur(luma, (9, 9)))))
    return [across, down, *pairs, np.log((fine + np.float32(0.1)) / (coarse + np.float32(0.1)))]


def _pooled(plane: Plane) -> Plane:
    """Block means, pooled over 3x3 blocks: ratios of small sums are too noisy."""
    return np.asarray(cv2.blur(_mean(_inner(plane)), (3, 3)), np.float32)


def _zeros(coefficients: Plane) -> Plane:
    return np.asarray((np.abs(coefficients) < 0.75).mean(-1), np.float32)


def _painted_planes(ycc: NDArray[np.uint8]) -> list[Plane]:
    share = steps(np.ascontiguousarray(ycc[..., 0]))
    share *= share
    step = _log(_mean(_inner(share * share)), 0.003)
    fine = _log(_mean(_inner(fine_colour(ycc))), 0.1)
    return [step, fine]


def _half_dct(colour: NDArray[np.uint8], shift: int) -> Plane:
    """Return the DCT of a (H, W) colour plane of a strip, halved, the grid moved by `shift` pixels both ways."""
    height, width = (-(-(side - 2 * HALO_PX) // (2 * BLOCK_PX)) * 2 * BLOCK_PX for side in colour.shape)
    part = colour[HALO_PX + shift :][:height, HALO_PX + shift :][:, :width]
    wanted = (0, height - part.shape[0], 0, width - part.shape[1])
    full = cv2.copyMakeBorder(part, *wanted, cv2.BORDER_REPLICATE) if max(wanted) else np.ascontiguousarray(part)
    return block_dct(_mean(full.astype(np.float32), 2))


def _ghosts(coefficients: Plane) -> list[Plane]:
    """Log mean square error of quantising the block at each trial quality."""
    planes = []
    for quality in GHOST_QUALITIES:
        step = luma_table(quality)
        rest = coefficients / step
        rest -= np.rint(rest)
        rest *= step
        planes.append(_log(np.einsum("ijk,ijk->ij", rest, rest) / np.float32(64), 0.1))
    return planes


def _edge_planes(luma: Plane, move: tuple[int, int]) -> list[Plane]:
    """Log ratio of the third difference across the block edges to that inside the blocks, on both grids."""
    planes = []
    across = np.minimum(np.abs(np.roll(luma, 2, 1) - 3 * np.roll(luma, 1, 1) + 3 * luma - np.roll(luma, -1, 1)), 24)
    down = np.minimum(np.abs(np.roll(luma, 2, 0) - 3 * np.roll(luma, 1, 0) + 3 * luma - np.roll(luma, -1, 0)), 24)
    for shift in ((0, 0), move):
        own = _inner(across, *shift)[:, ::BLOCK_PX], _inner(down, *shift)[::BLOCK_PX]
        edges = _mean_rows(own[0]) + _mean_rows(own[1].T).T
        inside = _mean(_inner(across, *shift)) + _mean(_inner(down, *shift))
        pooled = (np.asarray(cv2.blur(plane, (3, 3)), np.float32) for plane in (edges, inside))
        on, off = (_log(plane, 0.2) for plane in pooled)
        planes.append(on - off)
    return planes


def _mean_rows(plane: Plane) -> Plane:
    """Mean over runs of 8 rows."""
    return np.ascontiguousarray(plane.reshape(plane.shape[0] // BLOCK_PX, BLOCK_PX, -1).mean(1))
