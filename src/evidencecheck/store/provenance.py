"""Where a picture of the corpus comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evidencecheck.model import ReferenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What is stated or found about a picture; "" is unknown. Times are ISO 8601 dates or times."""

    kind: ReferenceKind
    file: str  # the path as the corpus was given it
    source: str = ""
    first_seen: str = ""
    first_seen_how: str = ""
    captured_at: str = ""
    sku: str = ""
    title: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file itself, or the system that stored it, says of where it came from. Yields to whatever is stated."""

    source: str = ""
    first_seen: str = ""
    first_seen_how: str = ""
    captured_at: str = ""
    title: str = ""
    licence: str = ""


def now() -> str:
    """Return the time as ISO 8601 with the local offset, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
