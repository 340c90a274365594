"""The cases as a queue: what to look at first.

priority = strength x yuan x urgency. Strength counts documented 3, supported 2, possible 1, anything else 0; yuan is
what was refunded or asked for, else what was paid, else the median of the other cases; urgency is 1 / days left until
the nearest deadline the seller set, at least one day, and 1/30 where none is set. These weights are a convention to
sort by, not a measurement. Closed cases come last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median

from evidencecheck.model import Claim, Level, Order
from evidencecheck.store import exported
from evidencecheck.store.database import reading
from evidencecheck.store.facts import (
    Answered,
    DeadlineSet,
    Decided,
    Decision,
    Fact,
    Filing,
    Judged,
    Packaged,
    Submitted,
    fact_of,
)

STRENGTH: Mapping[Level, int] = {Level.DOCUMENTED: 3, Level.SUPPORTED: 2, Level.POSSIBLE: 1}
ALARM = (Level.DOCUMENTED, Level.SUPPORTED, Level.POSSIBLE, Level.INCONCLUSIVE, Level.UNREADABLE, Level.NONE)
UNDATED_DAYS = 30.0  # how a case without a deadline is ranked: behind what is due this month
NO_TIME = datetime.max.replace(tzinfo=datetime.now().astimezone().tzinfo)


class State(StrEnum):
    """How far a case has come."""

    UNDECIDED = "undecided"
    DISMISSED = "dismissed"
    TO_REPORT = "to-report"
    PACKAGED = "packaged"
    SUBMITTED = "submitted"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One line of the list. `level` None: nothing was screened. `amount` yuan. `deadline` the nearest one ahead."""

    order: str
    state: State
    level: Level | None
    claims: tuple[Claim, ...]
    photos: int
    amount: Decimal | None
    deadline: datetime | None
    filing: Filing | None  # what the deadline is for
    passed: tuple[Filing, ...]  # whose deadline has passed
    reports: int  # handed in so far
    refunded: bool
    exported: bool  # the order was in an export
    same_buyer: int  # other orders of the same buyer, as far as the exports tell
    closed: bool
    priority: float


@dataclass(slots=True)
class _Draft:
    """One case while the log is read."""

    verdicts: dict[str, Judged] = field(default_factory=dict)
    deadlines: dict[Filing, datetime | None] = field(default_factory=dict)
    state: State = State.UNDECIDED
    reports: int = 0


def cases(db: sqlite3.Connection, now: datetime, *, with_exports: bool = False) -> tuple[CaseLine, ...]:
    """Return every case, most pressing first; `with_exports` adds orders known from exports alone."""
    with reading(db):
        drafts = _drafts(db)
        photos = dict(db.execute("SELECT order_number, count(*) FROM photo GROUP BY 1").fetchall())
        orders = {number: exported.decode(data, buyer) for number, buyer, data in db.execute(exported.ALL)}
        buyers = dict(db.execute("SELECT buyer, count(*) FROM exported WHERE buyer <> '' GROUP BY 1").fetchall())
    numbers = dict.fromkeys([*drafts, *photos, *(orders if with_exports else ())])
    lines = [
        _line(number, drafts.get(number) or _Draft(), photos.get(number, 0), orders.get(number), buyers, now)
        for number in numbers
    ]
    typical = float(median([line.amount for line in lines if line.amount is not None] or [Decimal(1)]))
    ranked = [replace(line, priority=_priority(line, typical, now)) for line in lines]
    return tuple(sorted(ranked, key=lambda one: (one.closed, -one.priority, one.deadline or NO_TIME, one.order)))


def _drafts(db: sqlite3.Connection) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    rows = (
        "SELECT number, kind, order_number, data FROM audit WHERE kind NOT IN ('exported', 'taken-in') ORDER BY number"
    )
    for number, kind, order, data in db.execute(rows):
        _take(drafts.setdefault(order, _Draft()), fact_of(number, kind, data))
    return drafts


def _take(draft: _Draft, fact: Fact) -> None:
    match fact:
        case Judged():
            draft.verdicts[fact.sha256] = fact
        case DeadlineSet():
            draft.deadlines[fact.filing] = fact.until
        case Decided(photo="") if draft.state not in {State.SUBMITTED, State.ANSWERED}:
            said = {Decision.REPORT: State.TO_REPORT, Decision.DISMISS: State.DISMISSED}
            draft.state = said.get(fact.decision, State.UNDECIDED)
        case Packaged() if draft.state not in {State.SUBMITTED, State.ANSWERED}:
            draft.state = State.PACKAGED
        case Submitted():
            draft.state = State.SUBMITTED
            draft.reports += fact.filing is Filing.REPORT
        case Answered():
            draft.state = State.ANSWERED
        case _:
            pass


def _line(  # noqa: PLR0913, PLR0917 - what is known of a case, each used once
    number: str, draft: _Draft, photos: int, order: Order | None, buyers: Mapping[str, int], now: datetime
) -> CaseLine:
    told = {filing: until for filing, until in draft.deadlines.items() if until is not None}
    ahead = min(((until, filing) for filing, until in told.items() if until > now), default=(None, None))
    present = {judged.verdict for judged in draft.verdicts.values()}
    closed = draft.state is State.DISMISSED or (draft.state is State.ANSWERED and ahead[0] is None)
    return CaseLine(
        order=number,
        state=draft.state,
        level=next((level for level in ALARM if level in present), None),
        claims=_claims(draft.verdicts.values()),
        photos=max(photos, len(draft.verdicts)),
        amount=(order.refund_amount or order.amount) if order else None,
        deadline=ahead[0],
        filing=ahead[1],
        passed=tuple(sorted(filing for filing, until in told.items() if until <= now)),
        reports=draft.reports,
        refunded=order is not None and refunded(order),
        exported=order is not None,
        same_buyer=buyers.get(order.buyer, 1) - 1 if order and order.buyer else 0,
        closed=closed,
        priority=0.0,
    )


def refunded(order: Order) -> bool:
    """Tell whether the export says that the money went back: by its time, or by its words."""
    words = f"{order.status} {order.after_sales_status}"
    return order.refunded_at is not None or "退款成功" in words or "已退款" in words


def _claims(verdicts: Iterable[Judged]) -> tuple[Claim, ...]:
    present = {claim for judged in verdicts for claim in judged.claims}
    return tuple(claim for claim in Claim if claim in present)


def _priority(line: CaseLine, typical: float, now: datetime) -> float:
    if line.closed:
        return 0.0
    days = UNDATED_DAYS if line.deadline is None else max((line.deadline - now) / timedelta(days=1), 1.0)
    yuan = typical if line.amount is None else float(line.amount)
    return round(STRENGTH.get(line.level or Level.NONE, 0) * yuan / days, 4)
