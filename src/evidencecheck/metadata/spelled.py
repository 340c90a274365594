"""EXIF values spelled out in words ("Flash did not fire"), by exifread, without maker notes and within a budget.

Maker notes' counts can be made to take hours. A time limit would give other answers on slow machines than on fast ones,
so the limit is on reads: exifread does everything by reading.
"""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Mapping

import exifread

MOST_READS = 8_000  # of exifread; photos need under 2,500, damaged ones have no end
MOST_BYTES = 2**16  # of one read
GROUPS = {"Image": "IFD0", "Thumbnail": "IFD1", "EXIF": "ExifIFD", "GPS": "GPS", "Interoperability": "InteropIFD"}


class _Budget(io.BytesIO):
    """Bytes that stop answering after so many reads: exifread does everything by reading."""

    left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise TimeoutError("EXIF takes too long")
        return super().read(size if size is None else min(size, MOST_BYTES))


def spelled_out(block: bytes) -> Mapping[tuple[str, int], str]:
    """What exifread says of each tag, by place and number; nothing when it cannot."""
    logger = logging.getLogger("exifread")
    before, logger.disabled = logger.disabled, True  # it warns about every damaged tag
    try:
        tags = exifread.process_file(_Budget(block), details=False, extract_thumbnail=False)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError, struct.error, AssertionError):
        return {}
    finally:
        logger.disabled = before
    return {
        (f"exif:{GROUPS[name.split()[0]]}", tag.tag): str(tag.printable)
        for name, tag in tags.items()
        if name.split()[0] in GROUPS and hasattr(tag, "printable")
    }
