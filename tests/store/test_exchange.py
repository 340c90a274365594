from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidencecheck.model import Intake, ReferenceKind
from evidencecheck.store import Store, StoreError, exchange, threatexchange
from evidencecheck.store.exchange import Entry, LineProblem
from evidencecheck.store.pictures import Picture
from evidencecheck.store.provenance import Provenance
from evidencecheck.store.references import Selection
from evidencecheck.store.threatexchange import Hash

MakeIntake = Callable[..., Intake]
WEB = frozenset({ReferenceKind.WEB})


@pytest.fixture
def store_folder(tmp_path: Path, make_intake: MakeIntake) -> Path:
    folder = tmp_path / "store"
    with Store.open(folder) as store:
        there = make_intake(1, tmp_path / "there.jpg")
        store.add_reference(
            there,
            Provenance(
                kind=ReferenceKind.WEB, file=r"C:\Users\zhang\there.jpg", source="https://x.example", title="鞋"
            ),
        )
        store.add_reference(make_intake(2), Provenance(kind=ReferenceKind.SHOP, file="/home/zhang/gone.jpg"))
    return folder


def entries(path: Path) -> list[Entry | LineProblem]:
    with exchange.opened(path) as package:
        return list(exchange.read(package))


def test_a_package_holds_the_original_where_it_is_still_there(
    store_folder: Path, tmp_path: Path, make_intake: MakeIntake
) -> None:
    with Store.open(store_folder) as store:
        assert store.export(tmp_path / "all.zip", Selection(), hashes_only=False) == 2
    first, second = sorted(
        (one for one in entries(tmp_path / "all.zip") if isinstance(one, Entry)), key=lambda e: e.kind
    )
    assert (second.file, second.source, second.title, second.original) == ("there.jpg", "https://x.example", "鞋", True)
    assert (first.file, first.kind, first.original) == ("gone.jpg", "shop", False)
    with exchange.opened(tmp_path / "all.zip") as package:
        assert exchange.picture(package, second.picture, 10**6) == (tmp_path / "there.jpg").read_bytes()
        assert exchange.picture(package, first.picture, 10**6) == make_intake(2).preview
        assert exchange.picture(package, "pictures/none", 10**6) is None
    text = (tmp_path / "all.zip").read_bytes()
    assert b"zhang" not in text, "a path names its owner"


def test_hashes_alone_hold_no_picture(store_folder: Path, tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(store_folder) as store:
        assert store.export(tmp_path / "h.zip", Selection(kind=ReferenceKind.WEB), hashes_only=True) == 1
        with pytest.raises(StoreError, match="already there"):
            store.export(tmp_path / "h.zip", Selection(), hashes_only=True)
    with zipfile.ZipFile(tmp_path / "h.zip") as package:
        assert package.namelist() == ["manifest.jsonl"]
    (entry,) = entries(tmp_path / "h.zip")
    assert isinstance(entry, Entry)
    fingerprint = make_intake(1).fingerprint
    assert fingerprint is not None
    assert entry.fingerprint == fingerprint.to_bytes()
    assert sorted(path.name for path in tmp_path.glob("h.zip*")) == ["h.zip"]


def line(make_intake: MakeIntake, **changes: Any) -> bytes:
    entry = {
        "format": "evidencecheck.corpus/1", "kind": "web", "file": "a.jpg", "sha256": "a" * 64, "width": 10,
        "height": 10, "size_bytes": 5, "picture_format": "JPEG", "fingerprint": "",
        "picture": f"pictures/{'a' * 64}",
    }  # fmt: skip
    return json.dumps(entry | changes).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "evidencecheck.corpus/99"},
        {"kind": "claim"},
        {"sha256": "../../etc/passwd"},
        {"sha256": "A" * 64},
        {"width": 0},
        {"width": 10**9},
        {"height": "10"},
        {"size_bytes": -1},
        {"file": ""},
        {"file": "x" * 2000},
        {"source": "x" * 3000},
        {"first_seen": "yesterday"},
        {"captured_at": "2025-13-01"},
        {"picture": "../../evil.jpg"},
        {"picture": "pictures/../../evil"},
        {"picture": ""},  # and then the fingerprint must be one
        {"fingerprint": "not base64!"},
        {"fingerprint": None},
    ],
)
def test_a_hostile_line_is_told_and_the_next_is_read(
    tmp_path: Path, make_intake: MakeIntake, changes: dict[str, Any]
) -> None:
    package = tmp_path / "p.zip"
    with zipfile.ZipFile(package, "w") as file:
        lines = (line(make_intake, **changes), b"[" * 200_000, b"", b'"text"', b"\xff\xfe", line(make_intake))
        file.writestr("manifest.jsonl", b"\n".join(lines))
    told = entries(package)
    assert [type(one) for one in told] == [LineProblem, LineProblem, LineProblem, LineProblem, Entry]
    assert [one.line for one in told if isinstance(one, LineProblem)] == [1, 2, 4, 5]


def test_a_line_without_end_is_cut(tmp_path: Path, make_intake: MakeIntake) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("manifest.jsonl", b" " * 10_000_000 + b"x" * 3_000_000)
    assert all(isinstance(one, LineProblem) for one in entries(tmp_path / "p.zip"))


@pytest.mark.parametrize("damage", ["no zip", "no manifest", "cut off", "flipped"])
def test_a_package_that_is_none_is_refused(store_folder: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "p.zip"
    with Store.open(store_folder) as store:
        store.export(path, Selection(), hashes_only=True)
    data = bytearray(path.read_bytes())
    if damage == "no zip":
        data = bytearray(b"letter" * 100)
    elif damage == "no manifest":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("other", "x")
        data = bytearray(path.read_bytes())
    elif damage == "cut off":
        data = data[: len(data) // 2]
    else:
        data[200] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"p\.zip"):
        entries(path)


def test_a_shared_hash_is_a_candidate_without_a_picture(tmp_path: Path, make_intake: MakeIntake) -> None:
    fingerprint = make_intake(1).fingerprint
    assert fingerprint is not None
    pdq = fingerprint.pdq[:32].hex()
    bare = Picture(
        key=f"pdq:{pdq}", sha256="", width=0, height=0, size_bytes=0, format="",
        fingerprint=threatexchange.fingerprint_of(pdq).to_bytes(),
    )  # fmt: skip
    stated = Provenance(kind=ReferenceKind.WEB, file=bare.key, source="PDQ: somebody")
    with Store.open(tmp_path) as store:
        assert store.import_reference(bare, None, stated) == "added"
        assert store.import_reference(bare, None, stated) == "unchanged"
        known = store.known_images()
        (found,) = known.search(fingerprint, WEB)
        assert found.distance_bits == 0
        assert known.picture(found.reference) is None
        assert store.picture_bytes(found.reference.id) is None
        assert store.stats().hashes_only == 1
        assert list(store.verify()) == []
        store.add_reference(make_intake(1), Provenance(kind=ReferenceKind.WEB, file="a.jpg"))
        assert len(store.known_images().search(fingerprint, WEB)) == 2
        store.remove([found.reference.id])
        assert len(store.known_images().search(fingerprint, WEB)) == 1


def test_what_a_stranger_says_does_not_change_a_picture_known_from_its_file(
    tmp_path: Path, make_intake: MakeIntake
) -> None:
    mine, other = make_intake(1, tmp_path / "mine.jpg"), make_intake(2)
    assert mine.fingerprint is not None
    assert other.fingerprint is not None
    false = Picture(
        key=mine.photo.sha256, sha256=mine.photo.sha256, width=1, height=1, size_bytes=9, format="PNG",
        fingerprint=other.fingerprint.to_bytes(),
    )  # fmt: skip
    stated = Provenance(kind=ReferenceKind.WEB, file="theirs.jpg")
    with Store.open(tmp_path / "s") as store:
        store.add_reference(mine, Provenance(kind=ReferenceKind.WEB, file="mine.jpg"))
        store.import_reference(false, other.preview, stated)
        assert store.fingerprint_of(mine.photo.sha256) == mine.fingerprint
        assert {one.width for one in store.references()} == {160}
        assert store.picture_bytes(next(store.references()).id) == mine.preview
    with Store.open(tmp_path / "t") as store:  # the other way round: the file itself corrects what was said of it
        store.import_reference(false, None, stated)
        store.add_reference(mine, Provenance(kind=ReferenceKind.WEB, file="mine.jpg"))
        assert store.fingerprint_of(mine.photo.sha256) == mine.fingerprint


def test_threatexchange_table(store_folder: Path, tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(store_folder) as store:
        written, poor = store.export_hashes(tmp_path / "h.csv", Selection())
    assert written + poor == 2
    rows = list(csv.DictReader((tmp_path / "h.csv").read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["collab", "signal_type", "signal_str", "category", "tags"]
    assert {row["signal_type"] for row in rows} == {"pdq"}
    expected = {f.pdq[:32].hex() for f in (make_intake(n).fingerprint for n in (1, 2)) if f and f.quality >= 50}
    assert {row["signal_str"] for row in rows} == expected
    assert {one.pdq for one in threatexchange.read(tmp_path / "h.csv") if isinstance(one, Hash)} == expected


PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"  # an example of python-threatexchange


@pytest.mark.parametrize(
    ("text", "collaboration", "tags"),
    [
        (f"collab,signal_type,signal_str,category,tags\nC,pdq,{PDQ},POSITIVE_CLASS,a b\n", "C", "a b"),
        (f"tags,signal_str,collab\nx,{PDQ.upper()},C\n", "C", "x"),
        (f"{PDQ},2880742865368386,2020-07-31T18:47:52+0000,one two\n", "", "one two"),
        (f"{PDQ}\n", "", ""),
        (f"\ufeffpdq {PDQ}\n\n", "", ""),
        (f"collab,signal_type,signal_str,category,tags\nC,video_md5,abc,X,\nC,pdq,{PDQ},X,\n", "C", ""),
    ],
)
def test_threatexchange_forms(tmp_path: Path, text: str, collaboration: str, tags: str) -> None:
    (tmp_path / "h.csv").write_text(text, encoding="utf-8")
    assert list(threatexchange.read(tmp_path / "h.csv")) == [Hash(pdq=PDQ, collaboration=collaboration, tags=tags)]


def test_threatexchange_rows_that_are_no_hash(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(f"abc\n{PDQ}\n{PDQ}0\n=cmd()\n", encoding="utf-8")
    told = list(threatexchange.read(tmp_path / "h.csv"))
    assert [one.line for one in told if isinstance(one, LineProblem)] == [1, 3, 4]
    (tmp_path / "binary.csv").write_bytes(b"\xff\x00\x80" * 100)
    with pytest.raises(StoreError, match=r"binary\.csv"):
        list(threatexchange.read(tmp_path / "binary.csv"))
