"""What the file says about its last JPEG save: the luma table, and where its blocks lie in the upright picture."""

from __future__ import annotations

from collections.abc import Sequence
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
    """The luma table (64,) row-major in upright directions, and the pixels before the first block edge.

    `half_colour` is the colour table likewise, None where colour was not saved at half the resolution both ways.
    """

    table: NDArray[np.float32]
    phase: tuple[int, int]
    half_colour: NDArray[np.float32] | None = None


def last_save(exhibit: Exhibit) -> LastSave | None:
    """Return the last JPEG save of the file, or None where it is no JPEG or has no readable table."""
    blocks = exhibit.blocks
    if exhibit.photo.format not in {"JPEG", "MPO"} or not blocks.quantisation:
        return None
    turned = orientation(exhibit)
    table = _upright(blocks.quantisation, blocks.sampling[0][2] if blocks.sampling else 0, turned)
    if table is None:
        return None
    halved = [unit[:2] for unit in blocks.sampling] == [(2, 2), (1, 1), (1, 1)]
    colour = _upright(blocks.quantisation, blocks.sampling[1][2], turned) if halved else None
    left = exhibit.photo.width % BLOCK_PX if turned in _FROM_RIGHT else 0
    top = exhibit.photo.height % BLOCK_PX if turned in _FROM_BOTTOM else 0
    return LastSave(table=table, phase=(top, left), half_colour=colour)


def _upright(tables: Sequence[Sequence[int]], number: int, turned: int) -> NDArray[np.float32] | None:
    """Return the table of this number, or the first, row by row in upright directions; None where it is not whole."""
    stored = tables[number if number < len(tables) else 0]
    if len(stored) != BLOCK_PX * BLOCK_PX:
        return None
    table = np.ones(BLOCK_PX * BLOCK_PX, np.float32)
    table[zigzag()] = np.maximum(np.array(stored, np.float32), 1)
    return np.ascontiguousarray(table.reshape(BLOCK_PX, BLOCK_PX).T).ravel() if turned in _TRANSPOSED else table


def orientation(exhibit: Exhibit) -> int:
    """Return the EXIF orientation the file declares, 1-8; 1 where it declares none."""
    for field in exhibit.blocks.fields:
        if field.code == ORIENTATION and field.place == "exif:IFD0" and field.value.isdigit():
            return int(field.value) if 1 <= int(field.value) <= 8 else 1
    return 1
