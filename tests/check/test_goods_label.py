"""A product's barcode against the order's: another one is for the reviewer, shop-made numbers are nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.check.goods_label import goods_label
from evidencecheck.model import CheckResult, Claim, Finding, Lab, NotApplicable, Note, Order, Strength

Rgb = NDArray[np.uint8]
OWN, OTHER, THIRD = "6901234567892", "6923450657713", "4006381333931"
ORDER = Order(number="251103-1", barcode=OWN)


@pytest.fixture
def look(
    files: Any, lab: Lab, draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]
) -> Callable[..., list[CheckResult]]:
    def run(*eans: str, order: Order | None = ORDER) -> list[CheckResult]:
        picture = draw_scene(1)
        for place, ean in enumerate(eans):
            picture = stick(picture, ean, 120 + 300 * place, symbology="EAN13", width=400)
        path = files.folder / "drawn.jpg"
        Image.fromarray(picture).save(path, quality=85)
        return list(goods_label(files.exhibit(path.read_bytes()), Lab(known=lab.known, order=order)))

    return run


def test_another_product_s_barcode_is_for_the_reviewer(look: Callable[..., list[CheckResult]]) -> None:
    (finding,) = look(OTHER)
    assert isinstance(finding, Finding)
    assert (finding.claim, finding.ceiling) == (Claim.CONTRADICTION, Strength.POSSIBLE)
    assert "…7713" in finding.summary.zh
    assert "…7892" in finding.summary.en
    assert OTHER not in str(finding)
    assert "wrong goods" in finding.innocent[0].en


@pytest.mark.parametrize("order", [ORDER, Order(number="251103-1", sku=f"杯子-{OWN}")])
def test_the_product_s_own_barcode_is_a_helpful_fact(order: Order, look: Callable[..., list[CheckResult]]) -> None:
    (note,) = look(OTHER, OWN, order=order)
    assert isinstance(note, Note)
    assert note.measurements["order_barcode"] == "…7892"


def test_barcodes_of_several_other_products_are_only_noted(look: Callable[..., list[CheckResult]]) -> None:
    (note,) = look(OTHER, THIRD)
    assert isinstance(note, Note)


def test_a_number_that_a_shop_gives_out_is_nothing(look: Callable[..., list[CheckResult]]) -> None:
    (answer,) = look("2012345678903")
    assert isinstance(answer, NotApplicable)


@pytest.mark.parametrize(
    ("order", "words"), [(None, "--orders"), (Order(number="1", sku="A-12"), "names no product barcode")]
)
def test_what_is_missing_is_said(order: Order | None, words: str, look: Callable[..., list[CheckResult]]) -> None:
    (answer,) = look(OTHER, order=order)
    assert isinstance(answer, NotApplicable)
    assert words in answer.reason.en
