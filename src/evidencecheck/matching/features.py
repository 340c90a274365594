"""Local features: scale-space extrema with RootSIFT descriptors, computed on one fixed working size.

Method: D. Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60 (2004); R. Arandjelovic and
A. Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012 (the square root). Written
out here, not taken from OpenCV, because OpenCV always doubles the picture first, which costs three times as much, and
because descriptor cells laid out symmetrically about the keypoint's axis make a mirrored picture's descriptors an exact
permutation of the plain ones.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.descriptor import Extrema, describe, directions

WORKING_PX = 640  # longest side; copies of any size meet here
LAYERS = 2  # per octave
BASE_SIGMA = 1.6  # px, blur of an octave's first picture
INPUT_SIGMA = 0.5  # px, blur assumed in the input
CONTRAST = 0.006  # of full scale, in the difference of Gaussians; below that it is noise or JPEG
EDGE_RATIO = 10.0  # principal curvatures; above that the point slides along an edge
SMALLEST_OCTAVE_PX = 16
CANDIDATES = 1500  # strongest extrema kept before directions are computed


@dataclass(frozen=True, slots=True)
class Features:
    """`xy` (N, 2) and `sigma` (N,) in working pixels, `angle` (N,) radians, `descriptors` (N, 128) of unit length."""

    xy: NDArray[np.float32]
    sigma: NDArray[np.float32]
    angle: NDArray[np.float32]
    descriptors: NDArray[np.float32]


def extract(gray: NDArray[np.uint8], count: int) -> Features:
    """Return at most `count` features of a (H, W) uint8 picture whose longest side is WORKING_PX, best spread first."""
    pyramid, extrema = _detect(gray)
    if len(extrema.response) == 0:
        return Features(
            np.zeros((0, 2), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.float32),
            np.zeros((0, 128), np.float32),
        )
    extrema = _take(extrema, _spread(extrema, gray.shape, count))
    angle, owner = directions(pyramid, extrema)
    order = np.argsort(owner, kind="stable")[:count]
    angle, extrema = angle[order], _take(extrema, owner[order])
    factor = np.exp2(extrema.octave).astype(np.float32)
    return Features(extrema.xy * factor[:, None], extrema.scale * factor, angle, describe(pyramid, extrema, angle))


def _take(e: Extrema, rows: NDArray[np.int64]) -> Extrema:
    return Extrema(e.layer[rows], e.xy[rows], e.scale[rows], e.octave[rows], e.response[rows])


def _detect(gray: NDArray[np.uint8]) -> tuple[list[NDArray[np.float32]], Extrema]:
    picture = _blurred(gray.astype(np.float32) / np.float32(255), float(np.sqrt(BASE_SIGMA**2 - INPUT_SIGMA**2)))
    pyramid: list[NDArray[np.float32]] = []
    found: list[tuple[int, int, NDArray[np.float64]]] = []
    octave = 0
    ratio = 2.0 ** (1.0 / LAYERS)
    while min(picture.shape) >= SMALLEST_OCTAVE_PX:
        levels = [picture]
        for layer in range(1, LAYERS + 3):
            blur = BASE_SIGMA * ratio ** (layer - 1) * float(np.sqrt(ratio**2 - 1))
            levels.append(_blurred(levels[-1], blur))
        dogs = [np.asarray(cv2.subtract(b, a), np.float32) for a, b in itertools.pairwise(levels)]
        found += [(len(pyramid), octave, row) for row in _extrema(dogs)]
        pyramid += levels
        picture = levels[LAYERS][::2, ::2].copy()
        octave += 1
    rows = [
        np.column_stack([np.full(len(r), base + 0.0), np.full(len(r), o + 0.0), r]) for base, o, r in found if len(r)
    ]
    table = np.concatenate(rows) if rows else np.zeros((0, 6))
    table = table[np.argsort(-np.abs(table[:, 5]), kind="stable")[:CANDIDATES]]
    nearest = np.clip(np.rint(table[:, 4]), 0, LAYERS + 2)
    return pyramid, Extrema(
        layer=(table[:, 0] + nearest).astype(np.int64),
        xy=table[:, 2:4].astype(np.float32),
        scale=(BASE_SIGMA * ratio ** table[:, 4]).astype(np.float32),
        octave=table[:, 1].astype(np.int64),
        response=np.abs(table[:, 5]).astype(np.float32),
    )


def _blurred(picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _extrema(dogs: list[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """Per middle layer: (N, 4) rows x, y, layer, response, refined to a fraction of a pixel."""
    kernel = np.ones((3, 3), np.uint8)
    top, bottom, edge = (np.empty_like(dogs[0]) for _ in range(3))
    rows = []
    for i in range(1, len(dogs) - 1):
        here = dogs[i]
        # the largest of 27 neighbours is the 3 x 3 dilation of the largest of the three layers
        cv2.max(cv2.max(dogs[i - 1], here, dst=edge), dogs[i + 1], dst=edge)
        cv2.dilate(edge, kernel, dst=top)
        cv2.min(cv2.min(dogs[i - 1], here, dst=edge), dogs[i + 1], dst=edge)
        cv2.erode(edge, kernel, dst=bottom)
        np.maximum(top, np.float32(CONTRAST), out=top)
        np.minimum(bottom, np.float32(-CONTRAST), out=bottom)
        peak = cv2.bitwise_or(cv2.compare(here, top, cv2.CMP_GE), cv2.compare(here, bottom, cv2.CMP_LE))
        peak[:4] = peak[-4:] = 0
        peak[:, :4] = peak[:, -4:] = 0
        at = cv2.findNonZero(peak)
        xy = np.zeros((0, 2), np.int64) if at is None else at.reshape(-1, 2).astype(np.int64)
        rows.append(_refine(dogs[i - 1 : i + 2], xy[:, 0], xy[:, 1], i))
    return rows


def _refine(
    dogs: list[NDArray[np.float32]], x: NDArray[np.int64], y: NDArray[np.int64], layer: int
) -> NDArray[np.float64]:
    below, here, above = dogs
    c = here[y, x]
    left, right, up, down = here[y, x - 1], here[y, x + 1], here[y - 1, x], here[y + 1, x]
    b, a = below[y, x], above[y, x]
    dxx, dyy, dss = left + right - 2 * c, up + down - 2 * c, b + a - 2 * c
    dxy = (here[y + 1, x + 1] - here[y + 1, x - 1] - here[y - 1, x + 1] + here[y - 1, x - 1]) / 4
    determinant, trace = dxx * dyy - dxy**2, dxx + dyy
    keep = (determinant > 0) & (trace**2 * EDGE_RATIO < (EDGE_RATIO + 1) ** 2 * determinant)
    gx, gy, gs = (right - left) / 2, (down - up) / 2, (a - b) / 2
    safe = np.where(keep, determinant, 1.0)
    dx = np.clip(-(dyy * gx - dxy * gy) / safe, -0.6, 0.6)
    dy = np.clip(-(dxx * gy - dxy * gx) / safe, -0.6, 0.6)
    ds = np.clip(-gs / np.where(np.abs(dss) > 1e-9, dss, 1.0), -0.6, 0.6)
    response = c + 0.5 * (gx * dx + gy * dy + gs * ds)
    return np.column_stack([x + dx, y + dy, layer + ds, response])[keep]


def _spread(e: Extrema, shape: tuple[int, ...], count: int) -> NDArray[np.int64]:
    """Rows in an order that takes the strongest of every place and size in turn, so that no corner is left out."""
    factor = np.exp2(e.octave)
    grid = 8
    column = np.minimum(e.xy[:, 0] * factor * grid / shape[1], grid - 1).astype(np.int64)
    line = np.minimum(e.xy[:, 1] * factor * grid / shape[0], grid - 1).astype(np.int64)
    size = np.minimum(e.octave, 3)
    bucket = (size * grid + line) * grid + column
    order = np.lexsort((-e.response, bucket))
    starts = np.r_[0, np.flatnonzero(np.diff(bucket[order])) + 1]
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    # a large feature counts as stronger: there are few of them and they survive reduction
    strength = np.log(e.response[order]) + 0.35 * size[order] - 0.5 * np.log1p(rank)
    return np.asarray(order[np.argsort(-strength, kind="stable")[:count]], np.int64)
