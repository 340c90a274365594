"""The file a seller reads first: is the package complete, which file is which, which goes where, what else to add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidencecheck.model import Text
from evidencecheck.report.contents import TEXT_FILES, Contents, listed
from evidencecheck.report.dossier import Dossier
from evidencecheck.report.gate import Missing
from evidencecheck.report.grounds import NOT_REDACTED, NOT_SEARCHED, SEARCHED, covers_in_words, late_sources
from evidencecheck.report.letters import slot_words, with_timeline
from evidencecheck.report.profile import Profile, Slot
from evidencecheck.report.statement import placeholders, said
from evidencecheck.report.strip import moment

AFTERWARDS = Text(
    zh="提交之后，在台账里记一笔：evidencecheck ledger submit {order} --entry A（或 B、C）",
    en="When it is handed in, note it: evidencecheck ledger submit {order} --entry A (or B, C)",
)
TEXT_PURPOSES = (
    ("statement", Text(zh="举报时粘贴，全文复制", en="paste it in the report, all of it")),
    ("appeal", Text(zh="维权申诉时粘贴，全文复制", en="paste it in the appeal, all of it")),
    ("intervention", Text(zh="平台介入时粘贴，全文复制", en="paste it when the platform intervenes, all of it")),
    ("grounds", Text(zh="依据、误报率、其他可能、局限", en="grounds, rates, other explanations, limits")),
)


def steps_text(dossier: Dossier, profile: Profile, contents: Contents, lacking: Sequence[Missing]) -> str:
    """Return the file to read first."""
    language, kind = dossier.language, profile.kinds[dossier.kind]
    timed = with_timeline(dossier)
    words = {
        **placeholders(dossier),
        "kind": said(kind.name, profile.language or language),
        "photo": listed([files.photo for files in contents.photos], language),
        "upload": listed(contents.upload(with_timeline=timed), language),
        **{role: contents.texts.get(role, "") for role in TEXT_FILES},
    }
    lines = [
        said(Text(zh="订单 {order}　类型：{kind}", en="Order {order}, kind: {kind}"), language).format_map(words),
        said(Text(zh="这一类型需要：", en="This kind needs: "), language) + said(kind.needs, language),
        *_status(lacking, language),
        *(f"! {said(caution, language)}" for caution in cautions(dossier)),
        "",
        said(Text(zh="文件", en="Files"), language),
        *(f"  {name}　{said(what, language)}" for name, what in _files(dossier, contents, timed=timed) if name),
    ]
    for entry in profile.entries:
        lines += ["", said(entry.title, language)]
        lines += [f"  {n}. {said(step, language).format_map(words)}" for n, step in enumerate(entry.steps, 1)]
    lines += ["", said(AFTERWARDS, language).format_map(words)]
    lines += ["", said(Text(zh="平台介入时的四类证据", en="What platform intervention asks for"), language)]
    for slot in profile.slots:
        lines += [f"  [{said(slot.title, language)}]"]
        lines += [f"    {said(mark, language)}" for mark in _slot(slot, dossier, contents, words)]
    lines += ["", *(f"* {said(advice, language)}" for advice in profile.advice)]
    lines += [f"* {_deadline(each.title, each.hours, language)}" for each in profile.deadlines if not each.verified]
    return "\n".join(lines) + "\n"


def cautions(dossier: Dossier) -> Iterator[Text]:
    """Yield what the seller must look at before handing anything in."""
    if dossier.reported:
        yield Text(
            zh=f"这个订单已经反馈过 {dossier.reported} 次。每个订单的次数有上限，再次提交前请确认这次更完整。",
            en=f"This order was already reported {dossier.reported} time(s). Reports are capped: make sure this one is "
            "more complete.",
        )
    if dossier.order and (dossier.order.refunded_at or dossier.order.agreed_at):
        until = dossier.appeal_until
        limit = moment(until, dossier.settings, "zh") if until else ""
        yield Text(
            zh="这个订单已经退款或同意退款：仍可反馈，并在申诉期内提交维权申诉"
            + (f"（您设定的期限：{limit}）。" if until else "。"),
            en="The refund is made or agreed: report it all the same, and appeal while the window is open"
            + (f" (until {limit}, as you set it)." if until else "."),
        )
    yield from late_sources(dossier)
    for photo in dossier.photos:
        regions = [region for each in photo.selected.exported for region in each.finding.regions]
        if dossier.kind != "web-image" and any(c.hides(r.polygon) for c in photo.covers for r in regions):
            yield Text(
                zh="有遮盖和圈出的位置重叠：请看一眼圈注图，证据不能被盖住；需要时用 --no-redact 并自己画框 --mask。",
                en="A cover overlaps a circled place: look at the picture, the evidence must stay visible; if need be "
                "use --no-redact and draw your own boxes with --mask.",
            )
    for enclosure in dossier.enclosures:
        if enclosure.trouble:
            yield Text(zh=f"附件没有放入：{enclosure.trouble.zh}", en=f"Attachment left out: {enclosure.trouble.en}")
        elif enclosure.rgb is None and dossier.redacted:
            yield Text(
                zh="视频和文档类附件原样放入，没有遮盖：请自己看一遍。",
                en="Videos and papers are in here as they are, nothing is covered: look at them yourself.",
            )
    yield NOT_REDACTED if not dossier.redacted else SEARCHED if dossier.searched else NOT_SEARCHED


def _status(lacking: Sequence[Missing], language: str) -> Iterator[str]:
    if not lacking:
        yield said(Text(zh="材料齐全，可以提交。", en="Complete: ready to submit."), language)
        return
    yield said(Text(zh="还缺以下材料，先不要提交：", en="Not complete; do not submit yet. Missing:"), language)
    for each in lacking:
        yield f"  - {said(each.what, language)}"
        yield f"    {said(each.remedy, language)}"


def _files(dossier: Dossier, contents: Contents, *, timed: bool) -> Iterator[tuple[str, Text]]:
    """Yield every file with what it is, in the order of the folder."""
    upload = contents.upload(with_timeline=timed)
    for name, what in _pictures(dossier, contents):
        wanted = Text(zh="【要交】", en="[hand in] ") if name in upload else Text(zh="【可选】", en="[optional] ")
        yield name, Text(zh=wanted.zh + what.zh, en=wanted.en + what.en)
    for role, what in TEXT_PURPOSES:
        yield contents.texts.get(role, ""), what


def _pictures(dossier: Dossier, contents: Contents) -> Iterator[tuple[str, Text]]:
    for files, photo in zip(contents.photos, dossier.photos, strict=True):
        done = covers_in_words(photo.covers)
        clean = Text(
            zh="售后照片的副本，去掉了文件信息" + (f"，遮盖了{done.zh}" if done.zh else ""),
            en="copy of the buyer's photo without metadata" + (f", covered: {done.en}" if done.en else ""),
        )
        whole = Text(zh="售后照片原文件，逐字节相同", en="the buyer's photo, byte for byte")
        yield files.ready, Text(zh="主图，圈注和说明都在上面", en="the main picture, with outlines and words")
        yield files.photo, clean if dossier.redacted or photo.covers else whole
        yield files.source, Text(zh="来源图片", en="the source picture")
    yield contents.shop_photo, Text(zh="本店实物图", en="the shop's own product")
    yield contents.timeline, Text(zh="时间线", en="timeline")
    yield contents.earlier_uses, Text(zh="同一张照片用于其他订单", en="the same photo in other orders")
    enclosed = (each for each in dossier.enclosures if not each.trouble)
    for (_, name), each in zip(contents.enclosures, enclosed, strict=True):
        done = covers_in_words(each.covers)
        yield (
            name,
            Text(
                zh="您添加的附件" + (f"，遮盖了{done.zh}" if done.zh else ""),
                en="attachment you added" + (f", covered: {done.en}" if done.en else ""),
            ),
        )


def _slot(slot: Slot, dossier: Dossier, contents: Contents, words: Mapping[str, str]) -> Iterator[Text]:
    """Say what is there for a slot, and what the seller must add."""
    here = Text(zh=slot_words(slot.id, dossier, contents, "zh"), en=slot_words(slot.id, dossier, contents, "en"))
    if here.zh:
        yield Text(zh=f"已有：{here.zh}", en=f"here: {here.en}")
    if not contents.enclosed(slot.id):
        yield Text(zh=f"请补充：{slot.add.zh.format_map(words)}", en=f"to add: {slot.add.en.format_map(words)}")


def _deadline(title: Text, hours: int, language: str) -> str:
    return said(
        Text(
            zh=f"{title.zh}：{hours} 小时（未经核实，请以平台现行规则为准）",
            en=f"{title.en}: {hours} h (unverified; check the platform's current rules)",
        ),
        language,
    )
