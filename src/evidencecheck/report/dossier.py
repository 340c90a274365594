"""Everything a complaint package is made from, gathered beforehand: reports, originals, known pictures, shop photo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evidencecheck.model import (
    ADDED_TO_CORPUS,
    AttachmentRole,
    Claim,
    Finding,
    Level,
    MatchedReference,
    Order,
    PhotoReport,
    ReferenceKind,
    Settings,
    Strength,
    Text,
)
from evidencecheck.report.cover import Cover
from evidencecheck.report.places import Ranked, rank
from evidencecheck.report.profile import KindName, Profile

Rgb = NDArray[np.uint8]
Language = Literal["zh", "en"]

EXPORTED = frozenset({Strength.SUPPORTED, Strength.DOCUMENTED})  # "possible" is for the reviewer, never for a complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPicture:
    """A picture the photo was matched to: pixels (H, W, 3) upright, `covers` already covered, and its file.

    `whole` tells the archived file itself, byte for byte, from the store's preview of it.
    """

    rgb: Rgb
    data: bytes
    format: str  # Pillow's name
    whole: bool
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPhoto:
    """The shop's own real product: pixels (H, W, 3) upright, and where it comes from. Handed in as a clean copy: a
    photo taken in the shop may carry its place and the phone's owner."""

    rgb: Rgb
    name: str
    sha256: str  # of the seller's file
    origin: Text
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file the seller added to the case: chat, order or goods pictures, video, papers.

    `rgb` (H, W, 3) for a picture, `covers` already covered; None for anything else, which is handed on as it is from
    `path`. `trouble`: the file is gone or changed, and is left out.
    """

    role: AttachmentRole
    name: str  # as the seller calls it; it may name a person and is written nowhere
    sha256: str
    size_bytes: int
    suffix: str  # of the file, lower case, with its dot
    made_at: datetime | None  # when it was made or captured
    path: Path | None = None
    rgb: Rgb | None = None
    covers: tuple[Cover, ...] = ()
    trouble: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierUse:
    """A photo of another order that a photo repeats. `claimed_at`: ISO time of that order's claim, "" if unknown."""

    reference: MatchedReference
    claimed_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A photo whose report goes into the package, with the findings that may be exported, strongest first."""

    report: PhotoReport
    exported: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEvidence:
    """A selected photo with its original. `data` None: the file is gone, changed or unreadable, and `trouble` says how.

    `rgb` has its `covers` covered, `data` is the untouched file. `known` holds the pictures its findings refer to, by
    reference id. `taken_at` is the photo's own clock, None where it has none.
    """

    selected: Selected
    data: bytes | None
    rgb: Rgb | None
    trouble: Text | None = None
    known: Mapping[str, KnownPicture] = field(default_factory=dict)
    covers: tuple[Cover, ...] = ()
    taken_at: datetime | None = None

    @property
    def reference(self) -> MatchedReference | None:
        """The known picture to show: of the strongest findings' the first with where and when, else the first."""
        found = [each.finding.reference for each in self.selected.exported if each.finding.reference]
        complete = (ref for ref in found if where(ref) and when(ref))
        return next(complete, found[0] if found else None)

    @property
    def earlier_uses(self) -> tuple[EarlierUse, ...]:
        """The photos of other orders that this photo repeats, as far as that may be exported, each order once."""
        found = (
            EarlierUse(reference=finding.reference, claimed_at=str(finding.measurements.get("other_claimed_at", "")))
            for outcome in self.selected.report.outcomes
            for finding in outcome.findings
            if finding.claim is Claim.REUSED and finding.strength in EXPORTED and finding.reference
        )
        by_order = {use.reference.order: use for use in found if use.reference.kind is ReferenceKind.CLAIM}
        return tuple(by_order.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The case to package."""

    order_number: str
    kind: KindName
    photos: tuple[PhotoEvidence, ...]
    created_at: datetime
    language: Language  # of the seller
    order: Order | None = None  # from the export, when given
    shop_photo: ShopPhoto | None = None
    enclosures: tuple[Enclosure, ...] = ()  # by the time they were made
    by: str = ""  # who keeps the evidence, in the shop's own words
    redacted: bool = True  # copies only; False hands in the originals
    searched: bool = True  # text in the pictures was searched for private data
    reported: int = 0  # reports on this order that were already handed in
    appeal_until: datetime | None = None  # as the seller set it
    settings: Settings = field(default_factory=Settings)


def select(
    reports: Iterable[PhotoReport], kind: KindName, profile: Profile, chosen: Collection[str] = ()
) -> tuple[Selected, ...]:
    """Return the photos with something to export under `kind`; when photos are chosen by name, only those.

    A photo the seller chose needs no finding when the kind rests on the seller's own comparison (not-our-product).
    """

    def exportable(finding: Finding) -> bool:
        return finding.strength in EXPORTED and profile.claims.get(finding.claim) == kind

    selected = []
    for report in reports:
        if (chosen and report.photo not in chosen) or report.verdict is Level.UNREADABLE:
            continue
        exported = rank(report, exportable)
        if exported or (chosen and kind == "not-our-product"):
            selected.append(Selected(report=report, exported=exported))
    return tuple(selected)


def where(reference: MatchedReference) -> str:
    """Return where the known picture comes from: its source, or the (masked) number of the other order; "" unknown."""
    return reference.source or reference.order


def when(reference: MatchedReference) -> str:
    """Return when the known picture was there, as recorded; "" unknown. The day it was added says nothing of that."""
    added = reference.first_seen_how == ADDED_TO_CORPUS
    return reference.captured_at if added else reference.first_seen or reference.captured_at
