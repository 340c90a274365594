"""Photoshop image resources and the IPTC record inside them (Adobe Photoshop file format; IPTC-NAA IIM 4.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from evidencecheck.acquire.container.found import MAX_SEGMENTS, readable
from evidencecheck.model import Field

MAX_RESOURCE_BYTES = 64 * 2**10
IPTC = 0x0404
NAMES = {
    0x0404: "IPTC", 0x0406: "JPEG quality", 0x040C: "thumbnail", 0x0409: "thumbnail (old)", 0x03ED: "resolution",
    0x0421: "version info", 0x0425: "IPTC digest", 0x040A: "copyright flag", 0x040B: "URL", 0x041A: "slices",
    0x0422: "EXIF", 0x0424: "XMP", 0x0419: "global altitude", 0x040D: "global angle", 0x0428: "pixel aspect ratio",
    0x03F3: "print flags", 0x2710: "print flags information", 0x0426: "print scale", 0x03F8: "colour transfer",
}  # fmt: skip
_IIM = {5: "ObjectName", 25: "Keywords", 40: "SpecialInstructions", 55: "DateCreated", 60: "TimeCreated"}
_IIM |= {65: "OriginatingProgram", 70: "ProgramVersion", 80: "By-line", 105: "Headline", 110: "Credit"}
_IIM |= {115: "Source", 116: "CopyrightNotice", 120: "Caption-Abstract", 122: "Writer-Editor"}


def resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number, payload) of a block of 8BIM resources; stops at the first thing that is none."""
    at = 0
    for _ in range(MAX_SEGMENTS):
        if block[at : at + 4] not in (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"):
            return
        if at + 12 > len(block):
            return
        number = struct.unpack_from(">H", block, at + 4)[0]
        name_size = block[at + 6] + 1
        at += 6 + name_size + (name_size & 1)
        if at + 4 > len(block):
            return
        size = struct.unpack_from(">I", block, at)[0]
        yield number, block[at + 4 : at + 4 + min(size, MAX_RESOURCE_BYTES)]
        at += 4 + size + (size & 1)


def fields(found: list[tuple[int, bytes]]) -> Iterator[Field]:
    """Yield one field per resource, and the IPTC values."""
    for number, payload in found:
        if number == IPTC:
            yield from iptc(payload)
        yield Field(place="irb", name=NAMES.get(number, f"0x{number:04x}"), value=_value(number, payload), code=number)


def _value(number: int, payload: bytes) -> str:
    if number == 0x0421 and len(payload) > 9:  # writer and reader names, UTF-16 with a length each
        names = payload[5:].decode("utf-16-be", "ignore")
        return " ".join(part for part in "".join(c if c.isprintable() else "\n" for c in names).split("\n") if part)[
            :200
        ]
    return f"({len(payload)} bytes)"


def iptc(record: bytes) -> Iterator[Field]:
    """Yield the application record's values (data sets 2:nn) as text."""
    at, utf8 = 0, True
    for _ in range(MAX_SEGMENTS):
        if at + 5 > len(record) or record[at] != 0x1C:
            return
        number, dataset, size = record[at + 1], record[at + 2], struct.unpack_from(">H", record, at + 3)[0]
        at += 5
        if size & 0x8000:  # extended: the low bits say how many bytes hold the size
            wide = size & 0x7FFF
            size = int.from_bytes(record[at : at + min(wide, 4)], "big")
            at += wide
        value = record[at : at + size]
        at += size
        if number == 2 and dataset != 0 and utf8:
            yield Field(
                place="iptc", name=_IIM.get(dataset, f"2:{dataset:02}"), value=readable(value), code=0x200 + dataset
            )
