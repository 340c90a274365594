"""The photos of one order compared with each other: one shot sent twice, and copies of one shot that differ.

A difference is for the reviewer: a burst, a phone on a stand, a finger pointing at the damage look alike. Whether the
two are one exposure is told by their grain. Blind spots: grain that saving removed, shots from different sides.
Source: docs/decisions/0013-same-order.md; benchmarks/siblings.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from evidencecheck.matching.compare import Match, measurements
from evidencecheck.matching.exposure import ONE_EXPOSURE
from evidencecheck.matching.proof import Kinship
from evidencecheck.matching.siblings import Difference, compare_siblings, difference
from evidencecheck.metadata.together import taken_otherwise
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
    Picture,
    Strength,
    Text,
)

FIRM, SOFT = 0.9, 0.4  # scores: two copies of one exposure; perhaps two shots
MOST_TOLD = 4  # other photos that are told of, best first
ALIKE = Text(
    zh="这个订单的另一张照片拍到同一件东西或场景：损坏的位置是否一致，请对照着看",
    en="another photo of this order shows the same thing or scene: see whether the damage is in the same place",
)
UNCHANGED = Text(zh="没有看出改动", en="no change is seen")
MARKED = Text(
    zh="不同之处像是画上去、写上去或遮住的，请对照着看",
    en="they differ in what looks drawn, written or covered: compare",
)
BESIDE = Text(
    zh="左：这张照片；右：同一订单的另一张（已对齐）。不同的地方都圈出来了，请对照着看",
    en="left: this photo; right: another of the same order, aligned; circled: where they differ",
)
INNOCENT = (
    Text(zh="可能是连拍，中间移动了东西", en="two frames of a burst or from a stand, something moved between them"),
    Text(zh="修图软件只去掉了杂物或隐私", en="an app removed clutter or something private"),
    Text(zh="圈出的可能是贴纸、图案之类的标记", en="what is circled may be a sticker or a mark put on one of the two"),
    Text(zh="哪一张改过，要看原图才知道", en="which of the two was changed cannot be told from them"),
)


def same_order(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield what the photo has in common with the order's other photos, and what it has not."""
    compared = compare_siblings(exhibit, lab.known)
    if compared is None:
        yield NotApplicable(reason=Text(zh="这个订单只有这一张照片", en="the order has no other photo"))
        return
    siblings = lab.siblings()
    for match in compared.of(Kinship.SAME_PHOTO)[:MOST_TOLD]:
        found = difference(exhibit, lab.known, match, siblings)
        if found is None or found.drawn:
            yield _twice(match, UNCHANGED if found is None else MARKED)
        else:
            yield _finding(match, found)
            yield Picture(role="same-order", title=BESIDE, media_type="image/jpeg", data=found.views)
    for match in compared.of(Kinship.SAME_PRINT)[:MOST_TOLD]:
        yield Note(summary=ALIKE, measurements=measurements(match), reference=match.matched)
    yield from taken_otherwise(exhibit.blocks, siblings, ZoneInfo(lab.settings.time_zone))


def _twice(match: Match, what: Text) -> Note:
    how = match.matched.transform
    return Note(
        summary=Text(
            zh=f"同一张照片在这个订单里发了两次（{how.zh}），{what.zh}",
            en=f"the same photo came twice with this order ({how.en}); {what.en}",
        ),
        measurements=measurements(match),
        reference=match.matched,
    )


def _finding(match: Match, found: Difference) -> Finding:
    firm = found.grain is not None and found.grain >= ONE_EXPOSURE
    count = len(found.edits.regions)
    grain = {} if found.grain is None else {"grain_agreement": round(found.grain, 3)}
    return Finding(
        claim=Claim.EDITED,
        score=FIRM if firm else SOFT,
        basis=Basis.MEASURED,
        ceiling=Strength.POSSIBLE,  # marks that honest buyers draw are still taken for changes now and then
        summary=Text(
            zh=f"与这个订单的另一张照片对齐后有 {count} 处不同"
            + ("，噪点显示是同一次拍摄，符合修改的特征" if firm else "；也可能是先后两次拍摄，请看圈出的位置"),
            en=f"aligned with another photo of this order it differs in {count} place(s)"
            + (
                "; the grain is of one exposure: consistent with an edit"
                if firm
                else "; they may be two shots: look at what is circled"
            ),
        ),
        regions=found.edits.regions,
        measurements={**measurements(match), **found.edits.measurements, **grain},
        reference=match.matched,
        innocent=INNOCENT,
    )


CHECK = Check(
    id="same-order",
    title=Text(zh="同一订单的照片互相比对", en="Photos of one order compared"),
    group=Group.ORDER,
    family="match",
    run=same_order,
)
