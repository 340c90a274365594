"""JPEG segments up to and after the picture data (ITU-T T.81, JFIF 1.02, Exif 2.32, XMP part 3, C2PA 2.x annex A)."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, MAX_SEGMENTS, MAX_TRAILER_BYTES, Found, printable
from evidencecheck.acquire.container.found import readable as decode
from evidencecheck.model import Field

MAX_TEXTS = 16  # comments and text segments of one file
EXIF = b"Exif\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP = b"Photoshop 3.0\0"
_WRITERS = {(0xEE, b"Adobe"): "Adobe", (0xEC, b"Ducky"): "Ducky"}  # segments that only name who saved the file
_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # neither a stuffed zero, nor a restart marker, nor fill
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(slots=True)
class _Split:
    """Packets spread over several segments: by their number, the pieces with their place."""

    xmp: dict[bytes, list[tuple[int, bytes]]] = field(default_factory=dict)
    jumbf: dict[int, list[tuple[int, bytes]]] = field(default_factory=dict)


def walk_jpeg(data: bytes, found: Found) -> int:
    """Collect a JPEG's segments; return the offset behind its end-of-image marker (the file's end when it has none)."""
    at, scanned = 2, False
    split = _Split()
    for _ in range(MAX_SEGMENTS):
        hit = (_SCAN_END if scanned else _MARKER).search(data, at)
        if hit is None:
            break
        if hit.start() != at and not scanned:
            found.problem(f"stray bytes before the segment at {hit.start()}")
        at, marker = hit.start(), data[hit.start() + 1]
        if marker == 0xD9:
            _join(found, split)
            found.trailer = data[at + 2 : at + 2 + MAX_TRAILER_BYTES]
            return at + 2
        if marker in _STANDALONE or at + 4 > len(data):
            at += 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        payload = data[at + 4 : at + 2 + max(length, 2)]
        if len(payload) != length - 2:
            found.problem(f"segment at {at} is longer than the file")
        if not scanned or marker in (0xDA, 0xDB, 0xC4):
            _segment(found, marker, at, payload, split)
            at += 2 + max(length, 2)
        else:
            at += 2  # behind the first scan other markers are damage, not headers
        scanned = scanned or marker == 0xDA
    _join(found, split)
    found.problem("no end-of-image marker")
    return len(data)


def _segment(found: Found, marker: int, at: int, payload: bytes, split: _Split) -> None:
    name = _name(marker)
    found.segment(name, at, payload)
    if marker in _TABLES:
        _TABLES[marker](found, payload)
    elif marker in _FRAMES:
        _frame(found, marker, payload)
    elif not _metadata(found, marker, payload, split) and _is_text(marker, payload) and len(found.fields) < MAX_TEXTS:
        found.fields.append(Field(place=f"jpeg:{name}", name=name, value=decode(payload), offset=at))


def _is_text(marker: int, payload: bytes) -> bool:
    if payload[:4].upper() == b"AIGC":  # the national label; some writers end the name with a NUL
        return True
    return marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in (0xE2, 0xEE) and printable(payload))


def _metadata(found: Found, marker: int, payload: bytes, split: _Split) -> bool:
    """Keep a metadata segment of a known kind; return whether it was one."""
    if marker == 0xE1 and payload.startswith(EXIF):
        found.keep(found.exif, payload[6:])
    elif marker == 0xE1 and payload.startswith(XMP):
        found.keep(found.xmp, payload[len(XMP) :])
    elif marker == 0xE1 and payload.startswith(XMP_EXTENSION):
        rest = payload[len(XMP_EXTENSION) :]
        split.xmp.setdefault(rest[:32], []).append((int.from_bytes(rest[36:40], "big"), rest[40:]))
    elif marker == 0xED and payload.startswith(PHOTOSHOP):
        found.keep(found.irb, payload[len(PHOTOSHOP) :])
    elif (marker, payload[:5]) in _WRITERS:
        name = _WRITERS[marker, payload[:5]]
        found.fields.append(Field(place=f"jpeg:{_name(marker)}", name=name, value=f"({len(payload)} bytes)"))
    elif marker == 0xEB and payload.startswith(b"JP"):
        number = int.from_bytes(payload[2:4], "big")
        split.jumbf.setdefault(number, []).append((int.from_bytes(payload[4:8], "big"), payload[8:]))
    else:
        return False
    return True


def _name(marker: int) -> str:
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    known = {0xDB: "DQT", 0xC4: "DHT", 0xDA: "SOS", 0xFE: "COM", 0xDD: "DRI"}
    return known.get(marker) or (f"SOF{marker - 0xC0}" if marker in _FRAMES else f"0x{marker:02X}")


def _quantisation(found: Found, payload: bytes) -> None:
    at = 0
    while at < len(payload):
        wide, number = payload[at] >> 4, payload[at] & 15
        size = 128 if wide else 64
        raw = payload[at + 1 : at + 1 + size]
        if len(raw) < size or wide > 1 or number > 3:
            found.problem("broken quantisation table")
            return
        found.quantisation[number] = struct.unpack(">64H", raw) if wide else tuple(raw)
        at += 1 + size


def _huffman(found: Found, payload: bytes) -> None:
    at = 0
    while at + 17 <= len(payload):
        size = 17 + sum(payload[at + 1 : at + 17])
        found.huffman[payload[at]] = payload[at + 1 : at + size][:272]
        at += size


def _frame(found: Found, marker: int, payload: bytes) -> None:
    if found.frame is not None or len(payload) < 6:
        return
    precision, height, width, count = struct.unpack_from(">BHHB", payload)
    found.frame = (marker - 0xC0, precision, width, height)
    parts = [payload[6 + 3 * i : 9 + 3 * i] for i in range(min(count, 4))]
    found.sampling = tuple((p[1] >> 4, p[1] & 15, p[2]) for p in parts if len(p) == 3)


def _join(found: Found, split: _Split) -> None:
    """Put packets split over several segments together again, in the order they number themselves."""
    for pieces in split.xmp.values():
        found.keep(found.xmp, b"".join(piece for _, piece in sorted(pieces))[:MAX_BLOCK_BYTES])
    for pieces in split.jumbf.values():
        pieces.sort(key=lambda piece: piece[0])
        head = 16 if pieces[0][1][:4] == b"\0\0\0\1" else 8  # each later packet repeats the box header
        joined = pieces[0][1] + b"".join(piece[head:] for _, piece in pieces[1:])
        found.keep(found.jumbf, joined[:MAX_BLOCK_BYTES])


_TABLES: dict[int, Callable[[Found, bytes], None]] = {0xDB: _quantisation, 0xC4: _huffman}
