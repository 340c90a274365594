"""The same photo came with another order.

The engine of known-photo, over the photos of other orders; every screened photo is remembered with its order.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.matching.compare import Match, compare, measurements
from evidencecheck.matching.proof import Kinship
from evidencecheck.model import (
    Basis,
    Check,
    CheckResult,
    Claim,
    Exhibit,
    Finding,
    Group,
    Lab,
    NotApplicable,
    Note,
    ReferenceKind,
    Region,
    Strength,
    Text,
)

KINDS = frozenset({ReferenceKind.CLAIM})
ORDER_DIGITS = 6  # every platform's order numbers have more; a folder like "test" or "新建文件夹 2" is no order
MOST_NOTES = 5  # other photos of the same scene, shown to the reviewer
INNOCENT = (
    Text(zh="同一买家可能为几个订单发了同一张照片", en="one buyer may have sent one photo for several orders"),
    Text(
        zh="同一订单可能被导出了两次，或换过订单号", en="one order may have been exported twice, or under a new number"
    ),
)
EMPTY = Text(
    zh="还没有其他订单的照片可以比对；每次 screen 都会记住照片",
    en="no photos of other orders are known yet; every `screen` remembers the photos it reads",
)


def reused(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield a finding for every photo of another order that this photo repeats."""
    if lab.known.count(KINDS) == 0:
        yield NotApplicable(reason=EMPTY)
        return
    compared = compare(exhibit, lab.known, KINDS, exclude_order=exhibit.photo.case)
    for match in compared.of(Kinship.SAME_PHOTO):
        yield _finding(match, compared.proved)
    for match in compared.of(Kinship.SAME_PRINT)[:MOST_NOTES]:
        yield Note(
            summary=Text(
                zh="与另一订单的照片有相同的印花或场景，但不是同一张照片",
                en="the same print or scene as a photo of another order, in another photo",
            ),
            measurements=measurements(match),
            reference=match.matched,
        )


def _finding(match: Match, proved: int) -> Finding:
    order, how = match.matched.order, match.matched.transform
    if match.identical:
        summary = Text(zh=f"同一个文件也出现在订单 {order}", en=f"the same file also came with order {order}")
    else:
        summary = Text(
            zh=f"同一张照片也出现在订单 {order}（{how.zh}）",
            en=f"the same photo also came with order {order} ({how.en})",
        )
    return Finding(
        claim=Claim.REUSED,
        score=round(match.score, 4),
        summary=summary,
        basis=Basis.FACT,
        ceiling=Strength.DOCUMENTED if _is_order(match.reference.order) else Strength.POSSIBLE,
        comparisons=max(1, proved),
        regions=(Region(polygon=match.matched.outline, label="1"),) if len(match.matched.outline) >= 3 else (),
        measurements=measurements(match),
        reference=match.matched,
        innocent=INNOCENT,
    )


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
