from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.intake import intake
from evidencecheck.check.reused import reused
from evidencecheck.matching.sequence import Side, Turn, turn_of
from evidencecheck.model import (
    CheckResult,
    Claim,
    Finding,
    Intake,
    Lab,
    NotApplicable,
    Note,
    Order,
    Received,
    ReferenceKind,
    Settings,
    Strength,
    Unreadable,
)
from evidencecheck.store import Store
from evidencecheck.store.provenance import Provenance

Rgb = NDArray[np.uint8]
Save = Callable[..., Path]
OTHER = "251101-123456789"
MINE = "251103-1"
STAFF, LISTING = 4, 5  # scenes: sent by the shop itself with OTHER; in the corpus as the shop's own


def claimed(number: str, day: int, buyer: str = "") -> Order:
    return Order(number=number, claimed_at=datetime(2025, 11, day, 9, 30, tzinfo=UTC), buyer=buyer)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, draw_scene: Callable[..., Rgb], save: Save) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("orders")
    with Store.open(folder / "store") as store:
        for seed in (1, 2, 3, STAFF, LISTING):
            path = save(draw_scene(seed), folder / f"{seed}.jpg")
            taken = intake(Received(case=OTHER, name=path.name, path=path), Settings())
            assert isinstance(taken, Intake)
            store.remember(taken, OTHER, own=seed == STAFF)
            if seed == LISTING:
                store.add_reference(taken, Provenance(kind=ReferenceKind.SHOP, file="listing.jpg"))
        store.save_orders([claimed(OTHER, 7, "one")])
        yield store


@pytest.fixture
def ask(store: Store, tmp_path: Path, save: Save) -> Callable[..., list[CheckResult]]:
    def run(picture: Rgb, order: str = MINE, exported: Order | None = None) -> list[CheckResult]:
        path = save(np.ascontiguousarray(picture), tmp_path / "1.jpg", 75)
        exhibit = open_exhibit(Received(case=order, name="1.jpg", path=path), Settings())
        assert not isinstance(exhibit, Unreadable)
        return list(reused(exhibit, Lab(known=store.known_images(), order=exported)))

    return run


def test_a_photo_of_another_order(ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]) -> None:
    (finding,) = [r for r in ask(np.rot90(draw_scene(2))) if isinstance(r, Finding)]
    assert finding.claim is Claim.REUSED
    assert finding.reference is not None
    assert finding.reference.order == "251101-…789"
    assert OTHER not in finding.summary.en + finding.summary.zh
    assert "rotated" in finding.reference.transform.en
    assert "which was claimed first is not known" in finding.summary.en
    assert finding.ceiling is Strength.SUPPORTED  # this may be the order whose photo the other repeats


def test_the_later_claim_is_marked_with_both_dates(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    (finding,) = ask(draw_scene(2)[100:1100, 50:850], exported=claimed(MINE, 9, "two"))
    assert isinstance(finding, Finding)
    assert "came earlier, with order 251101-…789 (claimed 2025-11-07 09:30" in finding.summary.en
    assert "2025-11-09 09:30" in finding.summary.zh
    assert finding.measurements["same_buyer"] is False
    assert finding.ceiling is Strength.DOCUMENTED


def test_the_earlier_claim_is_the_original_whatever_was_screened_first(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    """The store has known the other order's photo for long; the claims were made the other way round."""
    (note,) = ask(draw_scene(2), exported=claimed(MINE, 5))
    assert isinstance(note, Note)
    assert "also came later, with order 251101-…789 (claimed 2025-11-07 09:30" in note.summary.en
    assert "在先" in note.summary.zh


def test_an_order_that_is_in_no_export_is_no_older_than_its_number(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    """The other order was claimed on 7 November, before an order of the 9th can have been made."""
    (finding,) = ask(draw_scene(2), "251109-5")
    assert isinstance(finding, Finding)
    assert "came earlier" in finding.summary.en
    assert "this order was ordered no earlier than 2025-11-09" in finding.summary.en
    assert finding.ceiling is Strength.DOCUMENTED
    (finding,) = ask(draw_scene(2), "251107-5")  # the same day says nothing
    assert isinstance(finding, Finding)
    assert "not known" in finding.summary.en


@pytest.mark.parametrize(
    ("mine", "theirs", "turn"),
    [
        (Side("251101-1", claimed("", 5)), Side("251106-1", None), Turn.EARLIER),
        (Side("251101-1", claimed("", 7)), Side("251106-1", None), Turn.UNKNOWN),
        (Side("251106-1", None), Side("251101-1", claimed("", 5)), Turn.LATER),
        (Side("251199-1", None), Side("251101-1", claimed("", 5)), Turn.UNKNOWN),  # no such date
        (Side("photos", None), Side("251101-1", claimed("", 5)), Turn.UNKNOWN),
        (Side("251101-1", None), Side("251109-1", None), Turn.UNKNOWN),
    ],
)
def test_what_is_known_of_the_sequence(mine: Side, theirs: Side, turn: Turn) -> None:
    assert turn_of(mine, theirs) is turn


def test_claims_of_one_moment_have_no_first(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    (finding,) = ask(draw_scene(2), exported=claimed(MINE, 7))
    assert isinstance(finding, Finding)
    assert "not known" in finding.summary.en


def test_two_orders_of_one_buyer_are_for_the_reviewer_only(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    (finding,) = ask(draw_scene(2), exported=claimed(MINE, 9, "one"))
    assert isinstance(finding, Finding)
    assert finding.ceiling is Strength.POSSIBLE
    assert finding.measurements["same_buyer"] is True


@pytest.mark.parametrize("order", [MINE, OTHER])
@pytest.mark.parametrize("scene", [STAFF, LISTING])
def test_the_shop_s_own_photo_is_nobody_s_reuse(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb], scene: int, order: str
) -> None:
    """Also after it went through a chat, and within the order it was sent with."""
    results = ask(draw_scene(scene)[::2, ::2], order, claimed(order, 9))
    assert not [r for r in results if isinstance(r, Finding)]
    own = [r for r in results if isinstance(r, Note) and "shop's own" in r.summary.en]
    assert len(own) == (0 if (order, scene) == (OTHER, LISTING) else 1)


def test_a_purged_photo_is_known_by_its_hash_alone(draw_scene: Callable[..., Rgb], save: Save, tmp_path: Path) -> None:
    path = save(draw_scene(1), tmp_path / "1.jpg")
    taken = intake(Received(case=OTHER, name="1.jpg", path=path), Settings())
    assert isinstance(taken, Intake)
    with Store.open(tmp_path / "store") as store:
        store.remember(taken, OTHER)
        store.purge(datetime(2999, 1, 1, tzinfo=UTC))
        again = save(draw_scene(1), tmp_path / "again.jpg", 70)
        exhibit = open_exhibit(Received(case=MINE, name="again.jpg", path=again), Settings())
        assert not isinstance(exhibit, Unreadable)
        (note,) = reused(exhibit, Lab(known=store.known_images()))
        assert isinstance(note, Note)
        assert "purged" in note.summary.en


def test_the_same_order_may_show_a_photo_twice(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    assert [r for r in ask(draw_scene(2), OTHER) if isinstance(r, Finding)] == []


def test_a_new_photo_is_met_with_silence(ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]) -> None:
    assert [r for r in ask(draw_scene(9)) if isinstance(r, Finding)] == []


def test_without_other_orders_it_does_not_apply(
    lab: Lab, draw_scene: Callable[..., Rgb], save: Save, tmp_path: Path
) -> None:
    path = save(draw_scene(1, 300, 400), tmp_path / "1.jpg")
    exhibit = open_exhibit(Received(case="251103-1", name="1.jpg", path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    (answer,) = reused(exhibit, lab)
    assert isinstance(answer, NotApplicable)
