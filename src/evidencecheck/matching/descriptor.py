"""What a keypoint looks like: its directions and its RootSIFT descriptor, from the pyramid it was found in.

Methods and sources: see features.py. Cells lie symmetrically about the keypoint's axis, so that a mirrored picture's
descriptors are an exact permutation of the plain ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CELLS, BINS, SAMPLES = 4, 8, 16  # descriptor: 4 x 4 cells of 8 directions, from 16 x 16 samples
STEP_SIGMA = 0.75  # distance of samples in units of the keypoint's sigma: 12 sigma in all
ANGLE_BINS = 36
SECOND_PEAK = 0.8  # a second direction is kept when its peak is that high
CHUNK = 64  # patches described at a time


@dataclass(frozen=True, slots=True)
class Extrema:
    """Keypoints, (N,) each: where they lie in a list of blurred pictures, the pyramid."""

    layer: NDArray[np.int64]  # which picture of the pyramid
    xy: NDArray[np.float32]  # in that picture's pixels
    scale: NDArray[np.float32]  # sigma in that picture's pixels
    octave: NDArray[np.int64]
    response: NDArray[np.float32]


def _sample(
    pyramid: list[NDArray[np.float32]], e: Extrema, angle: NDArray[np.float32], side: int, step: float
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


def directions(pyramid: list[NDArray[np.float32]], e: Extrema) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
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


def describe(pyramid: list[NDArray[np.float32]], e: Extrema, angle: NDArray[np.float32]) -> NDArray[np.float32]:
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
