"""The photo against everything known of some kinds: candidates, proof, and what the reader is told of each.

Shared by the checks known-photo and reused, which differ only in where they look and what a match means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.dense import Matrix, outline
from evidencecheck.matching.fingerprint import Fingerprint, fingerprint
from evidencecheck.matching.frames import Frame, frames
from evidencecheck.matching.proof import Kinship, Proof, View, hypotheses, prove, view, window
from evidencecheck.matching.told import describe
from evidencecheck.matching.words import placement
from evidencecheck.model import Candidate, Exhibit, KnownImages, MatchedReference, Measurement, Reference, ReferenceKind

MOST_ALIGNED = 10  # candidates aligned by features; the true one ranks in the first eight (benchmarks/scale.py)
MOST_PROVED = 8  # and of these, given a dense look
LEAST_VOTES = 5  # of features, for a candidate without a near hash
LEAST_SEEN = 0.3  # share of the known picture that a picture within the photo must show: a logo is no picture
EXPLAINED = 0.6  # of a picture within the photo that lies under a match already found: it need not be looked up
HASH_ONLY_BITS = 31  # PDQ's own threshold for "the same picture" (ThreatExchange), where no picture can be compared


@dataclass(frozen=True, slots=True)
class Match:
    """One known picture and what it has to do with the photo. `proof` is None for a byte-identical file and for a
    shared hash without a picture."""

    reference: Reference
    matched: MatchedReference
    kinship: Kinship
    score: float
    identical: bool
    proof: Proof | None
    distance_bits: int | None
    votes: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`matches` best first; `proved` how many known pictures were given a dense look, `candidates` how many came up;
    `capped` whether some were left unproved because too many looked alike."""

    matches: tuple[Match, ...]
    proved: int
    candidates: int
    capped: bool

    def of(self, kinship: Kinship) -> tuple[Match, ...]:
        """Return the matches of one kinship, best first."""
        return tuple(match for match in self.matches if match.kinship is kinship)


@dataclass(frozen=True, slots=True)
class _Part:
    """The photo, or a picture within it: `view` of it, and its place in the photo."""

    view: View
    place: Frame

    @property
    def fingerprint(self) -> Fingerprint:
        return self.view.fingerprint

    @property
    def shift(self) -> Matrix:
        """From the part's pixels to the photo's, (3, 3)."""
        return np.array([[1.0, 0, self.place.left], [0, 1, self.place.top], [0, 0, 1]])


def compare(
    exhibit: Exhibit, known: KnownImages, kinds: frozenset[ReferenceKind], exclude_order: str = ""
) -> Comparison:
    """Return what the photo, and every picture within it, shares with known pictures of these kinds."""
    photo = exhibit.photo
    whole = Frame(0, 0, photo.width, photo.height)
    everything = _Part(view(exhibit.gray, exhibit.fingerprint, photo.width), whole)
    best: dict[str, Match] = {}
    proved: set[str] = set()
    came_up, capped = 0, False
    for part in _parts(everything, exhibit, best):
        candidates = known.search(part.fingerprint, kinds, exclude_order=exclude_order)
        came_up += len(candidates)
        found = list(_matches(exhibit, part, known, candidates))
        here = {match.reference.sha256 for match in found}
        proved |= here
        capped = capped or len(here) >= MOST_PROVED
        for match in found:
            if match.reference.id not in best or match.score > best[match.reference.id].score:
                best[match.reference.id] = match
    ranked = sorted(best.values(), key=lambda match: (-match.score, match.reference.id))
    return Comparison(tuple(m for m in ranked if m.kinship is not Kinship.NONE), len(proved), came_up, capped)


def _parts(whole: _Part, exhibit: Exhibit, found: Mapping[str, Match]) -> Iterator[_Part]:
    """Yield the photo, then the pictures within it that no match `found` by then explains."""
    yield whole
    for frame in frames(exhibit.gray):
        if any(match.kinship is Kinship.SAME_PHOTO and _explains(match, frame) for match in found.values()):
            continue
        gray = np.ascontiguousarray(exhibit.gray[frame.top : frame.bottom, frame.left : frame.right])
        yield _Part(view(gray, fingerprint(gray), frame.right - frame.left), frame)


def _explains(match: Match, frame: Frame) -> bool:
    """Tell whether a match covers a picture within the photo."""
    box = np.array(
        [[frame.left, frame.top], [frame.right, frame.top], [frame.right, frame.bottom], [frame.left, frame.bottom]],
        np.float32,
    )
    shape = np.array(match.matched.outline, np.float32).reshape(-1, 2)
    return len(shape) >= 3 and cv2.intersectConvexConvex(cv2.convexHull(shape), box)[0] > EXPLAINED * frame.area


def _matches(exhibit: Exhibit, part: _Part, known: KnownImages, candidates: Sequence[Candidate]) -> Iterator[Match]:
    proofs: dict[str, Proof | None] = {}  # by content: one picture, many sources
    within = part.place.area < exhibit.photo.width * exhibit.photo.height
    for candidate in candidates:
        reference = candidate.reference
        if candidate.distance_bits is None and candidate.votes < LEAST_VOTES:
            continue
        if reference.sha256 and reference.sha256 == exhibit.photo.sha256:
            yield _identical(exhibit, candidate)
            continue
        key = reference.sha256 or reference.id
        if key not in proofs:
            if len(proofs) >= MOST_ALIGNED or sum(1 for proof in proofs.values() if proof) >= MOST_PROVED:
                continue
            proofs[key] = _proved(part.view, known, candidate)
        proof = proofs[key]
        if proof is not None:
            match = _match(exhibit, part, candidate, proof)
            if not within or match.matched.overlap >= LEAST_SEEN:
                yield match
        elif (
            not within
            and candidate.distance_bits is not None
            and candidate.distance_bits <= HASH_ONLY_BITS
            and known.picture(reference) is None
        ):
            yield _hash_only(exhibit, candidate)


def _proved(photo: View, known: KnownImages, candidate: Candidate) -> Proof | None:
    maps = hypotheses(photo.fingerprint, candidate.fingerprint)
    picture = known.picture(candidate.reference) if maps else None
    if picture is None:
        return None
    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    other = view(gray, candidate.fingerprint, candidate.reference.width)
    return prove(photo, other, maps)


def _match(exhibit: Exhibit, part: _Part, candidate: Candidate, proof: Proof) -> Match:
    known = (candidate.reference.height, candidate.reference.width)
    frame = part.place
    whole = outline(proof.matrix, (frame.bottom - frame.top, frame.right - frame.left), known)
    seen = _seen(proof, whole)
    corner = np.array([frame.left, frame.top], np.float32)
    shape = (whole if seen is None or len(seen) < 3 else seen) + corner
    proof = replace(proof, matrix=proof.matrix @ np.linalg.inv(part.shift), to_photo=part.shift @ proof.to_photo)
    place = placement(proof.matrix, (exhibit.photo.height, exhibit.photo.width), known, shape)
    return Match(
        candidate.reference,
        describe(candidate.reference, proof.matrix, place),
        proof.kinship,
        proof.score,
        False,
        proof,
        proof.distance_bits,
        candidate.votes,
    )


def _identical(exhibit: Exhibit, candidate: Candidate) -> Match:
    size = (exhibit.photo.height, exhibit.photo.width)
    matched = describe(candidate.reference, np.eye(3), placement(np.eye(3), size, size))
    return Match(candidate.reference, matched, Kinship.SAME_PHOTO, 1.0, True, None, 0, candidate.votes)


def _hash_only(exhibit: Exhibit, candidate: Candidate) -> Match:
    size = (exhibit.photo.height, exhibit.photo.width)
    matched = describe(candidate.reference, np.eye(3), placement(np.eye(3), size, size))
    bits = candidate.distance_bits or 0
    score = 0.2 + 0.2 * (1 - bits / HASH_ONLY_BITS)
    return Match(candidate.reference, matched, Kinship.SAME_HASH, score, False, None, bits, candidate.votes)


def _seen(proof: Proof, whole: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return the overlap's outline (N, 2) in photo pixels without border strips that disagree, or None to keep it all.

    See `window`.
    """
    rows, columns = window(proof.agreement)
    height, width = proof.agreement.informative.shape
    if (columns.start, rows.start, columns.stop, rows.stop) == (0, 0, width, height):
        return None
    left, top, right, bottom = columns.start, rows.start, columns.stop, rows.stop
    box = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float64)
    corners = cv2.perspectiveTransform(box, proof.to_photo)[0].astype(np.float32)
    area, shape = cv2.intersectConvexConvex(corners, whole)
    return np.asarray(shape.reshape(-1, 2), np.float32) if area > 0 and shape is not None else None


def measurements(match: Match) -> dict[str, Measurement]:
    """Return the numbers behind a match, by plain names."""
    proof = match.proof
    numbers: dict[str, Measurement] = {"overlap": match.matched.overlap, "feature_votes": match.votes}
    if match.distance_bits is not None:
        numbers["pdq_distance_bits"] = match.distance_bits
    if proof is not None:
        numbers |= {
            "inliers": proof.inliers,
            "correlation": round(proof.correlation, 3),
            "agreeing_share": round(proof.agreed, 3),
            "tracked_share": round(proof.agreement.tracked, 3),
            "residual_px": round(proof.agreement.residual_px, 3),
        }
    return numbers
