"""Samsung's trailer behind the picture (SEF). Layout as described by ExifTool's Samsung documentation; own reader.

The last eight bytes are the directory's length and "SEFT"; the directory, "SEFH", counts entries of twelve bytes: a
type, the distance of its block before the directory, and its size. A block is its type, its name's length, name, value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from evidencecheck.acquire.container.found import readable
from evidencecheck.model import Field

MAX_ENTRIES = 256
MAX_VALUE_BYTES = 64 * 2**10


def fields(data: bytes, after: int) -> Iterator[Field]:
    """Yield the trailer's entries, looking only behind `after`, the end of the picture."""
    end = data.rfind(b"SEFT", max(after, len(data) - 2**16))
    if end < max(after, 16):
        return
    head = end - 4 - struct.unpack_from("<I", data, end - 4)[0]
    if head < after or data[head : head + 4] != b"SEFH":
        return
    count = struct.unpack_from("<I", data, head + 8)[0]
    for i in range(min(count, MAX_ENTRIES, (end - head - 12) // 12)):
        _, kind, back, size = struct.unpack_from("<HHII", data, head + 12 + 12 * i)
        start = head - back
        if start < after or size < 8 or start + size > head:
            continue
        name_size = struct.unpack_from("<I", data, start + 4)[0]
        name = data[start + 8 : start + 8 + min(name_size, 200, size - 8)]
        value = data[start + 8 + name_size : start + size][:MAX_VALUE_BYTES]
        text = readable(value)
        shown = text if text.isprintable() or text[:1] == "{" else f"({max(size - 8 - name_size, 0)} bytes)"
        yield Field(place="sef", name=readable(name), value=shown, code=kind, offset=start)
