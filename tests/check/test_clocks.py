"""Clocks of one file contradict each other only beyond time zones, slack and clocks that were never set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evidencecheck.check.clocks import clocks
from evidencecheck.metadata.times import named_time
from evidencecheck.model import Claim, Finding, Lab, NotApplicable, Note, Strength

UTC_MS = 1_780_000_000_000  # 2026-05-28 20:26:40 UTC


def photo(files: Any, taken: str, *, gps: str = "", zone: str = "", saved: str = "", after: bytes = b"") -> bytes:
    """`gps` is "2026:05:29 02"."""
    exif = files.exif({0x0132: saved} if saved else {}, {0x9003: taken, **({0x9011: zone} if zone else {})})
    if gps:
        day, hour = gps.split()
        exif.get_ifd(0x8825).update({29: day, 7: (float(hour), 0.0, 3.0)})
    data: bytes = files.jpeg(exif=exif, after=after)
    return data


def findings(files: Any, data: bytes, lab: Lab) -> list[Finding]:
    return [r for r in clocks(files.exhibit(data, "IMG_20260529_100000.jpg"), lab) if isinstance(r, Finding)]


def test_a_week_between_taking_and_satellite_time_is_a_contradiction(files: Any, lab: Lab) -> None:
    (found,) = findings(files, photo(files, "2026:06:05 10:00:00", gps="2026:05:29 02"), lab)
    assert (found.claim, found.ceiling) == (Claim.CONTRADICTION, Strength.POSSIBLE)
    assert found.measurements["unexplained_hours"] == pytest.approx(162, abs=0.1)


@pytest.mark.parametrize(
    ("taken", "gps", "zone"),
    [
        ("2026:05:29 10:00:00", "2026:05:29 02", ""),  # China
        ("2026:05:29 10:00:00", "2026:05:29 02", "+08:00"),
        ("2026:05:28 15:00:00", "2026:05:29 02", ""),  # west of Greenwich
        ("2026:05:29 10:00:00", "2026:05:28 12", "+08:00"),  # a fix 14 hours old
        ("2000:01:01 00:00:00", "2026:05:29 02", ""),  # never set
        ("1970:01:01 08:00:00", "2026:05:29 02", ""),
        ("0000:00:00 00:00:00", "2026:05:29 02", ""),
        ("2026:05:29 10:00:00", "2000:01:01 00", ""),
    ],
)
def test_zones_stale_fixes_and_unset_clocks_are_explained(
    taken: str, gps: str, zone: str, files: Any, lab: Lab
) -> None:
    assert findings(files, photo(files, taken, gps=gps, zone=zone), lab) == []


@pytest.mark.parametrize(
    ("clock", "speaks"),
    [
        (("2026:05:29 04:26:40", "+08:00"), False),
        (("2026:05:29 04:26:40", ""), False),
        (("2026:05:29 05:26:40", "+08:00"), True),  # an hour off, with the zone written
        (("2026:05:29 05:26:40", ""), False),  # without it, another zone
        (("2026:06:03 04:26:40", ""), True),
    ],
)
def test_samsungs_clock_is_compared(
    clock: tuple[str, str], speaks: bool, files: Any, lab: Lab, samsung_trailer: Callable[..., bytes]
) -> None:
    after = samsung_trailer((0x0A01, "Image_UTC_Data", str(UTC_MS).encode()))
    taken, zone = clock
    assert bool(findings(files, photo(files, taken, zone=zone, after=after), lab)) is speaks


def test_saving_later_or_earlier_is_shown_and_not_a_finding(files: Any, lab: Lab) -> None:
    for saved in ("2027:01:01 00:00:00", "2020:01:01 00:00:00"):
        results = list(clocks(files.exhibit(photo(files, "2026:05:29 10:00:00", saved=saved), "a.jpg"), lab))
        assert [type(r) for r in results] == [Note]


def test_the_file_name_is_only_a_hint(files: Any, lab: Lab) -> None:
    results = list(clocks(files.exhibit(photo(files, "2026:05:01 10:00:00"), "IMG_20200101_101500.jpg"), lab))
    (note,) = results
    assert isinstance(note, Note)
    assert "2020-01-01 10:15" in note.summary.en


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("IMG_20200101_101500.jpg", "2020-01-01 10:15"),
        ("Screenshot_2020-01-01-10-15-00-123_com.tencent.mm.jpg", "2020-01-01 10:15"),
        ("微信图片_20200101101500.jpg", "2020-01-01 10:15"),
        ("WhatsApp Image 2020-01-01 at 10.15.00.jpeg", "2020-01-01 10:15"),
        ("PXL_20200101_101500123.jpg", "2020-01-01 10:15"),
        ("mmexport1577844900000.jpg", "2020-01-01 10:15"),  # milliseconds, China's time
        ("251103-104481726350417.jpg", ""),  # an order number
        ("13812345678.jpg", ""),
    ],
)
def test_names_that_hold_a_time(name: str, said: str) -> None:
    found = named_time(name)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else "") == said


def test_a_file_without_times_is_not_applicable(files: Any, lab: Lab) -> None:
    (result,) = clocks(files.exhibit(files.jpeg(), "IMG_20200101_101500.jpg"), lab)
    assert isinstance(result, NotApplicable)
