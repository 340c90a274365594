"""Which of two orders with one photo was claimed first, as the order exports say, and how that is told.

Where one order has no claim in any export, the other's can still be known to be earlier: nobody claims before
ordering, and an order is no older than the date its number begins with (Pinduoduo: YYMMDD, a hyphen, digits).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidencecheck.matching.compare import Match
from evidencecheck.matching.proof import Kinship
from evidencecheck.model import Measurement, Order, Text

SHOWN = "%Y-%m-%d %H:%M"
NUMBER = re.compile(r"(\d{6})-\d+", re.ASCII)


class Turn(StrEnum):
    """When this order was claimed, beside the other."""

    LATER = "later"
    EARLIER = "earlier"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two orders: its number (or its folder's name), and what the exports say of it."""

    number: str
    order: Order | None

    @property
    def claimed(self) -> datetime | None:
        """When it was claimed, as far as an export says."""
        return self.order.claimed_at if self.order else None

    def ordered(self, like: datetime) -> datetime | None:
        """Return when it was ordered, or the first moment of the date in its number, in the other time's zone."""
        if self.order and (known := self.order.ordered_at or self.order.paid_at):
            return known
        found = NUMBER.fullmatch(self.number)
        try:
            return datetime.strptime(found[1], "%y%m%d").replace(tzinfo=like.tzinfo) if found else None
        except ValueError:
            return None


def turn_of(mine: Side, theirs: Side) -> Turn:
    """Return the turn; unknown when the exports do not tell, or both were claimed at the same moment."""
    if mine.claimed and theirs.claimed:
        if mine.claimed == theirs.claimed:
            return Turn.UNKNOWN
        return Turn.LATER if mine.claimed > theirs.claimed else Turn.EARLIER
    if mine.claimed and (since := theirs.ordered(mine.claimed)) and mine.claimed < since:
        return Turn.EARLIER
    if theirs.claimed and (since := mine.ordered(theirs.claimed)) and theirs.claimed < since:
        return Turn.LATER
    return Turn.UNKNOWN


def sequence(mine: Side, theirs: Side) -> dict[str, Measurement]:
    """Return what the exports say of both orders: times of the claims, their sequence, one buyer or two."""
    said: dict[str, Measurement] = {}
    if mine.claimed:
        said["claimed_at"] = mine.claimed.isoformat()
    if theirs.claimed:
        said["other_claimed_at"] = theirs.claimed.isoformat()
    if turn_of(mine, theirs) is not Turn.UNKNOWN:
        said["claimed_later"] = turn_of(mine, theirs) is Turn.LATER
    if mine.order and theirs.order and mine.order.buyer and theirs.order.buyer:
        said["same_buyer"] = mine.order.buyer == theirs.order.buyer
    return said


def same_photo(match: Match, mine: Side) -> Text:
    """Return in words that a photo also came with another order, and when."""
    order, how, theirs = match.matched.order, match.matched.transform, their_side(match)
    if match.identical:
        how = Text(zh="文件完全相同", en="the very same file")
    here, there = _when(mine, theirs), _when(theirs, mine)
    turn = turn_of(mine, theirs)
    if turn is Turn.EARLIER:
        return Text(
            zh=f"同一张照片后来又出现在订单 {order}（{there.zh}；{how.zh}）；本订单在先，{here.zh}",
            en=f"the same photo also came later, with order {order} ({there.en}; {how.en}); this order was first, "
            f"{here.en}",
        )
    if turn is Turn.LATER:
        return Text(
            zh=f"同一张照片早先出现在订单 {order}（{there.zh}；{how.zh}）；本订单{here.zh}",
            en=f"the same photo came earlier, with order {order} ({there.en}; {how.en}); this order was {here.en}",
        )
    received = match.reference.first_seen[:10]
    return Text(
        zh=f"同一张照片也出现在订单 {order}（{how.zh}；{received} 核查）；哪个订单先申请不清楚",
        en=f"the same photo also came with order {order} ({how.en}; screened {received}); which was claimed first is "
        "not known",
    )


def alike(match: Match) -> Text:
    """Return in words that a photo of another order shows the same print or scene, or agrees in its hash alone."""
    order, known = match.matched.order, their_side(match).claimed
    zh = f"{known:{SHOWN}} 申请" if known else f"{match.reference.first_seen[:10]} 核查"
    en = f"claimed {known:{SHOWN}}" if known else f"screened {match.reference.first_seen[:10]}"
    if match.kinship is Kinship.SAME_HASH:
        return Text(
            zh=f"与订单 {order}（{zh}）的照片哈希相符，但那张照片已清理，无法逐处比对",
            en=f"agrees in its hash with a photo of order {order} ({en}), which was purged and cannot be compared",
        )
    return Text(
        zh=f"与订单 {order}（{zh}）的照片有相同的印花或场景，但不是同一张照片",
        en=f"the same print or scene as a photo of order {order} ({en}), in another photo",
    )


def their_side(match: Match) -> Side:
    """Return the other order."""
    return Side(match.reference.order, match.reference.exported)


def _when(one: Side, other: Side) -> Text:
    if one.claimed:
        return Text(zh=f" {one.claimed:{SHOWN}} 申请", en=f"claimed {one.claimed:{SHOWN}}")
    since = one.ordered(other.claimed) if other.claimed else None
    day = f"{since:%Y-%m-%d}" if since else "?"
    return Text(zh=f" {day} 才下单", en=f"ordered no earlier than {day}")
