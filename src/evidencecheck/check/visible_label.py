"""Visible AI labels: "AI生成", "豆包AI生成" and the like, written at the edges of the picture as China's rule asks.

It is the only label that survives re-saving and chat apps. The top and bottom bands are read by OCR (extra `ocr`); text
counts when it words an AI declaration and is about as tall as the rule asks (5 % of the short side). Blind spots:
labels that were cropped off or painted over, vertical text, a label in the middle; the same words printed on goods.
Source: GB 45438-2025, section on visible labels of pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.model import (
    Basis,
    Check,
    CheckResult,
    Claim,
    Exhibit,
    Finding,
    Group,
    Lab,
    NotApplicable,
    Region,
    Strength,
    Text,
)
from evidencecheck.reading.lines import can_read, read_lines

SHORT_SIDE_PX = 640  # of the picture that is read: the smallest lawful text is then 32 px tall
BAND_SHARE = 0.16  # of the height, at the top and at the bottom
LEAST_HEIGHT_SHARE = 0.018  # of the short side; the rule asks for 0.05, apps write less
SMALLEST_PX = 200
LEAST_CONFIDENCE = 0.6  # of the OCR
_AI = r"A[IiLl1|]"  # what OCR makes of "AI"
_APPS = "豆包|即梦|可灵|千问|通义|文心|元宝|星绘|海螺|智谱清言|混元|秒画|奇域|美图|醒图|剪映|百度|讯飞|抖音|腾讯|火山"
# "AI生成海报" on a box is a feature, not a declaration
_ENDS = r"(?!\s*(?!内容|图|照片|作品|仅|标识)[A-Za-z\u4e00-\u9fff])"
WORDS = re.compile(
    rf"({_AI}|人工智能)\s*(辅助)?\s*(生成|合成){_ENDS}|"
    rf"({_AI}|人工智能)\s*(创作|制作|绘画|作画)(?![\u4e00-\u9fff])|"
    rf"内容由\s*{_AI}|(由|{_APPS})\s*A\s*生成|({_APPS})\s*{_AI}(?![a-z\u4e00-\u9fff])|"
    rf"(?i:\b{_AI}[- ]?generated\b|(generated|created|made) (by|with) AI\b)"
)
INNOCENT = (
    Text(zh="这些字可能印在商品、包装或屏幕上", en="the words may be printed on the goods, the packaging or a screen"),
    Text(zh="修图软件只做了美化也会加上这个标识", en="an app that only beautified the photo adds the label too"),
    Text(zh="文字识别可能读错，请看圈出的位置", en="the OCR may have misread; look at the marked place"),
)


def visible_label(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield a finding for every AI declaration read at the top or bottom edge."""
    width, height = exhibit.photo.width, exhibit.photo.height
    if not can_read():
        how = 'pip install "evidencecheck[ocr]"'
        yield NotApplicable(reason=Text(zh=f"没有安装扩展 ocr（{how}）", en=f"needs the extra ocr: {how}"))
        return
    if min(width, height) < SMALLEST_PX:
        yield NotApplicable(reason=Text(zh=f"短边小于 {SMALLEST_PX} 像素", en=f"short side under {SMALLEST_PX} px"))
        return
    scale = min(1.0, SHORT_SIDE_PX / min(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(exhibit.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    band = round(small.shape[0] * BAND_SHARE)
    for top in (0, small.shape[0] - band):
        for line in read_lines(small[top : top + band]):
            tall = float(np.linalg.norm(line.box[3] - line.box[0])) / min(small.shape[:2])
            if WORDS.search(line.text) and line.confidence >= LEAST_CONFIDENCE and tall >= LEAST_HEIGHT_SHARE:
                yield _finding((line.box + np.array([0, top])) / scale, line.text, line.confidence, tall)


def _finding(box: NDArray[np.float64], text: str, confidence: float, tall: float) -> Finding:
    """`box` is (4, 2) in photo pixels."""
    shown = " ".join(text.split())[:40]
    return Finding(
        claim=Claim.AI_GENERATED,
        score=min(1.0, confidence),
        basis=Basis.FACT,
        ceiling=Strength.POSSIBLE,
        summary=Text(zh=f"照片边缘写有“{shown}”", en=f'the words "{shown}" stand at the edge of the picture'),
        regions=(Region(polygon=tuple((float(x), float(y)) for x, y in box), label="1"),),
        measurements={"text": shown, "ocr_confidence": round(confidence, 3), "text_height_share": round(tall, 3)},
        innocent=INNOCENT,
    )


CHECK = Check(
    id="visible-label",
    title=Text(zh="可见的 AI 标识", en="Visible AI label"),
    group=Group.FILE,
    family="visible-text",
    run=visible_label,
)
