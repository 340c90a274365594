"""The rows of an order or after-sales export, as it was downloaded: CSV in several encodings, or Excel.

Only columns named in `COLUMNS` are read out of a row. Names, phone numbers, addresses, nicknames, remarks and every
other column stay in the row that is thrown away, so buyer data never reaches an `Order`, a message or the store. With a
key, one thing more is kept: a keyed hash that is equal for orders of one buyer (see `order_buyer`).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from evidencecheck.acquire.order_buyer import BUYER_COLUMNS, buyer_of
from evidencecheck.acquire.order_problems import RowProblem, in_file, too_long

MAX_FILE_BYTES = 256 * 2**20  # an export of 100,000 orders is about 40 MiB
MAX_UNPACKED_BYTES = 1024 * 2**20  # of an Excel file, which is a zip archive
EXCEL_DIGITS = 15  # what a number in Excel holds; further digits are zeros
HEADER_ROWS = 20  # a title or a notice may stand above the column names

# Field of the order -> column names, best first. Sellers choose which columns they export and rename them.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("订单号", "订单编号", "订单sn", "关联订单号", "拼多多订单号", "ordersn", "ordernumber", "orderid"),
    "status": ("订单状态", "orderstatus", "status"),
    "product": ("商品", "商品名称", "商品标题", "product", "title"),
    "sku": (
        "商家编码-规格维度", "规格编码", "商家编码-sku维度", "商家编码", "商家编码-商品维度", "样式id", "skuid", "sku",
    ),
    "amount": ("用户实付金额", "实付金额", "买家实付", "商家实收金额", "订单金额", "amount"),
    "ordered_at": ("订单成交时间", "下单时间", "成交时间", "订单创建时间", "orderedat"),
    "paid_at": ("支付时间", "付款时间", "拼单成功时间", "paidat"),
    "shipped_at": ("发货时间", "实际发货时间", "shippedat"),
    "received_at": ("签收时间", "确认收货时间", "收货时间", "receivedat"),
    "tracking_number": ("快递单号", "物流单号", "运单号", "快递运单号", "trackingnumber"),
    "after_sales_id": ("售后编号", "售后单号", "售后id", "aftersalesid"),
    "after_sales_kind": ("售后类型", "售后方式", "aftersalestype"),
    "after_sales_status": ("售后状态", "aftersalesstatus"),
    "claimed_at": ("申请时间", "售后申请时间", "退款申请时间", "claimedat"),
    "agreed_at": ("同意退款时间", "商家同意时间", "同意时间", "agreedat"),
    "refunded_at": ("退款成功时间", "退款时间", "退款完成时间", "refundedat"),
    "refund_amount": ("退款金额", "申请退款金额", "refundamount"),
    "return_tracking_number": ("退货运单号", "退货快递单号", "退货物流单号", "returntrackingnumber"),
    "barcode": ("商品条码", "商品条形码", "条形码", "条码", "国际条码", "69码", "ean", "ean13", "gtin", "barcode"),
    "resend_tracking_number": ("补寄运单号", "补寄单号", "补寄快递单号", "换货运单号", "resendtrackingnumber"),
}  # fmt: skip

Cell = str | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of an export: the known columns that are not blank, by field name."""

    file: str
    line: int
    cells: Mapping[str, Cell]


def read_rows(path: Path, buyer_key: bytes = b"") -> Iterator[Row | RowProblem]:
    """Yield the rows of one export; what cannot be read is a problem, not an exception.

    With a key, the cell "buyer" is the buyer's keyed hash.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            yield in_file(path.name, "文件太大，请按月份分开导出", "the file is too large; export month by month")
            return
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        yield in_file(path.name, f"文件打不开（{why}），请检查路径", f"cannot open the file ({why}); check the path")
        return
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        yield from _excel_rows(path, data, buyer_key)
        return
    text = _decode(data)
    if text is None:
        yield in_file(
            path.name,
            "文字编码认不出来，请重新导出，或另存为 CSV UTF-8",
            "the text encoding is unknown; export it again, or save it as CSV UTF-8",
        )
        return
    yield from _rows(path, _csv_lines(text), buyer_key)


def _decode(data: bytes) -> str | None:
    """GB18030 holds GBK and GB2312; UTF-16 is what Excel calls Unicode text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _csv_lines(text: str) -> Iterator[tuple[int, Sequence[Cell]] | csv.Error]:
    head = text[:4096]
    delimiter = max(",\t;", key=lambda mark: _separates(mark, head))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield error
            return
        if cells is None:
            return
        yield line, cells
        line = reader.line_num + 1


def _separates(mark: str, head: str) -> int:
    """Count separators only where a known column name stands on one side: ids carry tabs of their own."""
    names = {_column(name) for names in COLUMNS.values() for name in names}
    return sum(_column(cell) in names for line in head.splitlines() for cell in line.split(mark))


def _excel_rows(path: Path, data: bytes, buyer_key: bytes) -> Iterator[Row | RowProblem]:
    if not data.startswith(b"PK"):
        yield in_file(
            path.name,
            "旧版 .xls 读不了，请另存为 .xlsx 或 CSV",
            "old .xls files cannot be read; save it as .xlsx or CSV",
        )
        return
    try:
        import openpyxl  # an extra: most exports are CSV
    except ImportError:
        yield in_file(
            path.name,
            "读 Excel 需要安装附加组件：pip install 'evidencecheck[excel]'，或另存为 CSV",
            "reading Excel needs an extra: pip install 'evidencecheck[excel]'; or save it as CSV",
        )
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
                yield in_file(
                    path.name, "表格太大，请按月份分开导出", "the workbook is too large; export month by month"
                )
                return
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield from _rows(path, _sheet_lines(sheet.iter_rows(values_only=True)), buyer_key)
        book.close()
    except Exception as error:  # noqa: BLE001 - openpyxl raises a dozen kinds on a damaged workbook; the others go on
        yield in_file(
            path.name,
            f"表格已损坏或不是 Excel（{type(error).__name__}），请重新导出",
            f"the workbook is damaged or not Excel ({type(error).__name__}); export it again",
        )


def _sheet_lines(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    for line, row in enumerate(rows, start=1):
        yield line, [_excel_cell(value) for value in row]


def _excel_cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the export's zone is added later
    if isinstance(value, float | int) and abs(value) >= 10**EXCEL_DIGITS and value == float(f"{value:.14E}"):
        return f"{value:.14E}"  # as Excel itself would write what it rounded
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _rows(
    path: Path, lines: Iterable[tuple[int, Sequence[Cell]] | csv.Error], buyer_key: bytes
) -> Iterator[Row | RowProblem]:
    places: dict[str, int] = {}
    people: dict[str, int] = {}
    columns = 0
    for index, entry in enumerate(lines):
        if isinstance(entry, csv.Error):
            yield in_file(
                path.name, "表格中途读不下去，请重新导出", "the table breaks off in the middle; export it again"
            )
            return
        line, cells = entry
        if places:
            values = {field: cell for field, at in places.items() if (cell := _clean(cells, at)) != ""}
            if any(_clean(cells, at) != "" for at in range(columns, len(cells))):
                yield too_long(path.name, line)  # every value may stand in its neighbour's column, a name anywhere
            elif values:
                named = {field: str(_clean(cells, at)) for field, at in people.items()} if buyer_key else {}
                buyer = buyer_of(named, buyer_key)
                yield Row(file=path.name, line=line, cells={**values, "buyer": buyer} if buyer else values)
            continue
        places, people, columns = _places(cells, COLUMNS), _places(cells, BUYER_COLUMNS), len(cells)
        if "number" not in places:
            places = {}
        if not places and index >= HEADER_ROWS:
            break
    if not places:
        yield in_file(
            path.name,
            "没有找到“订单号”这一列，请在导出时勾选订单号，并保留表头",
            "there is no order number column (订单号); tick it when exporting and keep the header line",
        )


def _places(cells: Sequence[Cell], wanted: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return where each wanted field's column is."""
    names = [_column(cell) if isinstance(cell, str) else "" for cell in cells]
    found = {}
    for field, aliases in wanted.items():
        for alias in aliases:
            if (name := _column(alias)) in names:
                found[field] = names.index(name)
                break
    return found


def _column(name: str) -> str:
    """Fold a column name: no spaces, quotes or units, lower case."""
    name = re.sub(r"[(（\[【].*?[)）\]】]", "", name)
    return re.sub(r"[\s_\"'“”\ufeff]", "", name).lower()


def _clean(cells: Sequence[Cell], place: int) -> Cell:
    """Take the tabs, quotes and ="…" off that keep Excel from turning ids into numbers; blank in any spelling is ""."""
    if place >= len(cells):
        return ""
    cell = cells[place]
    if isinstance(cell, datetime):
        return cell
    text = cell.strip().removeprefix("=").strip(" \t\r\n\"'`\u00a0\u3000\ufeff")
    return "" if text.lower() in {"-", "--", "—", "/", "null", "none", "无", "nan"} else text
