"""Thumbnail: the small picture inside the EXIF block shows something other than the photo.

Cameras store a thumbnail of the photo as taken; editors that do not renew it leave the old one behind. Black bars,
crops, turns and another brightness curve are honest and allowed for.

Blind: most apps drop the thumbnail or renew it. Damaged thumbnails say nothing.
Source: E. Kee, H. Farid, "Digital image authentication from thumbnails", SPIE Media Forensics and Security II, 2010.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evidencecheck.forensics.source import orientation
from evidencecheck.forensics.thumbnail import ThumbnailMatch, compare, read, turned
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
    Region,
    Text,
)

SMALLEST_PX = 200  # shorter side of the photo: not much more than the thumbnail itself
FILLED_SHARE = 0.15  # of the thumbnail at exactly mid-grey: what decoders fill in where data is missing
OTHER_PICTURE = 0.4  # agreement below which the two show different things; 0.58 is the lowest of 53 genuine ones
SAME_PICTURE = 0.8  # agreement from which a single differing place means something
LEAST_PLACE = 0.01  # of the picture


def thumbnail(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield a finding where the thumbnail shows another picture, or differs in a place; else a note."""
    stored = exhibit.blocks.thumbnail
    small = read(stored) if stored and min(exhibit.photo.width, exhibit.photo.height) >= SMALLEST_PX else None
    if small is None:
        yield NotApplicable(reason=Text(zh="文件里没有可用的缩略图", en="the file has no usable thumbnail"))
        return
    match = None if (small == 128).mean() > FILLED_SHARE else compare(exhibit.gray, turned(small, orientation(exhibit)))
    if match is None:
        yield NotApplicable(reason=Text(zh="缩略图损坏或没有内容", en="the thumbnail is damaged or shows nothing"))
        return
    measurements = {"agreement": round(match.agreement, 3), "differing_percent": round(100 * match.worst, 2)}
    other, place = match.agreement < OTHER_PICTURE, match.agreement >= SAME_PICTURE and match.worst >= LEAST_PLACE
    if not (other or place):
        yield Note(
            summary=Text(zh="缩略图与照片一致。", en="the thumbnail agrees with the photo"), measurements=measurements
        )
        return
    yield Finding(
        claim=Claim.EDITED,
        score=float(np.clip(1 - match.agreement if other else 0.5 + 5 * match.worst, 0, 1)),
        basis=Basis.MEASURED,
        summary=OTHER if other else PLACE,
        regions=(_region(match, exhibit),) if place else (),
        measurements=measurements,
        innocent=(
            Text(
                zh="有的软件旋转、裁剪或保存照片时不更新缩略图；缩略图本身也可能损坏。",
                en="some programs turn, crop or save a photo and keep its old thumbnail; thumbnails get damaged too",
            ),
        ),
    )


OTHER = Text(
    zh="文件里的缩略图与照片不是同一画面，与保存后又被改动相符。",
    en="the thumbnail inside the file shows another picture, consistent with a change after it was taken",
)
PLACE = Text(
    zh="文件里的缩略图与照片有一处不同（已圈出），与局部修改相符。",
    en="the thumbnail inside the file differs from the photo in one place (circled), consistent with a local edit",
)


def _region(match: ThumbnailMatch, exhibit: Exhibit) -> Region:
    left, top, right, bottom = match.place
    width, height = exhibit.photo.width, exhibit.photo.height
    xs, ys = (left * width, right * width), (top * height, bottom * height)
    corners = ((xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1]))
    return Region(polygon=tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners), label="1")


CHECK = Check(
    id="thumbnail",
    title=Text(zh="缩略图", en="Thumbnail"),
    group=Group.EDITS,
    family="file",
    run=thumbnail,
)
