"""Copy-move: a part of the photo that shows up a second time, turned, scaled or mirrored as may be.

Local features are matched within the photo, a similarity is fitted, and the fine detail of both parts is compared pixel
by pixel. Goods, labels and patterns repeat honestly; their copies in the photo differ in noise, light and sub-pixel
place, so what counts is how well the *detail* agrees and how exactly the features fit. Marks, icons and lettering that
software drew repeat exactly; there the ground between and around their lines does not.

Blind: smooth areas without features, copies under about 40 px, copies changed afterwards by hand.
Source: I. Amerini et al., "A SIFT-based forensic method for copy-move attack detection", IEEE TIFS 6(3), 2011.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from evidencecheck.forensics.copies import Copy, find_copies, score
from evidencecheck.forensics.regions import circled
from evidencecheck.model import (
    Basis,
    Check,
    CheckResult,
    Claim,
    EditMap,
    Exhibit,
    Finding,
    Group,
    Lab,
    NotApplicable,
    Region,
    Text,
)

SMALLEST_PX = 160  # shorter side: below it there are too few features to tell a copy from chance
SHOWN = 0.75  # score from which a copy is reported: of 358 genuine photos one did, before drawn icons were told apart
LIKELY = 0.4  # 5 of 574 other genuine pictures reach it (docs/checks/copy-move.md)
# score -> an edit_score that no more genuine photos reach than in edit-map, so that the two can share one scale
COMPARABLE = ((0.0, 0.1, 0.13, 0.25, 0.45, 1.0), (0.0, 0.5, 0.7, 0.72, 0.9, 1.0))


def copy_move(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield one finding with both places of every copy, and the map of both."""
    width, height = exhibit.photo.width, exhibit.photo.height
    if min(width, height) < SMALLEST_PX:
        reason = f"smaller than {SMALLEST_PX} px"
        yield NotApplicable(reason=Text(zh=f"照片小于 {SMALLEST_PX} 像素", en=reason))
        return
    scored = sorted(((score(copy), copy) for copy in find_copies(exhibit.gray)), key=lambda pair: -pair[0])
    if not scored:
        return
    best, copy = scored[0]
    sure = [other for points, other in scored if points >= max(LIKELY, best - 0.2)] or [copy]
    both = np.logical_or.reduce([other.source | other.target for other in sure])
    level = np.uint8(255 if best >= LIKELY else round(200 * best))  # a weak guess stays below edit-map's border
    mask = cv2.resize(both.astype(np.uint8) * level, (width, height), interpolation=cv2.INTER_NEAREST)
    yield EditMap(score=float(np.interp(best, *COMPARABLE)), mask=np.asarray(mask, np.uint8))
    if best >= SHOWN:
        yield _finding(best, sure, (width, height))


def _finding(points: float, copies: list[Copy], size: tuple[int, int]) -> Finding:
    regions: list[Region] = []
    for copy in copies[:2]:
        for part in (copy.source, copy.target):
            largest = circled(part, size)[:1]
            regions += [Region(polygon=one.polygon, label=str(len(regions) + 1)) for one in largest]
    first = copies[0]
    return Finding(
        claim=Claim.EDITED,
        score=points,
        basis=Basis.MEASURED,
        summary=Text(
            zh="照片中有两处细节几乎完全相同，与复制粘贴相符（已圈出两处）。",
            en="two places in the photo agree in their finest detail, consistent with one being copied from the other",
        ),
        regions=tuple(regions),
        measurements={
            "features": first.inliers,
            "detail_agreement": round(first.detail, 3),
            "misfit_px": round(first.misfit_px, 2),
            "area_percent": round(100 * first.area, 2),
            "turned_degrees": round(first.turn_degrees, 1),
            "size_ratio": round(first.size_ratio, 2),
            "mirrored": first.mirrored,
        },
        innocent=(
            Text(
                zh="印刷图案、相同的商品、屏幕文字本来就会重复；拼图里可能放了两张相同的照片，聊天截图里头像会重复。",
                en="prints, equal goods and screen lettering repeat by nature; a collage may show one photo "
                "twice, a chat one avatar many times",
            ),
        ),
    )


CHECK = Check(
    id="copy-move",
    title=Text(zh="复制粘贴", en="Copy-move"),
    group=Group.EDITS,
    family="content",
    run=copy_move,
)
