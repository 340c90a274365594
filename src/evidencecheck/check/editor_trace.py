"""Editor traces: which software says it saved the file.

It sees Software and history fields (EXIF, XMP, IPTC, PNG), Photoshop's data blocks, encoder marks, Samsung's and
ByteDance's edit records; every trace is a row of `signatures/editors.csv`. Blind spots: chat apps remove all of them,
and many editors write none. A trace says "saved by", nothing about what was changed: alone it is only possible.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.metadata.marks import Hit, carried, find
from evidencecheck.metadata.private import shown
from evidencecheck.model import (
    Basis,
    Check,
    CheckResult,
    Claim,
    Exhibit,
    Finding,
    Group,
    Lab,
    MetadataRow,
    Strength,
    Text,
)

SHOWN_CHARS = 120
INNOCENT = (
    Text(
        zh="调亮度、裁剪、旋转或加文字也会留下同样的痕迹",
        en="brightening, cropping, rotating or adding text leaves the same trace",
    ),
    Text(
        zh="用电脑软件导出、传输或转换格式也会写入软件名",
        en="exporting, transferring or converting with a computer program writes its name too",
    ),
    Text(zh="很多人会用手机相册自带的编辑功能", en="many people use the editor built into the phone's gallery"),
)


def editor_trace(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield one finding that names every trace, and a metadata row for each."""
    fields = [field for field in exhibit.blocks.fields if not any(carried(field, "firmware"))]
    hits = list(find(fields, "editors"))
    if not hits:
        return
    yield _finding(sorted(hits, key=lambda hit: -hit.mark.score))
    for hit in hits:
        yield MetadataRow(
            field=hit.field.name[:SHOWN_CHARS],
            value=_shown(hit),
            place=hit.field.place,
            meaning=Text(zh=f"编辑痕迹：{hit.mark.tool.zh}", en=f"editor trace: {hit.mark.tool.en}"),
        )


def _finding(hits: list[Hit]) -> Finding:
    tools = list(dict.fromkeys((hit.mark.tool.zh, hit.mark.tool.en) for hit in hits))[:3]
    best = hits[0]
    return Finding(
        claim=Claim.EDITED,
        score=best.mark.score,
        basis=Basis.FACT,
        ceiling=Strength.POSSIBLE,
        summary=Text(
            zh="文件带有软件保存过的痕迹：" + "；".join(zh for zh, _ in tools) + "。这不说明改了什么。",
            en="the file carries traces of having been saved by software: "
            + "; ".join(en for _, en in tools)
            + "; this says nothing about what was changed",
        ),
        measurements={
            "mark": best.mark.id, "traces": len(hits), "place": best.field.place,
            "field": best.field.name[:SHOWN_CHARS], "value": _shown(best),
        },
        innocent=INNOCENT,
    )  # fmt: skip


def _shown(hit: Hit) -> str:
    return shown(hit.field.value, SHOWN_CHARS)


CHECK = Check(
    id="editor-trace",
    title=Text(zh="编辑软件痕迹", en="Editor traces"),
    group=Group.FILE,
    family="declaration",
    run=editor_trace,
)
