"""PNG chunks and what follows IEND (PNG 3rd edition; C2PA's caBX; ImageMagick's "Raw profile" text)."""

from __future__ import annotations

import struct
import zlib

from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, MAX_TRAILER_BYTES, Found
from evidencecheck.acquire.container.found import readable as decode

MAX_TEXT_BYTES = 2**20  # of one inflated text
MAX_CHUNKS = 2**16  # pixels in chunks of 8 kB make 6,000 of a photo of 50 MB
XMP_KEYWORD = "XML:com.adobe.xmp"


def walk_png(data: bytes, found: Found) -> int:
    """Collect a PNG's chunks; return the offset behind IEND (the file's end when it has none)."""
    at = 8
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(data):
            break
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        payload = data[at + 8 : at + 8 + length] if kind != b"IDAT" else b""
        name = kind.decode("latin-1")
        if not name.isalpha():
            found.problem(f"broken chunk at {at}")
            break
        found.segment(name, at, payload)
        try:
            if found.room > MAX_TEXT_BYTES:  # also spares inflating what would not be kept
                _chunk(found, kind, payload[:MAX_BLOCK_BYTES])
        except (ValueError, zlib.error):
            found.problem(f"chunk {name} at {at} could not be read")
        at += 12 + length
        if kind == b"IEND":
            found.trailer = data[at : at + MAX_TRAILER_BYTES]
            return at
    found.problem("no IEND chunk")
    return len(data)


def _chunk(found: Found, kind: bytes, payload: bytes) -> None:
    if kind == b"tEXt":
        key, _, value = payload.partition(b"\0")
        _text(found, key, value)
    elif kind == b"zTXt":
        key, _, value = payload.partition(b"\0")
        _text(found, key, _inflate(value[1:]))
    elif kind == b"iTXt":
        key, _, rest = payload.partition(b"\0")
        packed = rest[:1] == b"\1"
        _, _, value = rest[2:].partition(b"\0")[2].partition(b"\0")
        _text(found, key, _inflate(value) if packed else value)
    elif kind == b"eXIf":
        found.keep(found.exif, payload.removeprefix(b"Exif\0\0"))
    elif kind == b"caBX":
        found.keep(found.jumbf, payload)
    elif kind == b"tIME" and len(payload) == 7:
        moment = struct.unpack(">HBBBBB", payload)
        found.text.append(("tIME", "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*moment)))


def _inflate(packed: bytes) -> bytes:
    """Inflate at most MAX_TEXT_BYTES; a zip bomb yields its first bytes."""
    return zlib.decompressobj().decompress(packed, MAX_TEXT_BYTES)


def _text(found: Found, key: bytes, value: bytes) -> None:
    keyword = decode(key)[:200]
    if keyword == XMP_KEYWORD:
        found.keep(found.xmp, value)
    elif keyword.startswith("Raw profile type "):
        _raw_profile(found, keyword.removeprefix("Raw profile type ").strip().lower(), value)
    else:
        found.text += [(keyword, decode(value))] if found.fits(len(value)) else []


def _raw_profile(found: Found, kind: str, value: bytes) -> None:
    """ImageMagick's form: newline, name, newline, length, newline, hexadecimal digits."""
    profile = bytes.fromhex("".join(decode(value).split()[2:]))
    if kind in ("exif", "app1") and profile.startswith(b"Exif\0"):
        found.keep(found.exif, profile[6:])
    elif kind in ("xmp", "app1"):
        found.keep(found.xmp, profile.removeprefix(b"http://ns.adobe.com/xap/1.0/\0"))
    elif kind in ("iptc", "8bim"):
        found.keep(found.irb, profile)
