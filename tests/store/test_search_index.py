"""The saved index is only a start: whatever is wrong with it, the answers are the same."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencecheck.matching.index import Index
from evidencecheck.model import Intake, ReferenceKind
from evidencecheck.store import Store
from evidencecheck.store.embedded import RECORD
from evidencecheck.store.provenance import Provenance
from evidencecheck.store.search_index import SearchIndex, _load, open_index, save_index

MakeIntake = Callable[..., Intake]
ALL = frozenset(ReferenceKind)
Answer = list[tuple[str, int | None, int]]


def ask(folder: Path, make_intake: MakeIntake) -> list[Answer]:
    answers = []
    with Store.open(folder) as store:
        known = store.known_images()
        for seed in range(8):
            fingerprint = make_intake(seed).fingerprint
            assert fingerprint is not None
            found = known.search(fingerprint, ALL)
            answers.append([(one.reference.file, one.distance_bits, one.votes) for one in found])
    return answers


def fill(folder: Path, make_intake: MakeIntake, seeds: range) -> None:
    with Store.open(folder) as store:
        for seed in seeds:
            store.add_reference(make_intake(seed), Provenance(kind=ReferenceKind.WEB, file=f"{seed}.jpg"))
            store.remember(make_intake(seed), f"order {seed % 3}")


def save(folder: Path) -> SearchIndex:
    with Store.open(folder) as store:
        index = open_index(store._db, folder / "index")
        save_index(index, folder / "index")
    return index


def loaded(folder: Path) -> bool:
    with Store.open(folder) as store:
        name, newest = store._db.execute("SELECT name, generation FROM store").fetchone()
    return _load(folder / "index", name, newest) is not None


@pytest.fixture
def filled(tmp_path: Path, make_intake: MakeIntake) -> Path:
    fill(tmp_path, make_intake, range(8))
    save(tmp_path)
    assert loaded(tmp_path)
    return tmp_path


def delete(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [delete, truncate, flip, empty])
@pytest.mark.parametrize("which", ["index.json", "corpus-*.index", "photos-*.index"])
def test_a_damaged_file_is_built_again(
    filled: Path, make_intake: MakeIntake, damage: Callable[[Path], None], which: str
) -> None:
    before = ask(filled, make_intake)
    (path,) = (filled / "index").glob(which)
    damage(path)
    if (which, damage) != ("index.json", flip):  # a flipped bit in a blank of the note does no harm
        assert not loaded(filled)
    assert ask(filled, make_intake) == before
    assert all(before)
    with Store.open(filled) as store:
        problems = [one.kind for one in store.verify() if one.kind == "index"]
    assert problems == ([] if (which, damage) == ("index.json", delete) else ["index"]) or damage is flip
    save(filled)
    assert loaded(filled)


def test_another_format_is_built_again(filled: Path, make_intake: MakeIntake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ask(filled, make_intake)
    monkeypatch.setattr(Index, "FORMAT", "evidencecheck-index/of-the-future")
    assert not loaded(filled)
    assert ask(filled, make_intake) == before


def test_a_stale_index_catches_up(filled: Path, make_intake: MakeIntake) -> None:
    with Store.open(filled) as store:
        store.remove([next(store.references()).id])
    fill(filled, make_intake, range(20, 24))
    assert loaded(filled)
    stale = ask(filled, make_intake)
    shutil.rmtree(filled / "index")
    assert ask(filled, make_intake) == stale


def test_the_index_of_another_store_is_not_used(filled: Path, make_intake: MakeIntake) -> None:
    for path in filled.glob(f"{RECORD}*"):
        path.unlink()
    fill(filled, make_intake, range(100, 103))
    assert not loaded(filled)
    with Store.open(filled) as store:
        assert len(open_index(store._db, filled / "index").parts["corpus"]) == 3


def test_a_record_put_back_from_a_copy_does_not_keep_a_newer_index(tmp_path: Path, make_intake: MakeIntake) -> None:
    fill(tmp_path, make_intake, range(3))
    shutil.copy(tmp_path / RECORD, tmp_path / "copy")
    fill(tmp_path, make_intake, range(3, 6))
    save(tmp_path)
    for path in tmp_path.glob(f"{RECORD}*"):
        path.unlink()
    shutil.copy(tmp_path / "copy", tmp_path / RECORD)
    fill(tmp_path, make_intake, range(200, 202))
    while True:  # generations run past those of the saved index
        with Store.open(tmp_path) as store:
            if store._db.execute("SELECT generation FROM store").fetchone()[0] > 40:
                break
            store.add_reference(make_intake(1), Provenance(kind=ReferenceKind.WEB, file="again.jpg", sku="x"))
            store.remove([one.id for one in store.references() if one.file == "again.jpg"])
    with Store.open(tmp_path) as store:
        index = open_index(store._db, tmp_path / "index")
        pictures = {row[0] for row in store._db.execute("SELECT DISTINCT picture FROM reference")}
        assert {number for number in range(100) if number in index.parts["corpus"]} == pictures


def test_saving_twice_leaves_one_set_of_files(filled: Path) -> None:
    save(filled)
    names = sorted(path.name for path in (filled / "index").iterdir())
    note = json.loads((filled / "index" / "index.json").read_text())
    assert names == sorted(["index.json", *(entry["file"] for entry in note["files"].values())])


def test_a_fingerprint_of_another_version_is_passed_over_and_told(filled: Path, make_intake: MakeIntake) -> None:
    with Store.open(filled) as store:
        store._db.execute("UPDATE fingerprint SET data = x'00' WHERE picture = 1")
        store._db.execute("UPDATE picture SET changed = 9999 WHERE id = 1")
        store._db.execute("UPDATE store SET generation = 9999")
    answers = ask(filled, make_intake)
    assert all(file != "0.jpg" for answer in answers for file, _, _ in answer)
    with Store.open(filled) as store:
        assert "fingerprint" in [one.kind for one in store.verify()]
        assert store.fingerprint_of(make_intake(0).photo.sha256) is None
        store.add_reference(make_intake(0), Provenance(kind=ReferenceKind.WEB, file="0.jpg"))
        assert "fingerprint" not in [one.kind for one in store.verify()]
    assert ask(filled, make_intake)[0][0][0] == "0.jpg"
