"""Dense proof: does everything in the overlap agree, the background too?

Feature inliers cannot tell a copy from another photo of the same printed carton. So the known picture is warped into
the photo, the map is refined on tracked points (Lucas-Kanade on contrast-normalised pictures), and normalised
correlation is measured in small windows over the whole overlap. A copy agrees up to its borders wherever nothing was
pasted over it; another photo of the same print agrees on the print alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.tracks import NOISE_LEVELS, Tracks, largest_move, track

Gray = NDArray[np.float32]
Matrix = NDArray[np.float64]

CANVAS_PX = 224  # geometric mean side of the compared overlap
LEAST_PX = 24  # an overlap smaller than that in the photo cannot be judged
WINDOW_PX = 13  # of the correlation
DETAIL_LEVELS = 4.0  # local deviation from which a place carries information
ROUNDS, SETTLED_PX = 3, 0.3  # refinements of the map
BLURS_PX = (0.7, 1.2, 1.8, 2.6, 3.6)
SHARPER = 1.25  # ratio of fine detail from which the sharper picture is blurred


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
    points: NDArray[np.float32]  # (N, 2) corners of the known picture that were followed, canvas pixels
    follow: NDArray[np.bool_]  # (N,) whether they follow one map
    residual_px: float  # median distance from it of those that do, canvas pixels

    @property
    def tracked(self) -> float:
        """Share of corners that follow one map, 0 to 1."""
        return float(self.follow.mean()) if len(self.follow) else 0.0


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
    tracks = Tracks(np.eye(3), np.zeros((0, 2), np.float32), np.zeros(0, bool), float(CANVAS_PX))
    for _ in range(ROUNDS):
        grid = canvas(photo, known, matrix)
        if grid is None:
            return None
        followed = track(grid.photo, grid.known, grid.inside)
        if followed is None:
            break
        tracks = followed
        # the change maps the canvas to where the known picture's content really is on it
        there = grid.to_photo @ tracks.change @ np.linalg.inv(grid.to_photo)
        refined = matrix @ np.linalg.inv(there)
        matrix = refined / refined[2, 2]
        if largest_move(tracks.change, grid.photo.shape) < SETTLED_PX:
            break
    grid = canvas(photo, known, matrix)
    if grid is None:
        return None
    correlation, informative = _correlate(grid)
    return Agreement(grid, correlation, informative, tracks.points, tracks.follow, tracks.residual_px)


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
    small = shrunk(photo, scale)
    here = warp(small[0], small[1] @ to_photo, (width, height))
    zoom = zoom_at(matrix, polygon.mean(axis=0)) / scale  # known pixels per canvas pixel
    other = shrunk(known, 1 / zoom if zoom > 1 else 1.0)
    there = warp(other[0], other[1] @ matrix @ to_photo, (width, height))
    inside = np.zeros((height, width), np.uint8)
    local = (polygon - (x0, y0)) * scale
    cv2.fillConvexPoly(inside, np.rint(local).astype(np.int32), 1)
    here, there = _equally_sharp(here, there)
    return Canvas(here, there, inside > 0, to_photo, matrix)


def _equally_sharp(here: Gray, there: Gray) -> tuple[Gray, Gray]:
    blur_here, blur_there = equal_blurs(here, there)
    return (_blurred(here, blur_here) if blur_here else here), (_blurred(there, blur_there) if blur_there else there)


def _blurred(picture: Gray, sigma: float) -> Gray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def equal_blurs(here: Gray, there: Gray) -> tuple[float, float]:
    """Return the blurs (sigma, pixels; one of them 0) under which both pictures carry the same share of fine detail.

    A copy is often blurred, or noisy: the sharper picture is blurred until it is not sharper any more.
    """
    a, b = _fineness(here), _fineness(there)
    sharp, goal = (here, b) if a > b else (there, a)
    used = 0.0
    if _fineness(sharp) > SHARPER * goal:
        for sigma in BLURS_PX:
            used = sigma
            if _fineness(_blurred(sharp, sigma)) <= SHARPER * goal:
                break
    return (used, 0.0) if a > b else (0.0, used)


def _fineness(picture: Gray) -> float:
    """Energy of the finest detail over that of all detail."""
    fine = cv2.Laplacian(picture, cv2.CV_32F)
    return float(fine.var()) / (float(picture.var()) + NOISE_LEVELS**2)


def zoom_at(matrix: Matrix, at: NDArray[np.float32]) -> float:
    """Return how many pixels of the target one pixel at `at` becomes, along a side."""
    points = at + np.array([[[0, 0], [1, 0], [0, 1]]], np.float64)
    a, b, c = cv2.perspectiveTransform(points, matrix)[0]
    return float(np.sqrt(abs(np.linalg.det(np.array([b - a, c - a])))) + 1e-9)


def shrunk(picture: NDArray[np.uint8], scale: float) -> tuple[NDArray[np.uint8], Matrix]:
    """Reduce by averaging to the wanted scale, so that a warp afterwards does not alias; also return the map to it."""
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


def _correlate(grid: Canvas) -> tuple[Gray, NDArray[np.bool_]]:
    a, b = (_blurred(p, 1.0) for p in (grid.photo, grid.known))
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
