"""HEIF and AVIF boxes: the Exif and XMP items, C2PA's uuid box, Samsung's sefd (ISO/IEC 14496-12, 23008-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from evidencecheck.acquire.container import sef
from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, MAX_SEGMENTS, Found

C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MAX_ITEMS = 32  # metadata items of one file
MAX_EXTENTS = 20_000  # pieces of all items of one file; a 48-megapixel photo has some 400 tiles of one piece each
_BIG = frozenset({b"mdat", b"free", b"skip"})


def walk_heif(data: bytes, found: Found) -> int:
    """Collect metadata items and boxes; return the file's length (boxes run to the end)."""
    for kind, start, end in boxes(data, 0, len(data)):
        found.segment(kind.decode("latin-1"), start - 8, b"" if kind in _BIG else data[start : min(end, start + 64)])
        if kind == b"sefd":
            found.fields += sef.fields(data[start:end], 0)
        elif kind == b"meta":
            _meta(data, start + 4, end, found)
        elif kind == b"uuid" and data[start : start + 16] == C2PA_UUID:
            _c2pa(data[start + 16 : min(end, start + MAX_BLOCK_BYTES)], found)
        elif kind == b"uuid" and data[start : start + 16] == XMP_UUID:
            found.keep(found.xmp, data[start + 16 : min(end, start + MAX_BLOCK_BYTES)])
    return len(data)


def boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, first payload byte, end) of the boxes in data[at:end]."""
    for _ in range(MAX_SEGMENTS):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        stop = end if size == 0 else min(end, at + size)
        if stop < at + head:
            return
        yield kind, at + head, stop
        at = stop


def _c2pa(payload: bytes, found: Found) -> None:
    """A full box: 4 bytes version and flags, the purpose as C string, for "manifest" 8 bytes offset, then the JUMBF."""
    purpose, _, rest = payload[4:].partition(b"\0")
    if purpose == b"manifest":
        found.keep(found.jumbf, rest[8:])


def _meta(data: bytes, at: int, end: int, found: Found) -> None:
    kinds: dict[int, tuple[bytes, bytes]] = {}
    places: dict[int, list[tuple[int, int, int]]] = {}
    idat = 0
    for kind, start, stop in boxes(data, at, end):
        if kind == b"iinf":
            kinds = _items(data, start, stop)
        elif kind == b"iloc":
            places = _locations(data, start, stop)
        elif kind == b"idat":
            idat = start
    wanted = [item for item in kinds.items() if item[1][0] in (b"Exif", b"mime", b"uri ")]
    for number, (kind, content) in wanted[:MAX_ITEMS]:
        payload = _payload(data, idat, places.get(number, []))
        found.segment(f"item {kind.decode('latin-1').strip()}", at, payload)
        if kind == b"Exif" and len(payload) > 4:
            skip = int.from_bytes(payload[:4], "big")
            found.keep(
                found.exif, payload[4 + skip :] if skip < len(payload) else payload[4:].removeprefix(b"Exif\0\0")
            )
        elif kind == b"mime" and (b"xml" in content or b"<x:xmpmeta" in payload[:400]):
            found.keep(found.xmp, payload)


def _payload(data: bytes, idat: int, extents: list[tuple[int, int, int]]) -> bytes:
    """Join an item's pieces, at most MAX_BLOCK_BYTES."""
    payload = b""
    for method, offset, length in extents:
        start = offset + (idat if method else 0)
        payload += data[start : start + min(length, MAX_BLOCK_BYTES - len(payload))]
    return payload


def _items(data: bytes, start: int, stop: int) -> dict[int, tuple[bytes, bytes]]:
    """Item number -> (type, content type)."""
    items: dict[int, tuple[bytes, bytes]] = {}
    first = start + (6 if data[start] == 0 else 8)
    for kind, begin, end in boxes(data, first, stop):
        if kind != b"infe" or data[begin] < 2:
            continue
        wide = data[begin] >= 3
        number = int.from_bytes(data[begin + 4 : begin + (8 if wide else 6)], "big")
        at = begin + (10 if wide else 8)
        _, _, rest = data[at + 4 : min(end, at + 300)].partition(b"\0")
        items[number] = (data[at : at + 4], rest.partition(b"\0")[0])
    return items


def _locations(data: bytes, start: int, stop: int) -> dict[int, list[tuple[int, int, int]]]:
    """Item number -> [(construction method, offset, length)]."""
    version = data[start]
    sizes = [data[start + 4] >> 4, data[start + 4] & 15, data[start + 5] >> 4, data[start + 5] & 15]
    offset_size, length_size, base_size = sizes[:3]
    index_size = sizes[3] if version else 0
    wide = 4 if version == 2 else 2
    at, count = start + 6 + wide, 0
    found: dict[int, list[tuple[int, int, int]]] = {}

    def take(size: int) -> int:
        nonlocal at
        if at + size > stop:
            raise ValueError("iloc ends early")
        at += size
        return int.from_bytes(data[at - size : at], "big")

    for _ in range(min(int.from_bytes(data[start + 6 : at], "big"), MAX_SEGMENTS * 4)):
        number = take(wide)
        method = take(2) & 15 if version else 0
        take(2)
        base = take(base_size)
        extents = []
        for _ in range(take(2)):
            count += 1
            if count > MAX_EXTENTS:
                raise ValueError("iloc is too long")
            take(index_size)
            extents.append((method, base + take(offset_size), take(length_size)))
            if offset_size + length_size + index_size == 0:
                break
        found[number] = extents[:64]
    return found
