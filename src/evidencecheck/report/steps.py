"""The file a seller reads first: is the package complete, which file goes where, what else to prepare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidencecheck.model import Order, Text
from evidencecheck.report.dossier import Dossier, when
from evidencecheck.report.gate import Missing
from evidencecheck.report.profile import Profile, Slot
from evidencecheck.report.safe import shown
from evidencecheck.report.statement import STATEMENT, Named, placeholders, said

STEPS = "00_steps.txt"


def steps_text(dossier: Dossier, profile: Profile, names: Sequence[Named], lacking: Sequence[Missing]) -> str:
    """Return the file to read first: is it complete, which file to click at each entry, what else to prepare."""
    language = dossier.language
    kind = profile.kinds[dossier.kind]
    words = {
        **placeholders(dossier),
        "kind": said(kind.name, profile.language or language),
        "original": ", ".join(name.original for name in names),
        "upload": ", ".join(part for name in names for part in (name.ready, name.source, name.original) if part),
        "statement": STATEMENT,
    }
    lines = [
        said(Text(zh="订单 {order}　类型：{kind}", en="Order {order}, kind: {kind}"), language).format_map(words),
        said(Text(zh="这一类型需要：", en="This kind needs: "), language) + said(kind.needs, language),
        *_status(lacking, language),
        *_cautions(dossier, language),
    ]
    for entry in profile.entries:
        lines += ["", said(entry.title, language)]
        lines += [f"  {n}. {said(step, language).format_map(words)}" for n, step in enumerate(entry.steps, 1)]
    lines += ["", said(Text(zh="平台介入时的四类证据", en="What platform intervention asks for"), language)]
    for slot in profile.slots:
        lines += [f"  [{said(slot.title, language)}]"]
        lines += [f"    {said(mark, language)}" for mark in _slot(slot, dossier, names, words)]
    lines += ["", *(f"* {said(advice, language)}" for advice in profile.advice)]
    lines += [f"* {_deadline(each.title, each.hours, language)}" for each in profile.deadlines if not each.verified]
    return "\n".join(lines) + "\n"


def _status(lacking: Sequence[Missing], language: str) -> Iterator[str]:
    if not lacking:
        yield said(Text(zh="材料齐全，可以提交。", en="Complete: ready to submit."), language)
        return
    yield said(Text(zh="还缺以下材料，先不要提交：", en="Not complete; do not submit yet. Missing:"), language)
    for each in lacking:
        yield f"  - {said(each.what, language)}"
        yield f"    {said(each.remedy, language)}"


def _cautions(dossier: Dossier, language: str) -> Iterator[str]:
    """A picture first recorded after the claim does not show that it was there before: the seller should know."""
    claimed = dossier.order.claimed_at if dossier.order else None
    for photo in dossier.photos:
        if dossier.kind == "web-image" and claimed and photo.reference:
            day = when(photo.reference)[:10]
            if day > f"{claimed:%Y-%m-%d}":
                yield said(
                    Text(
                        zh=f"注意：来源图片的时间（{shown(day)}）晚于申请售后，最好找到更早的发布时间。",
                        en=f"Note: the source is dated {shown(day)}, after the claim; look for an earlier date.",
                    ),
                    language,
                )


def _slot(slot: Slot, dossier: Dossier, names: Sequence[Named], words: dict[str, str]) -> Iterator[Text]:
    """Say what is there for a slot, and what the seller must add."""
    have: list[Text] = []
    order = dossier.order
    if slot.id == "chat":
        have = [
            Text(zh=f"已有：{name.original}、{name.ready}", en=f"here: {name.original}, {name.ready}") for name in names
        ]
    elif slot.id == "goods" and dossier.shop_photo:
        have = [Text(zh=f"已有：{name.source}", en=f"here: {name.source}") for name in names]
    elif slot.id == "logistics" and order and order.tracking_number:
        have = [Text(zh=f"已知：{line.zh}", en=f"known: {line.en}") for line in _parcel(order)]
    elif slot.id == "order" and order:
        have = [
            Text(
                zh=f"已知：{shown(order.product)} {order.amount or ''} 元",
                en=f"known: {shown(order.product)} {order.amount or ''}",
            )
        ]
    yield from have
    yield Text(zh=f"请补充：{slot.add.zh.format_map(words)}", en=f"to add: {slot.add.en.format_map(words)}")


def _here(*files: str) -> Text:
    listed = ", ".join(file for file in files if file)
    return Text(zh=f"已有：{listed}", en=f"here: {listed}")


def _parcel(order: Order) -> Iterator[Text]:
    number = shown(order.tracking_number)
    yield Text(zh=f"快递单号 {number}", en=f"tracking number {number}")
    for at, name in (
        (order.shipped_at, Text(zh="发货", en="shipped")),
        (order.received_at, Text(zh="收货", en="received")),
    ):
        if at:
            yield Text(zh=f"{name.zh} {at:%Y-%m-%d %H:%M}", en=f"{name.en} {at:%Y-%m-%d %H:%M}")


def _deadline(title: Text, hours: int, language: str) -> str:
    return said(
        Text(
            zh=f"{title.zh}：{hours} 小时（未经核实，请以平台现行规则为准）",
            en=f"{title.en}: {hours} h (unverified; check the platform's current rules)",
        ),
        language,
    )
