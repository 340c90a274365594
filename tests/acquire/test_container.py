"""The container walker reads what exiftool reads, and answers on anything."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from evidencecheck.acquire.container import read_blocks
from evidencecheck.model import Blocks

pillow_heif.register_heif_opener()
FORMATS = {"jpeg": "JPEG", "heic": "HEIF", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}
TEXTS = {0x010E: "a parcel", 0x010F: "Xiaomi", 0x0110: "2211133C", 0x0131: "V14.0.1", 0x013B: "someone", 0x8298: "c"}
EXIF_TAGS: dict[int, object] = {
    0x829A: (1, 50), 0x829D: 1.8, 0x8827: 100, 0x9000: b"0232", 0x9003: "2025:11:03 10:00:00", 0x9010: "+08:00",
    0x9011: "+08:00", 0x9201: 5.6, 0x9202: 1.7, 0x9203: -2.5, 0x9204: 0.0, 0x9207: 2, 0x9209: 16, 0x920A: 5.4,
    0x9286: b"ASCII\0\0\0oplus_32", 0x9290: "123", 0xA001: 1, 0xA002: 64, 0xA003: 48,
    0xA402: 0, 0xA403: 0, 0xA434: "lens",
}  # fmt: skip
GPS_TAGS: dict[int, object] = {
    1: "N", 2: (31.0, 13.0, 47.5), 3: "E", 4: (121.0, 28.0, 1.0), 7: (2.0, 0.0, 3.0), 29: "2025:11:03",
}  # fmt: skip


def photo(form: str) -> bytes:
    exif = Image.Exif()
    exif.update(TEXTS | {0x0112: 1, 0x011A: 72.0, 0x0128: 2, 0x0132: "2025:11:03 10:00:01"})
    exif.get_ifd(0x8769).update(EXIF_TAGS)
    exif.get_ifd(0x8825).update(GPS_TAGS)
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8))
    target = io.BytesIO()
    picture.save(target, FORMATS[form], exif=exif.tobytes())
    return target.getvalue()


def values(blocks: Blocks) -> dict[tuple[str, int], str]:
    return {(field.place, field.code): field.value for field in blocks.fields}


@pytest.mark.parametrize("form", FORMATS)
def test_exif_is_read_from_every_container(form: str) -> None:
    found = values(read_blocks(photo(form)))
    for tag, text in TEXTS.items():
        assert found["exif:IFD0", tag] == text
    assert found["exif:ExifIFD", 0x9003] == "2025:11:03 10:00:00"
    assert found["exif:ExifIFD", 0x9286] == "oplus_32"
    assert found["exif:GPS", 29] == "2025:11:03"


@pytest.mark.parametrize("form", FORMATS)
def test_tag_recall_against_exiftool(form: str, tmp_path: Path) -> None:
    if shutil.which("exiftool") is None:
        if os.environ.get("CI"):
            pytest.fail("exiftool is missing; .ci/run installs it")
        pytest.skip("exiftool is not installed; it is only the oracle of this test")
    path = tmp_path / f"photo.{form}"
    path.write_bytes(photo(form))
    groups = ("IFD0", "ExifIFD", "GPS", "InteropIFD", "IFD1")
    words = ["exiftool", "-j", "-G1", "-a", "-D", "-n", "-u", *(f"-{group}:all" for group in groups), str(path)]
    (record,) = json.loads(subprocess.run(words, capture_output=True, check=True, timeout=60).stdout)
    wanted = {
        (f"exif:{name.split(':')[0]}", value["id"]): str(value["val"])
        for name, value in record.items()
        if isinstance(value, dict) and name.split(":")[0] in groups
    }
    found = values(read_blocks(path.read_bytes()))
    assert len(wanted) >= 30
    assert len(wanted.keys() & found.keys()) >= 0.98 * len(wanted)
    for tag in TEXTS:
        assert found["exif:IFD0", tag] == wanted["exif:IFD0", tag]


def test_jpeg_tables_sampling_and_frame_agree_with_pillow() -> None:
    data = photo("jpeg")
    blocks = read_blocks(data)
    opened = Image.open(io.BytesIO(data))
    assert isinstance(opened, JpegImageFile)
    tables = opened.quantization  # Pillow undoes the zigzag order, the file keeps it
    assert [sorted(table) for table in blocks.quantisation] == [sorted(table) for table in tables.values()]
    assert blocks.sampling[0][:2] == (2, 2)
    assert blocks.frame == (0, 8, 64, 48)
    assert {name for name, _, _ in blocks.segments} >= {"APP0", "DQT", "SOF0", "DHT", "SOS"}


def segment(marker: int, payload: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(payload) + 2) + payload


def with_segments(*segments: bytes) -> bytes:
    data = photo("jpeg")
    return data[:2] + b"".join(segments) + data[2:]


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload) + 8) + kind + payload


def test_what_follows_the_picture_is_kept() -> None:
    assert read_blocks(photo("jpeg") + b"tail").trailer == b"tail"
    assert read_blocks(photo("png") + b"tail").trailer == b"tail"


def test_split_xmp_is_joined() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:t="urn:t"><t:Name>' + b"n" * 300 + b"</t:Name></x:xmpmeta>"
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"G" * 32 + struct.pack(">I", len(packet))
    pieces = [segment(0xE1, head + struct.pack(">I", at) + packet[at : at + 100]) for at in range(0, len(packet), 100)]
    blocks = read_blocks(with_segments(*reversed(pieces)))
    assert [field.value for field in blocks.fields if field.name == "Name"] == ["n" * 300]


def test_a_manifest_split_over_segments_is_joined_and_read() -> None:
    described = box(b"jumd", b"\0" * 16 + b"\3c2pa.claim\0")
    claim = box(b"jumb", described + box(b"cbor", b"\xa1\x6fclaim_generator\x78\x28" + b"Camera 1.0 ".ljust(40, b"x")))
    manifest = box(b"jumb", box(b"jumd", b"\0" * 16 + b"\3urn:1\0") + claim)
    store = box(b"jumb", box(b"jumd", b"\0" * 16 + b"\3c2pa\0") + manifest)
    cut = len(store) // 2
    pieces = [
        segment(0xEB, b"JP\0\1" + struct.pack(">I", number) + body)
        for number, body in ((1, store[:cut]), (2, store[:8] + store[cut:]))
    ]
    blocks = read_blocks(with_segments(*pieces))
    assert blocks.jumbf == store
    (found,) = [field for field in blocks.fields if field.place == "c2pa"]
    assert found.name == "manifest[1]/c2pa.claim/claim_generator"
    assert found.value.startswith("Camera 1.0")


def test_image_resources_and_iptc_are_read() -> None:
    resource = b"8BIM\4\4\0\0\0\0\0\x0b" + b"\x1c\2n\0\6credit" + b"\0" + b"8BIM\4\6\0\0\0\0\0\2\0\5"
    blocks = read_blocks(with_segments(segment(0xED, b"Photoshop 3.0\0" + resource)))
    assert [number for number, _ in blocks.irb] == [0x0404, 0x0406]
    assert [field.value for field in blocks.fields if field.place == "iptc"] == ["credit"]


def test_the_thumbnail_is_copied_out() -> None:
    small = b"\xff\xd8" + b"thumbnail" + b"\xff\xd9"
    entries = struct.pack("<HHII", 0x0201, 4, 1, 44) + struct.pack("<HHII", 0x0202, 4, 1, len(small))
    tiff = b"II*\0\10\0\0\0" + b"\0\0" + struct.pack("<I", 14) + b"\2\0" + entries + b"\0\0\0\0" + small
    blocks = read_blocks(with_segments(segment(0xE1, b"Exif\0\0" + tiff)))
    assert blocks.thumbnail == small


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    data = photo("png")
    extra = b"".join(struct.pack(">I", len(p)) + k + p + struct.pack(">I", zlib.crc32(k + p)) for k, p in chunks)
    return data[:33] + extra + data[33:]


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<!DOCTYPE l [<!ENTITY l0 "ha">{entities}]><x:xmpmeta xmlns:x="x" xmlns:t="t"><t:a>&l9;</t:a></x:xmpmeta>'
    ).encode()


def chained_directories() -> bytes:
    return b"II*\0\10\0\0\0" + b"".join(b"\0\0" + struct.pack("<I", 14 + 6 * n) for n in range(60_000))


def overlapping_values() -> bytes:
    entry = struct.pack("<HHII", 0x9286, 7, 8_000_000, 0)
    return b"II*\0\10\0\0\0" + struct.pack("<H", 1000) + entry * 1000 + b"\0" * 8_000_000


def nested_boxes() -> bytes:
    inner = b""
    for _ in range(4000):
        inner = box(b"jumb", inner)
    return inner


def packet(body: bytes, space: bytes = b"urn:t") -> bytes:
    head = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:t="' + space + b'">'
    return png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + head + body + b"</x:xmpmeta>"))


def manifest(kind: bytes, claim: bytes) -> bytes:
    """A PNG with a C2PA store of one manifest with one claim."""
    held = box(b"jumb", box(b"jumd", b"\0" * 16 + b"\3c2pa.claim\0") + box(kind, claim))
    held = box(b"jumb", box(b"jumd", b"\0" * 16 + b"\3urn:1\0") + held)
    return png((b"caBX", box(b"jumb", box(b"jumd", b"\0" * 16 + b"\3c2pa\0") + held)))


def cbor_text(text: bytes) -> bytes:
    return b"\x7a" + struct.pack(">I", len(text)) + text


MANY = b"<t:b>1</t:b>" * 5000
LONG = b"A" * 300_000
BOMB = zlib.compress(b'{"AIGC":' * 2_000_000)
HOSTILE: dict[str, Callable[[], bytes]] = {
    "inflating text": lambda: png(*[(b"zTXt", b"AIGC\0\0" + BOMB)] * 500),
    "inflating packet": lambda: png(*[(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + BOMB)] * 500),
    "billion laughs": lambda: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + laughs())),
    "deep XML": lambda: with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<x:a>" * 12_000)),
    "broken XML": lambda: png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b' a:b="{' * 150_000)),
    "unclosed XML": lambda: png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<x:xmpmeta " * 90_000)),
    "directory chain": chained_directories,
    "overlapping values": overlapping_values,
    "directory loop": lambda: b"II*\0\10\0\0\0" + b"\1\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + b"\10\0\0\0",
    "markers only": lambda: b"\xff\xd8" + b"\xff" * 5_000_000,
    "scans only": lambda: b"\xff\xd8" + b"\xff\xda\0\2" * 2_000_000,
    "nested boxes": lambda: png((b"caBX", nested_boxes())),
    "deep CBOR": lambda: png((b"caBX", box(b"jumb", box(b"jumb", box(b"cbor", b"\x81" * 100_000))))),
    "endless boxes": lambda: box(b"ftyp", b"heic\0\0\0\0") + b"\0\0\0\10free" * 500_000,
    "long name around many values": lambda: packet(b"<t:" + LONG + b">" + MANY + b"</t:" + LONG + b">"),
    "long namespace of many values": lambda: packet(MANY, b"urn:" + LONG),
    "long key of many values": lambda: manifest(b"cbor", b"\xa1" + cbor_text(LONG) + b"\x99\x4a\x38" + b"\1" * 19_000),
    "long list": lambda: manifest(b"json", b'{"a":[' + b"1," * 250_000 + b"1]}"),
    "tiny chunks": lambda: photo("png")[:33] + b"\0\0\0\0teST\0\0\0\0" * 1_000_000,
    "inflating manifest": lambda: manifest(b"brob", brotli.compress(box(b"free", b"") * 2_000_000, quality=1)),
    "tiny sub-blocks": lambda: b"GIF89a!\xff\x0bC2PA_GIF\1\0\0" + b"\1a" * 2_000_000,
    "trailer counts": lambda: photo("jpeg") + b"SEFH" + struct.pack("<II", 107, 2**32 - 1) + b"\0\0\0\0SEFT",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_answer_soon_and_small(case: str) -> None:
    data = HOSTILE[case]()
    started = time.process_time()
    blocks = read_blocks(data)
    assert time.process_time() - started < 2
    assert len(blocks.fields) <= 5000
    assert sum(len(field.name) + len(field.space) + len(field.value) for field in blocks.fields) < 32 * 2**20


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\0ftypheic", b"II*\0", b"GIF89a"]
)
def test_stumps_answer(data: bytes) -> None:
    for form in ("", "JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "GIF", "BMP"):
        assert read_blocks(data, form).fields == ()
