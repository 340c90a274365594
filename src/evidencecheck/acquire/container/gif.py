"""GIF extension blocks: comments and the XMP application extension (GIF89a; XMP part 3)."""

from __future__ import annotations

import re

from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, Found
from evidencecheck.acquire.container.found import readable as decode

_XMP_END = re.compile(rb"<\?xpacket end=.{0,20}\?>", re.DOTALL)


def walk_gif(data: bytes, found: Found) -> int:
    """Collect comments and XMP; return the file's length."""
    start = data.find(b"\x21\xff\x0bXMP DataXMP")
    if start >= 0:
        stop = _XMP_END.search(data, start)
        end = stop.end() if stop else start + MAX_BLOCK_BYTES
        found.keep(found.xmp, data[start + 14 : min(end, start + MAX_BLOCK_BYTES)])
    comment = data.find(b"\x21\xfe", 0, 2**16)
    if comment >= 0 and comment + 3 < len(data):
        found.text.append(("Comment", decode(data[comment + 3 : comment + 3 + data[comment + 2]])))
    return len(data)
