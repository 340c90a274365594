"""One regular pattern all over a photo: the pixel grid of a screen that was photographed, or its beat with the sensor.

The spectrum of the picture's fine residual has peaks where a screen's grid was sampled (H. Muammar, P. L. Dragotti,
"An investigation into aliasing in images recaptured from an LCD monitor using a digital camera", ICASSP 2013; B.
Mahdian, A. Novozámský, S. Saic, ICIP 2015). Cloth and tiles have such peaks in places, a screen the same all over.
How many tiles share it is weighed a contrario: how seldom would so many do so if each had its peaks for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.tail import log10_at_least

Plane = NDArray[np.float32]

TILE_PX = 128
MOST_TILES = 8  # a side: half-overlapping in small photos, spread out in large ones, so that the cost is bounded
LEAST_TILES = 8
DARKEST, BRIGHTEST = 35, 250  # grey levels: a tile beyond them shows no pattern
SLOWEST, FASTEST = (
    16,
    56,
)  # cycles a tile: periods of 8 to 2.3 px; check shirts are slower, a mosaic's own pattern faster
DRIFT_BINS = 7  # perspective moves the peak from tile to tile
PEAK = 2.5  # log power above its surroundings, beyond the tile's median: noise reaches it at some 2 % of frequencies
LEAST_CHANCE = 0.02
JPEG_BINS = TILE_PX // 8  # block edges peak at multiples of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """The pattern that most tiles share. `rarity` is -log10 of the expected number of such patterns by chance."""

    rarity: float
    share: float  # 0-1, tiles that show it
    period_px: float
    tiles: int


def find_lattice(gray: NDArray[np.uint8]) -> Lattice | None:
    """Return the most widely shared pattern of the (H, W) luma, or None where too few tiles could show one."""
    height, width = gray.shape
    if min(height, width) < 2 * TILE_PX:
        return None
    levels = [
        _levels(tile.astype(np.float32))
        for top in _starts(height)
        for left in _starts(width)
        if DARKEST < (tile := gray[top : top + TILE_PX, left : left + TILE_PX]).mean() < BRIGHTEST
    ]
    if len(levels) < LEAST_TILES:
        return None
    # tiles that have a peak, by frequency
    counts: NDArray[np.int64] = np.stack([_peaks(level) for level in levels]).sum(axis=0, dtype=np.int64)
    chance = min(max(LEAST_CHANCE, float(counts.mean()) / len(levels)), 0.99)
    most = int(counts.max())
    strongest = np.where(counts == most, np.stack(levels).sum(axis=0)[_LOOKED_AT], -np.inf).argmax()
    return Lattice(
        rarity=max(0.0, -log10(counts.size) - log10_at_least(most, len(levels), chance)),
        share=most / len(levels),
        period_px=TILE_PX / float(_RADIUS[_LOOKED_AT][strongest]),
        tiles=len(levels),
    )


def _starts(side: int) -> list[int]:
    count = min(MOST_TILES, 2 * (side - TILE_PX) // TILE_PX + 1)
    return [int(start) for start in np.linspace(0, side - TILE_PX, count)]


def _levels(tile: Plane) -> Plane:
    """Return (128, 65) log power of the tile's fine residual, above its surroundings in the spectrum."""
    rest = (tile - cv2.GaussianBlur(tile, (0, 0), 4)) * _WINDOW
    power = np.fft.fftshift(np.abs(np.fft.rfft2(rest)) ** 2, axes=0)
    level = np.log(power + 1e-3).astype(np.float32)
    return np.asarray(level - cv2.blur(level, (13, 13), borderType=cv2.BORDER_REFLECT), np.float32)


def _peaks(level: Plane) -> NDArray[np.bool_]:
    """Return for each frequency looked at whether there is a peak, or one a few bins beside it."""
    near = np.asarray(cv2.dilate(level, np.ones((DRIFT_BINS, DRIFT_BINS), np.uint8)))[_LOOKED_AT]
    return np.asarray(near - np.median(near) > PEAK)


def _looked_at(down: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Frequencies without those of JPEG's block edges, which lie on both axes and where their multiples cross."""
    radius = np.hypot(down, across)
    edge_down, edge_across = (np.abs((f + JPEG_BINS / 2) % JPEG_BINS - JPEG_BINS / 2) <= 1 for f in (down, across))
    block = (edge_across & (np.abs(down) <= 2)) | (edge_down & (np.abs(across) <= 2)) | (edge_down & edge_across)
    return np.asarray((radius >= SLOWEST) & (radius <= FASTEST) & ~block)


_WINDOW = np.outer(np.hanning(TILE_PX), np.hanning(TILE_PX)).astype(np.float32)
_DOWN = np.arange(-TILE_PX // 2, TILE_PX // 2, dtype=np.float64)[:, None]
_ACROSS = np.arange(TILE_PX // 2 + 1, dtype=np.float64)[None, :]
_RADIUS = np.hypot(_DOWN, _ACROSS)
_LOOKED_AT = _looked_at(_DOWN, _ACROSS)  # (128, 65)
