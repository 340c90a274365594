"""Recapture: one fine regular pattern all over the photo, as a photographed screen shows.

Sees: the pixel grid of a screen, or its beat with the camera's sensor, in nearly every part of the photo.
Blind: screens photographed from afar or slightly out of focus, strongly reduced copies, a screen in a small part of the
photo. Cloth, mesh and halftone print that fill the photo show such a pattern too: never more than possible.
Source: spectral peaks of the residual, H. Muammar, P. L. Dragotti, ICASSP 2013 (see `forensics.lattice`).
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.forensics.lattice import LEAST_TILES, Lattice, find_lattice
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
    Strength,
    Text,
)

SHOWN = 15.0  # rarity from which it is worth a word; what it is worth as an alarm is in the calibration table
SURE = 60.0  # rarity that counts as score 1


def recapture(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield one finding when nearly all tiles of the photo share a fine regular pattern."""
    lattice = find_lattice(exhibit.gray)
    if lattice is None:
        yield NotApplicable(
            reason=Text(zh="照片太小、太暗或太亮", en=f"too small, dark or bright: under {LEAST_TILES} usable tiles")
        )
        return
    if lattice.rarity >= SHOWN:
        yield _finding(lattice)


def _finding(lattice: Lattice) -> Finding:
    return Finding(
        claim=Claim.WEB_IMAGE,
        score=round(min(1.0, lattice.rarity / SURE), 4),
        basis=Basis.MEASURED,
        ceiling=Strength.POSSIBLE,
        summary=Text(
            zh="整张照片布满同一种细密的规则纹路，与翻拍屏幕相符。请放大看有没有屏幕的像素格或彩色条纹。",
            en="one fine regular pattern runs through the whole photo, consistent with a photographed screen; "
            "look closely for a screen's pixel grid or coloured fringes",
        ),
        measurements={
            "tiles": lattice.tiles,
            "tiles_with_pattern_percent": round(100 * lattice.share, 1),
            "period_px": round(lattice.period_px, 2),
            "rarity": round(lattice.rarity, 1),
        },
        innocent=(
            Text(
                zh="布料、纱网、壁纸、印刷网点占满画面时也是这样。",
                en="cloth, mesh, wallpaper or halftone print that fills the photo",
            ),
            Text(
                zh="买家可能拍屏幕来说明商品页面或聊天内容。",
                en="the buyer may photograph a screen to show a listing or a chat",
            ),
        ),
    )


CHECK = Check(
    id="recapture",
    title=Text(zh="翻拍屏幕", en="Photo of a screen"),
    group=Group.EDITS,
    family="content",
    run=recapture,
)
