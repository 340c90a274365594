"""The ledger in words: names of states and facts in both languages, and one line per case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from evidencecheck.cli.console import Language
from evidencecheck.model import AttachmentRole, Settings, Text
from evidencecheck.report.text import CLAIM_NAMES, LEVEL_NAMES
from evidencecheck.store.facts import (
    Decision,
    Filing,
    Result,
)
from evidencecheck.store.queue import State

if TYPE_CHECKING:
    from evidencecheck.store.queue import CaseLine

STATES = {
    State.UNDECIDED: Text(zh="待决定", en="to decide"),
    State.DISMISSED: Text(zh="不举报", en="dismissed"),
    State.TO_REPORT: Text(zh="待做材料", en="to report"),
    State.PACKAGED: Text(zh="待提交", en="packaged"),
    State.SUBMITTED: Text(zh="已提交", en="submitted"),
    State.ANSWERED: Text(zh="有结果", en="answered"),
}
DECISIONS = {
    Decision.REPORT: Text(zh="举报", en="report"),
    Decision.DISMISS: Text(zh="不举报", en="dismiss"),
    Decision.LATER: Text(zh="以后再看", en="look again later"),
}
FILINGS = {
    Filing.REPORT: Text(zh="反馈虚假售后凭证", en="report"),
    Filing.APPEAL: Text(zh="维权申诉", en="appeal"),
    Filing.INTERVENTION: Text(zh="平台介入", en="platform intervention"),
}
RESULTS = {
    Result.UPHELD: Text(zh="支持", en="upheld"),
    Result.REJECTED: Text(zh="驳回", en="rejected"),
    Result.NO_ANSWER: Text(zh="没有答复", en="no answer"),
}
ROLES = {
    AttachmentRole.CHAT: Text(zh="聊天记录", en="chat"),
    AttachmentRole.ORDER: Text(zh="订单详情", en="order details"),
    AttachmentRole.VIDEO: Text(zh="视频", en="video"),
    AttachmentRole.GOODS: Text(zh="商品实物", en="the real product"),
    AttachmentRole.LOGISTICS: Text(zh="物流", en="logistics"),
    AttachmentRole.STAFF: Text(zh="本店客服发出的照片", en="a photo the shop itself sent"),
    AttachmentRole.OTHER: Text(zh="其他", en="other"),
}
HEADINGS = {
    Language.ZH: ("订单", "进度", "结论", "类型", "照片", "金额(元)", "期限", "已举报", "说明"),
    Language.EN: ("order", "state", "verdict", "claims", "photos", "yuan", "deadline", "reports", "remarks"),
}
STILL_OPEN = Text(zh="已退款，仍可举报和申诉", en="refunded: report and appeal are still open")


def word(text: Text, lang: Language) -> str:
    """Return a text in the language asked for."""
    return text.zh if lang is Language.ZH else text.en


def clock(when: datetime) -> str:
    """Return a time as the seller's platform shows it."""
    return f"{when.astimezone(ZoneInfo(Settings().time_zone)):%Y-%m-%d %H:%M}"


def cap_warning(order: str, reports: int) -> Text:
    """Return what a seller must know before reporting an order again."""
    return Text(
        zh=f"注意！订单 {order} 已经举报过 {reports} 次。平台对每个订单的反馈次数有上限（没有公布次数），"
        "再次反馈可能被退回“已经达到上限”。请确认这一次材料齐全，或改走维权申诉。",
        en=f"WARNING: order {order} was already reported {reports} time(s). The platform caps reports per order, at a "
        "number it does not publish, and may refuse another. Be sure this one is complete, or appeal instead.",
    )


def cells(line: CaseLine, lang: Language) -> tuple[str, ...]:
    """Return one case as the cells of a table."""
    deadline = f"{clock(line.deadline)} {word(FILINGS[line.filing], lang)}" if line.deadline and line.filing else ""
    return (
        line.order,
        word(STATES[line.state], lang),
        word(LEVEL_NAMES[line.level], lang) if line.level else "-",
        ", ".join(word(CLAIM_NAMES[claim], lang) for claim in line.claims),
        str(line.photos),
        "-" if line.amount is None else f"{line.amount:.2f}",
        deadline or "-",
        str(line.reports),
        "; ".join(word(remark, lang) for remark in remarks(line)),
    )


def remarks(line: CaseLine) -> list[Text]:
    """Return what else is worth knowing of a case: facts about orders only."""
    said = [STILL_OPEN] if line.refunded and not line.closed else []
    if line.same_buyer:
        said.append(
            Text(zh=f"与另外 {line.same_buyer} 个订单是同一买家", en=f"same buyer as {line.same_buyer} other order(s)")
        )
    said += [
        Text(zh=f"{FILINGS[filing].zh}的期限已过", en=f"the deadline you set for the {FILINGS[filing].en} has passed")
        for filing in line.passed
    ]
    if not line.exported:
        said.append(Text(zh="不在订单导出里", en="in no order export"))
    return said


def plain(value: Any) -> Any:
    """Return a value as `json.dumps` takes it: times as ISO 8601, amounts as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
