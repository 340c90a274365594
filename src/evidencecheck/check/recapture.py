"""Recapture: one fine regular pattern all over the photo, as a photographed screen shows.

Sees: the pixel grid of a screen, or its beat with the camera's sensor, in nearly every part of the photo.
Blind: screens photographed from afar or slightly out of focus, strongly reduced copies, a screen in a small part of the
photo. Cloth, mesh and halftone print that fill the photo show such a pattern too: a note for the reviewer, no alarm.
Source: spectral peaks of the residual, H. Muammar, P. L. Dragotti, ICASSP 2013 (see `forensics.lattice`).
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.forensics.lattice import LEAST_TILES, Lattice, find_lattice
from evidencecheck.model import (
    Check,
    CheckResult,
    Exhibit,
    Group,
    Lab,
    NotApplicable,
    Note,
    Text,
)

SHOWN = 36.0  # rarity from which it is told: 4 of 980 genuine pictures reach it (benchmarks/trace_answers.py)


def recapture(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield one note when nearly all tiles of the photo share a fine regular pattern."""
    lattice = find_lattice(exhibit.gray)
    if lattice is None:
        yield NotApplicable(
            reason=Text(zh="照片太小、太暗或太亮", en=f"too small, dark or bright: under {LEAST_TILES} usable tiles")
        )
        return
    if lattice.rarity >= SHOWN:
        yield _note(lattice)


def _note(lattice: Lattice) -> Note:
    return Note(
        summary=Text(
            zh="整张照片布满同一种细密的规则纹路：可能是翻拍的屏幕，也可能是布料、纱网、印刷网点。请放大看有没有屏幕的像素格或彩色条纹。",
            en="one fine regular pattern runs through the whole photo: a photographed screen perhaps, or cloth, mesh, "
            "halftone print; look closely for a screen's pixel grid or coloured fringes",
        ),
        measurements={
            "tiles": lattice.tiles,
            "tiles_with_pattern_percent": round(100 * lattice.share, 1),
            "period_px": round(lattice.period_px, 2),
            "rarity": round(lattice.rarity, 1),
        },
    )


CHECK = Check(
    id="recapture",
    title=Text(zh="翻拍屏幕", en="Photo of a screen"),
    group=Group.EDITS,
    family="content",
    run=recapture,
)
