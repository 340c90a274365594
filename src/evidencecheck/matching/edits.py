"""From a proved match to what is told of its differences: edited regions, overlays, a score, and a mask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.changes import MOST_SHARE, Changes, Difference, changes, painted_mask
from evidencecheck.matching.compare import Match
from evidencecheck.matching.dense import Matrix
from evidencecheck.matching.overlays import Look, looks
from evidencecheck.model import (
    Basis,
    Claim,
    EditMap,
    Exhibit,
    Finding,
    KnownImages,
    Measurement,
    Note,
    Region,
    Text,
)

LEAST_AGREED = 0.5  # of the overlap; a match that agrees less differs as a whole, not in places
NAMES = {
    Look.CAPTION: Text(zh="文字", en="caption"),
    Look.STICKER: Text(zh="贴纸", en="sticker"),
    Look.PEN: Text(zh="红圈或画线", en="pen mark"),
    Look.MOSAIC: Text(zh="马赛克", en="mosaic"),
    Look.INSET: Text(zh="贴上的另一张图", en="pasted picture"),
    Look.WATERMARK: Text(zh="水印", en="watermark"),
}

CHANGED = (
    Text(
        zh="存档的图片可能是另一个版本，例如已去掉水印或文字",
        en="the archived picture may be another version, with a mark removed",
    ),
    Text(zh="反光、滤镜或遮挡也会造成差别", en="a reflection, a filter or something in front of it differs too"),
    Text(
        zh="圈出的可能只是后加的文字、贴纸或手机界面，不是商品上的变化",
        en="what is circled may be a caption, a sticker or a phone's frame put on later, not a change of the goods",
    ),
)


@dataclass(frozen=True, slots=True)
class Edits:
    """`regions` of the photo that were edited; `score` 0-1; `mask` (H, W) uint8; `overlays` names what lies on top."""

    regions: tuple[Region, ...]
    score: float
    mask: NDArray[np.uint8]
    overlays: tuple[Text, ...]
    measurements: dict[str, Measurement]


def differences(exhibit: Exhibit, known: KnownImages, match: Match) -> Iterator[Finding | Note | EditMap]:
    """Yield what was changed against a known picture: circled regions, and a note on what was openly laid over it."""
    edits = edits_of(exhibit, known, match)
    if edits is None:
        return
    if edits.overlays:
        zh, en = "、".join(o.zh for o in edits.overlays), ", ".join(o.en for o in edits.overlays)
        yield Note(
            summary=Text(
                zh=f"照片上叠加了：{zh}（不算修改）", en=f"laid over the picture: {en} (not counted as an edit)"
            ),
            measurements=edits.measurements,
            reference=match.matched,
        )
    if not edits.regions:
        return
    count = len(edits.regions)
    yield Finding(
        claim=Claim.EDITED,
        score=edits.score,
        summary=Text(
            zh=f"与同一张已知图片对齐后，有 {count} 处不同，符合修改的特征",
            en=f"aligned with the same known picture it differs in {count} place(s), consistent with an edit",
        ),
        basis=Basis.FACT,
        regions=edits.regions,
        measurements=edits.measurements,
        reference=match.matched,
        innocent=CHANGED,
    )
    # A difference from a known source outranks every trace that pixels alone can show.
    yield EditMap(score=round(0.9 + 0.1 * edits.score, 4), mask=edits.mask)


def edits_of(exhibit: Exhibit, known: KnownImages, match: Match) -> Edits | None:
    """Return how the photo differs from the picture it matches; None where that cannot be told."""
    if match.proof is None or match.proof.agreed < LEAST_AGREED or len(match.matched.outline) < 3:
        return None
    picture = known.picture(match.reference)
    if picture is None:
        return None
    small = picture.shape[1] / match.reference.width
    matrix = np.diag([small, small, 1.0]) @ match.proof.matrix
    return edits_between(exhibit.rgb, picture, matrix, np.array(match.matched.outline, np.float32))


def edits_between(
    rgb: NDArray[np.uint8], picture: NDArray[np.uint8], matrix: Matrix, seen: NDArray[np.float32]
) -> Edits | None:
    """Return how `rgb` differs from a picture it is a copy of; see `changes`. None where that cannot be told."""
    found = changes(rgb, picture, matrix, seen)
    return None if found is None or found.share > MOST_SHARE else _told(rgb, found)


def _told(rgb: NDArray[np.uint8], found: Changes) -> Edits:
    kinds = looks(found, rgb)
    edited = tuple(region for region, look in zip(found.regions, kinds, strict=True) if look is Look.EDIT)
    regions = tuple(
        Region(polygon=tuple((round(float(x), 1), round(float(y), 1)) for x, y in region.polygon), label=str(number))
        for number, region in enumerate(edited, 1)
    )
    counted = Counter(look for look in kinds if look is not Look.EDIT)
    share = sum(region.share for region in edited)
    return Edits(
        regions=regions,
        score=score(edited),
        mask=painted_mask(found, edited, (rgb.shape[0], rgb.shape[1])),
        overlays=tuple(NAMES[look] for look in counted),
        measurements={"edited_share": round(share, 4), **{f"overlay {look}": n for look, n in counted.items()}},
    )


def score(edited: tuple[Difference, ...]) -> float:
    """Return 0 (nothing) to just under 0.5: below every match, so that one calibration table serves both findings."""
    if not edited:
        return 0.0
    best = max(region.strength * (region.share / 0.002) ** 0.25 for region in edited)
    return round(0.45 * float(1 - np.exp(-best / 12)), 4)
