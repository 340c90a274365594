"""Are two aligned pictures one exposure, or two shots of the same scene? Told by the grain in smooth places.

Sensor noise differs from shot to shot, even on a tripod; copies of one shot share what is left of it. Saving in a chat
app removes it: then nothing can be told. Source: J. Lukas, J. Fridrich, M. Goljan, Digital camera identification from
sensor pattern noise, IEEE TIFS 2006 (the idea of correlating noise residuals; here the whole noise, not its pattern).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.dense import Matrix

Gray = NDArray[np.uint8]

GRAIN_PX = 1.0  # blur that is taken off: what is left is grain, and edges
AROUND_PX = 4.0  # neighbourhood in which a place must be smooth
SMOOTH_SHARE = 0.3  # of the places, the smoothest
MOST_LEVELS = 3.0  # grain above this is texture of the thing
LEAST_LEVELS = 0.25  # grain below this was removed on saving
LEAST_PIXELS = 3000
BORDER_PX = 8
LEAST_INNER = 40  # pixels of a place, its border left out
GRAINLESS = 0.6  # of the grain usual in the picture
ONE_EXPOSURE = 0.6  # correlation from here on; two shots on a tripod reach far less (benchmarks/siblings.py)


def grain_agreement(photo: Gray, known: Gray, matrix: Matrix, differs: NDArray[np.bool_]) -> float | None:
    """Return the correlation (-1 to 1) of the grain of two (H, W) pictures, None where too little of it is left.

    `matrix` maps photo to known pixels; `differs` (H, W) marks the photo's places that are left out.
    """
    h, w = photo.shape
    there = cv2.warpPerspective(known, matrix, (w, h), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    inside = cv2.warpPerspective(np.full(known.shape, 255, np.uint8), matrix, (w, h), flags=cv2.WARP_INVERSE_MAP) > 254
    inside &= cv2.dilate(differs.astype(np.uint8), np.ones((25, 25), np.uint8)) == 0
    inside = cv2.erode(inside.astype(np.uint8), np.ones((2 * BORDER_PX + 1,) * 2), borderValue=0) > 0
    one, other = _grain(photo), _grain(np.asarray(there, np.uint8))
    energy = np.maximum(_local(one), _local(other))
    if int(inside.sum()) < LEAST_PIXELS:
        return None
    limit = min(MOST_LEVELS, float(np.quantile(energy[inside], SMOOTH_SHARE)))
    smooth = inside & (energy <= limit)
    a, b = one[smooth], other[smooth]
    if len(a) < LEAST_PIXELS or min(a.std(), b.std()) < LEAST_LEVELS:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def grainless(gray: Gray, place: NDArray[np.bool_]) -> bool:
    """Tell whether a place (H, W) of a picture has much less grain than the rest: drawn, covered, blurred, painted.

    False where the rest has too little grain to tell.
    """
    energy = _local(_grain(gray))
    inner = cv2.erode(place.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    outer = cv2.dilate(place.astype(np.uint8), np.ones((25, 25), np.uint8)) == 0
    if inner.sum() < LEAST_INNER or outer.sum() < LEAST_PIXELS:
        return False
    usual = float(np.quantile(energy[outer], SMOOTH_SHARE))
    return usual >= LEAST_LEVELS and float(np.quantile(energy[inner], SMOOTH_SHARE)) < GRAINLESS * usual


def _grain(gray: Gray) -> NDArray[np.float32]:
    plane = gray.astype(np.float32)
    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), GRAIN_PX), np.float32)


def _local(grain: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sqrt(cv2.GaussianBlur(grain * grain, (0, 0), AROUND_PX)), np.float32)
