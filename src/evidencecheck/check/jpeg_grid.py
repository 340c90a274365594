"""JPEG grid: a place that was compressed on another 8x8 grid than the rest of the photo, as a pasted part is.

Sees: a part taken from a JPEG and moved by a number of pixels that is no multiple of 8, in a photo that was last saved
finely (PNG, or JPEG from quality 95): the part keeps the zeros of its old grid.
Blind: any coarser save afterwards, painted or blended edits, resized or turned parts, moves by one pixel or along one
axis by half a block, and one move in 64 that lands on the same grid.
Source: T. Nikoukhah et al., ZERO, IPOL 11, 2021 (see `forensics.grid_votes`).
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX, quality_of
from evidencecheck.forensics.grid_votes import CELL_PX, Place, Votes, grid_votes, strangest
from evidencecheck.forensics.regions import circled
from evidencecheck.forensics.source import last_save
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
    Strength,
    Text,
)

COARSEST_QUALITY = 95  # of the last save: below it no pasted square of 72 kept its grid (benchmarks/traces.py)
LEAST_MAIN_SHARE = 0.3  # of the votes: a photo without a grid of its own has no strangers
SHOWN = 8.0  # rarity; stripes and prints are not chance, and reached 5.5 in 294 genuine pictures
SURE = 40.0  # rarity that counts as score 1
HEAT = (0.9, 1.0)  # edit_score at rarity SHOWN and SURE


def jpeg_grid(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield one finding with the place that sits on a grid of its own, and its map."""
    save = last_save(exhibit)
    if save is not None and quality_of(save.table) < COARSEST_QUALITY:
        yield NotApplicable(
            reason=Text(
                zh=f"最后一次保存的 JPEG 质量低于 {COARSEST_QUALITY}，更早的网格留不下来",
                en=f"last saved as JPEG below quality {COARSEST_QUALITY}: an earlier grid does not survive that",
            )
        )
        return
    votes = grid_votes(exhibit.gray)
    if votes is None or votes.main_share < LEAST_MAIN_SHARE:
        yield NotApplicable(
            reason=Text(zh="照片太小，或看不到 JPEG 网格", en="too small, or no JPEG grid can be seen in it")
        )
        return
    place = strangest(votes)
    if place is None or place.rarity < SHOWN:
        return
    mask = _mask(votes, place)
    height, width = exhibit.gray.shape
    whole = np.zeros((height, width), np.uint8)
    full = cv2.resize(mask, None, fx=CELL_PX, fy=CELL_PX, interpolation=cv2.INTER_NEAREST)[:height, :width]
    whole[: full.shape[0], : full.shape[1]] = full
    yield EditMap(score=round(float(np.interp(place.rarity, (SHOWN, SURE), HEAT)), 4), mask=whole)
    yield _finding(place, mask, votes)


def _mask(votes: Votes, place: Place) -> NDArray[np.uint8]:
    """Return (h, w) 255 for cells in and around the place that voted for its grid, and their close neighbours."""
    mine = (votes.cells == place.grid[0] * BLOCK_PX + place.grid[1]).astype(np.float32)
    dense = np.asarray(cv2.blur(mine, (3, 3), borderType=cv2.BORDER_REFLECT)) >= 1 / 3
    top, left, side = place.top // CELL_PX, place.left // CELL_PX, place.side // CELL_PX
    dense[top : top + side, left : left + side] |= mine[top : top + side, left : left + side] > 0
    return dense.astype(np.uint8) * np.uint8(255)


def _finding(place: Place, mask: NDArray[np.uint8], votes: Votes) -> Finding:
    rows, columns = mask.shape
    move = [(own - main) % BLOCK_PX for own, main in zip(place.grid, votes.main, strict=True)]
    return Finding(
        claim=Claim.EDITED,
        score=round(min(1.0, place.rarity / SURE), 4),
        basis=Basis.MEASURED,
        ceiling=Strength.POSSIBLE,
        summary=Text(
            zh="照片里有一处的 JPEG 网格与其余部分错开，与从别处粘贴过来相符（已圈出）。",
            en="one place lies on another JPEG grid than the rest of the photo, consistent with a part pasted from "
            "elsewhere (circled)",
        ),
        regions=circled(mask > 0, (columns * CELL_PX, rows * CELL_PX)),
        measurements={
            "grid_moved_down_px": move[0],
            "grid_moved_across_px": move[1],
            "agreeing_percent": round(100 * place.share, 1),
            "rarity": round(place.rarity, 1),
        },
        innocent=(
            Text(
                zh="拼图、带相框或贴纸的照片、屏幕截图里的小图也有自己的网格。",
                en="collages, frames, stickers and pictures within a screenshot have a grid of their own",
            ),
        ),
    )


CHECK = Check(
    id="jpeg-grid",
    title=Text(zh="JPEG 网格", en="JPEG grid"),
    group=Group.EDITS,
    family="noise-and-jpeg",  # the edit map reads block edges too: the two do not count as independent
    run=jpeg_grid,
)
