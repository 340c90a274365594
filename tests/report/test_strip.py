"""The timeline strip: stops in time, the unknown ones in their place and said to be unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from evidencecheck.model import Level, Order, PhotoReport
from evidencecheck.report.dossier import Dossier, PhotoEvidence, Selected
from evidencecheck.report.draw import RING_RGB
from evidencecheck.report.lettering import Lettering
from evidencecheck.report.plate import Style
from evidencecheck.report.strip import draw_strip, stops, strip_lines

ORDER = Order(
    number="251103-1",
    ordered_at=datetime(2025, 11, 3, 1, 12, tzinfo=UTC),
    shipped_at=datetime(2025, 11, 3, 8, 0, tzinfo=UTC),
    claimed_at=datetime(2025, 11, 6, 9, 0, tzinfo=UTC),
)


def dossier(*taken: datetime | None, order: Order | None = ORDER) -> Dossier:
    report = PhotoReport(
        case="251103-1", photo="251103-1/1.jpg", sha256="", size_bytes=1, format="JPEG", width=9, height=9,
        verdict=Level.NONE,
    )  # fmt: skip
    photos = [PhotoEvidence(selected=Selected(report=report, exported=()), data=None, rgb=None)] * len(taken)
    return Dossier(
        order_number="251103-1",
        kind="edited",
        photos=tuple(replace(photo, taken_at=at) for photo, at in zip(photos, taken, strict=True)),
        created_at=datetime(2025, 11, 9, tzinfo=UTC),
        language="zh",
        order=order,
    )


def test_stops_are_in_time_and_the_unknown_stand_in_their_place() -> None:
    before = datetime(2025, 10, 21, 6, 15, tzinfo=UTC)
    assert strip_lines(dossier(before, None), ["a", "b"], "zh") == [
        "拍摄（a）：2025-10-21 14:15，照片自带的时间（时钟可能不准）",
        "下单：2025-11-03 09:12",
        "发货：2025-11-03 16:00",
        "确认收货：未知",
        "申请售后：2025-11-06 17:00",
        "拍摄（b）：照片里没有拍摄时间（聊天软件常会去掉，不说明任何问题）",
    ]
    assert strip_lines(dossier(), [], "en")[2] == "received: unknown"


def test_a_refund_is_shown_once_it_is_known() -> None:
    refunded = replace(ORDER, refunded_at=datetime(2025, 11, 8, tzinfo=UTC))
    assert [stop.name.en for stop in stops(dossier(order=refunded), [])][-1] == "refunded"


@pytest.mark.parametrize("order", [None, Order(number="251103-1")])
def test_nothing_known_is_no_strip(order: Order | None) -> None:
    assert stops(dossier(None, order=order), ["a"]) == ()


def test_known_stops_have_filled_dots_and_unknown_ones_hollow() -> None:
    case = dossier(datetime(2025, 11, 6, tzinfo=UTC), None)
    found = stops(case, ["a", "b"])
    picture = np.asarray(draw_strip(found, case, "en", Style(width_px=600, lettering=Lettering(path=None))), int)
    assert picture.shape[1] == 600
    ring = np.abs(picture - RING_RGB).max(axis=2) < 30
    assert ring.sum() > 150  # one photo's dot
    blue = np.abs(picture - (0, 92, 230)).max(axis=2) < 30
    assert 2.4 < blue.sum() / ring.sum() < 3.6  # ordered, shipped, claimed; received is hollow
