from __future__ import annotations

import json
import os
import plistlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidencecheck.store.origin import is_sidecar, origin_of, web_address

URL = "https://img.example.com/a.jpg?x=1"
PAGE = "https://shop.example.com/item"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "图 1.jpg"
    path.write_bytes(b"any bytes")
    return path


def zone(photo: Path, text: bytes) -> None:
    Path(f"{photo}:Zone.Identifier").write_bytes(text)  # a stream on Windows, a file beside it elsewhere


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (f"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl={PAGE}\r\nHostUrl={URL}\r\n".encode(), URL),
        (f"\ufeff[ZoneTransfer]\r\nZoneId=3\r\nHostUrl={URL}".encode(), URL),
        (f"[ZoneTransfer]\nHostUrl=about:internet\nReferrerUrl={PAGE}".encode(), PAGE),
        (f"[ZoneTransfer]\nHostUrl={URL}".encode("utf-16"), URL),
        (f"[ZoneTransfer]\nHostUrl={URL}%20%(x)s".encode(), f"{URL}%20%(x)s"),
        (b"[ZoneTransfer]\nZoneId=3\n", ""),
        (b"[ZoneTransfer]\nHostUrl=javascript:alert(1)", ""),
        (b"[ZoneTransfer]\nHostUrl=https://a.example/" + b"x" * 5000, ""),
        (b"\x00\xff\xfe garbage [", ""),
        (b"", ""),
    ],
)
def test_zone_identifier(photo: Path, text: bytes, source: str) -> None:
    zone(photo, text)
    found = origin_of(photo)
    assert found.source == source
    assert found.first_seen_how == ("Zone.Identifier, on this disk since" if source else "")
    if source:
        age = datetime.now(UTC) - datetime.fromisoformat(found.first_seen)
        assert abs(age.total_seconds()) < 600


def test_a_file_without_a_trace_has_no_origin(photo: Path) -> None:
    assert origin_of(photo).source == ""
    assert origin_of(photo.with_name("nobody.jpg")).source == ""


def set_attribute(path: Path, name: str, value: bytes) -> None:
    if sys.platform != "linux":
        pytest.skip("attributes are set here with Linux's call")
    try:
        os.setxattr(path, name, value)
    except OSError:
        pytest.skip("this file system keeps no attributes")


def test_mac_attributes(photo: Path) -> None:
    places = plistlib.dumps([URL, PAGE], fmt=plistlib.FMT_BINARY)
    set_attribute(photo, "user.com.apple.metadata:kMDItemWhereFroms", places)
    assert (origin_of(photo).source, origin_of(photo).first_seen_how) == (
        URL,
        "kMDItemWhereFroms, on this disk since",
    )
    set_attribute(photo, "user.com.apple.quarantine", b"0081;5f000000;Safari;0E1A")
    quarantined = datetime.fromisoformat(origin_of(photo).first_seen)
    assert quarantined.timestamp() == 0x5F000000
    day = plistlib.dumps([datetime(2024, 5, 6, 7, 8, 9)], fmt=plistlib.FMT_BINARY)  # noqa: DTZ001 - Apple's are UTC
    set_attribute(photo, "user.com.apple.metadata:kMDItemDownloadedDate", day)
    found = origin_of(photo)
    assert datetime.fromisoformat(found.first_seen) == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert found.first_seen_how == "kMDItemWhereFroms"


@pytest.mark.parametrize("value", [b"bplist00" + b"\xff" * 40, b"", b"<plist>", plistlib.dumps({"a": 1})])
def test_damaged_mac_attributes_are_no_origin(photo: Path, value: bytes) -> None:
    set_attribute(photo, "user.com.apple.metadata:kMDItemWhereFroms", value)
    set_attribute(photo, "user.com.apple.quarantine", b"nonsense")
    assert origin_of(photo).source == ""


def test_linux_attributes(photo: Path) -> None:
    set_attribute(photo, "user.xdg.referrer.url", PAGE.encode())
    assert origin_of(photo).source == PAGE
    set_attribute(photo, "user.xdg.origin.url", URL.encode())
    assert (origin_of(photo).source, origin_of(photo).first_seen_how) == (
        URL,
        "user.xdg.origin.url, on this disk since",
    )


def test_img2dataset_sidecar(photo: Path) -> None:
    record = {"url": URL, "caption": "鞋\n正品 \x1b[31m", "key": "000000001", "license": "CC0"}
    sidecar = photo.with_suffix(".json")
    sidecar.write_text(json.dumps(record), encoding="utf-8")
    os.utime(sidecar, (1.6e9, 1.6e9))
    found = origin_of(photo)
    assert (found.source, found.title, found.licence) == (URL, "鞋 正品 [31m", "CC0")
    assert datetime.fromisoformat(found.first_seen).timestamp() == 1.6e9
    for hostile in ('{"url": 7}', "[" * 100_000, '{"url": "file:///etc/passwd"}', "{", '"url"'):
        sidecar.write_text(hostile, encoding="utf-8")
        assert origin_of(photo).source == ""


def test_web_address_refuses_what_cannot_be_shown() -> None:
    assert web_address(" https://例子.example/图 ") == "https://例子.example/图"
    for text in ("", "data:image/png;base64,AAAA", "https://a b", "https://a\x1b[1m", "http://", "https://[::1", "a"):
        assert web_address(text) == ""


def test_sidecars_are_told_from_pictures() -> None:
    sidecars = ("a.jpg:Zone.Identifier", "0.json", "0.txt", "0.parquet", "list.CSV")
    assert all(is_sidecar(Path(name)) for name in sidecars)
    assert not is_sidecar(Path("a.jpg"))
