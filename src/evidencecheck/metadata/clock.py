"""The photo's own clock: what EXIF says of when it was taken, and how far that can be trusted.

Below the checks, so that more than one may read it. Sources: Exif 2.32 (DateTimeOriginal, OffsetTimeOriginal, GPS).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any

import exifread

from evidencecheck.model import Text

FIRST_YEAR = 2005  # earlier is a clock that was never set: phones with cameras and this platform came later
ZONE_STEP = timedelta(minutes=15)  # every civil time zone is a multiple of this
WIDEST_ZONE = timedelta(hours=14)
GPS_SLACK = timedelta(minutes=5)  # a position fix may be some minutes older than the photo
GPS_DISAGREES = timedelta(hours=1)  # more than any stale fix


class Zone(StrEnum):
    """How the clock's time zone is known."""

    OFFSET = "offset"  # written in the file
    SATELLITE = "satellite"  # the distance to the satellite time in the file is a whole time zone
    ASSUMED = "assumed"  # the file does not say
    DISPUTED = "disputed"  # written in the file, but the satellite time says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a photo says it was taken; `taken` carries a time zone."""

    taken: datetime
    zone: Zone

    @property
    def firm(self) -> bool:
        """Tell whether the file itself gives the moment, and nothing in it says otherwise."""
        return self.zone in {Zone.OFFSET, Zone.SATELLITE}

    @property
    def how(self) -> Text:
        """How the time zone is known, in words."""
        name = str(self.taken.tzinfo)
        return {
            Zone.OFFSET: Text(zh="时区写在照片里", en="the file gives the time zone"),
            Zone.SATELLITE: Text(zh="与照片里的卫星时间一致", en="agrees with the satellite time in the file"),
            Zone.ASSUMED: Text(zh=f"照片没写时区，按 {name} 计算", en=f"no time zone in the file, {name} assumed"),
            Zone.DISPUTED: Text(zh="照片里的卫星时间与它不同", en="the satellite time in the file differs"),
        }[self.zone]


def read_clock(exif: bytes, assumed: tzinfo) -> Clock | None:
    """Read the clock from a TIFF-framed EXIF block; None when it does not say, or was plainly never set.

    `assumed` is the time zone taken when the file gives none. Never raises for what the block contains.
    """
    tags = _tags(exif)
    local = _parse(str(tags.get("EXIF DateTimeOriginal", "")))
    if local is None or local.year < FIRST_YEAR:
        return None
    offset = _offset(str(tags.get("EXIF OffsetTimeOriginal", "") or tags.get("EXIF OffsetTime", "")))
    utc = _satellite(tags)
    if offset is not None:
        agrees = utc is None or abs(local - offset - utc) <= GPS_DISAGREES
        return Clock(taken=local.replace(tzinfo=timezone(offset)), zone=Zone.OFFSET if agrees else Zone.DISPUTED)
    if utc is not None:
        nearest = round((local - utc) / ZONE_STEP) * ZONE_STEP
        if abs(nearest) <= WIDEST_ZONE and abs(local - utc - nearest) <= GPS_SLACK:
            return Clock(taken=local.replace(tzinfo=timezone(nearest)), zone=Zone.SATELLITE)
    if (local.month, local.day, local.hour) == (1, 1, 0):
        return None  # the first hour of a year, with no zone: what a reset clock shows
    return Clock(taken=local.replace(tzinfo=assumed), zone=Zone.ASSUMED)


def _tags(exif: bytes) -> Mapping[str, Any]:
    """Read the tags, without maker notes: their counts can be made to take hours."""
    if not exif:
        return {}
    try:
        return dict(exifread.process_file(io.BytesIO(exif), details=False, extract_thumbnail=False))
    except Exception:  # noqa: BLE001 - exifread raises whatever struct, int and decode raise; broken EXIF says no time
        return {}


def _parse(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip()[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone is another tag
    except ValueError:
        return None  # 0000:00:00 and blanks: a clock that was never set


def _offset(text: str) -> timedelta | None:
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", text.strip())
    if not match or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    value = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -value if match[1] == "-" else value


def _satellite(tags: Mapping[str, Any]) -> datetime | None:
    try:
        day = str(tags["GPS GPSDate"]).replace("-", ":")
        hour, minute, second = (float(v.num) / float(v.den) for v in tags["GPS GPSTimeStamp"].values)
        start = datetime.strptime(day.strip(), "%Y:%m:%d").replace(tzinfo=UTC)
        return (start + timedelta(hours=hour, minutes=minute, seconds=second)).replace(tzinfo=None)
    except (KeyError, ValueError, AttributeError, ZeroDivisionError, TypeError, OverflowError):
        return None
