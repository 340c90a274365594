"""A received file to what is remembered of it: hash, header facts, fingerprint, preview. Reduced decode only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencecheck.acquire.decode import Picture, decode
from evidencecheck.acquire.encode import INTAKE_SIDE_PX, PREVIEW_QUALITY, encode_jpeg
from evidencecheck.acquire.source import Source, read_source, unreadable
from evidencecheck.model import Intake, Photo, Received, Text, Unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from evidencecheck.model import Settings


def intake(received: Received, settings: Settings, *, with_fingerprint: bool = True) -> Intake | Unreadable:
    """Take in one file. Reads it once; the picture is decoded to a longest side of at most 1024 px."""
    source = read_source(received, settings)
    if isinstance(source, Unreadable):
        return source
    picture = decode(source.data, settings, longest_side_px=INTAKE_SIDE_PX)
    if isinstance(picture, Text):
        return unreadable(received, picture, source)
    fingerprint = None
    if with_fingerprint:
        from evidencecheck.matching.fingerprint import fingerprint as take

        fingerprint = take(picture.rgb)
    return Intake(
        photo=photo_of(received, source, picture),
        fingerprint=fingerprint,
        preview=encode_jpeg(picture.rgb, PREVIEW_QUALITY),
    )


def sha256_of(path: Path, settings: Settings) -> tuple[str, int]:
    """Return a file's SHA-256 and size in bytes without opening it as a picture; ("", 0) when it cannot be read."""
    found = read_source(Received(case="", name=path.name, path=path), settings)
    return found.sha256, found.size_bytes


def photo_of(received: Received, source: Source, picture: Picture) -> Photo:
    """Return the header facts of a decoded file."""
    return Photo(
        case=received.case,
        name=received.name,
        path=received.path,
        sha256=source.sha256,
        size_bytes=source.size_bytes,
        format=picture.format,
        width=picture.width,
        height=picture.height,
    )
