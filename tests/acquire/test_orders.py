"""Exports as sellers download them, written to real files."""

from __future__ import annotations

import sys
import time
import zipfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from evidencecheck.acquire.orders import OrderBook, read_orders
from evidencecheck.model import Settings

SALES = (
    "订单成交时间,商品,订单号,订单状态,商品总价(元),邮费(元),用户实付金额(元),商品数量(件),收货人,手机,详细地址,买家昵称,"
    "发货时间,确认收货时间,商家编码-规格维度,商家编码-商品维度,商家备注,售后状态,快递单号,快递公司\r\n"
    '2025-11-03 10:00:00,"陶瓷杯, 白色",\t251103-123456789012\t,已发货,"1,234.50",0,"1,234.50",1,王小明,13800138000,'
    "朝阳路88号,小明同学,2025-11-04 09:30:00,,CUP-W,CUP,发顺丰,售后处理中,\t78012345678901234567,圆通\r\n"
)
CLAIMS = (
    "售后编号,订单编号,售后类型,售后状态,申请时间,同意退款时间,退款金额(元),退货运单号\n"
    '\t9988776655,251103-123456789012,仅退款,待商家处理,2025/11/7 20:15,,"1,234.50",\n'
)
BUYER = ("王小明", "13800138000", "朝阳路88号", "小明同学", "发顺丰")
CHINA = timezone(timedelta(hours=8))


def save(path: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def messages(book: OrderBook) -> str:
    return " ".join(f"{p.file}:{p.line} {p.text.zh} {p.text.en}" for p in book.problems)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk", "gb18030", "utf-16"])
def test_sale_and_claim_are_joined_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    book = read_orders([save(tmp_path / "a.csv", SALES, encoding), save(tmp_path / "b.csv", CLAIMS, encoding)])
    assert book.problems == ()
    order = book.orders["251103-123456789012"]
    assert order.shipped_at == datetime(2025, 11, 4, 9, 30, tzinfo=CHINA)
    assert order.claimed_at == datetime(2025, 11, 7, 20, 15, tzinfo=CHINA)
    assert order.received_at is None
    assert order.amount == order.refund_amount == Decimal("1234.50")
    assert (order.product, order.sku) == ("陶瓷杯, 白色", "CUP-W")
    assert order.tracking_number == "78012345678901234567"
    assert (order.after_sales_id, order.after_sales_kind) == ("9988776655", "仅退款")
    assert order.after_sales_status == "待商家处理"  # the after-sales export, not the order export's own column


def test_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    sales, claims = save(tmp_path / "a.csv", SALES), save(tmp_path / "b.csv", CLAIMS)
    assert read_orders([sales, claims]).orders == read_orders([claims, sales]).orders


def test_buyer_data_is_nowhere(tmp_path: Path) -> None:
    shifted = SALES.replace("2025-11-04 09:30:00", "王小明")  # a name in the wrong column must not be repeated either
    book = read_orders([save(tmp_path / "a.csv", SALES), save(tmp_path / "b.csv", shifted)])
    assert book.problems
    for word in BUYER:
        assert word not in repr(book)


def test_the_time_zone_is_the_settings(tmp_path: Path) -> None:
    book = read_orders([save(tmp_path / "a.csv", SALES)], Settings(time_zone="Europe/Berlin"))
    shipped = book.orders["251103-123456789012"].shipped_at
    assert shipped is not None
    assert shipped.utcoffset() == timedelta(hours=1)


def test_wrong_cells_are_told_with_line_and_left_out(tmp_path: Path) -> None:
    text = (
        "订单号,发货时间,用户实付金额(元),快递单号\n"
        "251103-1,yesterday,12,1\n"
        ",2025-11-04 09:30:00,12,2\n"
        "20251103123456,2025-11-04 09:30:00,12,3\n"
        "251103-4,0000-00-00 00:00:00,abc,7.73124E+14\n"
    )
    book = read_orders([save(tmp_path / "bad.csv", text)])
    assert [(p.file, p.line) for p in book.problems] == [("bad.csv", n) for n in (2, 3, 4, 5, 5)]
    assert set(book.orders) == {"251103-1", "251103-4"}
    assert book.orders["251103-1"].shipped_at is None
    assert book.orders["251103-4"].amount is None
    assert book.orders["251103-4"].tracking_number == ""
    assert "科学计数" in messages(book)


def test_duplicates_merge_and_contradictions_are_left_out(tmp_path: Path) -> None:
    head = "订单号,发货时间,快递单号,订单状态\n"
    one = save(
        tmp_path / "1.csv", head + "251103-1,2025-11-04 09:30:00,A1,已发货\n251103-2,2025-11-04 09:30:00,B,待发货\n"
    )
    two = save(
        tmp_path / "2.csv", head + "251103-1,2025-11-05 09:30:00,A1,已签收\n251103-2,2025-11-04 09:30:00,B,已发货\n"
    )
    book = read_orders([one, two])
    assert [(p.file, p.line) for p in book.problems] == [("2.csv", 2)]
    assert book.orders["251103-1"].shipped_at is None
    assert book.orders["251103-1"].tracking_number == "A1"
    assert book.orders["251103-2"].status == "已发货"  # a newer export may say more of the status


def test_impossible_times_are_left_out(tmp_path: Path) -> None:
    text = "订单号,发货时间,确认收货时间\n251103-1,2025-11-04 09:30:00,2025-11-03 09:30:00\n"
    book = read_orders([save(tmp_path / "a.csv", text)])
    assert [p.line for p in book.problems] == [2]
    assert book.orders["251103-1"].shipped_at is book.orders["251103-1"].received_at is None


def test_the_latest_application_counts(tmp_path: Path) -> None:
    later = CLAIMS + "9988776700,251103-123456789012,补寄,已同意,2025-11-09 08:00:00,2025-11-09 09:00:00,0,\n"
    book = read_orders([save(tmp_path / "a.csv", later)])
    order = book.orders["251103-123456789012"]
    assert (order.after_sales_id, order.after_sales_kind, book.problems) == ("9988776700", "补寄", ())
    assert order.agreed_at == datetime(2025, 11, 9, 9, tzinfo=CHINA)


def test_claim_without_sale_is_told_only_when_sales_are_given(tmp_path: Path) -> None:
    claims = save(tmp_path / "b.csv", CLAIMS)
    assert read_orders([claims]).problems == ()
    other = save(tmp_path / "a.csv", SALES.replace("251103-123456789012", "251103-5"))
    book = read_orders([other, claims])
    assert [(p.file, p.line) for p in book.problems] == [("b.csv", 2)]
    assert set(book.orders) == {"251103-123456789012", "251103-5"}


def test_title_lines_tabs_and_line_breaks_in_cells(tmp_path: Path) -> None:
    text = (
        '拼多多订单导出\n\n订单号\t商品\t发货时间\n="251103-1"\t"杯子\n两行"\t2025/11/04 09:30\n\'251103-2\t盘子\tbad\n'
    )
    book = read_orders([save(tmp_path / "a.tsv", text)])
    assert set(book.orders) == {"251103-1", "251103-2"}
    assert [p.line for p in book.problems] == [6]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "订单号"),
        ("other.csv", "日期,金额\n1,2\n".encode(), "订单号"),
        ("noise.csv", bytes(range(128, 256)) * 3, "encoding"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), ".xlsx"),
        ("broken.xlsx", b"PK\x03\x04" + bytes(50), "damaged"),
    ],
)
def test_files_that_are_no_export_are_problems(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    good = save(tmp_path / "good.csv", SALES)
    book = read_orders([tmp_path / name, good])
    assert set(book.orders) == {"251103-123456789012"}
    assert [(p.file, p.line) for p in book.problems] == [(name, 0)]
    assert words in messages(book)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    book = read_orders([tmp_path / "gone.csv"])
    assert [p.file for p in book.problems] == ["gone.csv"]


def test_excel(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["订单号", "收货人", "发货时间", "用户实付金额(元)", "快递单号"])
    book.active.append(["251103-1", "王小明", datetime(2025, 11, 4, 9, 30), 12.5, 7801234567890123])  # noqa: DTZ001
    book.active.append([None] * 5)
    book.active.append(["251103-2", "王小明", "2025-11-04 09:30:00", "1,200", "ab\t"])
    book.save(tmp_path / "orders.xlsx")
    got = read_orders([tmp_path / "orders.xlsx"])
    assert got.problems == ()
    assert got.orders["251103-1"].shipped_at == got.orders["251103-2"].shipped_at
    assert got.orders["251103-1"].amount == Decimal("12.5")
    assert got.orders["251103-1"].tracking_number == "7801234567890123"
    assert got.orders["251103-2"].tracking_number == "ab"
    assert "王小明" not in repr(got)


def test_what_excel_rounded_is_not_taken_for_an_id(tmp_path: Path) -> None:
    """A number in Excel holds 15 digits: the rest of a longer id became zeros when it was saved."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["订单号", "快递单号", "售后编号"])
    book.active.append(["251103-1", 78012345678901200000, 9988776655])
    book.save(tmp_path / "orders.xlsx")
    got = read_orders([tmp_path / "orders.xlsx"])
    assert [(p.line, "rounded" in p.text.en) for p in got.problems] == [(2, True)]
    assert (got.orders["251103-1"].tracking_number, got.orders["251103-1"].after_sales_id) == ("", "9988776655")


def test_a_row_in_the_wrong_columns_is_skipped_whole(tmp_path: Path) -> None:
    text = (
        "订单号,用户实付金额(元),发货时间,快递单号,订单状态\n"
        "251103-1,13800138000,朝阳路88号,YT1,王小明\n"
        "251103-2,12,2025-11-04 09:30:00,13800138000,已发货\n"
        "251103-3,13800138000,2025-11-04 09:30:00,YT3,已发货\n"
    )
    book = read_orders([save(tmp_path / "a.csv", text)])
    assert [(p.line, "shifted" in p.text.en) for p in book.problems] == [(2, True), (3, False), (4, False)]
    assert set(book.orders) == {"251103-2", "251103-3"}
    assert book.orders["251103-2"].tracking_number == ""  # a phone number
    assert book.orders["251103-3"].amount is None
    assert "王小明" not in repr(book)
    assert "13800138000" not in repr(book)


def test_a_claim_before_the_order_is_left_out(tmp_path: Path) -> None:
    text = "订单号,订单成交时间,申请时间\n251103-1,2025-11-04 09:30:00,2025-11-03 09:30:00\n"
    book = read_orders([save(tmp_path / "a.csv", text)])
    assert [p.line for p in book.problems] == [2]
    assert book.orders["251103-1"].claimed_at is None


def test_without_the_excel_extra_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)  # what an import of a missing package does
    with zipfile.ZipFile(tmp_path / "orders.xlsx", "w") as book:
        book.writestr("a", "b")
    assert "evidencecheck[excel]" in messages(read_orders([tmp_path / "orders.xlsx"]))


def test_ten_thousand_orders_in_seconds(tmp_path: Path) -> None:
    line = SALES.splitlines()[1]
    rows = "\n".join(line.replace("123456789012", str(n)) for n in range(10_000))
    path = save(tmp_path / "a.csv", SALES.splitlines()[0] + "\n" + rows, "gbk")
    started = time.perf_counter()
    assert len(read_orders([path]).orders) == 10_000
    assert time.perf_counter() - started < 10
