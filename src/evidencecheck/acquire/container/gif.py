"""GIF extension blocks: comments, XMP and C2PA (GIF89a; XMP part 3; C2PA 2.x, annex A)."""

from __future__ import annotations

import re

from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, Found
from evidencecheck.acquire.container.found import readable as decode

_XMP_END = re.compile(rb"<\?xpacket end=.{0,20}\?>", re.DOTALL)
_C2PA = b"\x21\xff\x0bC2PA_GIF\x01\x00\x00"
_COMMENT = b"\x21\xfe"
_MAX_PIECES = 2**15  # of up to 255 bytes: 8 MB


def walk_gif(data: bytes, found: Found) -> int:
    """Collect comments, XMP and C2PA; return the file's length."""
    start = data.find(b"\x21\xff\x0bXMP DataXMP")
    if start >= 0:
        stop = _XMP_END.search(data, start)
        end = stop.end() if stop else start + MAX_BLOCK_BYTES
        found.keep(found.xmp, data[start + 14 : min(end, start + MAX_BLOCK_BYTES)])
    manifest = data.find(_C2PA)
    if manifest >= 0:
        found.keep(found.jumbf, _joined(data, manifest + len(_C2PA)))
    comment = data.find(_COMMENT, 0, 2**16)
    if comment >= 0:
        found.text.append(("Comment", decode(_joined(data, comment + len(_COMMENT))[: 2**16])))
    return len(data)


def _joined(data: bytes, at: int) -> bytes:
    """Join sub-blocks, each with its length in front, up to the empty one that ends them."""
    pieces: list[bytes] = []
    while at < len(data) and data[at] and len(pieces) < _MAX_PIECES:
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(pieces)
