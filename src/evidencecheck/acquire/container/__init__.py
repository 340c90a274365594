"""What a file says about itself: a bounded walk through its container, and the values read from the blocks found.

No length field sizes an allocation, nothing recurses, and whatever the bytes are, `read_blocks` answers.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from evidencecheck.acquire.container import irb, jumbf, sef, tiff, xmp
from evidencecheck.acquire.container.found import HOSTILE, MAX_BLOCK_BYTES, MAX_FIELDS, MAX_TRAILER_BYTES, Found
from evidencecheck.acquire.container.gif import walk_gif
from evidencecheck.acquire.container.heif import walk_heif
from evidencecheck.acquire.container.jpeg import walk_jpeg
from evidencecheck.acquire.container.png import walk_png
from evidencecheck.acquire.container.riff import walk_webp
from evidencecheck.model import Blocks, Field

__all__ = ["read_blocks"]

Walker = Callable[[bytes, Found], int]
MAX_PACKETS = 16  # EXIF blocks of one file that are read
MAX_XMP = 4  # a packet and its extension, with something to spare

_TIFF_BLOCKS = {700: "xmp", 33723: "iptc", 34377: "irb", 52545: "jumbf"}
_BY_FORMAT: dict[str, Walker] = {
    "JPEG": walk_jpeg, "MPO": walk_jpeg, "PNG": walk_png, "WEBP": walk_webp, "HEIF": walk_heif, "AVIF": walk_heif,
    "GIF": walk_gif,
}  # fmt: skip


def read_blocks(data: bytes, format: str = "") -> Blocks:  # noqa: A002 - Pillow's word for it
    """Return the metadata blocks of a picture file and the values in them. Never raises on any bytes.

    `format` is Pillow's name ("JPEG"); it is used only where the first bytes do not tell.
    """
    found = Found()
    end = len(data)
    walker = _walker(data, format)
    if walker is not None:
        try:
            end = walker(data, found)
        except HOSTILE as error:
            found.problem(f"the container is damaged ({type(error).__name__})")
    elif data[:4] in (b"II*\0", b"MM\0*"):
        found.exif.append(data)
    elif data[:4] in (b"II+\0", b"MM\0+"):
        found.problem("BigTIFF: what it says about itself is not read")
    fields, thumbnail, resources = _values(data, end, found)
    return Blocks(
        exif=next((block for block in found.exif if block), b""),
        xmp=tuple(found.xmp),
        text=tuple(found.text),
        segments=tuple(found.segments),
        trailer=found.trailer[:MAX_TRAILER_BYTES],
        quantisation=tuple(table for _, table in sorted(found.quantisation.items())),
        huffman=tuple(sorted(found.huffman.items())),
        sampling=found.sampling,
        frame=found.frame,
        irb=tuple(resources),
        thumbnail=thumbnail,
        jumbf=b"".join(found.jumbf)[:MAX_BLOCK_BYTES],
        fields=tuple(fields[:MAX_FIELDS]),
        problems=tuple(dict.fromkeys(found.problems))[:20],
    )


def _walker(data: bytes, named: str) -> Walker | None:
    if data[:2] == b"\xff\xd8":
        return walk_jpeg
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return walk_png
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return walk_webp
    if data[4:8] == b"ftyp":
        return walk_heif
    if data[:4] == b"GIF8":
        return walk_gif
    return _BY_FORMAT.get(named)


def _values(data: bytes, end: int, found: Found) -> tuple[list[Field], bytes, list[tuple[int, bytes]]]:
    """Read every block; a damaged one costs its own values only."""
    fields: list[Field] = []
    thumbnail = b""
    for block in found.exif[:MAX_PACKETS]:
        try:
            entries = list(tiff.entries(block, found.problems))
            fields += tiff.fields(entries)
            fields += tiff.makernote(entries)
            thumbnail = thumbnail or tiff.thumbnail(block, entries)
            _blocks_of_tiff(entries, found)
        except HOSTILE as error:
            found.problem(f"EXIF is damaged ({type(error).__name__})")
    for packet in found.xmp[:MAX_XMP]:
        fields += xmp.read(packet, found.problems)
    fields += [Field(place="png", name=key, value=value) for key, value in found.text]
    resources = list(irb.resources(b"".join(found.irb)[:MAX_BLOCK_BYTES]))
    try:
        fields += irb.fields(resources)
        for record in found.iptc:
            fields += irb.iptc(record)
        fields += sef.fields(data, end)
    except HOSTILE as error:
        found.problem(f"IPTC or trailer is damaged ({type(error).__name__})")
    for store in found.jumbf:
        fields += islice(jumbf.fields(store, found.problems), MAX_FIELDS)
    return fields + found.fields, thumbnail, resources


def _blocks_of_tiff(entries: list[tiff.Entry], found: Found) -> None:
    """TIFF files carry the other blocks as entries of their first directory."""
    for entry in entries:
        kind = _TIFF_BLOCKS.get(entry.tag) if entry.directory == "IFD0" and len(entry.raw) > 16 else None
        if kind is not None:
            blocks: list[bytes] = getattr(found, kind)
            blocks.append(entry.raw)
