"""The metadata table: every value the file declares, where it stands, and what it means in plain words.

EXIF is read twice: by exifread, which spells values out ("Flash did not fire"), without maker notes because their
counts can be made to take hours, and within a budget; and by the container walker, which also reads what exifread
leaves out (UserComment, XMP, PNG text, IPTC, trailers). It raises no alarm: missing or odd values are information.
Positions, names and serial numbers are hidden. Source: Exif 2.32; meanings in `signatures/meanings.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evidencecheck.metadata.marks import carried
from evidencecheck.metadata.private import HIDDEN, described, shown
from evidencecheck.metadata.spelled import spelled_out
from evidencecheck.model import Check, CheckResult, Exhibit, Field, Group, Lab, MetadataRow, NotApplicable, Note, Text

MOST_ROWS = 150
SHOWN_CHARS = 160
# Measured: 23 % of honest camera files lack the maker note that their make writes.
WRITES_NOTE = re.compile(
    r"(?i)^\s*(apple|canon|nikon|sony|olympus|om digital|panasonic|fuji(film)?|pentax|ricoh|samsung|huawei)\b"
)
UNKNOWN = Text(zh="其他信息", en="other information")


def exif(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield a row per value, at most MOST_ROWS, and notes for the reviewer."""
    blocks = exhibit.blocks
    if not blocks.fields and not blocks.problems:
        yield NotApplicable(
            reason=Text(
                zh="文件里没有元数据。聊天软件会去掉元数据，这不说明任何问题",
                en="the file carries no metadata; chat apps remove it, which means nothing",
            )
        )
        return
    words = spelled_out(blocks.exif)
    rows = list(dict.fromkeys(_row(field, words) for field in blocks.fields if field.value))
    yield from rows[:MOST_ROWS]
    yield from _notes(exhibit, len(rows))


def _row(field: Field, spelled: Mapping[tuple[str, int], str]) -> MetadataRow:
    meaning = next(carried(field, "meanings"), None)
    value = HIDDEN
    if meaning is None or meaning.says != "mask":
        safe = described if meaning is not None and meaning.says == "words" else shown
        value = safe(spelled.get((field.place, field.code)) or field.value, SHOWN_CHARS)
    words = meaning.tool if meaning else UNKNOWN
    return MetadataRow(field=field.name[:SHOWN_CHARS], value=value, place=field.place, meaning=words)


def _notes(exhibit: Exhibit, count: int) -> Iterator[Note]:
    blocks, photo = exhibit.blocks, exhibit.photo
    if any(mark.says == "screenshot" for field in blocks.fields for mark in carried(field, "meanings")):
        yield Note(summary=Text(zh="文件标明自己是屏幕截图", en="the file says that it is a screenshot"))
    declared = tuple(_number(blocks.fields, code) for code in (0xA002, 0xA003))
    if all(declared) and sorted(declared) != sorted((photo.width, photo.height)):
        yield Note(
            summary=Text(
                zh=f"元数据写的尺寸是 {declared[0]}×{declared[1]}，照片是 {photo.width}×{photo.height}"
                "（裁剪、缩小和转发都会这样）",
                en=f"metadata gives {declared[0]} x {declared[1]} px, the photo has {photo.width} x {photo.height} px "
                "(cropping, resizing and sending do this)",
            ),
            measurements={"declared_width_px": declared[0], "declared_height_px": declared[1]},
        )
    makes = [field.value for field in blocks.fields if field.place == "exif:IFD0" and field.name == "Make"]
    if makes and WRITES_NOTE.match(makes[0]) and not any(field.name == "MakerNote" for field in blocks.fields):
        yield Note(
            summary=Text(
                zh="这个厂商的设备通常会写厂商数据（MakerNote），这里没有；转存和处理都会去掉它",
                en="this maker usually writes a maker note, and there is none here; saving again removes it",
            )
        )
    if blocks.problems or count > MOST_ROWS:
        yield Note(
            summary=Text(
                zh=f"元数据有 {count} 项，部分没有显示或无法读取",
                en=f"{count} values; some were not shown or not readable",
            ),
            measurements={"values": count, "problems": "; ".join(blocks.problems)[:500]},
        )


def _number(fields: tuple[Field, ...], code: int) -> int:
    value = next((field.value for field in fields if field.place == "exif:ExifIFD" and field.code == code), "")
    return int(value) if value.isdecimal() and len(value) < 8 else 0


CHECK = Check(id="exif", title=Text(zh="元数据", en="Metadata"), group=Group.FILE, family="declaration", run=exif)
