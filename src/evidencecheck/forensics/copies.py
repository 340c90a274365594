"""Parts of a picture that show up twice: self-matching of local features, then pixel-by-pixel agreement.

SIFT features are matched against the rest of the same picture (I. Amerini et al., IEEE TIFS 2011, g2NN rule), also
against their own mirror images, a similarity is fitted by RANSAC, and the copy is accepted where *fine detail* agrees
densely. Two printed labels or two equal goods agree in their drawing but not in their noise, light and sub-pixel
position; a copy agrees in all of it: `detail`. What software draws repeats exactly too, but nothing else: `drawn.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.drawn import agreement_between_lines, flatness, other_ground

WORKING_SIDE_PX = 1600  # longer side that is compared
SEARCHED_PX = 450_000  # pixels that are searched for features: the cost is in the search, detail is compared later
FEATURES = 2500
LEAST_DISTANCE_PX = 20.0  # a feature's own surroundings look like it
RATIO = 0.75  # g2NN: best distance against the next, in RootSIFT space
LEAST_INLIERS = 5
MODELS = 3  # copies looked for, each way round
RANSAC_PX = 2.5
SNAP_PX = 0.6  # a fit so near a shift by whole pixels, everywhere, is one
WINDOW_PX = 9  # agreement is measured in so large windows
AGREEMENT = 0.7  # normalised correlation of fine detail from which a pixel counts as copied
LEAST_ENERGY = 0.4  # mean square of detail, grey levels, from which windows are compared
CLOSED_PX = 31  # smooth spots within a copy have no detail to compare
LEAST_SCALE = 0.4

# log-odds of a copy, by hand (benchmarks/edits.py, repetition.py): what separates copies from honest repetition
DETAIL_HALF, DETAIL_SLOPE = 0.88, 14.0  # agreement of fine detail
QUIET_FULL, QUIET_SLOPE = 0.9, 4.0  # the same where there is little detail: noise
MISFIT_HALF, MISFIT_SLOPE = 0.5, 2.2  # features of a copy fit to a fraction of a pixel
MISFIT_FREE, MISFIT_EXTRA = 0.4, 6.0  # two prints of one label misfit by about half a pixel
MOST_FEATURES, LARGEST_AREA = 30.0, 0.02  # more of either adds no more: large prints repeat as well
CONTRAST_FREE, CONTRAST_SLOPE = 12.0, 0.04  # grey levels between the parts that light alone may explain
FLAT_FREE, FLAT_SLOPE = 0.2, 20.0  # lettering on a screen repeats exactly, on perfectly smooth ground
BETWEEN_FULL, BETWEEN_SLOPE = 0.85, 0.4  # agreement between strong lines; per grey level that the parts differ
GROUND_SLOPE, GROUND_MOST = 0.4, 20.0  # per grey level that the plain ground differs
OFFSET = -0.5

Gray = NDArray[np.uint8]
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One part seen twice. Masks are (H, W) bool at the working size; `scale` working pixels per photo pixel."""

    source: NDArray[np.bool_]
    target: NDArray[np.bool_]
    inliers: int
    detail: float  # 0-1, median correlation of fine detail inside the copy
    area: float  # share of the picture, one of the two parts
    quiet: float  # 0-1, the same where there is least detail: there a copy repeats the noise, a second print does not
    flat: float  # 0-1, share of the part and its near surroundings that is perfectly smooth, as around screen lettering
    between: float  # -1 to 1, agreement of detail between strong lines: of what was drawn, the lines alone agree
    other_ground: float  # grey levels by which its plain ground differs, where the noise there does not agree
    misfit_px: float  # root mean square distance of the matched features from the fit, pixels of the searched picture
    contrast: float  # mean absolute difference of the two parts, grey levels
    mirrored: bool
    turn_degrees: float
    size_ratio: float
    scale: float


def find_copies(gray: Gray) -> tuple[Copy, ...]:
    """Return the parts of the (H, W) luma that appear twice, largest first; empty when there are none."""
    scale = min(1.0, WORKING_SIDE_PX / max(gray.shape))
    if scale < 1.0:
        gray = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    sift = cv2.SIFT_create(  # type: ignore[attr-defined]
        nfeatures=FEATURES,
        contrastThreshold=0.015,
        enable_precise_upscale=True,  # else a mirrored copy is half a pixel off
    )
    shrink = min(1.0, (SEARCHED_PX / gray.size) ** 0.5)
    searched = cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1.0 else gray
    keypoints, descriptors = sift.detectAndCompute(searched, None)
    if descriptors is None or len(keypoints) < 2 * LEAST_INLIERS:
        return ()
    larger = np.array((gray.shape[1] / searched.shape[1], gray.shape[0] / searched.shape[0]), np.float32)
    points = (np.array([k.pt for k in keypoints], np.float32) + 0.5) * larger - 0.5
    root = np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1e-6)).astype(np.float32)
    copies = []
    for mirrored in (False, True):
        pairs = _pairs(points, root, _mirror(root) if mirrored else root)
        copies += _fitted(gray, points, pairs, mirrored=mirrored, scale=scale)
    copies.sort(key=lambda copy: -copy.area)
    return tuple(replace(copy, misfit_px=copy.misfit_px * shrink) for copy in copies)


def score(copy: Copy) -> float:
    """Return 0-1, higher is surer that one part was copied from the other."""
    odds = OFFSET + DETAIL_SLOPE * (copy.detail - DETAIL_HALF)
    odds -= QUIET_SLOPE * max(0.0, QUIET_FULL - copy.quiet)
    odds += MISFIT_SLOPE * (MISFIT_HALF - min(copy.misfit_px, 1.5))
    odds -= MISFIT_EXTRA * max(0.0, copy.misfit_px - MISFIT_FREE)
    odds += 0.8 * np.log(min(copy.inliers, MOST_FEATURES) / 10)
    odds += 0.5 * np.log(min(copy.area, LARGEST_AREA) / 0.005)
    odds -= CONTRAST_SLOPE * max(0.0, copy.contrast - CONTRAST_FREE)
    # between its lines a copy repeats the photo: the detail, or where compression took that, at least the level
    odds -= BETWEEN_SLOPE * copy.contrast * max(0.0, BETWEEN_FULL - copy.between)
    odds -= GROUND_SLOPE * min(copy.other_ground, GROUND_MOST)
    odds -= FLAT_SLOPE * max(0.0, copy.flat - FLAT_FREE) + (1.0 if copy.mirrored else 0.0)
    return float(1 / (1 + np.exp(-odds)))


def _mirror(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each SIFT descriptor would be in the mirrored picture: rows swapped, directions negated."""
    cells = descriptors.reshape(-1, 4, 4, 8)[:, ::-1]
    return np.ascontiguousarray(cells[..., (-np.arange(8)) % 8]).reshape(-1, 128)


def _pairs(points: Points, ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return (n, 2) indices of features much more alike than the next candidates (g2NN)."""
    found, squares, ones = [], (points * points).sum(1), np.ones(len(points), np.float32)
    here = np.stack([-2 * points[:, 0], -2 * points[:, 1], squares, ones], 1)  # here @ there: squared distances
    there = np.stack([points[:, 0], points[:, 1], ones, squares])
    for first in range(0, len(points), 1000):
        rows = np.arange(first, min(first + 1000, len(points)))
        alike = ours[rows] @ theirs.T
        np.putmask(alike, here[rows] @ there < LEAST_DISTANCE_PX**2, -1)
        best, closeness = _three_best(alike)
        distance = np.sqrt(np.maximum(2 - 2 * closeness, 1e-6))
        one = distance[:, 0] < RATIO * distance[:, 1]
        two = ~one & (distance[:, 1] < RATIO * distance[:, 2])  # pasted twice
        found += [np.stack([rows[one], best[one, 0]], 1)]
        found += [np.stack([rows[two], best[two, i]], 1) for i in (0, 1)]
    pairs = np.concatenate(found)
    # each pair once, and always from the left (or upper) part to the other, so that one similarity fits all
    swap = points[pairs[:, 0], 0] > points[pairs[:, 1], 0]
    pairs[swap] = pairs[swap][:, ::-1]
    return np.unique(pairs, axis=0)


def _three_best(alike: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return per row the places and values of its three largest entries, largest first. Overwrites `alike`."""
    rows = np.arange(len(alike))
    places, values = np.empty((len(alike), 3), np.intp), np.empty((len(alike), 3), np.float32)
    for i in range(3):
        places[:, i] = alike.argmax(1)
        values[:, i] = alike[rows, places[:, i]]
        alike[rows, places[:, i]] = -2
    return places, values


def _fitted(gray: Gray, points: Points, pairs: NDArray[np.intp], *, mirrored: bool, scale: float) -> list[Copy]:
    copies = []
    for _ in range(MODELS):
        if len(pairs) < LEAST_INLIERS:
            break
        start, end = points[pairs[:, 0]].copy(), points[pairs[:, 1]]
        if mirrored:
            start[:, 0] = gray.shape[1] - 1 - start[:, 0]
        cv2.setRNGSeed(0)
        matrix, inside = cv2.estimateAffinePartial2D(
            start, end, method=cv2.RANSAC, ransacReprojThreshold=RANSAC_PX, maxIters=3000, confidence=0.999
        )
        if matrix is None or inside.sum() < LEAST_INLIERS:
            break
        chosen = inside.ravel().astype(bool)
        matched = (start[chosen], end[chosen])
        fit = _snapped(np.asarray(matrix, np.float64), matched)
        copy = _compared(gray, fit, matched, mirrored=mirrored, scale=scale)
        copies += [copy] if copy else []
        pairs = pairs[~chosen]
    return copies


def _snapped(matrix: NDArray[np.float64], matched: tuple[Points, Points]) -> NDArray[np.float64]:
    """Return a shift by whole pixels where the fit is one within its error: an editor pastes on whole pixels."""
    shift = np.rint(np.median(matched[1] - matched[0], axis=0))
    whole = np.array([(1, 0, shift[0]), (0, 1, shift[1])], np.float64)
    gap = matched[0] @ (matrix - whole)[:, :2].T + (matrix - whole)[:, 2]
    return whole if np.abs(gap).max() < SNAP_PX else matrix


def _compared(
    gray: Gray, matrix: NDArray[np.float64], matched: tuple[Points, Points], *, mirrored: bool, scale: float
) -> Copy | None:
    """Return the copy where fine detail agrees around the matched features, or None."""
    ends = matched[1]
    ratio = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if not LEAST_SCALE <= ratio <= 1 / LEAST_SCALE or len(np.unique(np.rint(ends / 3), axis=0)) < LEAST_INLIERS:
        return None
    height, width = gray.shape
    whole = np.vstack([matrix, (0, 0, 1)])
    if mirrored:
        whole = whole @ np.array([(-1, 0, width - 1), (0, 1, 0), (0, 0, 1)], float)
    moved = np.asarray(cv2.warpAffine(gray, whole[:2], (width, height), flags=cv2.INTER_CUBIC, borderValue=0), np.uint8)
    details = (_detail(gray), _detail(moved))
    agreement, energy = _agreement(*details)
    textured = energy > LEAST_ENERGY
    agreed, inliers = _held((agreement > AGREEMENT) & textured, ends)
    if inliers < LEAST_INLIERS:
        return None
    compared, strength = agreement[agreed & textured], energy[agreed & textured]
    quiet = compared[strength <= np.quantile(strength, 0.25)]
    target = cv2.morphologyEx(agreed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((CLOSED_PX, CLOSED_PX), np.uint8)) > 0
    back = np.linalg.inv(whole)[:2]
    source = cv2.warpAffine(target.astype(np.uint8), back, (width, height), flags=cv2.INTER_NEAREST) > 0
    return Copy(
        source=source,
        target=target,
        inliers=inliers,
        detail=float(np.clip(np.median(compared), 0, 1)),
        quiet=float(np.clip(np.median(quiet), 0, 1)),
        area=float(agreed.mean()),
        flat=flatness(gray, agreed),
        between=agreement_between_lines((gray, moved), details, target),
        other_ground=other_ground((gray, moved), target),
        misfit_px=float(np.sqrt(((matched[0] @ matrix[:, :2].T + matrix[:, 2] - ends) ** 2).sum(1).mean())),
        contrast=float(cv2.absdiff(gray, moved)[agreed].mean()),
        mirrored=mirrored,
        turn_degrees=float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
        size_ratio=ratio,
        scale=scale,
    )


def _held(agreeing: NDArray[np.bool_], ends: Points) -> tuple[NDArray[np.bool_], int]:
    """Return the agreeing places that hold at least two of the matched features, and how many they hold together."""
    height, width = agreeing.shape
    joined = cv2.morphologyEx(agreeing.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    cleaned = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    _, labels = cv2.connectedComponents(cleaned)
    column, row = (np.clip(ends[:, i].round().astype(int), 0, (width, height)[i] - 1) for i in (0, 1))
    at = labels[row, column]
    held = np.bincount(at[at > 0], minlength=1)
    kept = [label for label in range(1, len(held)) if held[label] >= 2]
    return np.isin(labels, kept), int(sum(held[label] for label in kept))


def _detail(gray: Gray) -> NDArray[np.float32]:
    plane = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), 0.6)  # resampling blurs one of the two parts
    return np.asarray(plane - cv2.blur(plane, (7, 7)), np.float32)


def _agreement(one: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (H, W) correlation -1..1 of two detail planes in windows, and the energy of the weaker one."""
    size = (WINDOW_PX, WINDOW_PX)
    both = cv2.blur(one * other, size)
    energies = cv2.blur(one * one, size), cv2.blur(other * other, size)
    correlation = both / np.sqrt(np.maximum(energies[0] * energies[1], 1e-3))
    return np.asarray(correlation, np.float32), np.asarray(np.minimum(*energies), np.float32)
