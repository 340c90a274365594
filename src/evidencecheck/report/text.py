"""The report's words, in simple Chinese and in English: what a level, a claim, a strength and a rate mean.

Wording rules: "consistent with", never "proves"; about the file, never about a person; "nothing found" is never
"genuine".
"""

from __future__ import annotations

import re
from datetime import datetime

from evidencecheck.model import ADDED_TO_CORPUS, Basis, Claim, Finding, Level, ReferenceKind, Status, Strength, Text

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")

LEVEL_NAMES: dict[Level, Text] = {
    Level.DOCUMENTED: Text(zh="有据可查", en="Documented"),
    Level.SUPPORTED: Text(zh="有力支持", en="Supported"),
    Level.POSSIBLE: Text(zh="仅供复核", en="Possible"),
    Level.INCONCLUSIVE: Text(zh="无法判断", en="Inconclusive"),
    Level.NONE: Text(zh="未发现", en="Nothing found"),
    Level.UNREADABLE: Text(zh="无法读取", en="Unreadable"),
}

LEVEL_MEANS: dict[Level, Text] = {
    Level.DOCUMENTED: Text(
        zh="至少有一项发现是任何人都能自己核对的事实，例如与一张有出处的图片是同一张，或文件自带标记。",
        en="At least one finding is a fact anyone can check: the same picture as a source that is on record, or a mark "
        "the file itself carries.",
    ),
    Level.SUPPORTED: Text(
        zh="测量结果达到了很少误报的程度：每 1,000 张正常照片最多约 1 张会出现同样的结果。",
        en="A measurement reached a level that honest photos rarely reach: at most about 1 in 1,000.",
    ),
    Level.POSSIBLE: Text(
        zh="只有较弱的迹象，正常照片也会出现（最多约每 50 张 1 张）。只给复核的人参考，不能写进投诉。",
        en="Only a weak sign, which honest photos show too (up to about 1 in 50). For the reviewer only, never for a "
        "complaint.",
    ),
    Level.INCONCLUSIVE: Text(
        zh="有一项重要的检查没有成功，或者照片被压缩得太厉害，痕迹已经看不出来。",
        en="A check that matters failed, or could not see: compression has removed the traces it looks for.",
    ),
    Level.NONE: Text(
        zh="能做的检查都做了，没有发现问题。",
        en="Every check that applies has run and found nothing.",
    ),
    Level.UNREADABLE: Text(
        zh="这个文件打不开，没有做任何检查。原因和处理办法见下。",
        en="This file does not open as a picture; nothing was checked. The reason and the remedy are below.",
    ),
}

LEVEL_DOES_NOT_MEAN: dict[Level, Text] = {
    Level.DOCUMENTED: Text(
        zh="它不说明是谁做的、为什么做。请先看下面的其他可能，再核对原图和出处。",
        en="It does not say who did anything, or why. Read the other explanations below and check the original and its "
        "source.",
    ),
    Level.SUPPORTED: Text(
        zh="它不是定论，误报仍有可能。请看圈出的位置和其他可能，用眼睛核对。",
        en="It is not a verdict on what happened; false alarms remain possible. Check the circled places with your own "
        "eyes.",
    ),
    Level.POSSIBLE: Text(
        zh="它不说明照片有问题。大多数这样的照片是正常的。",
        en="It does not mean that the photo is false. Most photos with such a sign are honest.",
    ),
    Level.INCONCLUSIVE: Text(
        zh="它既不表示照片有问题，也不表示没有问题。可以请对方发原图后再查。",
        en="It means neither that something is wrong nor that nothing is. Ask for the original file and screen again.",
    ),
    Level.NONE: Text(
        zh="这不表示照片是真的：没见过的图、做得好的修改、换了别家商品的照片，都可能查不出来。",
        en="It does not show that the photo is authentic: a picture not on record, a careful edit or another product "
        "can go unnoticed.",
    ),
    Level.UNREADABLE: Text(
        zh="它不表示对方做了什么：传输中断、格式少见都会这样。",
        en="It says nothing about anyone: a broken transfer or a rare format does this too.",
    ),
}

CLAIM_NAMES: dict[Claim, Text] = {
    Claim.WEB_IMAGE: Text(zh="网图", en="Web picture"),
    Claim.EDITED: Text(zh="PS 图（修改过）", en="Edited picture"),
    Claim.NOT_OUR_PRODUCT: Text(zh="非本店商品", en="Not this shop's product"),
    Claim.AI_GENERATED: Text(zh="AI 生成", en="AI-generated"),
    Claim.REUSED: Text(zh="其他订单用过", en="Reused from another order"),
    Claim.CONTRADICTION: Text(zh="与订单对不上", en="Contradicts the order"),
}

STRENGTH_NAMES: dict[Strength, Text] = {strength: LEVEL_NAMES[Level(strength.value)] for strength in Strength}
UNCOUNTED = Text(zh="不计入结论", en="Not counted")

STATUS_NAMES: dict[Status, Text] = {
    Status.DONE: Text(zh="已完成", en="Done"),
    Status.NOT_APPLICABLE: Text(zh="不适用", en="Not applicable"),
    Status.FAILED: Text(zh="没有成功", en="Failed"),
}

KIND_NAMES: dict[ReferenceKind, Text] = {
    ReferenceKind.WEB: Text(zh="网上的图片", en="Picture from the web"),
    ReferenceKind.SHOP: Text(zh="本店自己的图片", en="The shop's own picture"),
    ReferenceKind.CLAIM: Text(zh="其他订单收到的照片", en="Photo received with another order"),
}


HOW_KNOWN: dict[str, Text] = {
    "manifest": Text(zh="清单表", en="manifest"),
    "option": Text(zh="添加时填写", en="given when it was added"),
    ADDED_TO_CORPUS: Text(zh="加入图库的时间", en="when it was added to the corpus"),
    "received with an order": Text(zh="本店核查那张照片的时间", en="when that photo was screened here"),
    "Zone.Identifier": Text(zh="Windows 下载记录 (Zone.Identifier)", en="Windows download record (Zone.Identifier)"),
    "kMDItemWhereFroms": Text(zh="macOS 下载记录 (kMDItemWhereFroms)", en="macOS download record (kMDItemWhereFroms)"),
}


def how_known(how: str) -> Text:
    """Return how a "first seen" is known; words the store has not coined are shown as they are."""
    known, comma, rest = how.partition(",")
    words = HOW_KNOWN.get(known, Text(zh=known, en=known))
    since = {" on this disk since": "在本机磁盘上的起始时间"}.get(rest, rest)
    return Text(
        zh=f"{words.zh}，{since.strip()}" if comma else words.zh, en=f"{words.en},{rest}" if comma else words.en
    )


def clock(when: str) -> str:
    """Return an ISO 8601 time as "2025-11-03 14:05 (UTC+08:00)"; anything else, and a bare date, unchanged."""
    if not _ISO_TIME.fullmatch(when):
        return when
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        return when
    zone = at.strftime("%z")
    return at.strftime("%Y-%m-%d %H:%M") + (f" (UTC{zone[:3]}:{zone[3:5]})" if zone else "")


def strength_name(strength: Strength | None) -> Text:
    """Return the strength in words; None is a finding `decide` did not count."""
    return UNCOUNTED if strength is None else STRENGTH_NAMES[strength]


def rate_in_words(finding: Finding) -> Text:
    """Return how often honest photos give such a finding, for example "about 1 in 1,000 honest photos"."""
    rate = finding.false_alarm_rate
    if rate is None:
        if finding.basis is Basis.FACT:
            return Text(
                zh="不是测量分数，而是可以自己核对的事实", en="not a measured score but a fact that can be checked"
            )
        return Text(zh="误报率还没有测量", en="false alarm rate not measured yet")
    if rate <= 0:
        return Text(zh="测过的正常照片里没有出现过", en="seen in none of the honest photos measured")
    if rate >= 0.5:
        return Text(zh="正常照片也经常出现", en="common in honest photos")
    count = f"{_two_digits(1 / rate):,}"
    return Text(zh=f"约每 {count} 张正常照片误报 1 张", en=f"about 1 in {count} honest photos")


def file_size(size_bytes: int) -> str:
    """Return a file size in words, with the exact count."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    for unit, factor in (("MB", 2**20), ("KB", 2**10)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit} ({size_bytes:,} B)"
    return f"{size_bytes:,} B"


def _two_digits(number: float) -> int:
    """Return a whole number rounded to two significant digits."""
    unit = int(10 ** max(len(str(round(number))) - 2, 0))
    return round(number / unit) * unit
