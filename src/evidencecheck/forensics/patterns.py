"""Which patterns the finest detail is made of, and where they are others than the rest of the photo has.

The third difference of brightness leaves sensor noise and what processing made of it; its signs, four pixels in a row,
make a pattern, and the shares of patterns tell one camera and one history from another. A window is compared with what
its blocks' like elsewhere in the photo have, by brightness and texture. No earlier JPEG save is needed. The residual,
its co-occurrence and the classes of patterns that mirror each other: D. Cozzolino, G. Poggi, L. Verdoliva,
"Splicebuster: a new blind image splicing detector", IEEE WIFS 2015.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX

Plane = NDArray[np.float32]

RUN = 4  # residuals in a pattern, each of them -1, 0 or 1
SIDES = (3, 5, 9, 15, 25)  # blocks: windows whose distance from what is expected is told
LEAST_STEP = 1.0  # grey levels
SAMPLE_WINDOWS = 6000  # the spread of larger pictures comes from an even sample
ORDINARY = 0.9  # share of the windows from which the spread comes: an edited place must not hide itself
DEVIATION_LIMIT = 8.0
SHRINKAGE, LEAST_VARIANCE = 0.02, 1e-5
LEAST_SPREAD = 0.05  # of logarithms


def _classes() -> tuple[NDArray[np.uint8], int]:
    """Return the class of every pattern: reversed ones and those of the opposite sign are one class."""
    classes: dict[tuple[int, ...], int] = {}
    found = []
    for signs in product((-1, 0, 1), repeat=RUN):
        opposite = tuple(-sign for sign in signs)
        found.append(classes.setdefault(min(signs, signs[::-1], opposite, opposite[::-1]), len(classes)))
    return np.array(found, np.uint8), len(classes)


_CLASS_OF, CLASSES = _classes()
FLAT = CLASSES - 1  # four residuals of 0
KINDS = 2 * CLASSES  # patterns along the difference, then those across it
PATTERNS = 2 * BLOCK_PX * BLOCK_PX  # of each kind of run in a block: of differences along rows and along columns
TOLD = {5: range(CLASSES), 9: (FLAT,)}  # patterns that are told by themselves, of windows of a side
NAMES = (
    *(f"pattern_{one}_{side}" for side in SIDES for one in ("distance", "distance_own", "whitened", "whitened_own")),
    *(f"pattern_{number}_{side}" for side, numbers in TOLD.items() for number in numbers),
)


def step_of(gray: NDArray[np.uint8]) -> float:
    """Return what a residual of the (H, W) picture must exceed to count as other than 0: half their median size."""
    rows = gray[:: 2 * max(1, gray.size // 4_000_000)].astype(np.int16)
    return max(LEAST_STEP, float(np.median(np.abs(np.diff(rows, 3, axis=1)[:, ::2]))) / 2)


def pattern_counts(luma: NDArray[np.uint8], step: float, halo: int) -> NDArray[np.uint8]:
    """Return (h, w, KINDS): how often each pattern begins in each 8x8 block of a strip inside a halo of pixels.

    The halo is 5 px or more: a pattern reaches three pixels on, and its last difference two more.
    """
    signed = luma.astype(np.int16)
    across = _levels(signed, step)
    down = _levels(np.ascontiguousarray(signed.T), step)
    pairs = ((_runs(across), _runs(down).T), (_runs(across.T).T, _runs(down.T)))
    rows, columns = ((side - 2 * halo) // BLOCK_PX for side in luma.shape)
    line = np.arange(rows * BLOCK_PX)[:, None] // BLOCK_PX * columns
    begin = (line + np.arange(columns * BLOCK_PX) // BLOCK_PX) * CLASSES
    counts = np.empty((rows, columns, KINDS), np.uint8)
    for kind, pair in enumerate(pairs):
        places = (begin + run[halo:, halo:][: begin.shape[0], : begin.shape[1]] for run in pair)
        total = sum(np.bincount(place.ravel(), minlength=rows * columns * CLASSES) for place in places)
        counts[..., kind * CLASSES : (kind + 1) * CLASSES] = np.asarray(total).reshape(rows, columns, CLASSES)
    return counts


def _levels(luma: NDArray[np.int16], step: float) -> NDArray[np.int8]:
    """Return 0, 1 or 2 for the third difference along rows, which reaches from one pixel before to two behind."""
    rest = np.zeros(luma.shape, np.int16)
    rest[:, 1:-2] = np.diff(luma, 3, axis=1)
    return np.asarray(1 + (rest > step).view(np.int8) - (rest < -step).view(np.int8), np.int8)


def _runs(levels: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Return the class of the pattern that begins at each pixel and runs along its row."""
    runs = np.zeros(levels.shape, np.uint8)
    last = levels.shape[1] - RUN + 1
    code = np.zeros((levels.shape[0], last), np.int8)
    for place in range(RUN):
        code = code * np.int8(3) + levels[:, place : place + last]
    runs[:, :last] = _CLASS_OF[code]
    return runs


def odd_patterns(counts: NDArray[np.uint8], likes: NDArray[np.intp], every: int) -> Plane:
    """Return (len(NAMES), ceil(h / every), ceil(w / every)) for every so-many-th block of the (h, w, KINDS) counts.

    `likes` (h * w,) numbers the blocks that are alike in brightness and texture. Of each side of SIDES: the logarithm
    of the summed squares of the differences between the square roots of a window's shares and of those expected (twice
    the squared Hellinger distance, of both kinds of run), of the same whitened by the photo's own windows (Mahalanobis,
    a pattern), and both in robust deviations from the photo's median; then single patterns' differences, in deviations.
    """
    height, width = counts.shape[:2]
    many = np.maximum(np.bincount(likes), 1)
    found = [np.ascontiguousarray(counts[..., kind]) for kind in range(KINDS)]
    means = [np.asarray(np.bincount(likes, kind.ravel()) / many, np.float32) for kind in found]
    expected = [mean[likes].reshape(height, width) for mean in means]
    return np.stack(list(_planes(found, expected, every)))


def _planes(found: list[NDArray[np.uint8]], expected: list[Plane], every: int) -> Iterator[Plane]:
    single: list[Plane] = []
    for side in SIDES:
        apart = np.stack([_apart(*pair, side, every) for pair in zip(found, expected, strict=True)])
        shape = apart.shape[1:]
        distance = np.einsum("kij,kij->ij", apart, apart)
        centred = apart.reshape(KINDS, -1)
        centred -= np.median(centred, axis=1, keepdims=True)
        spread = _spread(np.ascontiguousarray(centred[:, :: max(1, centred.shape[1] // SAMPLE_WINDOWS)]))
        whitened = _lengths(centred, spread).reshape(shape) / np.float32(KINDS)
        for plane, floor in ((distance, 1e-5), (whitened, 1e-3)):
            told = np.log(plane + np.float32(floor))
            middle = np.median(told)
            yield told
            yield (told - middle) / np.float32(1.4826 * np.median(np.abs(told - middle)) + LEAST_SPREAD)
        for kind in TOLD.get(side, ()):
            scaled = centred[kind] / np.float32(np.sqrt(spread[kind, kind]))
            single.append(np.clip(scaled, -DEVIATION_LIMIT, DEVIATION_LIMIT).reshape(shape))
    yield from single


def _apart(found: NDArray[np.uint8], expected: Plane, side: int, every: int) -> Plane:
    """Return the square root of a pattern's share in each window less that of the expected share."""
    side = min(side, *found.shape)
    seen, hoped = (
        np.sqrt(np.maximum(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT)[::every, ::every], 0))
        for plane in (found.astype(np.float32), expected)
    )
    return np.asarray((seen - hoped) / np.float32(np.sqrt(PATTERNS)), np.float32)


def _spread(centred: Plane) -> NDArray[np.float64]:
    """Return the (KINDS, KINDS) covariance of the (KINDS, n) windows without the oddest."""
    ordinary = centred
    for _ in range(3):
        spread = (ordinary @ ordinary.T / ordinary.shape[1]).astype(np.float64)
        spread += np.eye(KINDS) * (SHRINKAGE * np.trace(spread) / KINDS + LEAST_VARIANCE)
        lengths = _lengths(centred, spread)
        ordinary = centred[:, lengths <= np.quantile(lengths, ORDINARY)]
    return np.asarray(spread, np.float64)


def _lengths(centred: Plane, spread: NDArray[np.float64]) -> Plane:
    """Return (n,) squared Mahalanobis lengths of the (KINDS, n) windows."""
    inverse = np.linalg.inv(spread).astype(np.float32)
    return np.asarray(np.einsum("kn,kn->n", inverse @ centred, centred), np.float32)
