"""Whether a JPEG's picture data is all there.

libjpeg fills what is missing with mid-grey and says nothing when the file still ends with an end marker, as partly
downloaded pictures re-saved by a chat app do. It stops reading at the marker, so bytes put before the marker change
the picture only if picture data was missing there (ITU-T T.81, B.1.1.5 and F.2.2.5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MARKER = b"\xff\xd9"  # EOI
_SEQUENTIAL = (0xC0, 0xC1)  # SOF0, SOF1: one pass over the picture, top to bottom
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # every SOFn
_START_OF_SCAN = 0xDA
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # TEM, RSTn, SOI: no length follows
_ANY_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # within scan data: neither stuffing, nor restart, nor fill
_FILLER = bytes(range(1, 255)) * 4  # no 0xFF: reads as picture data


def is_sequential(data: bytes) -> bool:
    """Return whether the picture is stored in one pass, so that a missing end shows at the bottom."""
    return _scan(data)[0] in _SEQUENTIAL


def is_grey(image: Image.Image) -> bool:
    """Return whether a loaded picture ends (bottom right, as stored) in exactly the grey that libjpeg fills in."""
    if image.mode not in ("L", "RGB"):
        return False
    last = image.getpixel((image.width - 1, image.height - 1))
    return last in (128, (128, 128, 128))


def with_filler(data: bytes) -> bytes | None:
    """Return the file with filler before the marker that ends its first scan; None if it is not stored in one pass."""
    frame, start = _scan(data)
    end = _ANY_MARKER.search(data, start)
    if frame not in _SEQUENTIAL or not end:
        return None
    return data[: end.start()] + _FILLER + data[end.start() :]


def _scan(data: bytes) -> tuple[int, int]:
    """Return the frame's marker (0 if none) and where the first scan's data begins, as far as the file is in order."""
    frame, at = 0, 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in (0x00, 0xFF) or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAMES:
            frame = marker
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        if marker == _START_OF_SCAN:
            return frame, at
    return frame, len(data)
