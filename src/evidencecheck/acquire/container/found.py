"""What a container walker has collected so far, and the limits every walker keeps."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from evidencecheck.model import Field

MAX_SEGMENTS = 4096  # JPEG segments, PNG chunks, RIFF chunks, boxes of one level; real files have under 500
MAX_BLOCK_BYTES = 8 * 2**20  # one metadata block; the largest seen in a real file is a ComfyUI workflow of 0.5 MB
MAX_TOTAL_BYTES = 16 * 2**20  # all blocks of one file together
MAX_HEAD_BYTES = 64  # of a segment's payload kept in `Blocks.segments`
MAX_TRAILER_BYTES = 64 * 2**10
MAX_FIELDS = 5000
MAX_VALUE_CHARS = 2**20

# Everything hostile bytes can make the readers raise; anything else is a bug and may surface.
HOSTILE = (
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    RecursionError,
    struct.error,
    zlib.error,
    ParseError,
)


@dataclass(slots=True, kw_only=True)
class Found:
    """Raw blocks in the order they lie in the file. Only the walkers write to it."""

    exif: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    text: list[tuple[str, str]] = field(default_factory=list)
    segments: list[tuple[str, int, bytes]] = field(default_factory=list)
    trailer: bytes = b""
    quantisation: dict[int, tuple[int, ...]] = field(default_factory=dict)
    huffman: dict[int, bytes] = field(default_factory=dict)
    sampling: tuple[tuple[int, int, int], ...] = ()
    frame: tuple[int, int, int, int] | None = None
    irb: list[bytes] = field(default_factory=list)
    iptc: list[bytes] = field(default_factory=list)
    jumbf: list[bytes] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    room: int = MAX_TOTAL_BYTES

    def keep(self, blocks: list[bytes], payload: bytes) -> None:
        """Add a block while there is room: hostile files name one region a thousand times."""
        if self.fits(len(payload)):
            blocks.append(payload)

    def fits(self, size: int) -> bool:
        """Take that many bytes from the room left; tell whether they were there."""
        if size > self.room:
            self.problem("too much metadata; the rest was not read")
            return False
        self.room -= size
        return True

    def segment(self, name: str, offset: int, payload: bytes) -> None:
        """Remember that a segment is there, with the first bytes of its payload."""
        if len(self.segments) < MAX_SEGMENTS:
            self.segments.append((name, offset, payload[:MAX_HEAD_BYTES]))

    def problem(self, words: str) -> None:
        """Remember what could not be read, once."""
        if words not in self.problems and len(self.problems) < 50:
            self.problems.append(words)


def readable(raw: bytes) -> str:
    """Decode text of unknown encoding: UTF-8 (or UTF-16 with a mark), else GB 2312, else GB 18030 where most bytes are
    not Latin, else Latin-1. Trailing NULs and blanks are cut."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace").rstrip("\0 ")
    raw = raw.rstrip(b"\0 ")
    chinese = 2 * sum(byte > 0x7F for byte in raw[:400]) > len(raw[:400])
    for encoding in ("utf-8", "gb2312", "gb18030") if chinese else ("utf-8", "gb2312"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def printable(payload: bytes) -> bool:
    """Return whether the payload reads as text: no control bytes except blanks and a final NUL."""
    body = payload.rstrip(b"\0")
    return bool(body) and not any(byte < 0x20 and byte not in b"\t\n\r" for byte in body[:4096])
