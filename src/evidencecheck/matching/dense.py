"""Dense proof: does everything in the overlap agree, the background too?

Feature inliers cannot tell a copy from another photo of the same printed carton. So the known picture is warped into the
photo, the map is refined on tracked points (Lucas-Kanade on contrast-normalised pictures), and normalised correlation is
measured in small windows over the whole overlap. A copy agrees up to its borders wherever nothing was pasted over it;
another photo of the same print agrees on the print alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.float32]
Matrix = NDArray[np.float64]

CANVAS_PX = 224  # geometric mean side of the compared overlap
LEAST_PX = 24  # an overlap smaller than that in the photo cannot be judged
WINDOW_PX = 13  # of the correlation
NOISE_LEVELS = 2.0  # grey levels of detail that codecs leave behind or take away
DETAIL_LEVELS = 4.0  # local deviation from which a place carries information
TRACKS = 180


@dataclass(frozen=True, slots=True)
class Canvas:
    """Photo and warped known picture side by side on one small grid.

    `photo`, `known` (H, W) float32 grey levels; `inside` (H, W) bool where both exist; `to_photo` maps canvas pixels to
    photo pixels; `matrix` maps photo pixels to known pixels (both as given to `canvas`).
    """

    photo: Gray
    known: Gray
    inside: NDArray[np.bool_]
    to_photo: Matrix
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Agreement:
    """`correlation` (H, W) -1 to 1; `informative` (H, W) bool; on the canvas grid."""

    canvas: Canvas
    correlation: Gray
    informative: NDArray[np.bool_]
    tracked: float  # share of tracked points that follow one map
    residual_px: float  # their median distance from it, canvas pixels


def outline(matrix: Matrix, photo: tuple[int, ...], known: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the overlap as a polygon (N, 2) in photo pixels; empty when there is none. Shapes are (H, W)."""
    h, w = photo[:2]
    kh, kw = known[:2]
    try:
        back = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return np.zeros((0, 2), np.float32)
    corners = np.array([[0, 0, 1], [kw - 1, 0, 1], [kw - 1, kh - 1, 1], [0, kh - 1, 1]], np.float64) @ back.T
    if (corners[:, 2] * corners[0, 2] <= 1e-12).any():
        return np.zeros((0, 2), np.float32)
    shape = (corners[:, :2] / corners[:, 2:]).astype(np.float32)
    if not np.isfinite(shape).all() or np.abs(shape).max() > 1e6 or not cv2.isContourConvex(shape):
        return np.zeros((0, 2), np.float32)
    frame = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
    area, polygon = cv2.intersectConvexConvex(shape, frame)
    if area <= 0 or polygon is None:
        return np.zeros((0, 2), np.float32)
    return np.asarray(polygon.reshape(-1, 2), np.float32)


def agree(photo: NDArray[np.uint8], known: NDArray[np.uint8], matrix: Matrix) -> Agreement | None:
    """Compare (H, W) uint8 pictures under `matrix` (photo to known pixels); None when they do not overlap enough."""
    tracked, residual = 0.0, float(CANVAS_PX)
    for _ in range(3):
        grid = canvas(photo, known, matrix)
        if grid is None:
            return None
        step = _track(grid)
        if step is None:
            break
        change, tracked, residual = step
        # change maps canvas to where the known picture's content really is on the canvas
        there = grid.to_photo @ change @ np.linalg.inv(grid.to_photo)
        refined = matrix @ np.linalg.inv(there)
        matrix = refined / refined[2, 2]
        if residual_move(change, grid.photo.shape) < 0.3:
            break
    grid = canvas(photo, known, matrix)
    if grid is None:
        return None
    correlation, informative = _correlate(grid)
    return Agreement(grid, correlation, informative, tracked, residual)


def canvas(
    photo: NDArray[np.uint8], known: NDArray[np.uint8], matrix: Matrix, side_px: float = CANVAS_PX
) -> Canvas | None:
    """Bring both pictures onto one grid over the overlap, at the coarser picture's resolution and at most `side_px`."""
    polygon = outline(matrix, photo.shape, known.shape)
    if len(polygon) < 3:
        return None
    area = float(cv2.contourArea(polygon))
    if area < LEAST_PX**2:
        return None
    x0, y0 = polygon.min(axis=0) - 1
    x1, y1 = polygon.max(axis=0) + 1
    scale = min(1.0, side_px / np.sqrt(area))
    scale = min(scale, max(side_px * 2.5 / max(x1 - x0, y1 - y0), 1e-3))
    width, height = max(8, int((x1 - x0) * scale)), max(8, int((y1 - y0) * scale))
    to_photo = np.array([[1 / scale, 0, x0], [0, 1 / scale, y0], [0, 0, 1]], np.float64)
    small = _shrunk(photo, scale)
    here = warp(small[0], small[1] @ to_photo, (width, height))
    zoom = _zoom(matrix, polygon.mean(axis=0)) / scale  # known pixels per canvas pixel
    other = _shrunk(known, 1 / zoom if zoom > 1 else 1.0)
    there = warp(other[0], other[1] @ matrix @ to_photo, (width, height))
    inside = np.zeros((height, width), np.uint8)
    local = (polygon - (x0, y0)) * scale
    cv2.fillConvexPoly(inside, np.rint(local).astype(np.int32), 1)
    return Canvas(here, there, inside > 0, to_photo, matrix)


def _zoom(matrix: Matrix, at: NDArray[np.float32]) -> float:
    points = np.array([[at, at + (1, 0), at + (0, 1)]], np.float64)
    a, b, c = cv2.perspectiveTransform(points, matrix)[0]
    return float(np.sqrt(abs(np.cross(np.append(b - a, 0), np.append(c - a, 0))[2])) + 1e-9)


def _shrunk(picture: NDArray[np.uint8], scale: float) -> tuple[NDArray[np.uint8], Matrix]:
    """Reduce by averaging to at least the wanted scale, so that a warp afterwards does not alias."""
    if scale > 0.75:
        return picture, np.eye(3)
    height, width = picture.shape[:2]
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    sx, sy = size[0] / width, size[1] / height
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small), np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])


def warp(picture: NDArray[np.uint8], matrix: Matrix, size: tuple[int, int]) -> Gray:
    """Sample `picture` at matrix @ (x, y) for every pixel of a grid of `size` (width, height)."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpPerspective(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32)


def normalised(picture: Gray, sigma: float = 7.0) -> NDArray[np.uint8]:
    """Take out brightness and contrast locally: what is left is structure."""
    mean = cv2.GaussianBlur(picture, (0, 0), sigma)
    deviation = cv2.GaussianBlur((picture - mean) ** 2, (0, 0), sigma)
    structure = (picture - mean) / np.sqrt(deviation + 3 * NOISE_LEVELS**2)
    return np.clip(structure * 42 + 128, 0, 255).astype(np.uint8)


def _track(grid: Canvas) -> tuple[Matrix, float, float] | None:
    """Follow corners of the known picture into the photo; return the map they follow, their share, their residual."""
    here, there = (
        normalised(cv2.GaussianBlur(grid.photo, (0, 0), 0.8)),
        normalised(cv2.GaussianBlur(grid.known, (0, 0), 0.8)),
    )
    mask = cv2.erode(grid.inside.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0)
    corners = cv2.goodFeaturesToTrack(there, TRACKS, 0.02, 6, mask=mask)
    if corners is None or len(corners) < 8:
        return None
    options = {"winSize": (17, 17), "maxLevel": 2, "criteria": (3, 12, 0.03)}
    moved, seen, _ = cv2.calcOpticalFlowPyrLK(there, here, corners, None, **options)
    again, back, _ = cv2.calcOpticalFlowPyrLK(here, there, moved, None, **options)
    loop = np.abs(again - corners).reshape(-1, 2).max(axis=1)
    kept = (seen.ravel() > 0) & (back.ravel() > 0) & (loop < 0.7)
    a, b = corners.reshape(-1, 2)[kept], moved.reshape(-1, 2)[kept]
    if len(a) < 8:
        return None
    if len(a) >= 24:
        change, good = cv2.findHomography(a, b, cv2.USAC_MAGSAC, 1.5)
    else:
        flat, good = cv2.estimateAffine2D(a, b, ransacReprojThreshold=1.5)
        change = None if flat is None else np.vstack([flat, [0, 0, 1]])
    if change is None or good is None or good.sum() < 6 or abs(np.linalg.det(change)) < 1e-3:
        return None
    error = np.hypot(*(cv2.perspectiveTransform(a[None], change)[0] - b).T)
    follow = error < 1.5
    if follow.sum() < 6:
        return None
    return np.asarray(change, np.float64), float(follow.sum() / len(corners)), float(np.median(error[follow]))


def residual_move(change: Matrix, shape: tuple[int, ...]) -> float:
    """Return how far the map moves the grid's corners, pixels."""
    h, w = shape[:2]
    corners = np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float64)
    return float(np.abs(cv2.perspectiveTransform(corners, change) - corners).max())


def _correlate(grid: Canvas) -> tuple[Gray, NDArray[np.bool_]]:
    a, b = (cv2.GaussianBlur(p, (0, 0), 1.0) for p in (grid.photo, grid.known))
    weight = grid.inside.astype(np.float32)
    size = (WINDOW_PX, WINDOW_PX)
    mass = np.maximum(cv2.boxFilter(weight, -1, size, borderType=cv2.BORDER_CONSTANT), 1e-3)

    def mean(values: Gray) -> Gray:
        return np.asarray(cv2.boxFilter(values * weight, -1, size, borderType=cv2.BORDER_CONSTANT) / mass, np.float32)

    ma, mb = mean(a), mean(b)
    va, vb = np.maximum(mean(a * a) - ma * ma, 0), np.maximum(mean(b * b) - mb * mb, 0)
    both = mean(a * b) - ma * mb
    noise = NOISE_LEVELS**2 / 2
    correlation = both / np.sqrt((va + noise) * (vb + noise))
    informative = grid.inside & (np.maximum(va, vb) > DETAIL_LEVELS**2)
    return correlation.astype(np.float32), informative
