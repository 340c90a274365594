"""The words of a package: the short statement to paste, and the explanation behind it.

Describes files and pictures, accuses nobody. Whatever comes from a file is made harmless by `safe.shown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from evidencecheck.model import ADDED_TO_CORPUS, Claim, MatchedReference, ReferenceKind, Settings, Text
from evidencecheck.report.dossier import Dossier, PhotoEvidence, when, where
from evidencecheck.report.profile import Profile
from evidencecheck.report.safe import last_part, shown, web_link
from evidencecheck.report.text import how_known, rate_in_words

STATEMENT = "statement.txt"
PREVIEW = Text(
    zh="附上的来源图是资料库里的缩小图，原文件已不在或不宜转交。",
    en="The source picture attached is the archive's reduced copy: the file is gone or not for handing on.",
)
PLACE_LONGEST = 24  # characters of an app and account in the short statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A photo's files in the package, by name."""

    ready: str
    original: str
    source: str = ""  # the known picture's file


def short_statement(dossier: Dossier, profile: Profile, language: str) -> str:
    """Return the text to paste, at most `profile.statement_limit` characters."""
    templates = profile.kinds[dossier.kind].statements
    words = placeholders(dossier)
    for key in (_template(dossier), "short"):
        template = templates.get(key, templates["short"])
        text = (template if isinstance(template, str) else said(template, language)).format_map(words)
        if len(text) <= profile.statement_limit:
            return text
    return text[: profile.statement_limit]


def statement_text(dossier: Dossier, profile: Profile, names: Sequence[Named]) -> str:
    """Return statement.txt: the text to paste first, then what it rests on."""
    spoken = profile.language or dossier.language
    lines = [short_statement(dossier, profile, spoken), "", "-" * 40]
    for language in dict.fromkeys((spoken, dossier.language)):
        lines += ["", *_explanation(dossier, names, language)]
    return "\n".join(lines) + "\n"


def source_lines(reference: MatchedReference) -> tuple[Text, ...]:
    """Return where and when a known picture is from, what of it the photo shows, and how it was changed."""
    lines = []
    if reference.kind is ReferenceKind.CLAIM:
        lines.append(
            Text(
                zh=f"来源：本店另一订单 {shown(reference.order)} 收到的照片",
                en=f"Source: a photo received with another order, {shown(reference.order)}",
            )
        )
    elif source := shown(reference.source):
        title = f" {shown(reference.title)}" if reference.title else ""
        lines.append(Text(zh=f"来源：{source}{title}", en=f"Source: {source}{title}"))
    if reference.first_seen and reference.first_seen_how != ADDED_TO_CORPUS:
        at, how = _moment(reference.first_seen), how_known(reference.first_seen_how)
        lines.append(
            Text(
                zh=f"首次见于：{at}（{shown(how.zh)}）" if how.zh else f"首次见于：{at}",
                en=f"First seen: {at} ({shown(how.en)})" if how.en else f"First seen: {at}",
            )
        )
    if reference.captured_at:
        lines.append(
            Text(zh=f"截取时间：{_moment(reference.captured_at)}", en=f"Captured: {_moment(reference.captured_at)}")
        )
    share = f"{reference.overlap:.0%}"
    lines.append(
        Text(
            zh=f"售后照片显示了该图的 {share}；变化：{shown(reference.transform.zh) or '无'}",
            en=f"The photo shows {share} of it; changes: {shown(reference.transform.en) or 'none'}",
        )
    )
    return tuple(lines)


def _template(dossier: Dossier) -> str:
    """Choose the template by the strongest exported finding."""
    exported = [each.finding for photo in dossier.photos for each in photo.selected.exported]
    if not exported:
        return dossier.kind
    first = exported[0]
    if dossier.kind == "edited" and first.claim is Claim.EDITED and first.reference is not None:
        return "compared"
    if dossier.kind == "web-image" and first.reference is not None and first.reference.kind is ReferenceKind.CLAIM:
        return Claim.REUSED
    return first.claim


def placeholders(dossier: Dossier) -> dict[str, str]:
    """Return what a profile's texts may name."""
    reference = next((photo.reference for photo in dossier.photos if photo.reference), None)
    places = {
        (p.selected.report.photo, n) for p in dossier.photos for each in p.selected.exported for n in each.numbers
    }
    return {
        "order": shown(dossier.order_number),
        "count": str(len(places)),
        "place": _place(reference) if reference else "",
        "when": _moment(when(reference))[:10] if reference else "",
        "other": shown(reference.order) if reference else "",
    }


def _place(reference: MatchedReference) -> str:
    """Return the site, or the app and account, short enough for the statement; the whole source is on the picture."""
    if link := web_link(reference.source):
        return urlsplit(link).hostname or ""
    return shown(where(reference))[:PLACE_LONGEST]


def _explanation(dossier: Dossier, names: Sequence[Named], language: str) -> Iterator[str]:
    for photo, name in zip(dossier.photos, names, strict=True):
        report = photo.selected.report
        yield f"{name.original}  {shown(last_part(report.photo))}  SHA-256 {report.sha256}"
        for each in photo.selected.exported:
            numbers = "/".join(map(str, each.numbers))
            place = said(Text(zh=f"（图中 {numbers}）", en=f" (place {numbers})"), language) if numbers else ""
            yield f"  - {shown(said(each.finding.summary, language))}{place}"
            rate = rate_in_words(each.finding)
            yield "    " + said(Text(zh=f"可靠性：{rate.zh}", en=f"reliability: {rate.en}"), language)
        if photo.reference:
            yield from (f"    {said(line, language)}" for line in source_lines(photo.reference))
            known = photo.known.get(photo.reference.id)
            if known and not known.whole:
                yield "    " + said(PREVIEW, language)
        yield ""
    if innocent := list(dict.fromkeys(_innocent(dossier.photos, language))):
        yield said(Text(zh="也可能是这些原因，请一并考虑：", en="Harmless explanations to consider:"), language)
        yield from (f"  - {line}" for line in innocent)
        yield ""
    yield said(
        Text(
            zh="以上只说明图片文件本身的情况，不对任何人下结论。附图只加了圈注和文字；"
            "原图未作任何改动，可用 SHA-256 核对。",
            en="This describes picture files only and says nothing about anybody. Only outlines and words were added "
            "to the ready pictures; the originals are unchanged, which their SHA-256 shows.",
        ),
        language,
    )


def _innocent(photos: Sequence[PhotoEvidence], language: str) -> Iterator[str]:
    for photo in photos:
        for each in photo.selected.exported:
            yield from (shown(said(text, language)) for text in each.finding.innocent)


def _moment(text: str) -> str:
    """Return an ISO time to the minute, as the seller's clock shows it; anything else as it is."""
    try:
        moment = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        moment = None
    if moment is None:
        return shown(text)
    local = moment.astimezone(ZoneInfo(Settings().time_zone)) if moment.tzinfo else moment
    return f"{local:%Y-%m-%d %H:%M}"


def said(text: Text, language: str) -> str:
    """Return the text in "zh" or "en"."""
    return text.zh if language == "zh" else text.en
