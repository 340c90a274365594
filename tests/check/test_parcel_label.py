"""A label of another parcel is told; the order's own, its resend's, a return's and everything else on a box is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.intake import intake
from evidencecheck.check.parcel_label import parcel_label
from evidencecheck.model import (
    Basis,
    CheckResult,
    Claim,
    Finding,
    Intake,
    Lab,
    NotApplicable,
    Note,
    Order,
    Received,
    Settings,
    Strength,
    Unreadable,
)
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
CASE = "251103-123456789"
OWN, OTHER, RESENT = "YT8812345678901", "YT8855512340077", "YT8867890123456"
ORDER = Order(number=CASE, tracking_number=OWN)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def look(
    store: Store, tmp_path: Path, draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb], save: Callable[..., Path]
) -> Callable[..., list[CheckResult]]:
    def run(*labels: str, order: Order | None = ORDER, blur: float = 0, width: int = 560) -> list[CheckResult]:
        picture = draw_scene(1)
        for place, text in enumerate(labels):
            picture = stick(picture, text, 120 + 300 * place, width=width)
        if blur:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.uint8)
        exhibit = open_exhibit(
            Received(case=CASE, name="1.jpg", path=save(picture, tmp_path / "1.jpg", 85)), Settings()
        )
        assert not isinstance(exhibit, Unreadable)
        return list(parcel_label(exhibit, Lab(known=store.known_images(), order=order)))

    return run


def test_another_parcel_is_documented_with_both_numbers_masked(look: Callable[..., list[CheckResult]]) -> None:
    (finding,) = look(OTHER)
    assert isinstance(finding, Finding)
    assert (finding.claim, finding.basis, finding.ceiling) == (Claim.CONTRADICTION, Basis.FACT, Strength.DOCUMENTED)
    assert "…0077" in finding.summary.zh
    assert "…8901" in finding.summary.en
    xs, ys = zip(*finding.regions[0].polygon, strict=True)
    assert 100 <= min(xs) < max(xs) <= 660
    assert 110 <= min(ys) < max(ys) <= 260
    assert finding.innocent
    for digits in (OWN, OTHER):
        assert digits[:-5] not in str(finding)


@pytest.mark.parametrize(
    "label",
    [
        "SF1234567890123",
        "13800138000",
        "251103-123456789012",
        "JDVA00012345678",
        "SKU-RED-L-2025",
        "21B-07-C3",
        "YT88123",
    ],
)
def test_what_else_stands_on_a_box_says_nothing(label: str, look: Callable[..., list[CheckResult]]) -> None:
    (answer,) = look(label)
    assert isinstance(answer, NotApplicable)
    assert not answer.blind


@pytest.mark.parametrize("labels", [(OWN,), (OTHER, OWN), (f"{OWN}-1-2-",)])
def test_the_order_s_own_parcel_is_a_helpful_fact(
    labels: tuple[str, ...], look: Callable[..., list[CheckResult]]
) -> None:
    (note,) = look(*labels)
    assert isinstance(note, Note)
    assert note.measurements["order_number"] == "…8901"


def test_the_parcel_sent_again_is_the_order_s_too(look: Callable[..., list[CheckResult]]) -> None:
    (note,) = look(RESENT, order=replace(ORDER, resend_tracking_number=RESENT))
    assert isinstance(note, Note)


def test_the_parcel_sent_back_is_no_contradiction(look: Callable[..., list[CheckResult]]) -> None:
    (answer,) = look(OTHER, order=replace(ORDER, return_tracking_number=OTHER))
    assert isinstance(answer, NotApplicable)
    (finding,) = look(OTHER, order=replace(ORDER, after_sales_kind="退货退款"))
    assert isinstance(finding, Finding)
    assert finding.ceiling is Strength.POSSIBLE


def test_two_other_parcels_or_a_small_label_stay_with_the_reviewer(look: Callable[..., list[CheckResult]]) -> None:
    two = look(OTHER, RESENT)
    assert [(f.ceiling, f.basis) for f in two if isinstance(f, Finding)] == [(Strength.POSSIBLE, Basis.MEASURED)] * 2
    (small,) = look(OTHER, width=140)
    assert isinstance(small, NotApplicable) or (isinstance(small, Finding) and small.ceiling is Strength.POSSIBLE)


def test_a_second_parcel_beside_the_order_s_own_in_another_photo(  # noqa: PLR0917 - fixtures
    store: Store,
    look: Callable[..., list[CheckResult]],
    draw_scene: Callable[..., Rgb],
    stick: Callable[..., Rgb],
    save: Callable[..., Path],
    tmp_path: Path,
) -> None:
    path = save(stick(draw_scene(2), OWN, 300), tmp_path / "2.jpg")
    taken = intake(Received(case=CASE, name="2.jpg", path=path), Settings())
    assert isinstance(taken, Intake)
    store.remember(taken, CASE)
    (finding,) = look(OTHER)
    assert isinstance(finding, Finding)
    assert finding.ceiling is Strength.POSSIBLE


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra ocr is not installed")
def test_print_beside_unreadable_bars_is_for_the_reviewer_only(look: Callable[..., list[CheckResult]]) -> None:
    (finding,) = look(OTHER, blur=2.5)
    assert isinstance(finding, Finding)
    assert (finding.basis, finding.ceiling) == (Basis.MEASURED, Strength.POSSIBLE)
    assert finding.measurements["read_as"] == "OCR"
    (own,) = look(OWN, blur=2.5)
    assert isinstance(own, Note)
    (near,) = look("YT8812345678907", blur=2.5)
    assert isinstance(near, NotApplicable)


def test_unreadable_is_unreadable(look: Callable[..., list[CheckResult]]) -> None:
    (answer,) = look(OTHER, blur=9)
    assert isinstance(answer, NotApplicable)
    assert "means nothing" in answer.reason.en


@pytest.mark.parametrize(("order", "words"), [(None, "--orders"), (Order(number=CASE), "tracking number")])
def test_what_is_missing_is_said(order: Order | None, words: str, look: Callable[..., list[CheckResult]]) -> None:
    (answer,) = look(OTHER, order=order)
    assert isinstance(answer, NotApplicable)
    assert words in answer.reason.en
