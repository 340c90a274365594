"""The photo shows a picture known from the web or the shop's own listing, and where it differs from that picture.

It speaks only when everything in the overlap agrees, the background too; another photo of the same product, print or
scene becomes a note. Source of the method: docs/decisions/0003-matching.md; measured by benchmarks/match.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.matching.compare import Match, compare, measurements
from evidencecheck.matching.edits import differences
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

KINDS = frozenset({ReferenceKind.WEB, ReferenceKind.SHOP})
MOST_NOTES = 5  # other photos of the same print, shown to the reviewer
INNOCENT = (
    Text(
        zh="买家可能用网图说明问题，不是冒充自己的照片",
        en="the buyer may show a web picture to explain, not as their own photo",
    ),
    Text(zh="网上的图片可能就是买家自己发布的", en="the picture on the web may have been posted by the buyer"),
)
LISTING = (
    Text(
        zh="买家可能用商品图说明想要的样子，请先看聊天记录",
        en="the buyer may point at what the listing promised: look at the chat first",
    ),
)
EMPTY = Text(
    zh="图库是空的：先用 evidencecheck corpus add 加入网图或店铺图片",
    en="the corpus is empty: add web or shop pictures with `evidencecheck corpus add`",
)


def known_photo(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield a web-image finding for every known picture seen in the photo, and notes on kindred pictures."""
    if lab.known.count(KINDS) == 0:
        yield NotApplicable(reason=EMPTY)
        return
    compared = compare(exhibit, lab.known, KINDS)
    same = compared.of(Kinship.SAME_PHOTO)
    for match in same:
        yield _finding(match, compared.proved)
    if same:
        yield from differences(exhibit, lab.known, same[0])
    for match in compared.of(Kinship.SAME_HASH)[:MOST_NOTES]:
        yield _hash_finding(match, compared.proved)
    for match in compared.of(Kinship.SAME_PRINT)[:MOST_NOTES]:
        yield Note(summary=_kindred(), measurements=measurements(match), reference=match.matched)
    if compared.capped:
        yield _capped(compared.proved, compared.candidates)


def _finding(match: Match, proved: int) -> Finding:
    place = Text(zh="店铺自己的商品图", en="the shop's own listing picture")
    if match.reference.kind is ReferenceKind.WEB:
        place = Text(zh="已存档的网络图片", en="an archived web picture")
    if match.identical:
        summary = Text(zh=f"文件与{place.zh}逐字节相同", en=f"the file is byte for byte {place.en}")
    else:
        how = match.matched.transform
        summary = Text(
            zh=f"与{place.zh}是同一张照片（{how.zh}）", en=f"shows the same picture as {place.en} ({how.en})"
        )
    return Finding(
        claim=Claim.WEB_IMAGE,
        score=round(match.score, 4),
        summary=summary,
        basis=Basis.FACT,
        comparisons=max(1, proved),
        regions=(Region(polygon=match.matched.outline, label="1"),) if len(match.matched.outline) >= 3 else (),
        measurements=measurements(match),
        reference=match.matched,
        innocent=INNOCENT if match.reference.kind is ReferenceKind.WEB else LISTING,
    )


def _hash_finding(match: Match, proved: int) -> Finding:
    return Finding(
        claim=Claim.WEB_IMAGE,
        score=round(match.score, 4),
        summary=Text(
            zh="与共享的已知图片哈希相符，但这里没有那张图片，无法逐处比对",
            en="agrees with a shared hash of a known picture; that picture is not here, so it could not be compared",
        ),
        basis=Basis.MEASURED,
        ceiling=Strength.POSSIBLE,
        comparisons=max(1, proved),
        measurements=measurements(match),
        reference=match.matched,
        innocent=INNOCENT,
    )


def _kindred() -> Text:
    return Text(
        zh="与这张已知图片有相同的印花或场景，但不是同一张照片",
        en="the same print or scene as this known picture, in another photo",
    )


def _capped(proved: int, candidates: int) -> Note:
    return Note(
        summary=Text(
            zh=f"相似的已知图片很多：{candidates} 张候选里逐处比对了 {proved} 张",
            en=f"many known pictures look alike: {proved} of {candidates} candidates were compared in full",
        ),
        measurements={"candidates": candidates, "compared": proved},
    )


CHECK = Check(
    id="known-photo",
    title=Text(zh="网图与店铺图比对", en="Known photo"),
    group=Group.MATCH,
    family="match",
    run=known_photo,
)
