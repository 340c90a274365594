"""Where a known picture could lie in the photo: hypotheses from local features and from near hashes.

Every feature pair already fixes a similarity (place, size, angle), so pairs can be tried in turn instead of drawing
samples: deterministic and cheap (D. Lowe, IJCV 2004, section 7). Pixels here are working pixels: the longest side is
WORKING_PX.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.codebook import CODE_BYTES, codebook
from evidencecheck.matching.fingerprint import VIEWS, Fingerprint, working_size

Matrix = NDArray[np.float64]

KNOWN_FEATURES = 400  # of the known picture, the best spread ones
FARTHEST = 0.4  # squared distance of unit-length descriptors; beyond it, pairs are noise
CLOSE = 0.1  # and that of true pairs, mostly
MOST_PAIRS = 400  # best by distance ratio, kept of each way
HYPOTHESES = 60  # closest pairs that propose a similarity
PLACE_PX = 14.0  # how far a pair may lie from a proposed similarity
TURN_RAD, SCALE_OCTAVES = 0.5, 0.7  # and how far its angle and size may be off
FIT_PX = (12.0, 7.0, 5.0)  # shrinking tolerance while the affine map is fitted
LEAST_INLIERS = 5
CLEAR_INLIERS = 12  # so many, and the other handedness need not be tried
FULL_HOMOGRAPHY = 16  # inliers from which eight parameters are better than six
NEAR_BITS = 70  # PDQ distance at which "the whole picture, turned or mirrored" is worth trying


@dataclass(frozen=True, slots=True)
class Alignment:
    """`matrix` maps photo to known picture, working pixels; `inliers` agreeing feature pairs (0: from hashes only)."""

    matrix: Matrix
    inliers: int
    share: float  # inliers over the pairs that lie in the overlap


@dataclass(frozen=True, slots=True)
class _Pairs:
    photo: NDArray[np.float64]  # (M, 2)
    known: NDArray[np.float64]  # (M, 2)
    linear: NDArray[np.float64]  # (M, 2, 2) the similarity each pair proposes
    turn: NDArray[np.float64]  # (M,) radians
    octaves: NDArray[np.float64]  # (M,)
    owner: NDArray[np.int64]  # (M,) feature of the photo
    target: NDArray[np.int64]  # (M,) feature of the known picture


def align(photo: Fingerprint, known: Fingerprint) -> Alignment | None:
    """Return the best alignment by features, plain or mirrored, or None."""
    codes, others = photo.feature_codes, known.feature_codes[:KNOWN_FEATURES]
    if len(codes) < LEAST_INLIERS or len(others) < LEAST_INLIERS:
        return None
    vectors, target, sign = _vectors(photo.codes), _vectors(known.codes)[: len(others)], codebook().sign
    sizes = (vectors**2).sum(1)[:, None] + (target**2).sum(1)
    plain, turned = sizes - 2 * vectors @ target.T, sizes - 2 * (vectors * sign) @ target.T
    first = _clear(turned) > _clear(plain)
    best: Alignment | None = None
    for flip in (first, not first):
        found = _one_way(turned if flip else plain, photo.geometry, known.geometry[: len(others)], flip)
        if found is not None and (best is None or found.inliers > best.inliers):
            best = found
        if best is not None and best.inliers >= CLEAR_INLIERS:
            break
    return best


@lru_cache(maxsize=2)
def _vectors(codes: bytes) -> NDArray[np.float32]:
    """(N, 64) float32; the photo's are asked for once per candidate."""
    return codebook().decode(np.frombuffer(codes, np.uint8).reshape(-1, CODE_BYTES))


def _clear(distance: NDArray[np.float32]) -> int:
    """How many features of the known picture have a close counterpart: tells a mirrored copy from a plain one."""
    return int((distance.min(axis=0) < CLOSE).sum())


def from_hashes(photo: Fingerprint, known: Fingerprint) -> list[tuple[int, Alignment]]:
    """Return (distance in bits, whole-picture alignment) for every near view, nearest first."""
    different = np.bitwise_count(photo.views ^ known.views[:1]).sum(axis=1)
    size, other = working_size(photo.width, photo.height), working_size(known.width, known.height)
    near = [(int(different[v]), v) for v in range(VIEWS) if different[v] <= NEAR_BITS]
    return [(bits, Alignment(_view(v, size, other), 0, 0.0)) for bits, v in sorted(near)]


def _view(view: int, size: tuple[int, int], other: tuple[int, int]) -> Matrix:
    """The map of the whole photo onto the whole known picture, for PDQ's order of dihedral views."""
    # as it is, turned left, turned round, turned right, upside down, mirrored, transposed, transposed the other way
    unit = [
        [[1, 0, 0], [0, 1, 0]],
        [[0, 1, 0], [-1, 0, 1]],
        [[-1, 0, 1], [0, -1, 1]],
        [[0, -1, 1], [1, 0, 0]],
        [[1, 0, 0], [0, -1, 1]],
        [[-1, 0, 1], [0, 1, 0]],
        [[0, 1, 0], [1, 0, 0]],
        [[0, -1, 1], [-1, 0, 1]],
    ][view]
    turn = np.vstack([np.array(unit, np.float64), [0, 0, 1]])
    return np.asarray(np.diag([other[0], other[1], 1.0]) @ turn @ np.diag([1 / size[0], 1 / size[1], 1.0]))


def _one_way(
    distance: NDArray[np.float32], photo: NDArray[np.float32], known: NDArray[np.float32], flip: bool
) -> Alignment | None:
    pairs, near = _pairs(distance, photo, known, flip)
    if len(near) < LEAST_INLIERS:
        return None
    best = _propose(pairs, min(HYPOTHESES, len(near)))
    return None if best is None else _fit(pairs, best)


def _pairs(
    distance: NDArray[np.float32], photo: NDArray[np.float32], known: NDArray[np.float32], flip: bool
) -> tuple[_Pairs, NDArray[np.float32]]:
    """Each feature with its nearest, both ways; the order value is distance over that of the second nearest."""
    forth, back = distance.argmin(axis=1), distance.argmin(axis=0)
    rows = np.concatenate([np.arange(len(distance)), back])
    columns = np.concatenate([forth, np.arange(distance.shape[1])])
    both = np.unique(rows * distance.shape[1] + columns)
    rows, columns = both // distance.shape[1], both % distance.shape[1]
    close = distance[rows, columns] < FARTHEST
    rows, columns = rows[close], columns[close]
    second = np.partition(distance, 1, axis=1)[:, 1] if distance.shape[1] > 1 else distance[:, 0]
    order = distance[rows, columns] / np.maximum(second[rows], 1e-6)
    best = np.argsort(order, kind="stable")[:MOST_PAIRS]
    rows, columns, order = rows[best], columns[best], order[best]
    p, k = photo[rows].astype(np.float64), known[columns].astype(np.float64)
    turn = k[:, 3] - (np.pi - p[:, 3] if flip else p[:, 3])
    scale = k[:, 2] / p[:, 2]
    cos, sin, side = np.cos(turn) * scale, np.sin(turn) * scale, -1.0 if flip else 1.0
    linear = np.stack([np.stack([cos * side, -sin], -1), np.stack([sin * side, cos], -1)], 1)
    pairs = _Pairs(p[:, :2], k[:, :2], linear, turn, np.log2(scale), rows, columns)
    return pairs, order


def _propose(pairs: _Pairs, tried: int) -> NDArray[np.bool_] | None:
    """Return the pairs that support the best similarity proposed by the first `tried` pairs."""
    linear = pairs.linear[:tried].astype(np.float32)  # (K, 2, 2)
    photo, known = pairs.photo.astype(np.float32), pairs.known.astype(np.float32)
    shift = known[:tried] - np.einsum("kij,kj->ki", linear, photo[:tried])
    predicted = linear.reshape(-1, 2) @ photo.T + shift.reshape(-1, 1)  # (2 K, M): x and y in turn
    error = np.abs(predicted.reshape(tried, 2, -1) - known.T).max(axis=1)
    full = np.float32(2 * np.pi)
    turn = np.abs(np.subtract.outer(pairs.turn[:tried], pairs.turn).astype(np.float32))
    turn = np.minimum(turn % full, full - turn % full)
    size = np.abs(np.subtract.outer(pairs.octaves[:tried], pairs.octaves))
    tolerance = PLACE_PX * np.clip(np.exp2(pairs.octaves[:tried]), 0.5, 3.0)[:, None]
    good = (error < tolerance) & (turn < TURN_RAD) & (size < SCALE_OCTAVES)
    counts = good.sum(axis=1)
    best = int(counts.argmax())
    return np.asarray(good[best]) if counts[best] >= LEAST_INLIERS else None


def _fit(pairs: _Pairs, good: NDArray[np.bool_]) -> Alignment | None:
    scale = np.clip(np.exp2(np.median(pairs.octaves[good])), 0.3, 4.0)
    matrix = np.eye(3)
    for tolerance in FIT_PX:
        few = good.sum() < 10
        matrix = _similarity(pairs, good) if few else _affine(pairs, good)
        good = _error(matrix, pairs) < tolerance * scale
        if good.sum() < LEAST_INLIERS - 1:
            return None
    if good.sum() >= FULL_HOMOGRAPHY:
        answer, _ = cv2.findHomography(pairs.photo[good], pairs.known[good], cv2.USAC_MAGSAC, 4.0 * float(scale))
        if answer is not None:
            full = np.asarray(answer, np.float64)
            better = _error(full, pairs) < FIT_PX[-1] * scale
            if better.sum() >= good.sum():
                matrix, good = full, better
    inliers = min(len(np.unique(pairs.owner[good])), len(np.unique(pairs.target[good])))
    inliers = min(inliers, _places(pairs.photo[good]), _places(pairs.known[good]))
    if inliers < LEAST_INLIERS - 1 or not plausible(matrix):
        return None
    return Alignment(np.asarray(matrix, np.float64), inliers, float(good.mean()))


def _places(xy: NDArray[np.float64]) -> int:
    """How many different places: one corner seen at three sizes is one."""
    return len(np.unique(np.rint(xy / 4).astype(np.int64), axis=0))


def _affine(pairs: _Pairs, good: NDArray[np.bool_]) -> Matrix:
    left = np.column_stack([pairs.photo[good], np.ones(int(good.sum()))])
    answer = np.linalg.lstsq(left, pairs.known[good], rcond=None)[0]
    return np.vstack([answer.T, [0, 0, 1]])


def _similarity(pairs: _Pairs, good: NDArray[np.bool_]) -> Matrix:
    side = np.array([np.sign(np.linalg.det(pairs.linear[good][0])), 1.0])
    p, k = pairs.photo[good] * side, pairs.known[good]
    pc, kc = p - p.mean(0), k - k.mean(0)
    norm = max((pc**2).sum(), 1e-9)
    a, b = (pc * kc).sum() / norm, (pc[:, 0] * kc[:, 1] - pc[:, 1] * kc[:, 0]).sum() / norm
    linear = np.array([[a, -b], [b, a]])
    shift = k.mean(0) - linear @ p.mean(0)
    return np.vstack([np.column_stack([linear * side, shift]), [0, 0, 1]])


def _error(matrix: Matrix, pairs: _Pairs) -> NDArray[np.float64]:
    moved = np.column_stack([pairs.photo, np.ones(len(pairs.photo))]) @ matrix.T
    depth = np.where(np.abs(moved[:, 2]) > 1e-9, moved[:, 2], 1e-9)
    return np.asarray(np.hypot(*(moved[:, :2] / depth[:, None] - pairs.known).T))


def plausible(matrix: Matrix) -> bool:
    """Tell whether a map could be a picture shown in a photo: not folded, not squeezed to a line, not a speck."""
    if not np.isfinite(matrix).all() or abs(matrix[2, 2]) < 1e-9:
        return False
    matrix = matrix / matrix[2, 2]
    singular = np.linalg.svd(matrix[:2, :2], compute_uv=False)
    if singular[1] < 1 / 12 or singular[0] > 12 or singular[0] > 2.5 * singular[1]:
        return False
    return bool(np.abs(matrix[2, :2]).max() * 640 < 0.8)
