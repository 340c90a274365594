"""Edit map: every cheap trace of an edit, block by block, weighed by trees learned on generated edits.

Noise, sharpness, colour noise, JPEG ghosts, block edges, marks of double saving and patterns of the finest detail are
compared with blocks of like brightness and texture in the same photo. The result is one map, one score, and circles
where the map is brightest.

Blind: after resizing and a second save by a chat app little is left to see; edits of the whole picture (filters) are
not edits of a place. What it was trained on and how it does: docs/edit-map-model.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.planes import SMALLEST_BLOCKS, block_planes
from evidencecheck.forensics.regions import circled
from evidencecheck.forensics.source import last_save
from evidencecheck.forensics.suspicion import cells_of, score, suspicion
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
    Text,
)

SMALLEST_PX = 8 * SMALLEST_BLOCKS + 16  # two blocks of room for the grid's phase
SHOWN = 0.75  # score from which places are circled; what it is worth is in the calibration table
BORDER = 128  # mask level that bounds a place
CIRCLES_SIDE_PX = 512  # circles are drawn from a map of this longer side


def edit_map(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield the map of suspicion, and one finding with its strongest places when the score is high."""
    width, height = exhibit.photo.width, exhibit.photo.height
    large_enough = min(width, height) >= SMALLEST_PX
    planes = block_planes(exhibit.rgb, exhibit.gray, last_save(exhibit)) if large_enough else None
    if planes is None:
        reason = f"smaller than {SMALLEST_PX} px"
        yield NotApplicable(reason=Text(zh=f"照片小于 {SMALLEST_PX} 像素", en=reason))
        return
    seen = suspicion(cells_of(planes))
    points = score(seen)
    heat = seen.heat(height, width)
    yield EditMap(score=points, mask=heat)
    if points >= SHOWN:
        yield _finding(points, heat, planes.facts["double_own"])


def _finding(points: float, heat: NDArray[np.uint8], double_save: float) -> Finding:
    height, width = heat.shape
    scale = min(1.0, CIRCLES_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(heat, size, interpolation=cv2.INTER_AREA), np.float32)
    regions = circled(small >= BORDER, (width, height), small)
    return Finding(
        claim=Claim.EDITED,
        score=points,
        basis=Basis.MEASURED,
        summary=Text(
            zh="照片局部的噪点、清晰度或压缩痕迹与其余部分不一致，与局部修改相符（已圈出）。",
            en="noise, sharpness or compression marks differ in places from the rest of the photo, "
            "consistent with a local edit (circled)",
        ),
        regions=regions,
        measurements={
            "places": len(regions),
            "marked_percent": round(100 * float((small >= BORDER).mean()), 1),
            "double_save_divergence": round(double_save, 4),
        },
        innocent=(
            Text(
                zh="美颜、夜景合成、强烈虚化、屏幕截图或图上的水印文字也会造成局部差异。",
                en="beauty and night modes, strong blur, screenshots and overlaid text also make places differ",
            ),
        ),
    )


CHECK = Check(
    id="edit-map",
    title=Text(zh="修改痕迹图", en="Edit map"),
    group=Group.EDITS,
    family="noise-and-jpeg",
    run=edit_map,
)
