"""Whatever is done to a file, every check of what it says ends, soon, and never fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidencecheck.acquire.container import read_blocks
from evidencecheck.check import run_check, select_checks
from evidencecheck.model import Settings

LIMIT_S = 2.0
CHECKS = [check for check in select_checks(only=("file",)) if check.id != "visible-label"]  # that one reads pixels
PIECES = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"\xff\xd8", b"{", b"<", b"\x9f", b"\xbf"]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["overwrite", "insert", "delete", "repeat", "splice"]),
        st.floats(0, 1),
        st.one_of(st.sampled_from(PIECES), st.binary(min_size=1, max_size=24)),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def seeds(
    tmp_path_factory: pytest.TempPathFactory, credentials: ModuleType, file_maker: Callable[..., Any]
) -> list[bytes]:
    """Files with every kind of block: EXIF with GPS and a maker note, XMP, IPTC, a trailer, signed credentials."""
    files: Any = file_maker(folder=tmp_path_factory.mktemp("seeds"))
    note = b"HUAWEI\0\0" + b"\1\0" + b"\x12\2\4\0\1\0\0\0\1\0\0\0" + b"\0\0\0\0"
    exif = files.exif({0x010F: "HUAWEI", 0x0131: "GIMP"}, {0x9003: "2025:11:03 10:00:00", 0x927C: note})
    exif.get_ifd(0x8825).update({7: (2.0, 0.0, 3.0), 29: "2025:11:03"})
    packet = files.xmp("<t:AIGC>{&quot;Label&quot;:&quot;1&quot;}</t:AIGC>", t="http://www.tc260.org.cn/ns/AIGC/1.0/")
    irb = b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\x0b" + b"\x1c\2n\0\6credit" + b"\0"
    segments = [(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet), (0xED, irb)]
    jpeg = files.jpeg(exif=exif, segments=segments, after=b"SEFH" + bytes(8) + b"\x0c\0\0\0SEFT")
    action = [credentials.created("digitalCapture")]
    small = credentials.sign(credentials.authority(), files.jpeg(quality=20), action)
    text = [(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet), (b"tEXt", b'prompt\0{"class_type": 1}')]
    return [jpeg, small, files.png(chunks=text), files.webp(xmp=packet, exif=exif)]


@settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.integers(0, 3), CHANGES)
def test_damaged_files_are_always_judged(
    seeds: list[bytes], which: int, changes: list[tuple[str, float, bytes]]
) -> None:
    data = seeds[which]
    for kind, place, piece in changes:
        at = int(place**3 * len(data))  # headers are in front
        behind = {"overwrite": at + len(piece), "delete": at + len(piece) * 9}.get(kind, at)
        other = seeds[len(piece) % len(seeds)]
        middle = {"delete": b"", "repeat": data[max(0, at - 64) : at] * len(piece), "splice": other[at : at + 2000]}
        data = data[:at] + middle.get(kind, piece) + data[behind:]
    started = time.process_time()
    photo = SimpleNamespace(name="x.jpg", width=64, height=48)
    exhibit: Any = SimpleNamespace(data=data, blocks=read_blocks(data), photo=photo)
    lab: Any = SimpleNamespace(settings=Settings(), order=None)
    outcomes = [run_check(check, exhibit, lab).outcome for check in CHECKS]
    assert [outcome.reason for outcome in outcomes if outcome.status == "failed"] == []
    assert time.process_time() - started < LIMIT_S
