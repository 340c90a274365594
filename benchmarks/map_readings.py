"""Read one number from a map of a photo in several ways, and say how well a number tells edited from genuine photos.

It needs numpy and OpenCV alone, so that it also serves in the older environment that edits_beside.py runs in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from detection import figures
from numpy.typing import NDArray

SIDES = (5, 9, 15)  # blocks of 8 px that a map is averaged over
NO_ANSWER = -1e9  # below every reading: a method that says nothing finds nothing


@dataclass(frozen=True, kw_only=True)
class Told:
    """How well one number tells edited photos from genuine ones."""

    reading: str
    auc: float
    at_1: float  # share of the edited found where 1 % of the genuine are called
    at_5: float


def readings(blocks: NDArray[np.float32]) -> dict[str, float]:
    """Return the readings of a (h, w) map of blocks: its highest, lowest and most unlike place, at each scale."""
    out = {}
    for side in SIDES:
        smooth = cv2.blur(np.asarray(blocks, np.float32), (side, side), borderType=cv2.BORDER_REFLECT)
        middle = float(np.median(smooth))
        high, low = float(smooth.max()) - middle, middle - float(smooth.min())
        spread = 1.4826 * float(np.median(np.abs(smooth - middle))) + 1e-6
        for name, value in (("highest", high), ("lowest", low), ("either", max(high, low))):
            out[f"{name} of {side}"] = value
            out[f"{name} of {side}, in its own spread"] = value / spread
    return out


def told(reading: str, calm: Sequence[float], hit: Sequence[float]) -> Told:
    auc, at_1, at_5 = figures(hit, calm)
    return Told(reading=reading, auc=auc, at_1=at_1, at_5=at_5)


def best(calm: Sequence[Mapping[str, float]], hit: Sequence[Mapping[str, float]]) -> Told:
    """Return the reading with the highest AUC, chosen with hindsight on the very photos it is measured on."""
    names = max((*calm, *hit), key=len)
    sides = ([[one.get(name, NO_ANSWER) for one in some] for some in (calm, hit)] for name in names)
    return max((told(name, *two) for name, two in zip(names, sides, strict=True)), key=lambda one: one.auc)
