"""Buyers as keyed hashes: equal for one buyer, silent where it is not certain, and nothing of the buyer in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidencecheck.acquire.order_buyer import buyer_of
from evidencecheck.acquire.orders import OrderBook, read_orders

KEY = bytes(range(32))
HEAD = "订单号,收货人,手机,省,市,区,详细地址,买家昵称,发货时间\n"


def read(tmp_path: Path, rows: str, head: str = HEAD, key: bytes = KEY) -> OrderBook:
    path = tmp_path / "orders.csv"
    path.write_text(head + rows, encoding="gbk")
    return read_orders([path], buyer_key=key)


def buyers(book: OrderBook) -> list[str]:
    return [book.orders[number].buyer for number in sorted(book.orders)]


@pytest.mark.parametrize(
    "phone", ["13800138000", "138 0013 8000", "+8613800138000", "86-138-0013-8000", '="13800138000"']
)
def test_one_phone_number_is_one_buyer_however_it_is_written(tmp_path: Path, phone: str) -> None:
    rows = (
        "251103-1,王小明,13800138000,浙江,杭州,西湖,朝阳路88号2单元,小明,\n"
        f"251103-2,王先生,{phone},浙江,杭州,西湖,公司前台,小明,\n"
        "251103-3,王小明,13900139000,浙江,杭州,西湖,朝阳路88号2单元,小明,\n"
    )
    one, two, three = buyers(read(tmp_path, rows))
    assert one == two
    assert one != three
    assert one.startswith("phone:")


@pytest.mark.parametrize(
    "cells",
    [
        {"phone": "138****8000", "name": "王小明"},
        {"phone": "18412345678-1234"},  # a privacy number: many buyers share it
        {"phone": "18412345678[4321]"},
        {"phone": "0571-88888888"},  # an office
        {"name": "王**", "address": "朝阳路88号2单元"},
        {"name": "王小明", "address": "朝阳路**号2单元"},
        {"name": "王小明", "address": "杭州"},
        {"address": "朝阳路88号2单元"},
        {},
    ],
)
def test_without_certainty_there_is_no_buyer(cells: dict[str, str]) -> None:
    assert buyer_of(cells, KEY) == ""


def test_name_and_address_serve_where_the_number_is_hidden(tmp_path: Path) -> None:
    rows = (
        "251103-1,王小明,18412345678-0001,浙江,杭州,西湖,朝阳路88号2单元,,\n"
        "251103-2,王 小明,18498765432-0002,浙江,杭州,西湖,朝阳路88号2单元,,\n"
        "251103-3,王小明,18498765432-0003,浙江,宁波,海曙,朝阳路88号2单元,,\n"
    )
    one, two, three = buyers(read(tmp_path, rows))
    assert one == two != three
    assert one.startswith("address:")


def test_another_key_gives_another_hash_and_no_key_gives_none(tmp_path: Path) -> None:
    row = "251103-1,王小明,13800138000,浙江,杭州,西湖,朝阳路88号2单元,,\n"
    (one,), (two,), (none,) = (buyers(read(tmp_path, row, key=key)) for key in (KEY, KEY[::-1], b""))
    assert one != two
    assert none == ""


def test_two_exports_of_one_order_keep_the_surer_hash_and_tell_a_contradiction(tmp_path: Path) -> None:
    plain = "251103-1,王小明,13800138000,浙江,杭州,西湖,朝阳路88号2单元,,\n"
    hidden = "251103-1,王小明,138****8000,浙江,杭州,西湖,朝阳路88号2单元,,\n"
    other = "251103-1,王小明,13900139000,浙江,杭州,西湖,朝阳路88号2单元,,\n"
    for rows in (plain + hidden, hidden + plain):
        book = read(tmp_path, rows)
        assert buyers(book)[0].startswith("phone:")
        assert book.problems == ()
    book = read(tmp_path, plain + other)
    assert buyers(book) == [""]
    assert [(p.line, "receiver" in p.text.en) for p in book.problems] == [(3, True)]


def test_a_hash_says_nothing_and_is_not_even_printed(tmp_path: Path) -> None:
    book = read(tmp_path, "251103-1,王小明,13800138000,浙江,杭州,西湖,朝阳路88号2单元,小明同学,\n")
    told = repr(book) + book.orders["251103-1"].buyer
    for word in ("王小明", "13800138000", "朝阳路", "小明同学", "杭州"):
        assert word not in told
    assert "buyer" not in repr(book)


def test_a_shifted_row_is_skipped_whole(tmp_path: Path) -> None:
    """A comma without quotes in an address: the phone number would stand where the tracking number is read."""
    head = "订单号,详细地址,手机,快递单号,售后状态\n"
    rows = (
        "251103-1,朝阳路88号,13800138000,YT1,无\n"
        "251103-2,朝阳路88号,2单元,13800138000,YT2,退款中\n"
        "251103-3,13800138000,YT3,朝阳路88号,\n"
    )
    book = read(tmp_path, rows, head)
    assert [(p.file, p.line) for p in book.problems] == [("orders.csv", 3), ("orders.csv", 4)]
    assert set(book.orders) == {"251103-1", "251103-3"}
    assert book.orders["251103-1"].tracking_number == "YT1"
    assert book.orders["251103-3"].tracking_number == ""  # an address is no tracking number
