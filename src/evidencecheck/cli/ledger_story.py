"""One row of the audit log in words, in both languages."""

from __future__ import annotations

from functools import singledispatch

from evidencecheck.cli.ledger_words import DECISIONS, FILINGS, RESULTS, ROLES, clock
from evidencecheck.model import Text
from evidencecheck.report.text import LEVEL_NAMES
from evidencecheck.store.facts import (
    Answered,
    Attached,
    DeadlineSet,
    Decided,
    Exported,
    Judged,
    Packaged,
    Purged,
    Submitted,
    TakenIn,
)


@singledispatch
def story(fact: object) -> Text:
    """Return a fact of a case as one line."""
    raise TypeError(f"no words for {type(fact).__name__}")


@story.register
def _(fact: TakenIn) -> Text:
    text = Text(zh=f"收到照片 {fact.sha256[:12]}", en=f"photo {fact.sha256[:12]} taken in")
    return _with(text, fact.channel, "本店发出 / sent by the shop" if fact.own else "", fact.earlier)


@story.register
def _(fact: Judged) -> Text:
    name, photo = LEVEL_NAMES[fact.verdict], fact.sha256[:12]
    text = Text(zh=f"照片 {photo}：{name.zh}", en=f"photo {photo}: {name.en}")
    return _with(text, ", ".join(fact.claims), fact.version, fact.calibration)


@story.register
def _(_fact: Exported) -> Text:
    return Text(zh="读入订单导出", en="order export read")


@story.register
def _(fact: Decided) -> Text:
    said = DECISIONS[fact.decision]
    return _with(Text(zh=f"决定：{said.zh}", en=f"decided: {said.en}"), fact.photo[:12], fact.by, fact.note)


@story.register
def _(fact: Packaged) -> Text:
    draft = "" if fact.ready else "草稿 / draft"
    return _with(Text(zh=f"材料已生成：{fact.folder}", en=f"package made: {fact.folder}"), fact.kind, draft)


@story.register
def _(fact: Submitted) -> Text:
    name, when = FILINGS[fact.filing], clock(fact.when)
    text = Text(zh=f"已提交{name.zh}，{when}", en=f"submitted: {name.en}, {when}")
    return _with(text, fact.kind, fact.entry and f"入口 / entry {fact.entry}", fact.note)


@story.register
def _(fact: Answered) -> Text:
    name, result, when = FILINGS[fact.filing], RESULTS[fact.result], clock(fact.when)
    text = Text(zh=f"{name.zh}的结果：{result.zh}，{when}", en=f"outcome of the {name.en}: {result.en}, {when}")
    return _with(text, fact.note)


@story.register
def _(fact: DeadlineSet) -> Text:
    name, until = FILINGS[fact.filing], clock(fact.until) if fact.until else "-"
    return Text(zh=f"{name.zh}期限：{until}", en=f"deadline for the {name.en}: {until}")


@story.register
def _(fact: Attached) -> Text:
    role, file = ROLES[fact.role], fact.sha256[:12]
    return Text(zh=f"添加附件 {file}：{role.zh}", en=f"attached {file}: {role.en}")


@story.register
def _(fact: Purged) -> Text:
    count = len(fact.photos) + len(fact.attachments)
    return Text(zh=f"已清理 {count} 个文件的图片和路径", en=f"pictures and paths of {count} file(s) purged")


def _with(text: Text, *more: str) -> Text:
    """Return the text with what else was said, which is the same in either language."""
    added = "; ".join(each for each in more if each)
    return Text(zh=f"{text.zh}（{added}）", en=f"{text.en} ({added})") if added else text
