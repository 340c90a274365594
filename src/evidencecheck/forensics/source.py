"""What the file says about its last JPEG save: the luma table, and where its blocks lie in the upright picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.dct import BLOCK_PX, zigzag
from evidencecheck.model import Exhibit

ORIENTATION = 274  # EXIF tag
_TRANSPOSED = (5, 6, 7, 8)
_FROM_RIGHT = (2, 3, 6, 7)  # orientations whose upright left edge is a far edge of the stored picture
_FROM_BOTTOM = (3, 4, 7, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSave:
    """The luma table (64,) row-major in upright directions, and the pixels before the first block edge."""

    table: NDArray[np.float32]
    phase: tuple[int, int]


def last_save(exhibit: Exhibit) -> LastSave | None:
    """Return the last JPEG save of the file, or None where it is no JPEG or has no readable table."""
    blocks = exhibit.blocks
    if exhibit.photo.format not in {"JPEG", "MPO"} or not blocks.quantisation:
        return None
    number = blocks.sampling[0][2] if blocks.sampling else 0
    stored = blocks.quantisation[number if number < len(blocks.quantisation) else 0]
    if len(stored) != BLOCK_PX * BLOCK_PX:
        return None
    table = np.ones(BLOCK_PX * BLOCK_PX, np.float32)
    table[zigzag()] = np.maximum(np.array(stored, np.float32), 1)
    turned = orientation(exhibit)
    if turned in _TRANSPOSED:
        table = np.ascontiguousarray(table.reshape(BLOCK_PX, BLOCK_PX).T).ravel()
    left = exhibit.photo.width % BLOCK_PX if turned in _FROM_RIGHT else 0
    top = exhibit.photo.height % BLOCK_PX if turned in _FROM_BOTTOM else 0
    return LastSave(table=table, phase=(top, left))


def orientation(exhibit: Exhibit) -> int:
    """Return the EXIF orientation the file declares, 1-8; 1 where it declares none."""
    for field in exhibit.blocks.fields:
        if field.code == ORIENTATION and field.place == "exif:IFD0" and field.value.isdigit():
            return int(field.value) if 1 <= int(field.value) <= 8 else 1
    return 1
