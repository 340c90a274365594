"""From a map of suspicion to a few circled places: snug, numbered, never the whole picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.model import Region

MOST_REGIONS = 5
LARGEST_SHARE = 0.6  # of the picture: a place larger than this says nothing about where
LEAST_SHARE = 0.0005
WEAKEST_PART = 0.15  # places with less than this share of the strongest place's mass are left out
MARGIN = 0.15  # the line runs outside the place by this share of its size


def circled(
    mask: NDArray[np.bool_], size: tuple[int, int], weight: NDArray[np.float32] | None = None
) -> tuple[Region, ...]:
    """Return outlines of the places in the (h, w) mask, strongest first, in pixels of the picture.

    `size` is the picture's (width, height); the mask may be smaller.

    `weight` (h, w) orders the places by what they add up to; without it the larger one comes first.
    """
    height, width = mask.shape
    count, labels = cv2.connectedComponents(_joined(mask).astype(np.uint8))
    places = []
    for label in range(1, count):
        inside = (labels == label) & mask
        share = inside.mean()
        if LEAST_SHARE <= share <= LARGEST_SHARE:
            places.append((float(weight[inside].sum() if weight is not None else inside.sum()), inside))
    places.sort(key=lambda place: -place[0])
    regions: list[Region] = []
    for mass, inside in places[:MOST_REGIONS]:
        if mass < WEAKEST_PART * places[0][0]:
            break
        outline = _outline(inside) * (size[0] / width, size[1] / height)
        corners = np.clip(outline, 0, np.array(size)).round(1)
        polygon = tuple((float(x), float(y)) for x, y in corners)
        regions.append(Region(polygon=polygon, label=str(len(regions) + 1)))
    return tuple(regions)


def _joined(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Join places whose gap is small beside the picture, so that one edit gets one circle."""
    side = max(3, round(0.02 * max(mask.shape))) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0)


def _outline(inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (n, 2) corners of the convex hull, moved outwards by the margin, at most 24 of them."""
    ys, xs = np.nonzero(inside)
    corners = np.concatenate([np.stack([xs + dx, ys + dy], 1) for dx in (0, 1) for dy in (0, 1)])
    hull = cv2.convexHull(corners.astype(np.float32))[:, 0]
    length = cv2.arcLength(hull, closed=True)
    hull = cv2.approxPolyDP(hull, 0.01 * length, closed=True)[:, 0]
    centre = (hull.min(0) + hull.max(0)) / 2
    return np.asarray(centre + (hull - centre) * (1 + MARGIN), np.float64)
