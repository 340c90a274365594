"""The photos of one order compared with each other: one shot sent twice, and where two copies of one shot differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.compare import Comparison, Match, compare
from evidencecheck.matching.edits import NAMES, Edits, edits_between, edits_of
from evidencecheck.matching.exposure import grain_agreement, grainless
from evidencecheck.matching.fingerprint import Fingerprint
from evidencecheck.matching.overlays import Look
from evidencecheck.matching.proof import hash_distance
from evidencecheck.model import Candidate, Exhibit, KnownImages, Reference, ReferenceKind, Sibling

MOST = 24  # photos of one order that are compared with each other
COMPARED_PX = 1600  # longest side at which grain and colours are looked at
WARP_BACK = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
RING_PX, RING_RGB = 15, (230, 30, 30)  # room around a circled place, and the ring's colour
VIEWS_PX = 1280  # longest side of the two pictures side by side
ONE_COLOUR_LEVELS = 24  # distance from a drawn colour that codecs and grain leave
ONE_COLOUR_SHARE = 0.55  # of the pixels that differ most


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a photo differs from a copy of its shot. `grain` is the agreement of the rest, as in `exposure`.

    `drawn`: the difference looks like lettering, a ring, a box, a mosaic on one of the two. `views` is a JPEG:
    the photo and, aligned with it, the other, side by side with the places circled on both.
    """

    edits: Edits
    grain: float | None
    drawn: bool
    views: bytes


def compare_siblings(exhibit: Exhibit, known: KnownImages) -> Comparison | None:
    """Return what the photo shares with its order's other photos, None when there are none."""
    others = known.of_order(exhibit.photo.case, but=exhibit.photo.sha256)[:MOST]
    return compare(exhibit, _Siblings(known, others), frozenset({ReferenceKind.CLAIM})) if others else None


def difference(exhibit: Exhibit, known: KnownImages, match: Match, siblings: Sequence[Sibling]) -> Difference | None:
    """Return where the photo differs from a copy of its shot, None where nothing but what lies on it does.

    Each is looked at as the other's altered copy: a ring or a box may have been drawn on either.
    """
    edits = edits_of(exhibit, known, match)
    if edits is None or not edits.regions or match.proof is None:
        return None
    files = (one.open() for one in siblings if one.sha256 == match.reference.sha256)
    picture = next((rgb for rgb in files if rgb is not None), None)
    if picture is None and (picture := known.picture(match.reference)) is None:
        return None
    scale = picture.shape[1] / match.reference.width
    matrix = np.asarray(np.diag([scale, scale, 1.0]) @ match.proof.matrix, np.float64)
    there = cv2.perspectiveTransform(np.array(match.matched.outline, np.float32)[None], matrix)[0]
    back = edits_between(picture, exhibit.rgb, np.asarray(np.linalg.inv(matrix), np.float64), there.astype(np.float32))
    photo, small = _reduced(exhibit.rgb)
    other, less = _reduced(picture)
    shape = (photo.shape[1], photo.shape[0])
    mask = cv2.resize(edits.mask, shape, interpolation=cv2.INTER_AREA) > 127
    across = np.asarray(np.diag([less, less, 1.0]) @ matrix @ np.diag([1 / small, 1 / small, 1.0]), np.float64)
    grain = grain_agreement(_luma(photo), _luma(other), across, mask)
    other = np.asarray(cv2.warpPerspective(other, across, shape, flags=WARP_BACK), np.uint8)
    smooth = any(grainless(_luma(one), mask) for one in (photo, other))
    sure = mask & _far_apart(photo, other, mask)
    one_colour = any(_one_colour(one[sure]) for one in (photo, other))
    lies_on_top = back is not None and not back.regions and bool(set(back.overlays) - {NAMES[Look.MOSAIC]})
    hidden = smooth and (one_colour or (back is not None and not back.regions))
    return Difference(edits, grain, drawn=lies_on_top or hidden, views=_circled(photo, other, mask))


def _circled(photo: NDArray[np.uint8], other: NDArray[np.uint8], mask: NDArray[np.bool_]) -> bytes:
    """Put two aligned (H, W, 3) pictures side by side, a ring around each place of the mask on both."""
    around = cv2.dilate(mask.astype(np.uint8), np.ones((RING_PX, RING_PX), np.uint8))
    rings, _ = cv2.findContours(around, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    shown = [
        cv2.drawContours(one.copy(), rings, -1, RING_RGB, max(3, max(mask.shape) // 200)) for one in (photo, other)
    ]
    both = np.hstack([shown[0], np.full((len(mask), RING_PX, 3), 255, np.uint8), shown[1]])
    scale = min(1.0, VIEWS_PX / max(both.shape))
    small = cv2.resize(both, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def _far_apart(photo: NDArray[np.uint8], other: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where two aligned (H, W, 3) pictures differ most, among the places in `mask`: not the seam around a change."""
    apart = np.abs(photo.astype(np.int16) - other).max(axis=2)
    return apart > 0.5 * np.quantile(apart[mask], 0.9) if mask.any() else mask


def _one_colour(colours: NDArray[np.uint8]) -> bool:
    """Tell whether most of the (N, 3) RGB colours are one: drawn by a program, not photographed."""
    if len(colours) == 0:
        return True
    centre = np.median(colours, axis=0)
    return bool((np.abs(colours - centre).max(axis=1) < ONE_COLOUR_LEVELS).mean() > ONE_COLOUR_SHARE)


def _reduced(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return a copy small enough to be quick about, and its scale."""
    scale = min(1.0, COMPARED_PX / max(rgb.shape))
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8), scale


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


@dataclass(frozen=True, slots=True)
class _Siblings:
    """`model.KnownImages` of a few photos: every one of them comes up, however unlike."""

    known: KnownImages
    photos: Sequence[Candidate]

    def count(self, kinds: frozenset[ReferenceKind]) -> int:
        return sum(photo.reference.kind in kinds for photo in self.photos)

    def search(
        self, fingerprint: Fingerprint, kinds: frozenset[ReferenceKind], *, exclude_order: str = ""
    ) -> Sequence[Candidate]:
        """Return all, nearest first."""
        del kinds, exclude_order
        found = [replace(one, distance_bits=hash_distance(fingerprint, one.fingerprint)) for one in self.photos]
        return sorted(found, key=lambda one: (one.distance_bits, one.reference.id))

    def of_order(self, order: str, *, but: str = "") -> Sequence[Candidate]:
        return self.known.of_order(order, but=but)

    def picture(self, reference: Reference) -> NDArray[np.uint8] | None:
        return self.known.picture(reference)
