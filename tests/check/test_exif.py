"""The metadata table says what stands where; positions, names and numbers are hidden; damaged EXIF ends at once."""

from __future__ import annotations

import io
import struct
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from evidencecheck.acquire.container import read_blocks
from evidencecheck.check.exif import exif
from evidencecheck.metadata.private import HIDDEN
from evidencecheck.model import Lab, MetadataRow, NotApplicable, Note

PLANTED = {
    "name": "Zhang San",
    "phone": "13812345678",
    "mail": "zhang.san@example.com",
    "path": "C:\\Users\\zhangsan\\a.jpg",
}


def rows(files: Any, data: bytes, lab: Lab) -> dict[str, MetadataRow]:
    return {r.field: r for r in exif(files.exhibit(data), lab) if isinstance(r, MetadataRow)}


def test_a_row_has_value_place_and_meaning(files: Any, lab: Lab) -> None:
    data = files.jpeg(exif=files.exif({0x010F: "Xiaomi", 0x0112: 6}, {0x9003: "2025:11:03 10:00:00", 0x9209: 16}))
    table = rows(files, data, lab)
    assert table["Make"].value == "Xiaomi"
    assert table["Make"].place == "exif:IFD0"
    assert table["Make"].meaning.zh == "设备厂商"
    assert table["Flash"].value == "Flash did not fire, compulsory flash mode"  # spelled out by exifread
    assert table["DateTimeOriginal"].meaning.zh.startswith("拍摄时间")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("卫壬测四 13812345678 虚构路351弄58号楼1251室", f"{HIDDEN} {HIDDEN} {HIDDEN}"),
        ("holiday 王小明", f"holiday {HIDDEN}"),
        ("由某某AI生成", "由某某AI生成"),
        ("OLYMPUS DIGITAL CAMERA", "OLYMPUS DIGITAL CAMERA"),
    ],
)
def test_a_description_names_nobody_but_may_say_how_the_picture_was_made(
    files: Any, lab: Lab, text: str, value: str
) -> None:
    table = rows(files, files.jpeg(exif=files.exif({0x010E: text.encode()})), lab)
    assert table["ImageDescription"].value == value


def test_a_file_without_metadata_is_not_applicable_and_not_blind(files: Any, lab: Lab) -> None:
    (result,) = exif(files.exhibit(files.png()), lab)
    assert isinstance(result, NotApplicable)
    assert not result.blind


def test_what_is_not_read_is_not_called_missing(files: Any, lab: Lab) -> None:
    target = io.BytesIO()
    files.picture().save(target, "TIFF", big_tiff=True)
    (note,) = exif(files.exhibit(target.getvalue()), lab)
    assert isinstance(note, Note)
    assert "BigTIFF" in str(note.measurements["problems"])


def test_a_missing_maker_note_is_information(files: Any, lab: Lab) -> None:
    with_note = {0x927C: b"Nikon\0" + bytes(90)}
    for make, note, told in (("NIKON", {}, True), ("NIKON", with_note, False), ("Google", {}, False)):
        results = list(exif(files.exhibit(files.jpeg(exif=files.exif({0x010F: make}, note))), lab))
        assert any(isinstance(r, Note) and "usually writes" in r.summary.en for r in results) is told


def test_user_comment_xmp_and_png_text_are_in_the_table(files: Any, lab: Lab) -> None:
    data = files.jpeg(exif=files.exif(sub={0x9286: b"UNICODE\0" + "相机照片".encode("utf-16-le")}))
    assert rows(files, data, lab)["UserComment"].value == "相机照片"
    packet = files.with_xmp("<x:CreatorTool>Some Tool</x:CreatorTool>", x="http://ns.adobe.com/xap/1.0/")
    assert rows(files, packet, lab)["CreatorTool"].meaning.zh == "保存文件的软件"
    assert rows(files, files.png(chunks=[(b"tEXt", b"Comment\0hello")]), lab)["Comment"].place == "png"


def test_nothing_private_is_shown(files: Any, lab: Lab) -> None:
    private = files.exif({0x013B: PLANTED["name"], 0x010E: " ".join(PLANTED.values()), 0x8298: PLANTED["name"]})
    private.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 47.0), 29: "2025:11:03"})
    packet = files.xmp(
        f"<d:creator>{PLANTED['name']}</d:creator><e:GPSLatitude>31,13.78N</e:GPSLatitude>",
        d="http://purl.org/dc/elements/1.1/",
        e="http://ns.adobe.com/exif/1.0/",
    )
    data = files.jpeg(exif=private, segments=[(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)])
    table = rows(files, data, lab)
    shown = " ".join(row.value for row in table.values())
    assert "31" not in table["GPSLatitude"].value
    assert table["GPSDateStamp"].value == "2025:11:03"
    for planted in (PLANTED["phone"], PLANTED["mail"], "zhangsan", "31,13.78N"):
        assert planted not in shown
    assert table["Artist"].value == table["Copyright"].value == table["creator"].value == HIDDEN


def test_nothing_private_is_shown_of_content_credentials(files: Any, lab: Lab, credentials: ModuleType) -> None:
    private = {
        "@context": {"exif": "http://ns.adobe.com/exif/1.0/", "dc": "http://purl.org/dc/elements/1.1/"},
        "exif:GPSLatitude": "31,13.78N", "exif:GPSLongitude": "121,28.0E", "dc:creator": [PLANTED["name"]],
        "exif:Make": "Maker", "aux:SerialNumber": "SN4711",
    }  # fmt: skip
    authority, action = credentials.authority(), credentials.created("digitalCapture")
    data = credentials.sign(authority, files.jpeg(), [action], more=[{"label": "stds.exif", "data": private}])
    shown = " ".join(f"{row.field}={row.value}" for row in rows(files, data, lab).values())
    assert "exif:Make=Maker" in shown
    for planted in ("13.78", "121,28", PLANTED["name"], "SN4711"):
        assert planted not in shown


def test_screenshots_and_other_sizes_are_notes(files: Any, lab: Lab) -> None:
    data = files.jpeg(exif=files.exif(sub={0x9286: b"ASCII\0\0\0Screenshot", 0xA002: 4000, 0xA003: 3000}))
    notes = [r for r in exif(files.exhibit(data), lab) if isinstance(r, Note)]
    assert any("screenshot" in note.summary.en for note in notes)
    assert any("4000 x 3000" in note.summary.en for note in notes)


def huge_count(tag: int, kind: int) -> bytes:
    """EXIF of one Exif-directory entry that claims four thousand million values."""
    ifd0 = b"\1\0" + struct.pack("<HHII", 0x8769, 4, 1, 26) + b"\0\0\0\0"
    sub = b"\1\0" + struct.pack("<HHII", tag, kind, 0xFFFFFFFF, 8) + b"\0\0\0\0"
    return b"Exif\0\0II*\0\10\0\0\0" + ifd0 + sub


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 7, 10, 12])
@pytest.mark.parametrize("tag", [0x927C, 0x9286, 0x010E, 0xA20B])
def test_a_count_of_four_thousand_million_answers_at_once(tag: int, kind: int, files: Any, lab: Lab) -> None:
    data = files.jpeg(segments=[(0xE1, huge_count(tag, kind))])
    exhibit = files.exhibit(data)
    started = time.process_time()
    list(exif(exhibit, lab))
    assert time.process_time() - started < 1


def test_a_file_of_167_bytes_with_such_a_count_answers_at_once(lab: Lab) -> None:
    block = huge_count(0x927C, 7)
    block += b"x" * (159 - len(block))
    data = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 2) + block + b"\xff\xd9"
    assert len(data) == 167
    started = time.process_time()
    exhibit: Any = SimpleNamespace(blocks=read_blocks(data), photo=SimpleNamespace(width=1, height=1))
    names = [result.field for result in exif(exhibit, lab) if isinstance(result, MetadataRow)]
    assert names == ["ExifOffset", "MakerNote"]
    assert time.process_time() - started < 0.5


def test_exifread_stays_silent(files: Any, lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    list(exif(files.exhibit(files.jpeg(segments=[(0xE1, huge_count(0x0001, 99)), (0xE1, b"Exif\0\0garbage")])), lab))
    assert capfd.readouterr().err == ""
