"""AI labels: what the file itself declares about being made or edited by AI.

It sees China's implicit label (GB 45438-2025), IPTC digital source types and AI fields, C2PA claims, generators'
parameters, and phones' records of AI edits; all but the first are rows of `signatures/ai.csv`. Blind spots: any re-save
removes every label, and a label is text that anyone can write. Sources: GB 45438-2025, IPTC NewsCodes, C2PA 2.x.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.metadata.aigc import AigcLabel, labels
from evidencecheck.metadata.marks import Hit, find
from evidencecheck.metadata.private import shown
from evidencecheck.model import Basis, Check, CheckResult, Claim, Exhibit, Finding, Group, Lab, Strength, Text

SHOWN_CHARS = 120
SAYS = {
    "1": (1.0, Strength.DOCUMENTED, Text(zh="是 AI 生成合成的", en="is AI-generated")),
    "2": (0.4, Strength.POSSIBLE, Text(zh="可能是 AI 生成合成的", en="may be AI-generated")),
    "3": (0.3, Strength.POSSIBLE, Text(zh="疑似 AI 生成合成的", en="is suspected to be AI-generated")),
}
KINDS = {
    "generated": (Claim.AI_GENERATED, Strength.DOCUMENTED, Text(zh="由 AI 生成", en="was made by AI")),
    "edited": (Claim.EDITED, Strength.DOCUMENTED, Text(zh="经过 AI 编辑", en="was edited with AI")),
    "ai": (Claim.AI_GENERATED, Strength.DOCUMENTED, Text(zh="由 AI 生成或编辑", en="was made or edited with AI")),
    "generated-maybe": (
        Claim.AI_GENERATED,
        Strength.POSSIBLE,
        Text(zh="可能由 AI 生成", en="may be made by AI"),
    ),
    "edited-maybe": (Claim.EDITED, Strength.POSSIBLE, Text(zh="可能经过 AI 编辑", en="may have been edited with AI")),
}
INNOCENT = (
    Text(zh="标识没有防伪，任何人都能写入或伪造", en="a label is plain text; anyone can write or forge it"),
    Text(
        zh="手机的美化、消除路人、超清等功能也会写入这类标识",
        en="phone features such as beautifying, removing bystanders or upscaling write such labels too",
    ),
    Text(zh="可能只有一部分画面经过 AI 处理", en="only a part of a real photo may have been processed"),
)


def ai_label(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield one finding per value of the national label, and one per kind of other declaration."""
    fields = exhibit.blocks.fields
    given: dict[str, AigcLabel] = {}
    for label in labels(fields):
        given.setdefault(label.value, label)
    for label in given.values():
        yield _national(label)
    hits = list(find(fields, "ai"))
    says = {hit.mark.says for hit in hits}
    # A tool's name says "AI" and not how much; what else is declared does.
    vague = next((kind for kind in ("generated", "edited") if kind in says), "ai")
    for kind in KINDS:
        group = [hit for hit in hits if kind == _kind(hit, vague)]
        if group:
            yield _declared(kind, group)


def _kind(hit: Hit, vague: str) -> str:
    says = vague if hit.mark.says == "ai" else hit.mark.says
    part = hit.field.place == "c2pa" and hit.field.name.startswith("component")  # a picture that was put into this one
    return "edited" if part and says == "generated" else says


def _national(label: AigcLabel) -> Finding:
    # Without a value, a label that names a producer was written by a generating service; else it is only passed on.
    score, ceiling, says = SAYS.get(label.value) or SAYS["1" if label.made and not label.value else "2"]
    zh, en = (f"；服务：{label.company}", f"; service: {label.company}") if label.company else ("", "")
    return Finding(
        claim=Claim.AI_GENERATED,
        score=score,
        basis=Basis.FACT,
        ceiling=ceiling,
        summary=Text(
            zh=f"文件带有国家标准的 AI 标识（GB 45438），声明内容{says.zh}{zh}",
            en=f"the file carries China's AI label (GB 45438), which says that the content {says.en}{en}",
        ),
        measurements={
            "label": shown(label.value, SHOWN_CHARS),
            "producer": shown(label.company or label.producer, SHOWN_CHARS),
            "place": label.field.place,
            "field": label.field.name[:SHOWN_CHARS],
        },
        innocent=INNOCENT,
    )


def _declared(kind: str, hits: list[Hit]) -> Finding:
    claim, ceiling, says = KINDS[kind]
    best = max(hits, key=lambda hit: hit.mark.score)
    return Finding(
        claim=claim,
        score=best.mark.score,
        basis=Basis.FACT,
        ceiling=ceiling,
        summary=Text(
            zh=f"文件中写明照片{says.zh}：" + "；".join(hit.mark.tool.zh for hit in hits[:3]),
            en=f"the file declares that the picture {says.en}: " + "; ".join(hit.mark.tool.en for hit in hits[:3]),
        ),
        measurements={
            "mark": best.mark.id,
            "marks": len(hits),
            "place": best.field.place,
            "field": best.field.name[:SHOWN_CHARS],
            "value": shown(best.field.value, SHOWN_CHARS),
        },
        innocent=INNOCENT,
    )


CHECK = Check(
    id="ai-label",
    title=Text(zh="AI 标识", en="AI labels in the file"),
    group=Group.FILE,
    family="declaration",
    run=ai_label,
)
