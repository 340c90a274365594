"""The known picture in the photo's tones: filters, exposure and lighting are fitted and taken out before comparing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.dense import Matrix

Plane = NDArray[np.float32]

FITS = 4  # rounds of fitting tones, each leaving out what did not fit before
SAMPLE_PX = 2  # tones are fitted on every second row and column
TONE_LEVELS, LEAST_TONE = 8, 15  # grey levels that share a tone's correction, and places that must show the tone
CONSTANT = 64.0  # grey levels; of the size of the other terms, so that one ridge serves them all
DARK, BRIGHT = 6.0, 249.0  # grey levels beyond which a channel may be clipped


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


def in_the_same_tones(grid: Grid) -> tuple[Grid, NDArray[np.bool_]]:
    """Bring the known picture to the photo's tones; also return where it fits, which is where it was fitted.

    Filters are a colour matrix with clipping, nearly: fitted where the photo is not clipped, then clipped alike.
    """
    sample = np.s_[::SAMPLE_PX, ::SAMPLE_PX]
    limit, colours = _colours(grid.known[sample], grid.photo[sample], grid.inside[sample])
    told = _mixed(grid.known.reshape(-1, 3), colours).reshape(grid.photo.shape)
    fitted = grid.inside & (np.abs(grid.photo - told).mean(axis=2) < limit)
    told = _bent(told, _curves(told[sample][fitted[sample]], grid.photo[sample][fitted[sample]]))
    matched = np.clip(told + _slow(grid.photo - told, fitted), 0, 255)
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


def _curves(told: Plane, photo: Plane) -> Plane:
    """Return (256, 3) corrections of each tone of each channel by its median error (N, 3): filters bend tones."""
    table = np.zeros((256, 3), np.float32)
    for channel in range(3):
        tones = (told[:, channel] / TONE_LEVELS).astype(int)
        order = np.argsort(tones, kind="stable")
        error = (photo - told)[order, channel]
        starts = np.searchsorted(tones[order], np.arange(256 // TONE_LEVELS + 1))
        seen = [k for k in range(256 // TONE_LEVELS) if starts[k + 1] - starts[k] >= LEAST_TONE]
        if seen:
            medians = [float(np.median(error[starts[k] : starts[k + 1]])) for k in seen]
            middles = [(k + 0.5) * TONE_LEVELS for k in seen]
            table[:, channel] = np.interp(np.arange(256), middles, medians)
    return table


def _bent(told: Plane, curves: Plane) -> Plane:
    """Apply the corrections to (H, W, 3) tones of 0 to 255."""
    tones = told.astype(np.uint8)
    added = np.stack([curves[:, c][tones[..., c]] for c in range(3)], axis=2)
    return np.asarray(np.clip(told + added, 0, 255), np.float32)


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
