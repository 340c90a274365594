"""The photo's own clock: when its file says it was taken, and how far that can be trusted.

Below the checks, so that more than one may read it. The values come from `times`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum

from evidencecheck.metadata.times import Times, read_times
from evidencecheck.model import Field, Text

FIRST_YEAR = 2005  # earlier is a clock that was never set: phones with cameras and this platform came later
ZONE_STEP = timedelta(minutes=15)  # every civil time zone is a multiple of this
WIDEST_ZONE = timedelta(hours=14)
GPS_SLACK = timedelta(minutes=5)  # a position fix may be some minutes older than the photo
PHONE_SLACK = timedelta(minutes=2)  # two records of one phone's clock; the second is written when the photo is stored
DISAGREES = timedelta(hours=1)  # more than any stale fix


class Zone(StrEnum):
    """How the clock's time zone is known."""

    OFFSET = "offset"  # written in the file
    SATELLITE = "satellite"  # the distance to the satellite time in the file is a whole time zone
    PHONE = "phone"  # likewise to the UTC time that the phone wrote behind the picture
    ASSUMED = "assumed"  # the file does not say
    DISPUTED = "disputed"  # written in the file, but another clock in it says otherwise
    UTC = "utc"  # no taking time at all: the UTC time that the phone wrote behind the picture
    SIGNED = "signed"  # no taking time at all: when the content credentials were signed; it is no later than that


HOW = {
    Zone.OFFSET: Text(zh="时区写在照片里", en="the file gives the time zone"),
    Zone.SATELLITE: Text(zh="与照片里的卫星时间一致", en="agrees with the satellite time in the file"),
    Zone.PHONE: Text(zh="与手机另外记录的时间一致", en="agrees with the time that the phone recorded besides"),
    Zone.DISPUTED: Text(zh="照片里的另一个时间与它不同", en="another time in the file differs"),
    Zone.UTC: Text(zh="手机记录的世界标准时间", en="UTC, as the phone recorded it"),
    Zone.SIGNED: Text(
        zh="内容凭证的签署时间（没有核实）", en="when its content credentials were signed (not verified)"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a photo says it was taken; `taken` carries a time zone."""

    taken: datetime
    zone: Zone

    @property
    def firm(self) -> bool:
        """Tell whether the file itself gives the moment, and nothing in it says otherwise."""
        return self.zone in {Zone.OFFSET, Zone.SATELLITE, Zone.PHONE}

    @property
    def how(self) -> Text:
        """How the time zone is known, in words."""
        name = str(self.taken.tzinfo)
        assumed = Text(zh=f"照片没写时区，按 {name} 计算", en=f"no time zone in the file, {name} assumed")
        return HOW.get(self.zone, assumed)


def read_clock(fields: Sequence[Field], assumed: tzinfo) -> Clock | None:
    """Read the clock from a file's fields; None when they do not say, or it was plainly never set.

    `assumed` is the time zone taken when the file gives none. Never raises.
    """
    times = read_times(fields)
    if times.taken is None or times.taken.year < FIRST_YEAR:
        return _without_taking_time(times)
    if times.offset is not None:
        utc = times.taken - times.offset
        others = [other for other in (times.satellite, times.samsung) if other is not None]
        disputed = any(abs(utc - other) > DISAGREES for other in others)
        zone = timezone(times.offset)
        return Clock(taken=times.taken.replace(tzinfo=zone), zone=Zone.DISPUTED if disputed else Zone.OFFSET)
    for other, slack, kind in (
        (times.samsung, PHONE_SLACK, Zone.PHONE),
        (times.satellite, GPS_SLACK, Zone.SATELLITE),
    ):
        if other is not None:
            nearest = round((times.taken - other) / ZONE_STEP) * ZONE_STEP
            if abs(nearest) <= WIDEST_ZONE and abs(times.taken - other - nearest) <= slack:
                return Clock(taken=times.taken.replace(tzinfo=timezone(nearest)), zone=kind)
    if (times.taken.month, times.taken.day, times.taken.hour) == (1, 1, 0):
        return None  # the first hour of a year, with no zone: what a reset clock shows
    return Clock(taken=times.taken.replace(tzinfo=assumed), zone=Zone.ASSUMED)


def _without_taking_time(times: Times) -> Clock | None:
    for other, kind in ((times.samsung, Zone.UTC), (times.signed, Zone.SIGNED)):
        if other is not None and other.year >= FIRST_YEAR:
            return Clock(taken=other.replace(tzinfo=UTC), zone=kind)
    return None
