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

Plane = NDArray[np.float32]

SIDE_PX = 400  # geometric mean side of the overlap on which differences are looked for
CHROMA_WEIGHT = 0.7  # of colour against brightness: codecs keep less of it
FLOOR_LEVELS = 2.5  # remainder in grey levels that is never remarkable
SMOOTH_PX = 1.3  # differences are averaged that far: single pixels are noise
SEED, GROW = 6.5, 3.2  # remainder over usual remainder: where a difference is sure, and how far it reaches
LEAST_SHARE = 0.00035  # of the overlap, the smallest region told
MOST_SHARE = 0.45  # of the overlap; more, and the pictures differ as a whole
JOIN_PX = 5  # gaps closed between parts of one difference
FITS = 4  # rounds of fitting tones, each leaving out what did not fit before
SAMPLE_PX = 2  # tones are fitted on every second row and column
CONSTANT = 64.0  # grey levels; of the size of the other terms, so that one ridge serves them all
DARK, BRIGHT = 6.0, 249.0  # grey levels beyond which a channel may be clipped
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
class Grid:
    """Photo and known picture in the photo's tones, (H, W, 3) float32, RGB while tones are fitted, YCrCb after.

    `inside` (H, W) bool where both are; `to_photo` maps grid pixels to photo pixels.
    """

    photo: Plane
    known: Plane
    inside: NDArray[np.bool_]
    to_photo: Matrix
    clipped: NDArray[np.bool_]  # where tones were cut off, and so cannot be predicted well


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
    grid, usual = _in_the_same_tones(grid)
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


def _in_the_same_tones(grid: Grid) -> tuple[Grid, NDArray[np.bool_]]:
    """Bring the known picture to the photo's tones; also return where it fits, which is where it was fitted.

    Filters are a colour matrix with clipping, nearly: fitted where the photo is not clipped, then clipped alike.
    """
    sample = np.s_[::SAMPLE_PX, ::SAMPLE_PX]
    usual, colours = _colours(grid.known[sample], grid.photo[sample], grid.inside[sample])
    told = _mixed(grid.known.reshape(-1, 3), colours)
    target = grid.photo.reshape(-1, 3)
    fits = grid.inside.ravel() & (np.abs(target - told).mean(axis=1) < usual)
    told = np.clip(_curve(told, target, fits), 0, 255)
    matched = told.reshape(grid.photo.shape)
    fitted = fits.reshape(grid.inside.shape)
    matched = np.clip(matched + _slow(grid.photo - matched, fitted), 0, 255)
    clipped = ((matched < DARK) | (matched > BRIGHT)).any(axis=2)
    return Grid(_ycrcb(grid.photo), _ycrcb(matched), grid.inside, grid.to_photo, clipped), fitted


def _colours(known: Plane, photo: Plane, inside: NDArray[np.bool_]) -> tuple[float, Plane]:
    """Return the error up to which a place fits, grey levels, and the colour matrix (4, 3) that was fitted there."""
    known, photo, fits = known.reshape(-1, 3), photo.reshape(-1, 3), inside.ravel()
    colours, limit = np.zeros((4, 3), np.float32), 0.0
    for _ in range(FITS):
        colours = np.column_stack([_channel(known, photo[:, c], fits) for c in range(3)])
        error = np.abs(photo - _mixed(known, colours)).mean(axis=1)
        limit = max(3.0 * float(np.median(error[fits])) if fits.any() else 0.0, 6.0)
        fits = inside.ravel() & (error < limit)
    return limit, colours


def _channel(known: Plane, target: Plane, fits: NDArray[np.bool_]) -> Plane:
    """Return the least-squares weights (4,) that make one channel of the photo from the known picture's three."""
    use = fits & (target > DARK) & (target < BRIGHT)
    if use.sum() < 50:
        use = fits
    left = np.column_stack([known[use], np.full(int(use.sum()), CONSTANT)]).astype(np.float64)
    square = left.T @ left + np.eye(4) * 1e3
    return np.asarray(np.linalg.solve(square, left.T @ target[use]), np.float32)


def _mixed(known: Plane, colours: Plane) -> Plane:
    return np.asarray(np.clip(known @ colours[:3] + CONSTANT * colours[3], 0, 255), np.float32)


def _ycrcb(rgb: Plane) -> Plane:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2YCrCb) * 255, np.float32)


def _curve(told: Plane, target: Plane, fits: NDArray[np.bool_]) -> Plane:
    """Correct each channel by its median error at each tone: phone filters bend tones."""
    done = told.copy()
    for channel in range(3):
        tones = (told[:, channel] / 8).astype(int).clip(0, 31)
        bins, error = tones[fits], (target - told)[fits, channel]
        order = np.argsort(bins, kind="stable")
        bins, error = bins[order], error[order]
        starts = np.searchsorted(bins, np.arange(33))
        told_at = [k for k in range(32) if starts[k + 1] - starts[k] >= 60]
        if told_at:
            medians = [float(np.median(error[starts[k] : starts[k + 1]])) for k in told_at]
            done[:, channel] += np.interp(told[:, channel], [k * 8 + 4.0 for k in told_at], medians)
    return done


def _slow(error: Plane, fits: NDArray[np.bool_]) -> Plane:
    """Return the part of the remainder that changes slowly over the picture: other lighting, vignetting, glare."""
    sigma = 0.11 * float(np.sqrt(error.shape[0] * error.shape[1]))
    step = 8  # slow things can be seen on a coarse grid
    small = (max(2, error.shape[1] // step), max(2, error.shape[0] // step))
    weight = fits.astype(np.float32)
    mass = cv2.GaussianBlur(cv2.resize(weight, small, interpolation=cv2.INTER_AREA), (0, 0), sigma / step)
    kept = np.clip(error, -20, 20) * weight[..., None]
    total = cv2.GaussianBlur(cv2.resize(kept, small, interpolation=cv2.INTER_AREA), (0, 0), sigma / step)
    slow = total / np.maximum(mass, 0.05)[..., None]
    return np.asarray(cv2.resize(slow, error.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


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
