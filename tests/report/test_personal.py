"""Which lines are private: what a waybill and a chat show of a person; goods, codes and times are not."""

from __future__ import annotations

import numpy as np
import pytest

from evidencecheck.reading.lines import Line
from evidencecheck.report.cover import Cover, Why, covered
from evidencecheck.report.personal import holds_private_text, merged, private_places


def line(text: str, row: int = 0, left: float = 100.0, confidence: float = 0.9) -> Line:
    top, right, bottom = 100.0 + 40 * row, left + 20 * len(text), 124.0 + 40 * row
    box = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return Line(box=box, text=text, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("电话 13800138000", Why.PHONE),
        ("138 0013 8000", Why.PHONE),
        ("138****8000", Why.PHONE),
        ("+86-13800138000", Why.PHONE),
        ("０７５５－１２３４５６７８", Why.PHONE),
        ("广东省深圳市南山区科技园", Why.ADDRESS),
        ("潮州市湘桥区", Why.ADDRESS),
        ("人民路12号", Why.ADDRESS),
        ("3栋2单元501室", Why.ADDRESS),
        ("收货地址：", Why.ADDRESS),
        ("收件人：小明", Why.NAME),
        ("收件人小明", Why.NAME),
        ("收件 王小明", Why.NAME),
        ("收：", Why.NAME),
        ("陈女士", Why.NAME),
    ],
)
def test_private_lines_are_covered(text: str, why: Why) -> None:
    assert [cover.why for cover in private_places([line(text)])] == [why]
    assert holds_private_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "EX202511000001",
        "YT8812345678901",
        "6901234567892",
        "251103-104481726350417",
        "2025-11-03 09:12:44",
        "猫咪釉下彩马克杯 350ml",
        "净含量:500克",
        "订单详情",
        "张家界特产",
        "高山绿茶",
        "每天都要开心",
        "AI生成",
        "IMG_20251103_101500",
        "质量问题，请退款",
        "我已经收货了，杯子是坏的",
        "确认收货",
        "收货后发现破损",
        "小姐姐你好",
        "首先生产日期不对",
        "在超市买的，回家路上没摔过",
        "Order 13800138000123",
        "",
    ],
)
def test_goods_codes_and_times_are_not(text: str) -> None:
    assert private_places([line(text)]) == ()


def test_a_name_counts_beside_a_phone_number_only() -> None:
    name, phone = line("王小明"), line("13800138000", left=200)
    far = line("王小明", row=9)
    assert private_places([name]) == ()
    assert [cover.why for cover in private_places([name, phone, far])] == [Why.NAME, Why.PHONE]
    assert [cover.why for cover in private_places([line("王**"), line("138****8000", row=1)])] == [Why.NAME, Why.PHONE]
    assert [cover.why for cover in private_places([line("马克杯"), phone])] == [Why.NAME, Why.PHONE]  # errs to cover


def test_a_cover_is_as_large_as_its_line_and_inside_the_picture() -> None:
    (cover,) = private_places([line("13800138000", left=0.0)])
    assert cover.left == 0
    assert cover.left + cover.width > 220
    assert 90 < cover.top < 100
    assert cover.top + cover.height > 124
    picture = covered(np.full((300, 400, 3), 255, np.uint8), [cover])
    assert (picture[112, 110] != 255).all()
    assert (picture[200, 110] == 255).all()


def test_boxes_of_one_line_are_one() -> None:
    drawn = Cover(left=0, top=0, width=50, height=20, why=Why.DRAWN)
    again = Cover(left=10, top=2, width=60, height=20, why=Why.PHONE)
    next_line = Cover(left=0, top=24, width=50, height=20, why=Why.PHONE)
    assert merged([drawn, again, next_line]) == (
        Cover(left=0, top=0, width=70, height=22, why=Why.DRAWN),
        next_line,
    )
