"""Finds the private places of a picture that will be handed in.

Lines are read by OCR (extra `ocr`), QR codes always, and the reviewer draws what neither sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evidencecheck.reading.codes import Code, read_codes
from evidencecheck.reading.lines import LONGEST_SIDE_PX, Line, can_read, read_lines
from evidencecheck.report.cover import Cover, Why, covered
from evidencecheck.report.dossier import Dossier, Enclosure, KnownPicture, PhotoEvidence, ShopPhoto
from evidencecheck.report.personal import holds_private_text, merged, private_places
from evidencecheck.report.safe import last_part, neutral

Rgb = NDArray[np.uint8]
P = TypeVar("P", PhotoEvidence, KnownPicture, ShopPhoto, Enclosure)
TILED_FROM_PX = round(1.25 * LONGEST_SIDE_PX)  # longest side; larger pictures are read in four parts too
SQUARE = frozenset({"QR Code", "Data Matrix"})  # symbologies that hold text
TILE_SHARE = 0.55  # of a side: the parts overlap, so that a line cut by one is whole in another


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A box the reviewer drew: upright px of the picture of that name."""

    picture: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Whether and how copies are redacted. Boxes drawn by the reviewer are covered even with `on` False."""

    on: bool = True
    masks: tuple[Mask, ...] = ()
    searched: bool = field(default_factory=can_read)  # whether text is searched for private data

    def covers(self, rgb: Rgb, names: Collection[str]) -> tuple[Cover, ...]:
        """Return what must be covered in (H, W, 3) RGB; `names` are what the reviewer may have called it.

        Raises ValueError for a box that lies outside the picture.
        """
        drawn = [_drawn(mask, rgb) for mask in self.masks if mask.picture in names]
        found = private_places(_lines(rgb)) if self.on and self.searched else ()
        codes = [_over(code) for code in read_codes(rgb) if _is_private(code)] if self.on else []
        return merged([*drawn, *found, *codes])


def parse_mask(text: str) -> Mask:
    """Return the box of "PHOTO:x,y,w,h". Raises ValueError with how it is written."""
    picture, colon, numbers = text.rpartition(":")
    parts = numbers.split(",")
    if not colon or not picture or len(parts) != 4 or not all(part.strip().isdecimal() for part in parts):
        raise ValueError(f"--mask {neutral(text)}: 请写成 / write PHOTO:x,y,w,h (--mask 1.jpg:40,60,300,80)")
    left, top, width, height = (int(part) for part in parts)
    return Mask(picture=picture, left=left, top=top, width=width, height=height)


def redacted(dossier: Dossier, redaction: Redaction) -> Dossier:
    """Return the dossier with the private places of every picture covered; the originals' bytes stay as they are.

    Raises ValueError for a box on a picture that is not in the package: it would be left uncovered in silence.
    """
    own = {name for photo in dossier.photos for name in _names(photo.selected.report.photo)}
    shop, known = dossier.shop_photo, set[str]()
    photos = []
    for photo in dossier.photos:
        # A photo of another order, or a source with the same name as a photo, cannot be meant by a name.
        sources = {
            reference.id: set() if reference.order else set(_names(reference.file)) - own
            for each in photo.selected.exported
            if (reference := each.finding.reference)
        }
        known |= set().union(*sources.values())
        photos.append(_photo(photo, sources, redaction))
    named = {name for each in dossier.enclosures if each.rgb is not None for name in _names(each.name)}
    named |= own | known | (set(_names(shop.name)) if shop else set())
    for mask in redaction.masks:
        if mask.picture not in named:
            there = ", ".join(sorted(neutral(name) for name in named if "/" not in name))
            raise ValueError(
                f"--mask {neutral(mask.picture)}: 材料里没有这张图，请用 / not in the package; use: {there}"
            )
    return replace(
        dossier,
        photos=tuple(photos),
        shop_photo=_covered(shop, _names(shop.name), redaction) if shop else None,
        enclosures=tuple(_covered(each, _names(each.name), redaction) for each in dossier.enclosures),
        redacted=redaction.on,
        searched=redaction.searched,
    )


def _photo(photo: PhotoEvidence, sources: Mapping[str, Collection[str]], redaction: Redaction) -> PhotoEvidence:
    known = {id_: _covered(each, sources.get(id_, ()), redaction) for id_, each in photo.known.items()}
    return replace(_covered(photo, _names(photo.selected.report.photo), redaction), known=known)


def _covered(each: P, names: Collection[str], redaction: Redaction) -> P:
    if each.rgb is None:
        return each
    covers = redaction.covers(each.rgb, names)
    return replace(each, rgb=covered(each.rgb, covers), covers=covers)


def _names(name: str) -> tuple[str, ...]:
    """Return what a reviewer may call a picture: its name, with or without its folder."""
    return (name, last_part(name))


def _drawn(mask: Mask, rgb: Rgb) -> Cover:
    height, width = rgb.shape[:2]
    if min(mask.width, mask.height) < 1 or mask.left >= width or mask.top >= height:
        raise ValueError(
            f"--mask {neutral(mask.picture)}: 框在图片（{width}×{height}）之外 / the box lies outside the picture"
        )
    return Cover(left=mask.left, top=mask.top, width=mask.width, height=mask.height, why=Why.DRAWN)


def _is_private(code: Code) -> bool:
    """Tell a QR code with personal data; bars hold numbers, some of which only look like a phone's."""
    return code.symbology in SQUARE and holds_private_text(code.text)


def _over(code: Code) -> Cover:
    (left, top), (right, bottom) = code.outline.min(axis=0), code.outline.max(axis=0)
    return Cover(left=int(left), top=int(top), width=int(right - left) + 1, height=int(bottom - top) + 1, why=Why.CODE)


def _lines(rgb: Rgb) -> list[Line]:
    """Read the picture both ways up, and a large one in parts too: small print, photographed from afar."""
    upright, turned = list(read_lines(rgb)), [_turned_back(line, rgb) for line in read_lines(rgb[::-1, ::-1])]
    lines = [*upright, *turned]
    if max(rgb.shape[:2]) >= TILED_FROM_PX:
        head_down = _weight(turned) > _weight(upright)
        for (left, top), part in _parts(rgb):
            read = read_lines(part[::-1, ::-1] if head_down else part)
            here = (_turned_back(line, part) if head_down else line for line in read)
            lines += [replace(line, box=line.box + np.array([left, top])) for line in here]
    return lines


def _weight(lines: Sequence[Line]) -> float:
    return sum(len(line.text) * line.confidence for line in lines)


def _turned_back(line: Line, rgb: Rgb) -> Line:
    return replace(line, box=np.array([rgb.shape[1], rgb.shape[0]]) - line.box)


def _parts(rgb: Rgb) -> Iterator[tuple[tuple[int, int], Rgb]]:
    height, width = rgb.shape[:2]
    high, wide = round(height * TILE_SHARE), round(width * TILE_SHARE)
    for top in (0, height - high):
        for left in (0, width - wide):
            yield (left, top), rgb[top : top + high, left : left + wide]
