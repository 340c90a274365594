"""A visible AI label at the edge is read; other words, and the same words elsewhere, are not taken for one."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from evidencecheck.check.visible_label import WORDS, visible_label
from evidencecheck.model import Claim, Finding, Lab, NotApplicable, Strength

FONTS = sorted(
    path
    for folder in ("/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts")
    for pattern in ("**/NotoSansCJK-Regular.ttc", "**/NotoSerifCJK-Bold.ttc", "**/PingFang.ttc", "**/msyh.ttc")
    for path in Path(folder).glob(pattern)
)
reads = pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra ocr is not installed")
writes = pytest.mark.skipif(not FONTS, reason="no Chinese font to draw the label with")
Rgb = NDArray[np.uint8]


def written(scene: Rgb, text: str, place: tuple[int, int], size: int) -> bytes:
    picture = Image.fromarray(scene)
    font = ImageFont.truetype(str(FONTS[0]), size)
    ImageDraw.Draw(picture).text(place, text, fill="white", font=font, stroke_width=2, stroke_fill="black")
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=75)
    return target.getvalue()


def findings(files: Any, data: bytes, lab: Lab) -> list[Finding]:
    return [result for result in visible_label(files.exhibit(data), lab) if isinstance(result, Finding)]


@reads
@writes
@pytest.mark.parametrize(
    ("text", "place"), [("AI生成", (700, 1130)), ("豆包AI生成", (20, 1120)), ("内容由AI生成", (20, 10))]
)
def test_a_label_at_the_edge_is_read_after_saving(
    text: str, place: tuple[int, int], files: Any, lab: Lab, draw_scene: Callable[..., Rgb]
) -> None:
    found = findings(files, written(draw_scene(3), text, place, 48), lab)
    assert [(f.claim, f.ceiling) for f in found] == [(Claim.AI_GENERATED, Strength.POSSIBLE)]
    xs, ys = zip(*found[0].regions[0].polygon, strict=True)
    assert min(xs) - 40 < place[0] + 24 < max(xs) + 40  # the label's first letter lies in the marked place
    assert min(ys) - 40 < place[1] + 24 < max(ys) + 40


@reads
@writes
@pytest.mark.parametrize(
    ("text", "place"), [("顺丰速运", (20, 1120)), ("AI", (20, 1120)), ("AI生成", (300, 600)), ("生成日期", (20, 10))]
)
def test_other_words_and_places_are_silent(
    text: str, place: tuple[int, int], files: Any, lab: Lab, draw_scene: Callable[..., Rgb]
) -> None:
    assert findings(files, written(draw_scene(3), text, place, 48), lab) == []


@pytest.mark.skipif(find_spec("rapidocr") is not None, reason="the extra ocr is installed")
def test_without_the_extra_it_is_not_applicable_and_says_how_to_get_it(files: Any, lab: Lab) -> None:
    (result,) = visible_label(files.exhibit(files.jpeg()), lab)
    assert isinstance(result, NotApplicable)
    assert "evidencecheck[ocr]" in result.reason.en


@pytest.mark.parametrize(
    "text",
    [
        "AI生成",
        "AI 合成",
        "人工智能生成",
        "豆包AI生成",
        "即梦AI",
        "AI-generated",
        "Made with AI",
        "内容由AI生成，仅供参考",
        "Al生成",
        "A1生成",
        "Al-generated",
        "千问A生成",
        "本图片由AI生成",
        "AI生成图片",
        "AI 绘画",
        "疑似AI生成",
        "AI辅助生成",
    ],
)
def test_declarations(text: str) -> None:
    assert WORDS.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "AI",
        "生成",
        "AIR 生成",
        "HUAWEI AI CAMERA",
        "XIAOMI",
        "AI超清摄影",
        "MAIN 创作",
        "豆包",
        "EMAIL",
        "AI绘画机器人",
        "AI生成海报",
        "一键AI生成PPT大纲",
        "AI合成旅",
        "AI智能语音",
        "made with aluminium",
        "百度AI音箱",
        "AI翻译",
        "美图AI手机",
        "AI创作平台",
        "AIDA 合成革",
        "Made by Al",
    ],
)
def test_no_declarations(text: str) -> None:
    assert not WORDS.search(text)
