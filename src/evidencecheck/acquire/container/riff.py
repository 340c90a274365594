"""WebP's RIFF chunks and what follows them (WebP container specification; C2PA chunk)."""

from __future__ import annotations

import struct

from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, MAX_SEGMENTS, MAX_TRAILER_BYTES, Found

_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANMF"})


def walk_webp(data: bytes, found: Found) -> int:
    """Collect a WebP's chunks; return the offset behind the RIFF."""
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    at = 12
    for _ in range(MAX_SEGMENTS):
        if at + 8 > end:
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        payload = data[at + 8 : at + 8 + min(length, MAX_BLOCK_BYTES)] if kind not in _PIXELS else b""
        found.segment(kind.decode("latin-1").strip(), at, payload)
        if kind == b"EXIF":
            found.keep(found.exif, payload.removeprefix(b"Exif\0\0"))
        elif kind == b"XMP ":
            found.keep(found.xmp, payload)
        elif kind == b"C2PA":
            found.keep(found.jumbf, payload)
        if at + 8 + length > end:
            found.problem(f"chunk at {at} is longer than the file")
        at += 8 + length + (length & 1)
    found.trailer = data[end : end + MAX_TRAILER_BYTES]
    return end
