"""Whatever is done to a file, every reader of what it says answers, soon."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pillow_heif
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evidencecheck.acquire.container import read_blocks
from evidencecheck.metadata.aigc import labels
from evidencecheck.metadata.jpeg_tables import libjpeg_quality
from evidencecheck.metadata.marks import find
from evidencecheck.metadata.times import read_times

pillow_heif.register_heif_opener()
LIMIT = timedelta(seconds=2)


def seed(form: str) -> bytes:
    exif = Image.Exif()
    exif.update({0x010E: '{"AIGC":{"Label":"1"}}', 0x010F: "HUAWEI", 0x0131: "GIMP 2.10"})
    exif.get_ifd(0x8769).update(
        {0x9003: "2025:11:03 10:00:00", 0x9286: b"ASCII\0\0\0x", 0x927C: b"HUAWEI\0\0" + b"\1\0" * 9}
    )
    exif.get_ifd(0x8825).update({7: (2.0, 0.0, 3.0), 29: "2025:11:03"})
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:t="http://www.tc260.org.cn/ns/AIGC/1.0/" t:AIGC="{&quot;Label&quot;:&quot;1&quot;}"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 255, (16, 16, 3), np.uint8))
    target = io.BytesIO()
    picture.save(target, form, exif=exif.tobytes(), **({} if form in ("PNG", "TIFF") else {"xmp": xmp}))
    return target.getvalue() + (b"tail" if form == "JPEG" else b"")


SEEDS = [seed(form) for form in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF")]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done to the bytes at a place given as a share of the file."""

    kind: str
    place: float
    piece: bytes

    def apply(self, data: bytes) -> bytes:
        at = int(self.place**2 * len(data))  # headers are in front: half of the changes go to the first quarter
        match self.kind:
            case "overwrite":
                return data[:at] + self.piece + data[at + len(self.piece) :]
            case "insert":
                return data[:at] + self.piece + data[at:]
            case "delete":
                return data[:at] + data[at + len(self.piece) :]
            case "repeat":
                return data[:at] + data[max(0, at - 64) : at] * len(self.piece) + data[at:]
            case _:
                return data[:at]


COUNTS = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"\x80\0\0\0", b"\xff\xd8", b"\xff\xda"]
CHANGES = st.lists(
    st.builds(
        Change,
        st.sampled_from(["overwrite", "overwrite", "insert", "delete", "repeat", "cut"]),
        st.floats(0, 1),
        st.one_of(st.sampled_from(COUNTS), st.binary(min_size=1, max_size=24)),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=600, deadline=LIMIT, derandomize=True, database=None)
@given(st.sampled_from(SEEDS), CHANGES, st.sampled_from(["", "JPEG", "PNG", "WEBP", "HEIF", "TIFF"]))
def test_damaged_files_are_always_read(data: bytes, changes: list[Change], form: str) -> None:
    for change in changes:
        data = change.apply(data)
    started = time.perf_counter()
    blocks = read_blocks(data, form)
    list(labels(blocks.fields))
    for table in ("ai", "editors", "firmware", "meanings"):
        list(find(blocks.fields, table))
    read_times(blocks.fields)
    if blocks.quantisation:
        libjpeg_quality(blocks.quantisation)
    assert time.perf_counter() - started < LIMIT.total_seconds()
