"""Tables of marks: one format, one loader, and no expression that hostile text can slow down."""

from __future__ import annotations

import time

import pytest

from evidencecheck.metadata.marks import SEARCHED_CHARS, find, load
from evidencecheck.model import Field

TABLES = ("ai", "editors", "firmware", "meanings")
PIECES = (
    "a", " ", "\n", "{", '"', "-", "Steps: 1, ", " --v 1 ", " --ar 1:1 ", "Job ID: 0", '{"prompt": ', '"product": ',
    "Signature: ", "\\", "@", "0123456789", ".", "workflow:{", "AIGC", "adobe ", "v1.1", '"sampler":', "美图", "1.1",
)  # fmt: skip
CHARS = SEARCHED_CHARS // 4


@pytest.mark.parametrize("table", TABLES)
def test_tables_load_and_ids_are_unique(table: str) -> None:
    ids = [mark.id for mark in load(table)]
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize("table", TABLES)
def test_no_expression_is_slow_on_hostile_text(table: str) -> None:
    for mark in load(table):
        for piece in PIECES:
            text = (piece * (CHARS // len(piece) + 1))[:CHARS]
            started = time.process_time()
            mark.value.search(text)
            mark.name.fullmatch(text[:4096])
            assert time.process_time() - started < 0.3, (mark.id, piece)


@pytest.mark.parametrize("table", TABLES)
def test_many_long_names_are_searched_soon(table: str) -> None:
    fields = [Field(place="png", name="Software", value="\\ " * 32_000)] * 250  # 16 MB, as much as a file may hold
    fields.append(Field(place="png", name="Software", value="GIMP 2.10"))
    started = time.process_time()
    hits = list(find(fields, table))
    assert time.process_time() - started < 2
    assert [hit.mark.id for hit in hits if table == "editors"] == ["sw.gimp", "png.editor"] * (table == "editors")


def test_a_mark_is_reported_once_with_its_field() -> None:
    fields = (
        Field(place="exif:IFD0", name="Software", value="GIMP 2.10"),
        Field(place="xmp", name="CreatorTool", value="GIMP"),
    )
    (hit,) = [hit for hit in find(fields, "editors") if hit.mark.id == "sw.gimp"]
    assert hit.field is fields[0]


def test_list_positions_do_not_hide_a_name() -> None:
    field = Field(place="xmp", name="History[12]/softwareAgent", value="Adobe Photoshop 25.0")
    assert [hit.mark.id for hit in find([field], "editors")] == ["sw.photoshop"]


def test_a_companion_must_stand_at_the_same_place() -> None:
    signature = Field(place="exif:IFD0", name="ImageDescription", value="Signature: " + "A" * 80)
    artist = "4800156b-8880-4786-9056-7ca3da449d8c"
    for place, found in (("exif:IFD0", 1), ("exif:IFD1", 0)):
        fields = [signature, Field(place=place, name="Artist", value=artist)]
        assert len([hit for hit in find(fields, "ai") if hit.mark.id == "grok.signature"]) == found
