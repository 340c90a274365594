"""What a package rests on and what it cannot show: findings with their rates, sources, other explanations, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidencecheck.model import Text
from evidencecheck.report.contents import Contents, PhotoFiles, titled
from evidencecheck.report.cover import WHY_NAMES, Cover
from evidencecheck.report.dossier import Dossier, Language, PhotoEvidence, when
from evidencecheck.report.places import Ranked
from evidencecheck.report.safe import last_part, shown
from evidencecheck.report.statement import earlier_order, said, source_lines
from evidencecheck.report.text import rate_in_words

HEADING = Text(
    zh="依据与局限：提交前请自己先看一遍；平台要求说明依据时可以提交本文件。",
    en="Grounds and limits: read this yourself before submitting; hand it in where the platform asks for grounds.",
)
REDUCED = Text(
    zh="附上的来源图是资料库里的缩小图，原文件已不在或不宜转交。",
    en="The source picture attached is the archive's reduced copy: the file is gone or not for handing on.",
)
NOT_SEARCHED = Text(
    zh='没有在图中查找文字（未安装扩展 ocr：pip install "evidencecheck[ocr]"）：'
    "图中的电话、地址请自己看，用 --mask 遮盖。",
    en="Text in the pictures was not searched (the extra ocr is not installed): look for phone numbers and addresses "
    "yourself and cover them with --mask.",
)
NOT_REDACTED = Text(
    zh="按您的要求没有遮盖：原图逐字节放入，图中和文件里的个人信息都还在。",
    en="Not redacted, as you asked: originals are in here byte for byte, with all personal data in picture and file.",
)
SEARCHED = Text(
    zh="图中的电话、地址、姓名只在能识别到文字时才被遮盖，昵称和手写字不会：提交前请看一遍每张图。",
    en="Phone numbers, addresses and names are covered only where the text could be read, nicknames and handwriting "
    "never: look at every picture before submitting.",
)
ONLY_FILES = Text(
    zh="以上只说明图片文件本身的情况，不对任何人下结论。附图只加了圈注、文字和遮盖；"
    "原图未作任何改动，由本店保存，可用 SHA-256 核对。",
    en="This describes picture files only and says nothing about anybody. Only outlines, words and covers were added "
    "to the copies; the originals are unchanged and kept by the shop, which their SHA-256 shows.",
)


def grounds_text(dossier: Dossier, contents: Contents, languages: Sequence[str]) -> str:
    """Return the whole file, in each of the languages in turn."""
    lines: list[str] = []
    for language in languages:
        lines += [said(HEADING, language), ""]
        for photo, files in zip(dossier.photos, contents.photos, strict=True):
            lines += [*_photo(photo, files, dossier, language), ""]
        lines += [said(Text(zh="局限：", en="Limits:"), language)]
        lines += [f"  - {said(limit, language)}" for limit in limits(dossier)]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def grounds(dossier: Dossier, contents: Contents, language: str) -> str:
    """Return the facts for a letter, one numbered line each with its source; "" when there are none."""
    lines = []
    for photo, files in zip(dossier.photos, contents.photos, strict=True):
        for each in photo.selected.exported:
            picture = titled((files.ready or files.photo,), language, dossier.language)
            there = Text(zh=f"，见 {picture}", en=f", see {picture}")
            summary, place = said(each.finding.summary, language), said(places(each, dossier), language)
            lines.append(f"{shown(summary)}{place}{said(there, language)}")
            if reference := each.finding.reference:
                joined = ("；" if language == "zh" else "; ").join(
                    said(line, language) for line in source_lines(reference, dossier.by)[:-1]
                )
                lines[-1] += f"。{joined}" if language == "zh" else f". {joined}"
        lines += [_use(photo, files, language, dossier.language)] if _more_uses(photo) else []
    return "\n".join(f"{number}. {line}" for number, line in enumerate(dict.fromkeys(lines), 1))


def limits(dossier: Dossier) -> tuple[Text, ...]:
    """Return what the reader must know before relying on the package."""
    found: list[Text] = []
    if dossier.kind == "not-our-product" and any(not photo.selected.exported for photo in dossier.photos):
        found.append(
            Text(
                zh="程序没有比较商品：两张图是否为同一商品，由您和平台用眼睛判断。",
                en="The program does not compare goods: whether both pictures show the same product is for the eye.",
            )
        )
    if any(photo.taken_at for photo in dossier.photos):
        found.append(Text(zh="照片自带的时间来自手机或相机的时钟，可能不准。", en="A photo's own clock may be wrong."))
    found += late_sources(dossier)
    found += [
        Text(zh=f"也可能是：{shown(text.zh)}", en=f"A harmless explanation: {shown(text.en)}")
        for text in _innocent(dossier)
    ]
    if not dossier.redacted:
        found.append(NOT_REDACTED)
    else:
        found.append(SEARCHED if dossier.searched else NOT_SEARCHED)
    return (*dict.fromkeys(found), ONLY_FILES)


def late_sources(dossier: Dossier) -> list[Text]:
    """Say which source was first recorded after the claim: it does not show that the picture was there before."""
    claimed = dossier.order.claimed_at if dossier.order else None
    sources = (p.reference for p in dossier.photos if dossier.kind == "web-image" and p.reference)
    days = (when(reference)[:10] for reference in sources if not reference.order)
    return [
        Text(
            zh=f"来源图片的时间（{shown(day)}）晚于申请售后，最好找到更早的发布时间。",
            en=f"The source is dated {shown(day)}, after the claim; look for an earlier date.",
        )
        for day in days
        if claimed and day > f"{claimed:%Y-%m-%d}"
    ]


def places(each: Ranked, dossier: Dossier) -> Text:
    """Say where in the ready picture a finding is shown."""
    if dossier.kind == "web-image" and each.finding.reference:
        return Text(zh="（绿框内）", en=" (outlined in green)")
    numbers = "/".join(map(str, each.numbers))
    return Text(zh=f"（图中圈 {numbers}）", en=f" (place {numbers})") if numbers else Text(zh="", en="")


def covers_in_words(covers: Sequence[Cover]) -> Text:
    """Say what was covered, for example "电话 2 处、姓名 1 处"."""
    counts = {why: sum(cover.why is why for cover in covers) for why in WHY_NAMES}
    parts = [(WHY_NAMES[why], count) for why, count in counts.items() if count]
    return Text(
        zh="、".join(f"{name.zh} {count} 处" for name, count in parts),
        en=", ".join(f"{name.en}: {count}" for name, count in parts),
    )


def _photo(photo: PhotoEvidence, files: PhotoFiles, dossier: Dossier, language: str) -> Iterator[str]:
    report = photo.selected.report
    yield said(
        Text(zh=f"{files.photo}（原文件 {shown(last_part(report.photo))}，SHA-256 {report.sha256}）",
             en=f"{files.photo} (file {shown(last_part(report.photo))}, SHA-256 {report.sha256})"),
        language,
    )  # fmt: skip
    for each in photo.selected.exported:
        yield f"  - {shown(said(each.finding.summary, language))}{said(places(each, dossier), language)}"
        rate = rate_in_words(each.finding)
        yield "    " + said(Text(zh=f"可靠性：{rate.zh}", en=f"reliability: {rate.en}"), language)
    if photo.reference:
        yield from (f"    {said(line, language)}" for line in source_lines(photo.reference, dossier.by))
        known = photo.known.get(photo.reference.id)
        if known and not known.whole:
            yield "    " + said(REDUCED, language)
    if _more_uses(photo):
        yield f"  - {_use(photo, files, language, dossier.language)}"
    if photo.covers:
        done = covers_in_words(photo.covers)
        yield "  - " + said(Text(zh=f"副本中遮盖了：{done.zh}", en=f"covered in the copy: {done.en}"), language)


def _use(photo: PhotoEvidence, files: PhotoFiles, language: str, sellers: Language) -> str:
    orders = [said(earlier_order(use.reference, use.claimed_at), language) for use in photo.earlier_uses]
    name = titled((files.photo or files.ready,), language, sellers)
    if language == "zh":
        return f"{name}：同一张照片也随{'、'.join(orders)}发来过"
    return f"{name}: the same photo was received with {'; '.join(orders)}"


def _more_uses(photo: PhotoEvidence) -> bool:
    """Tell whether other orders are to be named beside those of the exported findings."""
    named = {each.finding.reference.order for each in photo.selected.exported if each.finding.reference}
    return any(use.reference.order not in named for use in photo.earlier_uses)


def _innocent(dossier: Dossier) -> Iterator[Text]:
    for photo in dossier.photos:
        for each in photo.selected.exported:
            yield from each.finding.innocent
