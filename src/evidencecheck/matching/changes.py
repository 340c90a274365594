"""Where a photo differs from the known picture it was made from, and what kind of difference it is.

The known picture is warped onto the photo and brought to its tones (a colour matrix and a tone curve fitted robustly,
and slow lighting). What remains is weighed against the remainder that is usual where the picture is as busy:
recompression, resizing and filters leave more at edges than on plain ground. Differences are grown from sure places
(hysteresis: J. Canny, TPAMI 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.dense import Matrix, equal_blurs, outline, shrunk, warp, zoom_at
from evidencecheck.matching.tones import Grid, in_the_same_tones

Plane = NDArray[np.float32]

SIDE_PX = 400  # geometric mean side of the overlap on which differences are looked for
CHROMA_WEIGHT = 0.7  # of colour against brightness: codecs keep less of it
FLOOR_LEVELS = 2.5  # remainder in grey levels that is never remarkable
SMOOTH_PX = 1.3  # differences are averaged that far: single pixels are noise
SEED, GROW = 6.5, 3.2  # remainder over usual remainder: where a difference is sure, and how far it reaches
LEAST_SHARE = 0.00035  # of the overlap, the smallest region told
MOST_SHARE = 0.45  # of the overlap; more, and the pictures differ as a whole
JOIN_PX = 5  # gaps closed between parts of one difference
CLIPPED = 1.6  # so much more remainder is usual where tones are cut off
BORDER_PX = 5  # along the overlap's border warps are not to be trusted


@dataclass(frozen=True, slots=True)
class Difference:
    """One region. `polygon` (N, 2) photo pixels; `share` of the overlap; `strength` mean remainder over the usual."""

    polygon: NDArray[np.float32]
    share: float
    strength: float
    mask: NDArray[np.bool_]  # on the grid
    core: NDArray[np.bool_]  # where it is sure


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences, strongest first, and the grid they were found on."""

    grid: Grid
    strength: Plane  # (H, W) remainder over the usual remainder, on the grid
    regions: tuple[Difference, ...]
    share: float  # of the overlap that differs


def changes(
    photo: NDArray[np.uint8], known: NDArray[np.uint8], matrix: Matrix, seen: NDArray[np.float32]
) -> Changes | None:
    """Compare (H, W, 3) RGB pictures under `matrix` (photo to known pixels), within the outline `seen` (N, 2).

    None when they overlap too little.
    """
    grid = _grid(photo, known, matrix, seen)
    if grid is None:
        return None
    grid, usual = in_the_same_tones(grid)
    strength = _strength(grid, usual)
    regions = _regions(grid, strength)
    share = sum(region.share for region in regions)
    return Changes(grid, strength, tuple(sorted(regions, key=lambda r: -r.strength * r.share**0.5)), share)


def _grid(photo: NDArray[np.uint8], known: NDArray[np.uint8], matrix: Matrix, seen: NDArray[np.float32]) -> Grid | None:
    whole = outline(matrix, photo.shape, known.shape)
    if len(whole) < 3 or len(seen) < 3:
        return None
    area, polygon = cv2.intersectConvexConvex(cv2.convexHull(seen), cv2.convexHull(whole))
    if area < 32**2 or polygon is None:
        return None
    polygon = polygon.reshape(-1, 2)
    (x0, y0), (x1, y1) = polygon.min(axis=0), polygon.max(axis=0)
    scale = min(1.0, SIDE_PX / float(np.sqrt(area)))
    zoom = zoom_at(matrix, polygon.mean(axis=0)) / scale
    if zoom < 0.5:  # the photo is an enlargement: its extra pixels hold nothing
        scale, zoom = scale * zoom * 2, 0.5
    size = (max(16, int((x1 - x0) * scale)), max(16, int((y1 - y0) * scale)))
    to_photo = np.array([[1 / scale, 0, x0], [0, 1 / scale, y0], [0, 0, 1]], np.float64)
    small, at = shrunk(photo, scale)
    other, other_at = shrunk(known, min(1.0, 1 / zoom))
    here, there = warp(small, at @ to_photo, size), warp(other, other_at @ matrix @ to_photo, size)
    gray, other_gray = (np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), np.float32) for p in (here, there))
    blur_here, blur_there = equal_blurs(gray, other_gray)
    here = np.asarray(cv2.GaussianBlur(here, (0, 0), blur_here), np.float32) if blur_here else here
    there = np.asarray(cv2.GaussianBlur(there, (0, 0), blur_there), np.float32) if blur_there else there
    inside = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(inside, np.rint((polygon - (x0, y0)) * scale).astype(np.int32), 1)
    inside = cv2.erode(inside, np.ones((2 * BORDER_PX + 1,) * 2, np.uint8), borderValue=0)
    return Grid(
        np.asarray(here, np.float32), np.asarray(there, np.float32), inside > 0, to_photo, np.zeros(size[::-1], bool)
    )


def _strength(grid: Grid, fitted: NDArray[np.bool_]) -> Plane:
    """(H, W) float32: the smoothed remainder over the remainder usual where the picture is as busy."""
    error = cv2.GaussianBlur(grid.photo - grid.known, (0, 0), SMOOTH_PX)
    size = np.sqrt(error[..., 0] ** 2 + CHROMA_WEIGHT**2 * (error[..., 1] ** 2 + error[..., 2] ** 2))
    luma = cv2.GaussianBlur(grid.known[..., 0], (0, 0), SMOOTH_PX)
    busy = cv2.magnitude(cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=0.25), cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=0.25))
    busy = cv2.dilate(busy, np.ones((5, 5), np.uint8))
    usual = _usual(size, np.asarray(busy, np.float32), fitted)
    local = np.interp(busy.ravel(), *usual).reshape(busy.shape)
    local *= np.where(grid.clipped, CLIPPED, 1.0)
    return np.asarray(size / np.maximum(local, FLOOR_LEVELS), np.float32)


def _usual(size: Plane, busy: Plane, fitted: NDArray[np.bool_]) -> tuple[list[float], list[float]]:
    """Return the remainder usual at each busyness: knots and values, never falling."""
    at, error = busy[fitted], size[fitted]
    if len(at) < 100:
        return [0.0], [FLOOR_LEVELS * 4]
    knots, values = [0.0], [0.0]
    for low, high in zip((0.0, 0.3, 0.6, 0.8, 0.9, 0.96), (0.3, 0.6, 0.8, 0.9, 0.96, 1.0), strict=True):
        a, b = np.quantile(at, (low, high))
        part = error[(at >= a) & (at <= b)]
        knots.append(float(a + b) / 2)
        values.append(max(values[-1], 1.6 * float(np.quantile(part, 0.6))))
    values[0] = values[1]
    return knots, values


def _regions(grid: Grid, strength: Plane) -> list[Difference]:
    grown = ((strength > GROW) & grid.inside).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (JOIN_PX, JOIN_PX))
    joined = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, disc)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    total = max(1, int(grid.inside.sum()))
    found = []
    for label in range(1, count):
        area = int(stats[label, cv2.CC_STAT_AREA])
        if area < max(12, LEAST_SHARE * total):
            continue
        mask = labels == label
        seeds = int((strength[mask] > SEED).sum())
        if seeds < max(6, 0.1 * area):
            continue
        found.append(_difference(grid, mask, strength, area / total))
    return found


def _difference(grid: Grid, mask: NDArray[np.bool_], strength: Plane, share: float) -> Difference:
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(wide, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(contours, key=cv2.contourArea)
    simple = cv2.approxPolyDP(contour, 1.0, closed=True)
    if len(simple) < 3:
        x, y, w, h = cv2.boundingRect(contour)
        simple = np.array([[[x, y]], [[x + w, y]], [[x + w, y + h]], [[x, y + h]]], np.int32)
    polygon = cv2.perspectiveTransform(simple.astype(np.float64), grid.to_photo).reshape(-1, 2)
    mean = float(strength[mask].mean())
    return Difference(polygon.astype(np.float32), share, mean, mask, mask & (strength > SEED))


def painted_mask(found: Changes, regions: tuple[Difference, ...], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the regions as an (H, W) uint8 mask of the photo's size, 255 = differs."""
    small = np.zeros(found.grid.inside.shape, np.uint8)
    for region in regions:
        small[region.mask] = 255
    back = cv2.warpPerspective(small, found.grid.to_photo, size[::-1], flags=cv2.INTER_LINEAR)
    return np.where(back > 127, 255, 0).astype(np.uint8)
