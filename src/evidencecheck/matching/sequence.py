"""Which of two orders with one photo was claimed first, as the order exports say, and how that is told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from evidencecheck.matching.compare import Match
from evidencecheck.matching.proof import Kinship
from evidencecheck.model import Measurement, Order, Text

SHOWN = "%Y-%m-%d %H:%M"


class Turn(StrEnum):
    """When this order was claimed, beside the other."""

    LATER = "later"
    EARLIER = "earlier"
    UNKNOWN = "unknown"


def turn_of(mine: Order | None, theirs: Order | None) -> Turn:
    """Return the turn; unknown when an export lacks a claim's time, or both were claimed at the same moment."""
    if not mine or not theirs or not mine.claimed_at or not theirs.claimed_at or mine.claimed_at == theirs.claimed_at:
        return Turn.UNKNOWN
    return Turn.LATER if mine.claimed_at > theirs.claimed_at else Turn.EARLIER


def sequence(mine: Order | None, theirs: Order | None) -> dict[str, Measurement]:
    """Return what the exports say of both orders: times of the claims, and whether they are of one buyer."""
    said: dict[str, Measurement] = {}
    if mine and mine.claimed_at:
        said["claimed_at"] = mine.claimed_at.isoformat()
    if theirs and theirs.claimed_at:
        said["other_claimed_at"] = theirs.claimed_at.isoformat()
    if mine and theirs and mine.buyer and theirs.buyer:
        said["same_buyer"] = mine.buyer == theirs.buyer
    return said


def same_photo(match: Match, mine: Order | None) -> Text:
    """Return in words that a photo also came with another order, and when."""
    order, how, theirs = match.matched.order, match.matched.transform, match.reference.exported
    if match.identical:
        how = Text(zh="文件完全相同", en="the very same file")
    here, there = (_date(each.claimed_at if each else None) for each in (mine, theirs))
    turn = turn_of(mine, theirs)
    if turn is Turn.EARLIER:
        return Text(
            zh=f"同一张照片后来又出现在订单 {order}（{there} 申请；{how.zh}）；本订单 {here} 申请，在先",
            en=f"the same photo also came later, with order {order} (claimed {there}; {how.en}); this order was "
            f"claimed first, {here}",
        )
    if turn is Turn.LATER:
        return Text(
            zh=f"同一张照片早先出现在订单 {order}（{there} 申请；{how.zh}）；本订单 {here} 申请",
            en=f"the same photo came earlier, with order {order} (claimed {there}; {how.en}); this order was claimed "
            f"{here}",
        )
    received = match.reference.first_seen[:10]
    return Text(
        zh=f"同一张照片也出现在订单 {order}（{how.zh}；{received} 核查）；哪个订单先申请不清楚",
        en=f"the same photo also came with order {order} ({how.en}; screened {received}); which was claimed first is "
        "not known",
    )


def alike(match: Match) -> Text:
    """Return in words that a photo of another order shows the same print or scene, or agrees in its hash alone."""
    order, theirs = match.matched.order, match.reference.exported
    known = theirs.claimed_at if theirs else None
    zh = f"{_date(known)} 申请" if known else f"{match.reference.first_seen[:10]} 核查"
    en = f"claimed {_date(known)}" if known else f"screened {match.reference.first_seen[:10]}"
    if match.kinship is Kinship.SAME_HASH:
        return Text(
            zh=f"与订单 {order}（{zh}）的照片哈希相符，但那张照片已清理，无法逐处比对",
            en=f"agrees in its hash with a photo of order {order} ({en}), which was purged and cannot be compared",
        )
    return Text(
        zh=f"与订单 {order}（{zh}）的照片有相同的印花或场景，但不是同一张照片",
        en=f"the same print or scene as a photo of order {order} ({en}), in another photo",
    )


def _date(when: datetime | None) -> str:
    return f"{when:{SHOWN}}" if when else "?"
