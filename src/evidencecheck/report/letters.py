"""The longer texts to hand in, from the profile's templates: the appeal, and the cover letter for an intervention."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from evidencecheck.report.contents import Contents, titled
from evidencecheck.report.dossier import Dossier, Language
from evidencecheck.report.grounds import grounds
from evidencecheck.report.profile import Letter, Profile, SlotName
from evidencecheck.report.safe import shown
from evidencecheck.report.statement import placeholders, said, short_statement
from evidencecheck.report.strip import moment, strip_lines


def letter_text(letter: Letter, dossier: Dossier, profile: Profile, contents: Contents, language: str) -> str:
    """Return a letter; paragraphs in which a placeholder has nothing to say are left out."""
    template = letter.text if isinstance(letter.text, str) else said(letter.text, language)
    words = letter_words(dossier, profile, contents, language)
    paragraphs = (part.strip("\n") for part in template.split("\n\n"))
    return "\n\n".join(part.format_map(words) for part in paragraphs if _complete(part, words)) + "\n"


def letter_words(dossier: Dossier, profile: Profile, contents: Contents, language: str) -> dict[str, str]:
    """Return what a letter's template may name."""
    order = dossier.order
    timed = with_timeline(dossier)
    return {
        **placeholders(dossier),
        "kind": said(profile.kinds[dossier.kind].name, language),
        "product": shown(order.product) if order else "",
        "amount": f"{order.amount}" if order and order.amount is not None else "",
        "said": short_statement(dossier, profile, language),
        "grounds": grounds(dossier, contents, language),
        "times": "\n".join(strip_lines(dossier, photo_titles(contents, language, dossier.language), language)),
        "files": titled(contents.upload(with_timeline=timed), language, dossier.language),
        **{f"{slot}_slot": slot_words(slot, dossier, contents, language) for slot in _SLOTS},
    }


def with_timeline(dossier: Dossier) -> bool:
    """Tell whether the case rests on times: then the timeline strip is handed in with the pictures."""
    exported = (each.finding for photo in dossier.photos for each in photo.selected.exported)
    return any("order_time" in finding.measurements for finding in exported)


def slot_words(slot: SlotName, dossier: Dossier, contents: Contents, language: str) -> str:
    """Return what the package holds and the export says for one slot, in a sentence; "" for nothing."""
    chinese, order = language == "zh", dossier.order
    parts: list[str] = []
    if slot == "order" and order:
        parts += [shown(order.product)] if order.product else []
        parts += [f"{order.amount} 元" if chinese else f"{order.amount} yuan"] if order.amount is not None else []
    if slot == "logistics" and order:
        number = shown(order.tracking_number)
        parts += [f"快递单号 {number}" if chinese else f"tracking number {number}"] if number else []
        for at, zh, en in ((order.shipped_at, "发货", "shipped"), (order.received_at, "确认收货", "received")):
            parts += [f"{zh if chinese else en} {moment(at, dossier.settings, language)}"] if at else []
    names = list(contents.enclosed(slot))
    if slot == "order" and contents.timeline:
        names.append(contents.timeline)
    if slot == "chat":
        names += [name for files in contents.photos for name in (files.photo, files.ready, files.source) if name]
        names += [contents.earlier_uses] if contents.earlier_uses else []
    if slot == "goods" and contents.shop_photo:
        names.append(contents.shop_photo)
    if names:
        parts.append(("见附图 " if chinese else "see ") + titled(names, language, dossier.language))
    return ("；" if chinese else "; ").join(parts)


def photo_titles(contents: Contents, language: str, sellers: Language) -> list[str]:
    """Return the photos' names as the platform reads them."""
    return [titled((files.photo,), language, sellers) for files in contents.photos]


def _complete(paragraph: str, words: Mapping[str, str]) -> bool:
    return all(words.get(name, "") for _, name, _, _ in Formatter().parse(paragraph) if name)


_SLOTS: tuple[SlotName, ...] = ("order", "chat", "goods", "logistics")
