"""Corners of the known picture followed into the photo, and the map that most of them follow.

Lucas and Kanade on contrast-normalised pictures, there and back: B. Lucas, T. Kanade, "An iterative image registration
technique", IJCAI 1981.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.float32]
Matrix = NDArray[np.float64]

TRACKS = 180  # corners followed
LEAST_TRACKS = 8
FULL_HOMOGRAPHY = 24  # followed corners from which eight parameters are fitted instead of six
LOOP_PX = 0.7  # a corner followed there and back must come home
FOLLOWS_PX = 1.5  # distance from the common map
NOISE_LEVELS = 2.0  # grey levels of detail that codecs leave behind or take away


def normalised(picture: Gray, sigma: float = 7.0) -> NDArray[np.uint8]:
    """Take out brightness and contrast locally: what is left is structure."""
    mean = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    deviation = np.asarray(cv2.GaussianBlur((picture - mean) ** 2, (0, 0), sigma), np.float32)
    structure = (picture - mean) / np.sqrt(deviation + 3 * NOISE_LEVELS**2)
    return np.asarray(np.clip(structure * 42 + 128, 0, 255), np.uint8)


@dataclass(frozen=True, slots=True)
class Tracks:
    """`change` maps canvas pixels; `points` (N, 2), `follow` (N,) as in Agreement."""

    change: Matrix
    points: NDArray[np.float32]
    follow: NDArray[np.bool_]
    residual_px: float


def track(photo: Gray, known: Gray, inside: NDArray[np.bool_]) -> Tracks | None:
    """Follow corners of the known picture into the photo and fit the map that most of them follow."""
    here, there = (normalised(np.asarray(cv2.GaussianBlur(p, (0, 0), 0.8), np.float32)) for p in (photo, known))
    mask = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0)
    corners = cv2.goodFeaturesToTrack(there, TRACKS, 0.02, 6, mask=mask)
    if corners is None or len(corners) < LEAST_TRACKS:
        return None
    window, levels, stop = (17, 17), 2, (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 12, 0.03)
    flow: Any = cv2.calcOpticalFlowPyrLK  # its type stub does not know that the guess may be None
    moved, seen, _ = flow(there, here, corners, None, winSize=window, maxLevel=levels, criteria=stop)
    again, back, _ = flow(here, there, moved, None, winSize=window, maxLevel=levels, criteria=stop)
    points, target = np.asarray(corners, np.float32).reshape(-1, 2), np.asarray(moved, np.float32).reshape(-1, 2)
    loop = np.abs(again - corners).reshape(-1, 2).max(axis=1)
    kept = (seen.ravel() > 0) & (back.ravel() > 0) & (loop < LOOP_PX)
    change = _fitted(points[kept], target[kept])
    if change is None:
        return None
    error = np.hypot(*(cv2.perspectiveTransform(points[None].astype(np.float64), change)[0] - target).T)
    follow = kept & (error < FOLLOWS_PX)
    if follow.sum() < LEAST_TRACKS - 2:
        return None
    return Tracks(change, points, follow, float(np.median(error[follow])))


def _fitted(points: NDArray[np.float32], target: NDArray[np.float32]) -> Matrix | None:
    if len(points) < LEAST_TRACKS:
        return None
    if len(points) >= FULL_HOMOGRAPHY:
        change, _ = cv2.findHomography(points, target, cv2.USAC_MAGSAC, FOLLOWS_PX)
    else:
        flat, _ = cv2.estimateAffine2D(points, target, ransacReprojThreshold=FOLLOWS_PX)
        change = None if flat is None else np.vstack([flat, [0, 0, 1]])
    if change is None or not np.isfinite(change).all() or not 0.2 < abs(np.linalg.det(change)) < 5:
        return None
    return np.asarray(change, np.float64)


def largest_move(change: Matrix, shape: tuple[int, ...]) -> float:
    """Return how far the map moves the grid's corners, pixels."""
    h, w = shape[:2]
    corners = np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float64)
    return float(np.abs(cv2.perspectiveTransform(corners, change) - corners).max())
