"""Traces that painting and pasting leave in single pixels: steps too sharp for a lens, colour too fine for a JPEG.

A camera file keeps colour at half the resolution; what is drawn into it afterwards need not, and its edges are sharper
than what came through the lens and the colour mosaic.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Levels = NDArray[np.uint8]

STEP_WINDOW_PX = 7
LEAST_STEP = 10.0  # grey levels: below it a step is noise

_WINDOW = np.ones((STEP_WINDOW_PX, STEP_WINDOW_PX), np.uint8)


def steps(luma: Levels) -> Pixels:
    """Return (H, W) the difference to the next pixels as a share 0-1 of the range around; 0 where there is no edge."""
    spread = cv2.subtract(cv2.dilate(luma, _WINDOW), cv2.erode(luma, _WINDOW)).astype(np.float32)
    across, down = np.zeros_like(luma), np.zeros_like(luma)
    cv2.absdiff(luma[:, 1:], luma[:, :-1], across[:, 1:])
    cv2.absdiff(luma[1:], luma[:-1], down[1:])
    largest = cv2.max(across, down).astype(np.float32)
    share = largest / np.maximum(spread, LEAST_STEP)
    share[spread < LEAST_STEP] = 0
    return np.asarray(share, np.float32)


def fine_colour(ycc: Levels) -> Pixels:
    """Return (H, W) the colour difference that half the resolution cannot hold, grey levels, both colours together.

    The sides of `ycc` (H, W, 3) must be even.
    """
    height, width = ycc.shape[:2]
    colour = np.ascontiguousarray(ycc[..., 1:])
    half = cv2.resize(colour, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    rest = cv2.absdiff(colour, cv2.resize(half, (width, height), interpolation=cv2.INTER_LINEAR))
    return np.asarray(cv2.add(rest[..., 0], rest[..., 1]), np.float32)
