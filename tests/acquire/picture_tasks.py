"""Tasks that open pictures, for the tests with hostile files."""

from __future__ import annotations

from evidencecheck.acquire.decode import decode
from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.model import Received, Settings, Unreadable


def warm_up() -> None:
    """Import what opens pictures before any clock runs."""
    decode(b"", Settings())


def opened(received: Received, settings: Settings) -> object:
    exhibit = open_exhibit(received, settings)
    return exhibit if isinstance(exhibit, Unreadable) else (exhibit.photo, exhibit.rgb.shape)
