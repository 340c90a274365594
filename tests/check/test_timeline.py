"""EXIF written by Pillow, read back through the check; every case is a photo somebody could receive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from PIL import ExifTags, Image

from evidencecheck.acquire.container import read_blocks
from evidencecheck.check import run_check
from evidencecheck.check.timeline import CHECK
from evidencecheck.model import (
    Basis,
    Blocks,
    Candidate,
    Claim,
    Field,
    Lab,
    Order,
    Outcome,
    Photo,
    Settings,
    Status,
    Strength,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evidencecheck.matching.fingerprint import Fingerprint
    from evidencecheck.reading.codes import Code

CHINA = timezone(timedelta(hours=8))
SHIPPED = datetime(2025, 11, 4, 9, 30, tzinfo=CHINA)
CLAIMED = datetime(2025, 11, 8, 20, 0, tzinfo=CHINA)
ORDER = Order(number="251103-1", shipped_at=SHIPPED, claimed_at=CLAIMED)


@dataclass(frozen=True)
class NothingKnown:
    def count(self, kinds: object) -> int:  # noqa: ARG002 - nothing is known
        return 0

    def search(self, fingerprint: object, kinds: object, *, exclude_order: str = "") -> Sequence[Candidate]:  # noqa: ARG002
        return ()

    def of_order(self, order: str, *, but: str = "") -> Sequence[Candidate]:  # noqa: ARG002
        return ()

    def picture(self, reference: object) -> NDArray[np.uint8] | None:  # noqa: ARG002
        return None


@dataclass(frozen=True)
class FileOnly:
    """An exhibit of which only the EXIF block matters."""

    blocks: Blocks
    data: bytes = b""
    photo: Photo = field(
        default=Photo(
            case="251103-1",
            name="1.jpg",
            path=Path("1.jpg"),
            sha256="0" * 64,
            size_bytes=1,
            format="JPEG",
            width=9,
            height=9,
        )
    )

    @property
    def rgb(self) -> NDArray[np.uint8]:
        return np.zeros((9, 9, 3), np.uint8)

    @property
    def gray(self) -> NDArray[np.uint8]:
        return np.zeros((9, 9), np.uint8)

    @property
    def fingerprint(self) -> Fingerprint:
        raise NotImplementedError

    @property
    def codes(self) -> tuple[Code, ...]:
        raise NotImplementedError


def exif(original: str, offset: str = "", satellite: str = "") -> bytes:
    block = Image.Exif()
    block[ExifTags.Base.DateTime] = "2001:01:01 00:00:00"  # last saved: must not be taken for the clock
    inner = block.get_ifd(ExifTags.IFD.Exif)
    if original:
        inner[ExifTags.Base.DateTimeOriginal] = original
    if offset:
        inner[ExifTags.Base.OffsetTimeOriginal] = offset
    if satellite:
        day, clock = satellite.split()
        place = block.get_ifd(ExifTags.IFD.GPSInfo)
        place[ExifTags.GPS.GPSDateStamp] = day
        place[ExifTags.GPS.GPSTimeStamp] = tuple(float(part) for part in clock.split(":"))
    return block.tobytes().removeprefix(b"Exif\0\0")


def look(block: bytes, order: Order | None = ORDER, settings: Settings | None = None) -> Outcome:
    return looked(read_blocks(block), order, settings)


def looked(blocks: Blocks, order: Order | None = ORDER, settings: Settings | None = None) -> Outcome:
    lab = Lab(known=NothingKnown(), order=order, settings=settings or Settings())
    outcome = run_check(CHECK, FileOnly(blocks), lab).outcome
    assert outcome.status is not Status.FAILED, outcome.reason
    return outcome


def test_speaks_when_a_firm_clock_is_before_shipping() -> None:
    (finding,) = look(exif("2025:10:20 12:00:00", "+08:00")).findings
    assert finding.claim is Claim.CONTRADICTION
    assert (finding.basis, finding.ceiling) == (Basis.FACT, Strength.DOCUMENTED)
    assert 0 < finding.score < 1
    assert finding.measurements["hours"] == pytest.approx(14 * 24 + 21.5)
    assert "2025-10-20 12:00 +0800" in finding.summary.zh
    assert "时钟可能不准" in finding.summary.zh
    assert "the clock may be wrong" in finding.summary.en
    assert finding.innocent


def test_silent_when_the_clock_lies_between_shipping_and_claim() -> None:
    outcome = look(exif("2025:11:07 12:00:00", "+08:00"))
    assert (outcome.status, outcome.findings) == (Status.DONE, ())
    assert outcome.notes[0].measurements["taken_at"] == "2025-11-07T12:00:00+08:00"


@pytest.mark.parametrize("hours", [-23.9, 23.9])
def test_silent_within_the_margin(hours: float) -> None:
    moment = (SHIPPED if hours < 0 else CLAIMED) + timedelta(hours=hours)
    assert look(exif(f"{moment:%Y:%m:%d %H:%M:%S}", "+08:00")).findings == ()


def test_the_margin_is_never_below_a_day_and_may_be_wider() -> None:
    block = exif("2025:11:02 12:00:00", "+08:00")
    assert look(block, settings=Settings(clock_margin=timedelta(0))).findings
    assert not look(block, settings=Settings(clock_margin=timedelta(days=3))).findings
    near = exif("2025:11:03 12:00:00", "+08:00")
    assert not look(near, settings=Settings(clock_margin=timedelta(0))).findings


def test_a_clock_without_zone_is_for_the_reviewer_only() -> None:
    (finding,) = look(exif("2025:10:20 12:00:00")).findings
    assert (finding.basis, finding.ceiling) == (Basis.MEASURED, Strength.POSSIBLE)
    assert "Asia/Shanghai" in finding.summary.en
    west = look(exif("2025:10:20 12:00:00"), settings=Settings(time_zone="America/New_York")).findings[0]
    assert west.measurements["hours"] == pytest.approx(cast(float, finding.measurements["hours"]) - 12)


def test_satellite_time_gives_the_zone() -> None:
    (finding,) = look(exif("2025:10:20 12:00:00", satellite="2025:10:20 03:58:30")).findings
    assert finding.basis is Basis.FACT
    assert finding.measurements["taken_at"] == "2025-10-20T12:00:00+08:00"


def test_clocks_that_disagree_are_not_firm() -> None:
    (finding,) = look(exif("2025:10:20 12:00:00", "+08:00", "2025:11:07 04:00:00")).findings
    assert (finding.basis, finding.ceiling) == (Basis.MEASURED, Strength.POSSIBLE)
    (finding,) = look(exif("2025:10:20 12:00:00", satellite="2025:11:07 04:00:00")).findings
    assert finding.basis is Basis.MEASURED


@pytest.mark.parametrize(
    ("phone", "firm"),
    [("2025-10-20 04:00:30", True), ("2025-10-20 04:07:00", False), ("2025-11-07 04:00:00", False)],
)
def test_the_phones_second_record_makes_the_clock_firm(phone: str, firm: bool) -> None:
    ms = int(datetime.fromisoformat(f"{phone}+00:00").timestamp() * 1000)
    record = Field(place="sef", name="Image_UTC_Data", value=str(ms))
    blocks = read_blocks(exif("2025:10:20 12:00:00"))
    (finding,) = looked(replace(blocks, fields=(*blocks.fields, record))).findings
    assert (finding.basis is Basis.FACT) is firm


def test_a_signing_time_can_only_be_too_late() -> None:
    for stamp, found in (("20251020040000", 1), ("20251205040000", 0)):
        field = Field(place="c2pa", name="manifest[1]/c2pa.signature/time", value=stamp)
        findings = looked(Blocks(fields=(field,))).findings
        assert [f.ceiling for f in findings] == [Strength.POSSIBLE] * found


def test_after_the_claim_never_leaves_the_reviewer() -> None:
    (finding,) = look(exif("2025:11:20 12:00:00", "+08:00")).findings
    assert finding.ceiling is Strength.POSSIBLE
    assert "after the claim" in finding.summary.en


@pytest.mark.parametrize(
    "original",
    ["", "0000:00:00 00:00:00", "1970:01:01 08:00:00", "1980:01:01 00:00:00", "2000:01:01 13:00:12",
     "2015:01:01 00:00:07", "    :  :     :  :  ", "2025-13-45 99:99:99"],
)  # fmt: skip
def test_unset_clocks_say_nothing(original: str) -> None:
    outcome = look(exif(original))
    assert (outcome.status, outcome.blind) == (Status.NOT_APPLICABLE, False)
    assert "means nothing" in outcome.reason


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (None, "--orders"),
        (Order(number="251103-1"), "shipping and claim times"),
    ],
)
def test_what_is_missing_is_said(order: Order | None, words: str) -> None:
    outcome = look(exif("2025:10:20 12:00:00", "+08:00"), order)
    assert outcome.status is Status.NOT_APPLICABLE
    assert words in outcome.reason


def test_broken_exif_is_no_time() -> None:
    whole = exif("2025:10:20 12:00:00", "+08:00", "2025:10:20 04:00:00")
    for end in range(0, len(whole), 9):
        look(whole[:end])
    rng = np.random.default_rng(1)
    for _ in range(60):
        bent = bytearray(whole)
        for place in rng.integers(0, len(bent), 6):
            bent[place] = int(rng.integers(256))
        look(bytes(bent))


def test_a_huge_maker_note_does_not_hang() -> None:
    entries = b"\x7c\x92\x07\x00\xff\xff\xff\x7f\x1a\x00\x00\x00"
    look(b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0" + b"\x01\0" + entries + bytes(4))
