"""What can happen to a case: every kind of row in the audit log, as a type.

Nothing here names a buyer or a file: the log can never be shortened, so names and paths stay in tables that can be
emptied (`photo`, `attachment`). A photo is its SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from evidencecheck.model import AttachmentRole, Claim, Level
from evidencecheck.store.audit import Entry


class Decision(StrEnum):
    """What the seller decided about a photo, or about the whole case."""

    REPORT = "report"
    DISMISS = "dismiss"  # nothing to report
    LATER = "later"  # to be looked at again


class Filing(StrEnum):
    """What can be handed in to the platform."""

    REPORT = "report"  # 反馈虚假售后凭证
    APPEAL = "appeal"  # 维权申诉
    INTERVENTION = "intervention"  # 平台介入


class Result(StrEnum):
    """How a filing ended, as the seller saw it: the platform returns no result for a report."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A photo was received with the order. `own`: the shop's own staff had sent it."""

    order: str
    sha256: str
    channel: str = ""  # how it came: "screen", "watch", or what the seller said
    own: bool = False
    earlier: str = ""  # when, for a photo stored before there was a log


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The program's verdict on a photo. `report` is the SHA-256 of the stored report."""

    order: str
    sha256: str  # "" when the file could not be read
    verdict: Level
    claims: tuple[Claim, ...] = ()
    version: str = ""
    calibration: str = ""
    report: str = ""
    earlier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An order export was read. `data` is the SHA-256 of what is stored of the order."""

    order: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The seller's decision; `photo` is a SHA-256, or "" for the whole case."""

    order: str
    decision: Decision
    photo: str = ""
    note: str = ""
    by: str = ""  # who decided, in the shop's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaged:
    """A package was made. `kind` is web-image, edited or not-our-product."""

    order: str
    kind: str
    folder: str
    manifest_sha256: str
    zip: str = ""
    ready: bool = True  # False: a draft, with parts missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """Something was handed in, at `when`, through `entry` of the platform (A, B, C or the seller's words)."""

    order: str
    when: datetime
    filing: Filing = Filing.REPORT
    kind: str = ""
    entry: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a filing, entered by hand."""

    order: str
    result: Result
    when: datetime
    filing: Filing = Filing.REPORT
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet:
    """Until when something can be handed in, as the seller says; None takes it back. Never computed."""

    order: str
    until: datetime | None
    filing: Filing = Filing.APPEAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file was added to the case; `made_at` is when it was made or captured, None when nobody said."""

    order: str
    role: AttachmentRole
    sha256: str
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """Pictures and paths taken in before `before` were deleted; `photos` and `attachments` are SHA-256."""

    order: str
    before: datetime
    photos: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


Fact = TakenIn | Judged | Exported | Decided | Packaged | Submitted | Answered | DeadlineSet | Attached | Purged
KINDS: dict[str, type[Fact]] = {
    "taken-in": TakenIn,
    "judged": Judged,
    "exported": Exported,
    "decided": Decided,
    "packaged": Packaged,
    "submitted": Submitted,
    "answered": Answered,
    "deadline": DeadlineSet,
    "attached": Attached,
    "purged": Purged,
}
NAMES = {kind: name for name, kind in KINDS.items()}
_decoders: dict[str, msgspec.json.Decoder[Fact]] = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A fact and the row of the log that holds it; `at` is when it was written down."""

    number: int
    at: datetime
    fact: Fact


def data_of(fact: Fact) -> dict[str, object]:
    """Return a fact as plain JSON values."""
    data: dict[str, object] = msgspec.to_builtins(fact)
    return data


def logged(entry: Entry) -> Logged:
    """Return what a row of the log says. Raises ValueError for a kind or data this version does not know."""
    return Logged(
        number=entry.number,
        at=datetime.fromisoformat(entry.at),
        fact=fact_of(entry.number, entry.kind, entry.data),
    )


def fact_of(number: int, kind: str, data: str) -> Fact:
    """Return what row `number` says. Raises ValueError for a kind or data this version does not know."""
    if kind not in _decoders:
        raise ValueError(f"audit log, entry {number}: made by a newer version, upgrade evidencecheck")
    try:
        return _decoders[kind].decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(f"audit log, entry {number}: {error}; run evidencecheck ledger audit") from error
