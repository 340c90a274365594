"""One photo against one known picture: same photo, same print or scene in another photo, or nothing.

Candidate maps come from features and near hashes, each is tested by dense agreement, and a logistic fusion turns what
was measured into a score. Weights: benchmarks/train_fusion.py, see docs/decisions/0003-matching.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.align import Alignment, align, from_hashes
from evidencecheck.matching.dense import Agreement, Canvas, Matrix, agree
from evidencecheck.matching.fingerprint import Fingerprint, working_size
from evidencecheck.matching.fusion import score_of

COMPARED_PX = 1024  # longest side at which pictures are compared
MOST_VIEWS = 2  # whole-picture maps tried per pair
LEAST_FEATURE_INLIERS = 6  # weaker alignments are not worth a dense look without a near hash
SAME_SCORE = 0.6  # from here on it is the same photo: cross-validated, at least 636 of 640 copies, 0 of 298 others
SURE_SCORE = 0.99  # no further map is tried
PRINT_INLIERS = 20  # below SAME_SCORE, so many agreeing features still mean the same print or scene
BAND = 0.12  # width of a border band, share of the overlap
LEAST_BAND_PIXELS = 40
AGREES = 0.5  # correlation from which a place agrees
STRIP = 0.04  # share of the overlap's side; narrower disagreement at a border is no reason to cut it
FULL_STRIP = 0.4  # share of a strip's length that must carry detail to speak against it
LEAST_WINDOW_PX = 20
IMPURE = 0.012  # deviation from a straight map, share of the overlap's diagonal, at which purity is 1/e
LEAST_INFORMATIVE = 150  # canvas pixels with detail; fewer and there is nothing to agree on
FARTHEST_BITS = 128  # PDQ distance of unrelated pictures


class Kinship(StrEnum):
    """What two pictures have to do with each other. They are never mixed."""

    SAME_PHOTO = "same-photo"
    SAME_PRINT = "same-print"
    SAME_HASH = "same-hash"  # a shared hash agrees, and there is no picture to compare
    NONE = "none"


@dataclass(frozen=True, slots=True)
class View:
    """A picture ready to be compared: `gray` (H, W) uint8, longest side at most COMPARED_PX; `scale` of it to the
    original's width."""

    gray: NDArray[np.uint8]
    fingerprint: Fingerprint
    scale: float


@dataclass(frozen=True, slots=True)
class Proof:
    """`matrix` maps photo to known pixels, both of the original size. `agreement` is on its own small grid, `to_photo`
    maps that grid's pixels to original photo pixels. `correlation` -1 to 1 and `agreed` 0-1 are over the overlap."""

    score: float
    kinship: Kinship
    matrix: Matrix
    to_photo: Matrix
    inliers: int
    distance_bits: int
    correlation: float
    agreed: float
    agreement: Agreement


def view(gray: NDArray[np.uint8], fingerprint: Fingerprint, width: int) -> View:
    """Reduce a (H, W) uint8 picture for comparison; `width` is the original's, which may be larger than the array's."""
    h, w = gray.shape
    scale = min(1.0, COMPARED_PX / max(h, w))
    if scale < 1:
        size = (max(8, round(w * scale)), max(8, round(h * scale)))
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    return View(np.ascontiguousarray(gray), fingerprint, gray.shape[1] / width)


def hypotheses(photo: Fingerprint, known: Fingerprint) -> tuple[Alignment, ...]:
    """Return the maps worth a dense look, most promising first: from features, and from near hashes."""
    views = [alignment for _, alignment in from_hashes(photo, known)[:MOST_VIEWS]]
    found = align(photo, known)
    if found is None or (found.inliers < LEAST_FEATURE_INLIERS and not views):
        return tuple(views)
    return (found, *views)


def prove(photo: View, known: View, maps: Sequence[Alignment]) -> Proof | None:
    """Return the best proof of kinship among `maps` (see `hypotheses`), None when they overlap under none of them."""
    best: Proof | None = None
    distance = hash_distance(photo.fingerprint, known.fingerprint)
    for alignment, agreement in _tries(photo, known, maps):
        proof = _judge(alignment, agreement, distance, photo, known)
        if best is None or proof.score > best.score:
            best = proof
        if best.score > SURE_SCORE:
            break
    return best


def evidence(photo: View, known: View) -> list[dict[str, float]]:
    """Return what the fusion would weigh for every map worth a look; for fitting its weights."""
    distance = hash_distance(photo.fingerprint, known.fingerprint)
    maps = hypotheses(photo.fingerprint, known.fingerprint)
    return [measured(alignment, agreement, distance) for alignment, agreement in _tries(photo, known, maps)]


def hash_distance(photo: Fingerprint, known: Fingerprint) -> int:
    """Return the smallest PDQ distance over the photo's eight views, bits of 256."""
    return int(np.bitwise_count(photo.views ^ known.views[:1]).sum(axis=1).min())


def _tries(photo: View, known: View, maps: Sequence[Alignment]) -> Iterator[tuple[Alignment, Agreement]]:
    for alignment in maps:
        agreement = agree(photo.gray, known.gray, _rescaled(alignment.matrix, photo, known))
        if agreement is not None:
            yield alignment, agreement


def _rescaled(matrix: Matrix, photo: View, known: View) -> Matrix:
    """From working pixels to the compared arrays' pixels."""
    return np.linalg.inv(_working(known)) @ matrix @ _working(photo)


def _working(one: View) -> Matrix:
    h, w = one.gray.shape
    ww, wh = working_size(one.fingerprint.width, one.fingerprint.height)
    sx, sy = ww / w, wh / h
    return np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])


def _judge(alignment: Alignment, agreement: Agreement, distance: int, photo: View, known: View) -> Proof:
    at = agreement.correlation[agreement.informative]
    values = measured(alignment, agreement, distance)
    score = score_of(values) if len(at) >= LEAST_INFORMATIVE else 0.0
    related = alignment.inliers >= PRINT_INLIERS
    kinship = Kinship.SAME_PHOTO if score >= SAME_SCORE else Kinship.SAME_PRINT if related else Kinship.NONE
    p, k = np.diag([photo.scale, photo.scale, 1.0]), np.diag([known.scale, known.scale, 1.0])
    matrix = np.linalg.inv(k) @ agreement.canvas.matrix @ p
    return Proof(
        score,
        kinship,
        matrix / matrix[2, 2],
        np.linalg.inv(p) @ agreement.canvas.to_photo,
        alignment.inliers,
        distance,
        values["correlation"],
        values["agreed"],
        agreement,
    )


def measured(alignment: Alignment, agreement: Agreement, distance: int) -> dict[str, float]:
    """Return what the fusion weighs, by name, each roughly 0 to 1; `w_` values are over the window that agrees."""
    at = agreement.correlation[agreement.informative]
    inside = max(1, int(agreement.canvas.inside.sum()))
    part = window(agreement)
    within = agreement.correlation[part][agreement.informative[part]]
    x, y = agreement.points.T if len(agreement.points) else np.zeros((2, 0), np.float32)
    here = (y >= part[0].start) & (y < part[0].stop) & (x >= part[1].start) & (x < part[1].stop)
    return {
        "correlation": float(at.mean()) if len(at) else 0.0,
        "agreed": float((at > 0.7).mean()) if len(at) else 0.0,
        "against": float((at < 0.3).mean()) if len(at) else 1.0,
        "tracked": agreement.tracked,
        "residual": float(np.log2(np.clip(agreement.residual_px, 0.02, 4.0)) + 5.7) / 7.7,
        "inliers": float(np.log2(1 + alignment.inliers)) / 8.0,
        "hash": 1.0 - min(distance, FARTHEST_BITS) / FARTHEST_BITS,
        "informative": float(len(at) / inside),
        "size": float(np.log2(1 + len(at))) / 16.0,
        "sides": _sides(agreement, np.s_[:, :]),
        "w_correlation": float(within.mean()) if len(within) else 0.0,
        "w_agreed": float((within > 0.7).mean()) if len(within) else 0.0,
        "w_tracked": float(agreement.follow[here].mean()) if here.any() else 0.0,
        "w_sides": _sides(agreement, part),
        "w_share": float(agreement.canvas.inside[part].sum() / inside),
        "pure": purity(agreement.canvas),
    }


def window(agreement: Agreement) -> tuple[slice, slice]:
    """Return the rows and columns of the canvas left when border strips that disagree are cut off.

    A collage tile is cut from its picture; the rest of the picture does not lie under its neighbours.
    """
    told = agreement.informative
    good = told & (agreement.correlation > AGREES)
    rows, columns = slice(0, told.shape[0]), slice(0, told.shape[1])
    for _ in range(2):  # cutting columns may show which rows disagree
        columns = _agreeing(good[rows].sum(axis=0), told[rows].sum(axis=0), rows.stop - rows.start)
        rows = _agreeing(good[:, columns].sum(axis=1), told[:, columns].sum(axis=1), columns.stop - columns.start)
    return rows, columns


def _agreeing(good: NDArray[np.int64], told: NDArray[np.int64], length: int) -> slice:
    """Return the range left when strips of `length` pixels that disagree all along are cut from both ends."""
    bad = (told >= FULL_STRIP * length) & (good < 0.4 * told)
    fine = np.flatnonzero((told >= max(3, told.max(initial=0) // 10)) & (good >= 0.6 * told))
    if len(fine) == 0:
        return slice(0, len(good))
    first, last, strip = int(fine[0]), int(fine[-1]) + 1, STRIP * len(good)
    if last - first < LEAST_WINDOW_PX:
        return slice(0, len(good))
    return slice(first if bad[:first].sum() > strip else 0, last if bad[last:].sum() > strip else len(good))


def purity(grid: Canvas) -> float:
    """Return 1 for a map of scaling, quarter turns and mirroring alone, towards 0 as it is turned, tilted, sheared.

    Programs place pictures straight; a second photo of the same thing never lies exactly straight.
    """
    h, w = grid.photo.shape
    corners = np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float64)
    there = cv2.perspectiveTransform(corners, grid.matrix @ grid.to_photo)[0]
    here = corners[0] - corners[0].mean(axis=0)
    there = there - there.mean(axis=0)
    linear = np.linalg.lstsq(here, there, rcond=None)[0].T
    scale = np.sqrt(abs(np.linalg.det(linear))) + 1e-9
    straight = np.rint(linear / scale)
    if abs(abs(np.linalg.det(straight)) - 1) > 1e-6:
        return 0.0
    off = np.hypot(*(there / scale - here @ straight.T).T).max() / np.hypot(h, w)
    return float(np.exp(-off / IMPURE))


def _sides(agreement: Agreement, part: tuple[slice, slice]) -> float:
    """Return how far the two best of the four border bands agree, 0 to 1.

    A copy agrees up to the border of the overlap somewhere, even under an inset; another photo of one print does not.
    """
    correlation, informative = agreement.correlation[part], agreement.informative[part]
    h, w = correlation.shape
    across, down = max(4, int(w * BAND)), max(4, int(h * BAND))
    shares = []
    for band in (np.s_[:, :across], np.s_[:, w - across :], np.s_[:down], np.s_[h - down :]):
        at = correlation[band][informative[band]]
        if len(at) >= LEAST_BAND_PIXELS:
            shares.append(float((at > 0.6).mean()))
    everywhere = correlation[informative]
    shares += [float((everywhere > 0.6).mean()) if len(everywhere) else 0.0] * max(0, 2 - len(shares))
    return float(np.mean(sorted(shares)[-2:]))
