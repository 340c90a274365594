"""Order exports to orders: several files joined by order number, wrong rows told with file, line and remedy.

No buyer data: `order_tables` reads known columns only, and a problem never repeats what a cell said. A buyer is a keyed
hash, where a key is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from evidencecheck.acquire import order_problems as problem
from evidencecheck.acquire.order_buyer import MOBILE, better
from evidencecheck.acquire.order_problems import RowProblem
from evidencecheck.acquire.order_tables import Cell, Row, read_rows
from evidencecheck.model import Order, Settings

__all__ = ["OrderBook", "RowProblem", "read_orders"]

ORDER_NUMBER = re.compile(r"\d{6}-\d+")
PRINTED_ID = re.compile(
    r"[\w./,;，；、 -]{1,200}", re.ASCII
)  # a name or an address that slipped into the column is none
MOST_YUAN = Decimal(1_000_000)  # of one order; eleven digits are a phone number in the wrong column
SHIFTED = 2  # so many unreadable cells in one row: its values stand in the wrong columns
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+")
TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
    "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日 %H:%M:%S", "%Y.%m.%d %H:%M:%S",
)  # fmt: skip
TIMES = ("ordered_at", "paid_at", "shipped_at", "received_at", "claimed_at", "agreed_at", "refunded_at")
AMOUNTS = ("amount", "refund_amount")
IDS = ("tracking_number", "after_sales_id", "resend_tracking_number", "return_tracking_number", "barcode")
AFTER_SALES = frozenset(
    {"after_sales_id", "after_sales_kind", "after_sales_status", "claimed_at", "agreed_at", "refunded_at",
     "refund_amount", "resend_tracking_number", "return_tracking_number"}
)  # fmt: skip
# What must not come before what. A minute of slack: the platform's own clocks differ by seconds.
SEQUENCE = (
    ("ordered_at", "shipped_at"), ("paid_at", "shipped_at"), ("shipped_at", "received_at"),
    ("ordered_at", "claimed_at"), ("paid_at", "claimed_at"),
)  # fmt: skip
SLACK = timedelta(minutes=1)

Value = str | datetime | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """What the exports say: orders by number, and what was wrong in them, in reading order."""

    orders: Mapping[str, Order]
    problems: tuple[RowProblem, ...]


@dataclass(slots=True)
class _Draft:
    """One order while its rows are still coming in: the sale, and each after-sales application by its id."""

    first: Row  # names file and line when the whole order is in question
    sale: dict[str, Value] = field(default_factory=dict)
    applications: dict[str, dict[str, Value]] = field(default_factory=dict)
    sold: bool = False  # an order export names it, even if nothing in that row could be used
    disputed: set[str] = field(default_factory=set)


def read_orders(paths: Iterable[Path], settings: Settings | None = None, buyer_key: bytes = b"") -> OrderBook:
    """Read order and after-sales exports and join them by order number.

    Times get the settings' time zone. A value two rows disagree about, or a time that contradicts another, is left out
    of the order and told as a problem, so that no check builds on it. Of several after-sales applications for one order
    the latest is kept. With `buyer_key` (`Store.buyer_key`) orders of one buyer get the same hash. Never raises for
    what a file contains.
    """
    zone = ZoneInfo((settings or Settings()).time_zone)
    drafts: dict[str, _Draft] = {}
    problems: list[RowProblem] = []
    sales_seen = False
    for path in paths:
        for row in read_rows(path, buyer_key):
            if isinstance(row, RowProblem):
                problems.append(row)
                continue
            sales_seen |= _take(row, drafts, problems, zone)
    orders = {number: _order(number, draft, problems) for number, draft in drafts.items()}
    if sales_seen:
        problems += [problem.no_sale(draft.first, number) for number, draft in drafts.items() if not draft.sold]
    return OrderBook(orders=orders, problems=tuple(problems))


def _take(row: Row, drafts: dict[str, _Draft], problems: list[RowProblem], zone: tzinfo) -> bool:
    """Add one row to its order; return whether the row says something of the sale itself."""
    number = row.cells.get("number", "")
    if not isinstance(number, str) or not ORDER_NUMBER.fullmatch(number):
        problems.append(problem.bad_number(row, blank=number == ""))
        return False
    values, wrong = _values(row, zone)
    if sum(not rounded for rounded in wrong.values()) >= SHIFTED:
        problems.append(problem.shifted(row))
        return False
    problems += [problem.bad_cell(row, name, rounded=rounded) for name, rounded in wrong.items()]
    draft = drafts.setdefault(number, _Draft(first=row))
    application = {name: value for name, value in values.items() if name in AFTER_SALES}
    sale = {name: value for name, value in values.items() if name not in AFTER_SALES}
    if {"claimed_at", "after_sales_id"} & application.keys():
        key = str(application.get("after_sales_id") or application["claimed_at"])
        _merge(draft.applications.setdefault(key, {}), application, draft, row, problems)
    elif application:  # the order export's own status column, with no application named
        draft.applications.setdefault("", {}).update(application)
    _merge(draft.sale, sale, draft, row, problems)
    draft.sold |= bool(row.cells.keys() - AFTER_SALES - {"number", "buyer"})
    return draft.sold


def _values(row: Row, zone: tzinfo) -> tuple[dict[str, Value], dict[str, bool]]:
    """Return the row's values, and the cells that cannot be read: True where Excel rounded an id."""
    values: dict[str, Value] = {}
    wrong: dict[str, bool] = {}
    for name, cell in row.cells.items():
        if name == "number":
            continue
        try:
            value = _value(name, cell, zone)
        except (ValueError, InvalidOperation):
            wrong[name] = name in IDS and bool(SCIENTIFIC.fullmatch(str(cell)))
            continue
        if value is not None:
            values[name] = value
    return values, wrong


def _value(name: str, cell: Cell, zone: tzinfo) -> Value | None:
    """Return the cell's value, None for "no value"; raises ValueError or InvalidOperation for a wrong one."""
    if name in TIMES:
        return _time(cell, zone)
    text = str(cell)
    if name in AMOUNTS:
        amount = Decimal(re.sub(r"[,，\s¥￥元]", "", text))
        if not amount.is_finite() or not 0 <= amount <= MOST_YUAN:
            raise ValueError(name)
        return amount
    if name in IDS and (SCIENTIFIC.fullmatch(text) or MOBILE.fullmatch(text) or not PRINTED_ID.fullmatch(text)):
        raise ValueError(name)  # rounded by Excel, its last digits lost; or a phone number, or not an id at all
    return text


def _time(cell: Cell, zone: tzinfo) -> datetime | None:
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    text = cell.replace("T", " ").split(".")[0] if cell.count(".") == 1 else cell.replace("T", " ")
    if re.fullmatch(r"[0\-/: ]+", text):
        return None  # 0000-00-00 00:00:00 is how databases write "never"
    for pattern in TIME_FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=zone)
        except ValueError:
            continue
    raise ValueError(cell)


def _merge(
    into: dict[str, Value], values: Mapping[str, Value], draft: _Draft, row: Row, problems: list[RowProblem]
) -> None:
    """Add the values of another row of the same order; a status may change between exports, nothing else may."""
    for name, value in values.items():
        before = into.setdefault(name, value)
        if before == value:
            continue
        if name == "buyer" and (kept := better(str(before), str(value))):
            into[name] = kept
        elif name in {"status", "after_sales_status"}:
            into[name] = value
        elif name not in draft.disputed:
            draft.disputed.add(name)
            problems.append(problem.disagreement(row, name))


def _order(number: str, draft: _Draft, problems: list[RowProblem]) -> Order:
    values: dict[str, Any] = dict(draft.sale)
    started = [a for a in draft.applications.values() if isinstance(a.get("claimed_at"), datetime)]
    latest = max(started, key=lambda a: cast(datetime, a["claimed_at"]), default=None)
    for application in [draft.applications.get("", {}), latest or next(iter(draft.applications.values()), {})]:
        values.update(application)
    for name in draft.disputed:
        values.pop(name, None)
    for earlier, later in SEQUENCE:
        if earlier in values and later in values and values[later] < values[earlier] - SLACK:
            problems.append(problem.wrong_sequence(draft.first, number, earlier, later))
            values.pop(earlier)
            values.pop(later)
    return Order(number=number, **values)
