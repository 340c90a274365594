"""Everything a complaint package is made from, gathered beforehand: reports, originals, known pictures, shop photo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evidencecheck.model import (
    ADDED_TO_CORPUS,
    Finding,
    Level,
    MatchedReference,
    Order,
    PhotoReport,
    Settings,
    Strength,
    Text,
)
from evidencecheck.report.places import Ranked, rank
from evidencecheck.report.profile import KindName, Profile

Rgb = NDArray[np.uint8]
Language = Literal["zh", "en"]

EXPORTED = frozenset({Strength.SUPPORTED, Strength.DOCUMENTED})  # "possible" is for the reviewer, never for a complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPicture:
    """A picture the photo was matched to: pixels (H, W, 3) upright, and the file to hand in.

    `whole` tells the archived file itself, byte for byte, from the store's preview of it.
    """

    rgb: Rgb
    data: bytes
    format: str  # Pillow's name
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPhoto:
    """The shop's own real product: pixels (H, W, 3) upright, and where it comes from. Handed in as a clean copy: a
    photo taken in the shop may carry its place and the phone's owner."""

    rgb: Rgb
    name: str
    sha256: str  # of the seller's file
    origin: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A photo whose report goes into the package, with the findings that may be exported, strongest first."""

    report: PhotoReport
    exported: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoEvidence:
    """A selected photo with its original. `data` None: the file is gone, changed or unreadable, and `trouble` says how.

    `known` holds the pictures its findings refer to, by reference id.
    """

    selected: Selected
    data: bytes | None
    rgb: Rgb | None
    trouble: Text | None = None
    known: Mapping[str, KnownPicture] = field(default_factory=dict)

    @property
    def reference(self) -> MatchedReference | None:
        """The known picture to show: of the strongest findings' the first with where and when, else the first."""
        found = [each.finding.reference for each in self.selected.exported if each.finding.reference]
        complete = (ref for ref in found if where(ref) and when(ref))
        return next(complete, found[0] if found else None)


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
