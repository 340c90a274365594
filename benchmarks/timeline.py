"""How often would a genuine photo's clock be wrong by days? Counts clocks that another clock in the same file refutes.

    python benchmarks/timeline.py FOLDER...

The timeline check trusts the camera's clock. A wrong one is only seen where the file also carries satellite time, so
the rate for all photos is bounded: (share of photos with such a clock) x (upper 95 % bound of wrong among checkable).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import exifread

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.find import find_photos
from evidencecheck.metadata.clock import read_clock
from evidencecheck.model import Settings, Unreadable

WRONG_DAYS = 1.6  # the check's margin of a day, and the widest time zone


def upper_bound(wrong: int, of: int) -> float:
    """Return the 95 % upper confidence bound of a share (Clopper-Pearson, by bisection)."""
    from math import comb

    low, high = wrong / max(of, 1), 1.0
    for _ in range(60):
        p = (low + high) / 2
        seen = sum(comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(wrong + 1))
        low, high = (p, high) if seen > 0.05 else (low, p)
    return high


def days_off(exif: bytes, taken: datetime) -> float | None:
    """Return by how many days the camera's clock differs from the satellite time in the file, if both are there."""
    tags = exifread.process_file(BytesIO(exif), details=False)
    try:
        day = datetime.strptime(str(tags["GPS GPSDate"]).replace("-", ":"), "%Y:%m:%d").replace(tzinfo=UTC)
        hour, minute, second = (float(v.num) / float(v.den) for v in tags["GPS GPSTimeStamp"].values)
    except (KeyError, ValueError, ZeroDivisionError, AttributeError):
        return None
    return abs((day + timedelta(hours=hour, minutes=minute, seconds=second) - taken).total_seconds()) / 86400


def main() -> None:
    firm = loose = checkable = wrong = 0
    hashes = set()
    for folder in sys.argv[1:]:
        for received in find_photos(Path(folder)):
            exhibit = open_exhibit(received, Settings())
            if isinstance(exhibit, Unreadable) or exhibit.photo.sha256 in hashes:
                continue
            hashes.add(exhibit.photo.sha256)
            clock = read_clock(exhibit.blocks.fields, ZoneInfo("Asia/Shanghai"))
            if clock is None:
                continue
            firm, loose = firm + clock.firm, loose + (not clock.firm)
            off = days_off(exhibit.blocks.exif, clock.taken)
            checkable, wrong = checkable + (off is not None), wrong + (off is not None and off > WRONG_DAYS)
    photos = len(hashes)
    bound = upper_bound(wrong, checkable)
    print(f"{photos} distinct photos; {firm} with a firm clock, {loose} with another usable clock")
    print(f"firm: none refuted; share of all photos at most {upper_bound(0, photos):.4f}")
    print(
        f"checkable against satellite time: {checkable}, wrong by over {WRONG_DAYS} days: {wrong} (at most {bound:.2f})"
    )
    print(f"others: share of all photos at most {loose / max(photos, 1) * bound:.4f}")


if __name__ == "__main__":
    main()
