"""The same photo came with an earlier order.

The engine of known-photo, over the photos of other orders; every screened photo is remembered with its order. Which
claim came first is asked of the order exports, never of the order of screening: only the later one repeats anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.matching.compare import Match, compare, measurements
from evidencecheck.matching.proof import Kinship
from evidencecheck.matching.sequence import Side, Turn, alike, same_photo, sequence, their_side, turn_of
from evidencecheck.model import (
    Basis,
    Check,
    CheckResult,
    Claim,
    Exhibit,
    Finding,
    Group,
    Lab,
    Measurement,
    NotApplicable,
    Note,
    ReferenceKind,
    Region,
    Strength,
    Text,
)

KINDS = frozenset({ReferenceKind.CLAIM})
SHOP = frozenset({ReferenceKind.SHOP})
ORDER_DIGITS = 6  # every platform's order numbers have more; a folder like "test" or "新建文件夹 2" is no order
MOST_NOTES = 5  # other photos of the same scene, shown to the reviewer
INNOCENT = (
    Text(zh="同一买家可能为几个订单发了同一张照片", en="one buyer may have sent one photo for several orders"),
    Text(
        zh="同一订单可能被导出了两次，或换过订单号", en="one order may have been exported twice, or under a new number"
    ),
    Text(
        zh="哪个订单先申请不清楚时，本订单的照片可能才是原来的那张",
        en="where the sequence is not known, this order's photo may be the one that the other repeats",
    ),
    Text(
        zh="照片可能是本店客服发出、又传回来的；用 ledger attach --role staff 登记后不再提示",
        en="the shop itself may have sent the photo; ledger attach --role staff says so for good",
    ),
)
EMPTY = Text(
    zh="还没有其他订单的照片可以比对；每次 screen 都会记住照片",
    en="no photos of other orders are known yet; every `screen` remembers the photos it reads",
)
OWN = Text(
    zh="与本店自己的照片是同一张，出现在几个订单里不算重复使用",
    en="the same picture as one of the shop's own: that it comes with several orders is no reuse",
)


def reused(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield a finding for every earlier claim whose photo this one repeats, a note for every later one."""
    if lab.known.count(KINDS) == 0:
        yield NotApplicable(reason=EMPTY)
        return
    compared = compare(exhibit, lab.known, KINDS, exclude_order=exhibit.photo.case)
    same = compared.of(Kinship.SAME_PHOTO)
    own = [match for match in same if match.reference.own]
    if same and not own:  # a listing picture is the shop's own as well; known-photo says whose it is
        own += compare(exhibit, lab.known, SHOP).of(Kinship.SAME_PHOTO)
    if own:
        yield Note(summary=OWN, measurements=measurements(own[0]), reference=own[0].matched)
    else:
        mine = Side(exhibit.photo.case, lab.order)
        yield from (_same_photo(match, mine, compared.proved) for match in same)
    for match in (*compared.of(Kinship.SAME_PRINT), *compared.of(Kinship.SAME_HASH))[:MOST_NOTES]:
        yield Note(summary=alike(match), measurements=measurements(match), reference=match.matched)


def _same_photo(match: Match, mine: Side, proved: int) -> Finding | Note:
    theirs = their_side(match)
    turn, summary = turn_of(mine, theirs), same_photo(match, mine)
    numbers: dict[str, Measurement] = {**measurements(match), **sequence(mine, theirs)}
    if turn is Turn.EARLIER:
        return Note(summary=summary, measurements=numbers, reference=match.matched)
    # One photo for two orders of one buyer is most often two pieces of one parcel.
    firm = _is_order(match.reference.order) and not numbers.get("same_buyer")
    return Finding(
        claim=Claim.REUSED,
        score=round(match.score, 4),
        summary=summary,
        basis=Basis.FACT,
        ceiling=_ceiling(turn) if firm else Strength.POSSIBLE,
        comparisons=max(1, proved),
        regions=(Region(polygon=match.matched.outline, label="1"),) if len(match.matched.outline) >= 3 else (),
        measurements=numbers,
        reference=match.matched,
        innocent=INNOCENT,
    )


def _ceiling(turn: Turn) -> Strength:
    """Without the sequence, this may be the very order whose photo the other repeats."""
    return Strength.DOCUMENTED if turn is Turn.LATER else Strength.SUPPORTED


def _is_order(name: str) -> bool:
    """Tell an order from a folder in which somebody tried the program on the same photo."""
    return sum(char.isdigit() for char in name) >= ORDER_DIGITS


CHECK = Check(
    id="reused",
    title=Text(zh="其他订单用过的照片", en="Reused photo"),
    group=Group.MATCH,
    family="match",
    run=reused,
)
