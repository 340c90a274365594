"""The short statement to paste, and the words for where a picture is from.

Describes files and pictures, accuses nobody. Whatever comes from a file is made harmless by `safe.shown`.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from evidencecheck.model import Claim, MatchedReference, ReferenceKind, Settings, Text
from evidencecheck.report.dossier import Dossier, when, where
from evidencecheck.report.profile import Profile
from evidencecheck.report.safe import shown, web_link
from evidencecheck.report.text import how_known

PLACE_LONGEST = 24  # characters of an app and account in the short statement
SHOP_ITSELF = Text(zh="本店", en="this shop")
_ORDER_DAY = re.compile(r"(\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])-")


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


def source_lines(reference: MatchedReference, by: str = "") -> tuple[Text, ...]:
    """Return where and when a known picture is from, who keeps it, what of it the photo shows, how it was changed."""
    lines = []
    if reference.kind is ReferenceKind.CLAIM:
        order = earlier_order(reference)
        lines.append(Text(zh=f"来源：本店{order.zh}收到的照片", en=f"Source: a photo received with {order.en}"))
        at = moment_of(reference.first_seen)
        lines += [Text(zh=f"本店收存时间：{at}", en=f"On record here since {at}")] if at else []
    elif source := shown(reference.source):
        title = f" {shown(reference.title)}" if reference.title else ""
        lines.append(Text(zh=f"来源：{source}{title}", en=f"Source: {source}{title}"))
    if reference.kind is not ReferenceKind.CLAIM and when(reference) == reference.first_seen != "":
        at, how = moment_of(reference.first_seen), how_known(reference.first_seen_how)
        lines.append(
            Text(
                zh=f"首次见于：{at}（{shown(how.zh)}）" if how.zh else f"首次见于：{at}",
                en=f"First seen: {at} ({shown(how.en)})" if how.en else f"First seen: {at}",
            )
        )
    captured = moment_of(reference.captured_at) if reference.captured_at else ""
    keeper = Text(zh=shown(by) or SHOP_ITSELF.zh, en=shown(by) or SHOP_ITSELF.en)
    lines.append(
        Text(
            zh=f"截取时间：{captured}；存档人：{keeper.zh}" if captured else f"存档人：{keeper.zh}",
            en=f"Captured: {captured}; kept by: {keeper.en}" if captured else f"Kept by: {keeper.en}",
        )
    )
    share = f"{reference.overlap:.0%}"
    lines.append(
        Text(
            zh=f"售后照片显示了该图的 {share}；变化：{shown(reference.transform.zh) or '无'}",
            en=f"The photo shows {share} of it; changes: {shown(reference.transform.en) or 'none'}",
        )
    )
    return tuple(lines)


def earlier_order(reference: MatchedReference, claimed_at: str = "") -> Text:
    """Return another order in words: its masked number and when it was claimed, else the day its number begins with."""
    number = shown(reference.order)
    if claimed := moment_of(claimed_at):
        return Text(zh=f"另一订单 {number}（{claimed} 申请售后）", en=f"another order, {number} (claimed {claimed})")
    day = _ORDER_DAY.match(reference.order)
    if not day:
        return Text(zh=f"另一订单 {number} ", en=f"another order, {number}")
    on = f"20{day[1]}-{day[2]}-{day[3]}"
    return Text(zh=f"另一订单 {number}（{on} 下单）", en=f"another order, {number} (placed on {on})")


def placeholders(dossier: Dossier) -> dict[str, str]:
    """Return what a profile's statements may name."""
    reference = next((photo.reference for photo in dossier.photos if photo.reference), None)
    places = {
        (p.selected.report.photo, n) for p in dossier.photos for each in p.selected.exported for n in each.numbers
    }
    return {
        "order": shown(dossier.order_number),
        "count": str(len(places)),
        "place": _place(reference) if reference else "",
        "when": moment_of(when(reference))[:10] if reference else "",
        "other": shown(reference.order) if reference else "",
    }


def moment_of(text: str) -> str:
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


def _place(reference: MatchedReference) -> str:
    """Return the site, or the app and account, short enough for the statement; the whole source is on the picture."""
    if link := web_link(reference.source):
        return urlsplit(link).hostname or ""
    return shown(where(reference))[:PLACE_LONGEST]
