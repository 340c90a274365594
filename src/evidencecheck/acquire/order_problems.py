"""What can be wrong in an order export, told with file, line and remedy. Never repeats what a cell said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from evidencecheck.model import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Something wrong in an export: file name, line (1 is the first; 0 the whole file), what it is and what to do."""

    file: str
    line: int
    text: Text


class Place(Protocol):
    """A row of an export, as far as a message needs it."""

    @property
    def file(self) -> str:
        """The export's file name."""

    @property
    def line(self) -> int:
        """Line number, from 1."""


NAMES: Mapping[str, Text] = {
    "status": Text(zh="订单状态", en="order status"),
    "product": Text(zh="商品", en="product"),
    "sku": Text(zh="商家编码", en="SKU"),
    "amount": Text(zh="实付金额", en="amount paid"),
    "ordered_at": Text(zh="订单成交时间", en="order time"),
    "paid_at": Text(zh="支付时间", en="payment time"),
    "shipped_at": Text(zh="发货时间", en="shipping time"),
    "received_at": Text(zh="确认收货时间", en="time of receipt"),
    "tracking_number": Text(zh="快递单号", en="tracking number"),
    "after_sales_id": Text(zh="售后编号", en="after-sales id"),
    "after_sales_kind": Text(zh="售后类型", en="after-sales kind"),
    "after_sales_status": Text(zh="售后状态", en="after-sales status"),
    "claimed_at": Text(zh="申请时间", en="time of the claim"),
    "agreed_at": Text(zh="同意退款时间", en="time of the seller's consent"),
    "refunded_at": Text(zh="退款时间", en="refund time"),
    "refund_amount": Text(zh="退款金额", en="refund amount"),
    "resend_tracking_number": Text(zh="补寄运单号", en="resend tracking number"),
    "buyer": Text(zh="收货信息", en="receiver"),
    "return_tracking_number": Text(zh="退货运单号", en="return tracking number"),
    "barcode": Text(zh="商品条码", en="product barcode"),
}


def in_file(file: str, zh: str, en: str) -> RowProblem:
    """Something is wrong with a file as a whole."""
    return RowProblem(file=file, line=0, text=Text(zh=zh, en=en))


def too_long(file: str, line: int) -> RowProblem:
    """A row has more cells than the header: a comma without quotes shifted its values."""
    return RowProblem(
        file=file,
        line=line,
        text=Text(
            zh="这一行比表头多出几格（内容里可能有逗号没加引号），已跳过；请重新导出",
            en="this row has more cells than the header (a comma without quotes?) and is skipped; export it again",
        ),
    )


def shifted(row: Place) -> RowProblem:
    """Several cells of a row cannot be what their column says."""
    return _at(
        row,
        "这一行有几格的内容和列名对不上（可能整行错位），已跳过；请重新导出",
        "several cells of this row do not fit their columns (shifted?): it is skipped; export it again",
    )


def bad_number(row: Place, *, blank: bool) -> RowProblem:
    """The row names no order, or not one of this platform."""
    if blank:
        return _at(
            row,
            "这一行没有订单号，已跳过；请补上或重新导出",
            "this row has no order number and is skipped; add it or export again",
        )
    return _at(
        row,
        "订单号应为“六位数字-数字”，这一行已跳过；用 Excel 打开过的话请重新导出",
        "the order number is not six digits, a hyphen and digits: skipped; export again if Excel changed it",
    )


def bad_cell(row: Place, name: str, *, rounded: bool) -> RowProblem:
    """A value cannot be read; `rounded`: Excel turned an id into a rounded number."""
    column = NAMES[name]
    if rounded:
        return _at(
            row,
            f"“{column.zh}”被 Excel 改成了科学计数，末尾数字已丢失，没有采用；请重新导出，不要用 Excel 另存",
            f"the {column.en} was rounded by Excel and is not used; export again and do not save it from Excel",
        )
    return _at(
        row,
        f"“{column.zh}”看不懂，没有采用；请对照后台改正",
        f"the {column.en} cannot be read and is not used; correct it from the merchant console",
    )


def disagreement(row: Place, name: str) -> RowProblem:
    """Two rows of one order say different things."""
    column = NAMES[name]
    return _at(
        row,
        f"同一订单前后两行的“{column.zh}”不一样，没有采用；请只保留正确的一行",
        f"two rows of this order disagree about the {column.en}, which is not used; keep the right one only",
    )


def wrong_sequence(row: Place, number: str, earlier: str, later: str) -> RowProblem:
    """Two times of one order are in an impossible order."""
    first, second = NAMES[earlier], NAMES[later]
    return _at(
        row,
        f"订单 {number} 的“{second.zh}”早于“{first.zh}”，两个时间都没有采用；请对照后台改正",
        f"order {number}: the {second.en} is before the {first.en}; neither is used; correct it from the console",
    )


def no_sale(row: Place, number: str) -> RowProblem:
    """The order is in the after-sales export only."""
    return _at(
        row,
        f"订单 {number} 只在售后表里，不知道发货时间；请把它所在日期的订单导出也加上",
        f"order {number} is only in the after-sales export, its shipping time is unknown; add the order export",
    )


def _at(row: Place, zh: str, en: str) -> RowProblem:
    return RowProblem(file=row.file, line=row.line, text=Text(zh=zh, en=en))
