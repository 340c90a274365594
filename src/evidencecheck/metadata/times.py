"""Every clock in a file: what its fields say of when it was taken, saved, located and signed. Pure.

Times carry no zone: taken and saved are the device's local time, the others are UTC. Clocks that were never set are
None. Sources: Exif 2.32; Samsung's trailer; C2PA 2.x (RFC 3161 time stamps).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from evidencecheck.model import Field

UNSET_YEARS = frozenset({1900, 1904, 1970, 1980, 2000})  # what a clock shows before it is set
_NAMED = re.compile(
    r"(?<!\d)(20[0-3]\d)[-._年]?(0[1-9]|1[0-2])[-._月]?([0-2]\d|3[01])日?(?: at |[ _T-]){0,3}"
    r"([01]\d|2[0-3])[-.:_]?([0-5]\d)[-.:_]?([0-5]\d)"
)
_NAMED_MS = re.compile(r"(?<!\d)1[4-9]\d{11}(?!\d)")  # milliseconds since 1970, years 2014-2033: when WeChat saved it
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The clocks of one file."""

    taken: datetime | None  # local
    offset: timedelta | None  # of `taken`, east positive
    saved: datetime | None  # local
    satellite: datetime | None  # UTC
    samsung: datetime | None  # UTC
    signed: datetime | None  # UTC, the earliest time stamp in the content credentials


def read_times(fields: Sequence[Field]) -> Times:
    """Return the clocks found among the fields; never raises."""
    offset = _value(fields, "exif:ExifIFD", 0x9011) or _value(fields, "exif:ExifIFD", 0x9010)
    return Times(
        taken=_local(_value(fields, "exif:ExifIFD", 0x9003)),
        offset=_offset(offset.strip()),
        saved=_local(_value(fields, "exif:IFD0", 0x0132)),
        satellite=_satellite(fields),
        samsung=_samsung(fields),
        signed=_signed(fields),
    )


def named_time(name: str) -> datetime | None:
    """The time in a file's name ("IMG_20251103_101500.jpg", "mmexport1762136100000.jpg"), or None.

    A hint: anyone and any app renames files. Milliseconds are shown in China's time.
    """
    name = name.rsplit("/", 1)[-1]
    if hint := _NAMED.search(name):
        return _parse("".join(hint.groups()), "%Y%m%d%H%M%S")
    counted = _NAMED_MS.search(name)
    return datetime.fromtimestamp(int(counted.group()) // 1000, CHINA).replace(tzinfo=None) if counted else None


def _value(fields: Sequence[Field], place: str, code: int) -> str:
    return next((field.value for field in fields if field.place == place and field.code == code), "")


def _parse(text: str, form: str) -> datetime | None:
    try:
        time = datetime.strptime(text, form)  # noqa: DTZ007 - the zone, where there is one, is another field
    except ValueError:
        return None
    return None if time.year in UNSET_YEARS else time


def _local(text: str) -> datetime | None:
    return _parse(text.strip()[:19], "%Y:%m:%d %H:%M:%S")


def _offset(text: str) -> timedelta | None:
    match = re.fullmatch(r"([+-])([01]\d):([0-5]\d)", text)
    if match is None:
        return None
    value = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return value if match[1] == "+" else -value


def _satellite(fields: Sequence[Field]) -> datetime | None:
    day, clock = _value(fields, "exif:GPS", 29), _value(fields, "exif:GPS", 7)
    try:
        hours, minutes, seconds = (int(float(a) / float(b)) for a, b in (part.split("/") for part in clock.split()))
    except (ValueError, ArithmeticError):
        return None
    return _local(f"{day.strip().replace('-', ':')} {hours:02}:{minutes:02}:{seconds:02}")


def _samsung(fields: Sequence[Field]) -> datetime | None:
    text = next((f.value for f in fields if f.place == "sef" and f.name == "Image_UTC_Data"), "")
    if not re.fullmatch(r"[0-9]{12,13}", text):
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC).replace(tzinfo=None)


def _signed(fields: Sequence[Field]) -> datetime | None:
    stamps = [f.value for f in fields if f.place == "c2pa" and f.name.endswith("c2pa.signature/time")]
    return min((time for stamp in stamps if (time := _parse(stamp, "%Y%m%d%H%M%S"))), default=None)
