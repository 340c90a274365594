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

WORKING_PX = 640  # longest side; copies of any size meet here
LAYERS = 2  # per octave
BASE_SIGMA = 1.6  # px, blur of an octave's first picture
INPUT_SIGMA = 0.5  # px, blur assumed in the input
CONTRAST = 0.006  # of full scale, in the difference of Gaussians; below that it is noise or JPEG
EDGE_RATIO = 10.0  # principal curvatures; above that the point slides along an edge
SMALLEST_OCTAVE_PX = 16
CELLS, BINS, SAMPLES = 4, 8, 16  # descriptor: 4 x 4 cells of 8 directions, from 16 x 16 samples
STEP_SIGMA = 0.75  # distance of samples in units of the keypoint's sigma: 12 sigma in all
ANGLE_BINS = 36
SECOND_PEAK = 0.8  # a second direction is kept when its peak is that high
CANDIDATES = 1500  # strongest extrema kept before directions are computed
CHUNK = 64  # patches described at a time


@dataclass(frozen=True, slots=True)
class Features:
    """`xy` (N, 2) and `sigma` (N,) in working pixels, `angle` (N,) radians, `descriptors` (N, 128) of unit length."""

    xy: NDArray[np.float32]
    sigma: NDArray[np.float32]
    angle: NDArray[np.float32]
    descriptors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Extrema:
    layer: NDArray[np.int64]  # which picture of the pyramid
    xy: NDArray[np.float32]  # in that picture's pixels
    scale: NDArray[np.float32]  # sigma in that picture's pixels
    octave: NDArray[np.int64]
    response: NDArray[np.float32]


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
    angle, owner = _directions(pyramid, extrema)
    order = np.argsort(owner, kind="stable")[:count]
    angle, extrema = angle[order], _take(extrema, owner[order])
    factor = np.exp2(extrema.octave).astype(np.float32)
    return Features(extrema.xy * factor[:, None], extrema.scale * factor, angle, _describe(pyramid, extrema, angle))


def _take(e: _Extrema, rows: NDArray[np.int64]) -> _Extrema:
    return _Extrema(e.layer[rows], e.xy[rows], e.scale[rows], e.octave[rows], e.response[rows])


def _detect(gray: NDArray[np.uint8]) -> tuple[list[NDArray[np.float32]], _Extrema]:
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
    return pyramid, _Extrema(
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


def _spread(e: _Extrema, shape: tuple[int, ...], count: int) -> NDArray[np.int64]:
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


def _sample(
    pyramid: list[NDArray[np.float32]], e: _Extrema, angle: NDArray[np.float32], side: int, step: float
) -> NDArray[np.float32]:
    """(N, side, side) float32 patches around each keypoint, turned by `angle`, samples `step` sigmas apart."""
    offset = (np.arange(side, dtype=np.float32) - (side - 1) / 2) * step
    u, v = np.meshgrid(offset, offset)
    patches = np.empty((len(angle), side, side), np.float32)
    for layer in np.unique(e.layer):
        rows = np.flatnonzero(e.layer == layer)
        cos = (np.cos(angle[rows]) * e.scale[rows])[:, None, None]
        sin = (np.sin(angle[rows]) * e.scale[rows])[:, None, None]
        x = e.xy[rows, 0, None, None] + cos * u - sin * v
        y = e.xy[rows, 1, None, None] + sin * u + cos * v
        flat = (len(rows) * side, side)
        got = cv2.remap(
            pyramid[layer], x.reshape(flat), y.reshape(flat), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        patches[rows] = got.reshape(len(rows), side, side)
    return patches


def _gradient(patches: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Magnitude and direction (N, side - 2, side - 2), direction in 0 to 2 pi."""
    dx = patches[:, 1:-1, 2:] - patches[:, 1:-1, :-2]
    dy = patches[:, 2:, 1:-1] - patches[:, :-2, 1:-1]
    magnitude, direction = cv2.cartToPolar(dx.reshape(len(dx), -1), dy.reshape(len(dy), -1))
    return np.asarray(magnitude, np.float32).reshape(dx.shape), np.asarray(direction, np.float32).reshape(dx.shape)


def _directions(pyramid: list[NDArray[np.float32]], e: _Extrema) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Dominant directions of each keypoint, and whose they are."""
    side = 14
    patches = _sample(pyramid, e, np.zeros(len(e.response), np.float32), side, STEP_SIGMA)
    magnitude, direction = _gradient(patches)
    offset = (np.arange(side - 2) - (side - 3) / 2) * STEP_SIGMA
    window = np.exp(-(offset[:, None] ** 2 + offset**2) / (2 * 1.5**2)).astype(np.float32)
    count = len(magnitude)
    bins = (direction * np.float32(ANGLE_BINS / (2 * np.pi))).astype(np.int64) % ANGLE_BINS
    bins += (np.arange(count) * ANGLE_BINS)[:, None, None]
    counted = np.bincount(bins.ravel(), (magnitude * window).ravel(), count * ANGLE_BINS)
    histogram = np.asarray(counted, np.float64).reshape(count, ANGLE_BINS)
    for _ in range(2):
        histogram = (np.roll(histogram, 1, 1) + histogram * 2 + np.roll(histogram, -1, 1)) / 4
    before, after = np.roll(histogram, 1, 1), np.roll(histogram, -1, 1)
    peak = (histogram > before) & (histogram >= after) & (histogram >= SECOND_PEAK * histogram.max(1, keepdims=True))
    owner, at = np.nonzero(peak)
    b, h, a = before[owner, at], histogram[owner, at], after[owner, at]
    shift = 0.5 * (b - a) / np.where(np.abs(b - 2 * h + a) > 1e-12, b - 2 * h + a, 1.0)
    angle = (at + 0.5 + shift) * (2 * np.pi / ANGLE_BINS)
    return angle.astype(np.float32), owner


def _pooling() -> NDArray[np.float32]:
    """(256, 16) weights from samples to cells: bilinear in place, Gaussian from the centre."""
    place = np.arange(SAMPLES) - (SAMPLES - 1) / 2
    width = SAMPLES / CELLS
    centres = (np.arange(CELLS) - (CELLS - 1) / 2) * width
    linear = np.maximum(0.0, 1.0 - np.abs(place[:, None] - centres) / width)  # (16, 4)
    window = np.exp(-(place**2) / (2 * (SAMPLES / 2) ** 2))
    linear = linear * window[:, None]
    return np.asarray(np.einsum("yi,xj->yxij", linear, linear).reshape(SAMPLES**2, CELLS**2), np.float32)


_POOLING = _pooling()


def _describe(pyramid: list[NDArray[np.float32]], e: _Extrema, angle: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 128) RootSIFT, cell-major: ((row * 4) + column) * 8 + direction."""
    patches = _sample(pyramid, e, angle, SAMPLES + 2, STEP_SIGMA)
    # a few at a time: arrays that stay in the cache are worth a factor of three here
    parts = [_histograms(patches[i : i + CHUNK]) for i in range(0, len(patches), CHUNK)]
    vectors = np.concatenate(parts)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12
    np.minimum(vectors, 0.2, out=vectors)
    vectors /= vectors.sum(axis=1, keepdims=True) + 1e-12
    return np.asarray(np.sqrt(vectors, out=vectors), np.float32)


def _histograms(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    magnitude, direction = _gradient(patches)
    count = len(magnitude)
    magnitude = magnitude.reshape(count, -1)
    position = direction.reshape(count, -1) * np.float32(BINS / (2 * np.pi))
    histogram = np.empty((count, CELLS**2, BINS), np.float32)
    for k in range(BINS):
        away = np.abs(position - np.float32(k))
        away = np.minimum(away, BINS - away, out=away)
        weight = np.maximum(np.float32(1) - away, np.float32(0), out=away)
        histogram[:, :, k] = np.multiply(weight, magnitude, out=weight) @ _POOLING
    return histogram.reshape(count, -1)


def mirrored(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the descriptors (N, 128) the same features have in the mirrored picture."""
    cells = descriptors.reshape(-1, CELLS, CELLS, BINS)
    return cells[:, ::-1, :, (-np.arange(BINS)) % BINS].reshape(-1, CELLS * CELLS * BINS)
