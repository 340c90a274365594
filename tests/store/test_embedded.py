from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from evidencecheck.matching.fingerprint import Fingerprint
from evidencecheck.model import (
    ADDED_TO_CORPUS,
    Basis,
    Claim,
    Finding,
    Intake,
    Level,
    Outcome,
    PhotoReport,
    ReferenceKind,
    Status,
    Text,
)
from evidencecheck.store import Store, StoreError
from evidencecheck.store.provenance import Found, Provenance
from evidencecheck.store.references import Selection

MakeIntake = Callable[..., Intake]
WEB = frozenset({ReferenceKind.WEB})
SHOP = frozenset({ReferenceKind.SHOP})
CLAIMS = frozenset({ReferenceKind.CLAIM})
ALL = WEB | SHOP | CLAIMS


def of(intake: Intake) -> Fingerprint:
    assert intake.fingerprint is not None
    return intake.fingerprint


def stated(file: str = "a.jpg", kind: ReferenceKind = ReferenceKind.WEB, **more: str) -> Provenance:
    return Provenance(kind=kind, file=file, **more)


def test_a_reference_is_found_again_with_its_provenance(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as store:
        told = stated("given/a.jpg", source="https://example.com/a", first_seen="2025-01-02", first_seen_how="manifest")
        assert store.add_reference(make_intake(1), told) == "added"
        store.add_reference(make_intake(2), stated("b.jpg", ReferenceKind.SHOP, sku="S-9", title="鞋"))
    with Store.open(tmp_path) as store:
        best = store.known_images().search(of(make_intake(1)), WEB | SHOP)[0]
        assert best.distance_bits == 0
        assert best.fingerprint == of(make_intake(1))
        assert (best.reference.file, best.reference.source) == ("given/a.jpg", "https://example.com/a")
        assert (best.reference.first_seen, best.reference.first_seen_how) == ("2025-01-02", "manifest")
        assert (best.reference.width, best.reference.height) == (160, 120)
        assert [one.title for one in store.references(Selection(sku="S-9"))] == ["鞋"]


def test_adding_again_changes_nothing_and_new_provenance_updates(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as store:
        intake = make_intake(1)
        assert store.add_reference(intake, stated()) == "added"
        first = next(store.references())
        assert first.first_seen_how == ADDED_TO_CORPUS
        assert first.first_seen
        assert store.add_reference(intake, stated()) == "unchanged"
        assert store.add_reference(intake, stated(), Found(source="https://found.example")) == "updated"
        assert store.add_reference(intake, stated(source="https://told.example", sku="7")) == "updated"
        assert store.add_reference(intake, stated(), Found(source="https://found.example")) == "unchanged"
        (only,) = store.references()
        assert (only.id, only.source, only.sku) == (first.id, "https://told.example", "7")
        assert only.first_seen == first.first_seen


def test_first_seen_of_the_file_gives_way_to_what_is_stated(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as store:
        store.add_reference(make_intake(1), stated(), Found(first_seen="2025-02-02", first_seen_how="img2dataset"))
        assert next(store.references()).first_seen_how == "img2dataset"
        told = stated(first_seen="2024-01-01", first_seen_how="manifest")
        assert store.add_reference(make_intake(1), told) == "updated"
        store.add_reference(make_intake(1), stated(), Found(first_seen="2025-02-02", first_seen_how="img2dataset"))
        assert next(store.references()).first_seen == "2024-01-01"


def test_one_picture_at_two_places_is_two_references(tmp_path: Path, make_intake: MakeIntake) -> None:
    intake = make_intake(1)
    elsewhere = replace(intake, photo=replace(intake.photo, path=Path("other.jpg")))
    with Store.open(tmp_path) as store:
        store.add_reference(intake, stated("a.jpg"))
        store.add_reference(elsewhere, stated("other.jpg", ReferenceKind.SHOP))
        found = store.known_images().search(of(intake), WEB | SHOP)
        assert sorted(one.reference.file for one in found) == ["a.jpg", "other.jpg"]
        (shop_only,) = store.known_images().search(of(intake), SHOP)
        assert shop_only.reference.kind is ReferenceKind.SHOP


def test_a_photo_of_two_orders_is_found_from_the_other_order(tmp_path: Path, make_intake: MakeIntake) -> None:
    intake = make_intake(1)
    with Store.open(tmp_path) as store:
        store.remember(intake, "A")
        store.remember(intake, "A")
        store.remember(intake, "B")
        known = store.known_images()
        assert known.count(CLAIMS) == 2
        (other,) = known.search(of(intake), CLAIMS, exclude_order="A")
        assert (other.reference.order, other.reference.kind) == ("B", ReferenceKind.CLAIM)
        assert store.picture_bytes(other.reference.id) == intake.preview
        assert known.search(of(intake), WEB | SHOP) == []
        assert store.orders() == ("A", "B")
        assert store.fingerprint_of(intake.photo.sha256) == of(intake)
        assert store.fingerprint_of("0" * 64) is None


def test_candidates_of_the_wanted_kind_are_found_behind_many_others(tmp_path: Path, make_intake: MakeIntake) -> None:
    wanted, near = make_intake(1), make_intake(2)
    with Store.open(tmp_path) as store, store.batch():
        for number in range(300):  # the same fingerprint as the query, nearer than the wanted one or as near
            same = replace(near, photo=replace(near.photo, sha256=f"{number:064x}", path=Path(f"{number}.jpg")))
            moved = replace(same, fingerprint=replace(of(wanted), places=b"", codes=b""))
            store.add_reference(moved, stated(f"{number}.jpg"))
            store.remember(moved, "mine")
        store.add_reference(wanted, stated("listing.jpg", ReferenceKind.SHOP))
        store.remember(wanted, "other")
    with Store.open(tmp_path) as store:
        known = store.known_images()
        assert [one.reference.file for one in known.search(of(wanted), SHOP)] == ["listing.jpg"]
        assert [one.reference.order for one in known.search(of(wanted), CLAIMS, exclude_order="mine")] == ["other"]
        assert len(known.search(of(wanted), WEB)) >= 20
        assert known.count(ALL) == 602


def test_known_images_sees_what_another_store_wrote(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as reader, Store.open(tmp_path) as writer:
        assert reader.known_images().search(of(make_intake(1)), ALL) == []
        writer.add_reference(make_intake(1), stated())
        (found,) = reader.known_images().search(of(make_intake(1)), ALL)
        writer.remove([found.reference.id])
        assert reader.known_images().search(of(make_intake(1)), ALL) == []
        writer.remember(make_intake(1), "A")
        (claim,) = reader.known_images().search(of(make_intake(1)), ALL)
        assert claim.reference.order == "A"


def test_picture_is_the_stored_preview(tmp_path: Path, make_intake: MakeIntake) -> None:
    intake = make_intake(1)
    with Store.open(tmp_path) as store:
        store.add_reference(intake, stated())
        known = store.known_images()
        (found,) = known.search(of(intake), WEB)
        picture = known.picture(found.reference)
        assert picture is not None
        bgr = cv2.imdecode(np.frombuffer(intake.preview, np.uint8), cv2.IMREAD_COLOR)
        assert bgr is not None
        assert np.array_equal(picture, bgr[..., ::-1])
        assert store.picture_bytes(found.reference.id) == intake.preview
        assert store.picture_bytes("nobody") is None
        assert store.picture_bytes("claim-77") is None


def test_removing_a_reference_keeps_what_an_order_still_needs(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as store:
        store.add_reference(make_intake(1), stated("a.jpg"))
        store.add_reference(make_intake(2), stated("b.jpg"))
        store.remember(make_intake(1), "A")
        ids = [one.id for one in store.references()]
        assert store.remove([*ids, "nobody"]) == 2
        assert list(store.references()) == []
        assert store.fingerprint_of(make_intake(1).photo.sha256) is not None
        assert store.fingerprint_of(make_intake(2).photo.sha256) is None
        assert [path.stem for path in tmp_path.glob("previews/*/*.jpg")] == [make_intake(1).photo.sha256]
        (claim,) = store.known_images().search(of(make_intake(1)), ALL)
        assert claim.reference.kind is ReferenceKind.CLAIM


def test_reports_come_back_as_they_were(tmp_path: Path) -> None:
    finding = Finding(
        claim=Claim.EDITED,
        score=0.5,
        summary=Text(zh="一", en="one"),
        basis=Basis.MEASURED,
        measurements={"inliers": 41, "share": 0.5, "name": "x", "yes": True},
    )
    outcome = Outcome(check="known-photo", status=Status.DONE, findings=(finding,))
    report = PhotoReport(
        case="A", photo="A/1.jpg", sha256="ab", size_bytes=1, format="JPEG", width=2, height=3,
        verdict=Level.POSSIBLE, claims=(Claim.EDITED,), outcomes=(outcome,),
    )  # fmt: skip
    with Store.open(tmp_path) as store:
        store.save_report(replace(report, verdict=Level.NONE))
        store.save_report(report)
        store.save_report(replace(report, photo="A/0.jpg"))
        assert store.reports("A") == (replace(report, photo="A/0.jpg"), report)
        assert store.reports("B") == ()
        assert store.orders() == ("A",)


def test_a_batch_is_kept_together_or_not_at_all(tmp_path: Path, make_intake: MakeIntake) -> None:
    def broken_batch(store: Store) -> None:
        with store.batch():
            store.add_reference(make_intake(1), stated())
            raise KeyboardInterrupt

    with Store.open(tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            broken_batch(store)
        assert list(store.references()) == []
        with store.batch():
            store.add_reference(make_intake(1), stated())
        assert len(list(store.references())) == 1


def test_a_file_that_is_no_record_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"this is not a database, it is a letter" * 100)
    with pytest.raises(StoreError, match=r"record\.sqlite.*--store DIR"):
        Store.open(tmp_path)
    with pytest.raises(StoreError, match="--store DIR"):
        Store.open(tmp_path / "record.sqlite" / "below-a-file")


def test_a_record_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    db = sqlite3.connect(tmp_path / "record.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer version"):
        Store.open(tmp_path)
