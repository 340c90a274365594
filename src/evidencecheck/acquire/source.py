"""A received path to bytes and a SHA-256, without ever blocking on a pipe or loading a huge file."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidencecheck.acquire import reasons
from evidencecheck.model import Received, Text, Unreadable

if TYPE_CHECKING:
    from evidencecheck.model import Settings

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file's bytes. `data` never exceeds the byte limit; `sha256` is of exactly these bytes."""

    sha256: str
    size_bytes: int
    data: bytes


def read_source(received: Received, settings: Settings) -> Source | Unreadable:
    """Read a file once, hashing it on the way.

    A file over `settings.max_bytes` is hashed in pieces and becomes Unreadable with its hash; only what cannot be read
    at all (missing, a pipe, no permission) has no hash.
    """
    try:
        return _read(received, settings)
    except OSError as error:
        return unreadable(received, reasons.from_os_error(error))


def unreadable(received: Received, reason: Text, source: Source | None = None) -> Unreadable:
    """Return the Unreadable for a received file, with its hash when the bytes could be read."""
    return Unreadable(
        case=received.case,
        name=received.name,
        path=received.path,
        sha256=source.sha256 if source else "",
        size_bytes=source.size_bytes if source else 0,
        reason=reason,
    )


def _read(received: Received, settings: Settings) -> Source | Unreadable:
    link = received.path.lstat()
    found = received.path.stat()  # follows links; raises for a dangling one
    if stat.S_ISDIR(found.st_mode):
        reason = reasons.LINKED_FOLDER if stat.S_ISLNK(link.st_mode) else _folder_reason(received)
        return unreadable(received, reason)
    if not stat.S_ISREG(found.st_mode):
        return unreadable(received, reasons.NOT_A_FILE)
    # O_NONBLOCK: should the file be swapped for a pipe between stat and open, opening it does not hang.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(received.path, flags), "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return unreadable(received, reasons.NOT_A_FILE)
        digest, kept, size_bytes = hashlib.sha256(), bytearray(), 0
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
            if size_bytes <= settings.max_bytes:
                kept += chunk
            else:
                kept.clear()
    source = Source(sha256=digest.hexdigest(), size_bytes=size_bytes, data=bytes(kept))
    if size_bytes > settings.max_bytes:
        return unreadable(received, reasons.too_many_bytes(size_bytes, settings.max_bytes), source)
    if not size_bytes:
        return unreadable(received, reasons.EMPTY, source)
    return source


def _folder_reason(received: Received) -> Text:
    """Say why a folder could not be listed; listing it again gives the system's own words."""
    with os.scandir(received.path):
        return reasons.FOLDER
