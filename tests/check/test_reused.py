from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.intake import intake
from evidencecheck.check.reused import reused
from evidencecheck.model import CheckResult, Claim, Finding, Intake, Lab, NotApplicable, Received, Settings, Unreadable
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Save = Callable[..., Path]
OTHER = "251101-123456789"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, draw_scene: Callable[..., Rgb], save: Save) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("orders")
    with Store.open(folder / "store") as store:
        for seed in (1, 2, 3):
            path = save(draw_scene(seed), folder / f"{seed}.jpg")
            taken = intake(Received(case=OTHER, name=path.name, path=path), Settings())
            assert isinstance(taken, Intake)
            store.remember(taken, OTHER)
        yield store


@pytest.fixture
def ask(store: Store, tmp_path: Path, save: Save) -> Callable[..., list[CheckResult]]:
    def run(picture: Rgb, order: str = "251103-1") -> list[CheckResult]:
        path = save(np.ascontiguousarray(picture), tmp_path / "1.jpg", 75)
        exhibit = open_exhibit(Received(case=order, name="1.jpg", path=path), Settings())
        assert not isinstance(exhibit, Unreadable)
        return list(reused(exhibit, Lab(known=store.known_images())))

    return run


def test_a_photo_of_another_order(ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]) -> None:
    (finding,) = [r for r in ask(np.rot90(draw_scene(2))) if isinstance(r, Finding)]
    assert finding.claim is Claim.REUSED
    assert finding.reference is not None
    assert finding.reference.order == "251101-…789"
    assert OTHER not in finding.summary.en + finding.summary.zh
    assert "rotated" in finding.reference.transform.en


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
