"""The ready picture of one photo: which plate its kind needs, and what is written on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from evidencecheck.model import MatchedReference, Point, ReferenceKind, Text
from evidencecheck.report.cover import Cover
from evidencecheck.report.dossier import Dossier, KnownPicture, PhotoEvidence, Rgb
from evidencecheck.report.draw import project
from evidencecheck.report.places import Layout, lay_out
from evidencecheck.report.plate import (
    DETAILS_SHOWN,
    Panel,
    Style,
    circled_plate,
    detail,
    pair_plate,
    rows_plate,
    same_view,
    shared_dots,
    window,
)
from evidencecheck.report.profile import Profile
from evidencecheck.report.statement import earlier_order, source_lines

PHOTO = Text(zh="售后照片", en="photo received")
KNOWN = {
    ReferenceKind.WEB: Text(zh="网上的图片", en="picture from the web"),
    ReferenceKind.SHOP: Text(zh="本店商品图", en="the shop's listing picture"),
    ReferenceKind.CLAIM: Text(zh="另一订单收到的照片", en="photo from another order"),
}
SHOP = Text(zh="本店商品实物图", en="the shop's own product")
SAME_PLACES = Text(
    zh="绿框内为同一画面，相同字母为相同位置。", en="Green: the same picture; equal letters, equal places."
)
ONLY_MARKS = Text(
    zh="本图只加了圈注和文字；原图未改动，可随时提供。",
    en="Only outlines and words were added; the unchanged original is kept.",
)
COVERED = Text(
    zh="深灰色块遮盖了个人信息；此外只加了圈注和文字，原图未改动，可随时提供。",
    en="Dark grey boxes cover personal data; otherwise only outlines and words were added; the original is kept.",
)
OTHER_ORDERS = Text(
    zh="同一张照片也随其他订单发来过；订单号只显示头尾。",
    en="The same photo was received with other orders; their numbers are shown in part.",
)
SAME_OR_NOT = Text(zh="请比对：两张图是否为同一商品。", en="Please compare: is this the same product?")
COLUMNS = 2  # pictures in a row of the plate of earlier uses


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speak:
    """Words as they can be drawn: in the platform's language where the letters allow. `by` keeps the evidence."""

    style: Style
    language: str
    by: str = ""

    def __call__(self, text: Text) -> str:
        return self.style.lettering.say(text, self.language)


def ready_picture(photo: PhotoEvidence, dossier: Dossier, profile: Profile, style: Style) -> Image.Image | None:
    """Return the picture to hand in for one photo; None when a picture it needs is missing."""
    speak = _Speak(style=style, language=profile.language or dossier.language, by=dossier.by)
    reference = photo.reference
    known = photo.known.get(reference.id) if reference else None
    if photo.rgb is None:
        return None
    if dossier.kind == "edited":
        return _circled(photo, photo.rgb, speak)
    if dossier.kind == "web-image" and reference and known:
        return _matched(photo, known, reference, speak)
    if dossier.kind == "not-our-product" and dossier.shop_photo:
        return _compared(photo, photo.rgb, dossier, speak)
    return None


def _circled(photo: PhotoEvidence, rgb: Rgb, speak: _Speak) -> Image.Image:
    report = photo.selected.report
    layout = lay_out(photo.selected.exported, report.width, report.height)
    count = len(layout.places)
    caption = Text(zh=f"售后照片：圈出 {count} 处", en=f"Photo received: places circled: {count}") if count else PHOTO
    lines = _summaries(photo, speak)
    if photo.reference and any(each.finding.reference for each in photo.selected.exported):
        lines += [speak(line) for line in source_lines(photo.reference, speak.by)]
    details = _details(photo, rgb, layout, speak)
    if count > DETAILS_SHOWN:
        lines.append(speak(Text(zh=f"放大图只列前 {DETAILS_SHOWN} 处。", en=f"Enlarged: the first {DETAILS_SHOWN}.")))
    panel = Panel(rgb=rgb, caption=speak(caption))
    return circled_plate(panel, layout, details, [*lines, _ending(photo, speak)], speak.style)


def _details(photo: PhotoEvidence, rgb: Rgb, layout: Layout, speak: _Speak) -> list[tuple[Panel, ...]]:
    """One row per numbered place: the photo enlarged, beside the same place in the known picture where there is one.

    Places without a known picture share rows in twos.
    """
    references = {n: each.finding.reference for each in photo.selected.exported for n in each.numbers}
    height, width = rgb.shape[:2]
    rows: list[tuple[Panel, ...]] = []
    alone: list[Panel] = []
    for place in layout.places[:DETAILS_SHOWN]:
        view = window(place.outline, width, height)
        mine = detail(rgb, view, f"{place.number}: {speak(PHOTO)}", place.outline)
        reference = references.get(place.number)
        known = photo.known.get(reference.id) if reference else None
        if reference is None or known is None:
            alone.append(mine)
            continue
        size = (reference.width, reference.height)
        caption = f"{place.number}: {speak(KNOWN[reference.kind])}"
        theirs = same_view(known.rgb, size, reference.homography, view)
        rows.append((mine, replace(mine, rgb=theirs, caption=caption)))
    return rows + [tuple(alone[n : n + 2]) for n in range(0, len(alone), 2)]


def _matched(photo: PhotoEvidence, known: KnownPicture, reference: MatchedReference, speak: _Speak) -> Image.Image:
    if photo.rgb is None:
        raise ValueError("a comparison needs the photo")
    here, there = shared_dots(reference.outline, reference.homography)
    mine = Panel(rgb=photo.rgb, caption=speak(PHOTO), outline=reference.outline, dots=here)
    outline = _on_copy(project(reference.outline, reference.homography), known, reference)
    source = Panel(
        rgb=known.rgb, caption=speak(KNOWN[reference.kind]), outline=outline, dots=_on_copy(there, known, reference)
    )
    lines = [speak(SAME_PLACES)] if here else []
    lines += [speak(line) for line in source_lines(reference, speak.by)]
    return pair_plate((mine, source), [*lines, _ending(photo, speak, *known.covers)], speak.style)


def _compared(photo: PhotoEvidence, rgb: Rgb, dossier: Dossier, speak: _Speak) -> Image.Image:
    shop = dossier.shop_photo
    if shop is None:
        raise ValueError("a comparison needs the shop's photo")
    report = photo.selected.report
    layout = lay_out(photo.selected.exported, report.width, report.height)
    mine, ours = Panel(rgb=rgb, caption=speak(PHOTO)), Panel(rgb=shop.rgb, caption=speak(SHOP))
    lines = [*_summaries(photo, speak), speak(SAME_OR_NOT), speak(shop.origin), _ending(photo, speak, *shop.covers)]
    if layout.places:  # circles need the whole width of a phone
        return circled_plate(mine, layout, [*_details(photo, rgb, layout, speak), (ours,)], lines, speak.style)
    return pair_plate((mine, ours), lines, speak.style)


def earlier_uses_plate(dossier: Dossier, language: str, style: Style) -> Image.Image | None:
    """Return the photos beside the photos of other orders that they repeat; None when there is nothing more to show."""
    speak = _Speak(style=style, language=language)
    rows: list[list[Panel]] = []
    for photo in dossier.photos:
        shown = photo.reference.id if dossier.kind == "web-image" and photo.reference else ""
        uses = [use for use in photo.earlier_uses if use.reference.id in photo.known and use.reference.id != shown]
        if photo.rgb is None or not uses:
            continue
        panels = [Panel(rgb=photo.rgb, caption=speak(PHOTO))]
        for use in uses:
            caption = speak(earlier_order(use.reference, use.claimed_at))
            panels.append(Panel(rgb=photo.known[use.reference.id].rgb, caption=caption))
        rows += [panels[start : start + COLUMNS] for start in range(0, len(panels), COLUMNS)]
    return rows_plate(rows, [speak(OTHER_ORDERS)], style) if rows else None


def _ending(photo: PhotoEvidence, speak: _Speak, *more: Cover) -> str:
    """The last line: what was done to the picture."""
    return speak(COVERED if photo.covers or more else ONLY_MARKS)


def _on_copy(points: Sequence[Point], known: KnownPicture, reference: MatchedReference) -> tuple[Point, ...]:
    """Move points from the reference's full size to the copy at hand, kept inside it."""
    height, width = known.rgb.shape[:2]
    across, down = width / reference.width, height / reference.height
    return tuple((min(max(x * across, 0.0), width), min(max(y * down, 0.0), height)) for x, y in points)


def _summaries(photo: PhotoEvidence, speak: _Speak) -> list[str]:
    """The exported findings in words, with the numbers of their places."""
    lines = []
    for each in photo.selected.exported:
        numbers = "/".join(map(str, each.numbers))
        lines.append(f"{numbers}: {speak(each.finding.summary)}" if numbers else speak(each.finding.summary))
    return list(dict.fromkeys(lines))
