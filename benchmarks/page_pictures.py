"""Draw the pictures of docs/checks/save-chain.md, thumbnail.md and error-level.md, with the words of the checks.

    page_pictures.py PHOTO

PHOTO is any photo of 900 px or more. Every file is made here, written, read back and examined; the words beside it are
the check's own. Needs Noto Sans CJK for the Chinese.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from edit_generator import decode, jpeg, png
from edit_pictures import HERE, stained
from examine import circled, examined, written
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from traces import with_thumbnail

from evidencecheck.check import Ran
from evidencecheck.model import Text

Rgb = NDArray[np.uint8]
WIDE_PX = 840
RED = (230, 40, 40)


def words(ran: Ran) -> Text:
    """Return what the check says, whichever kind of answer it is."""
    said = [one.summary for one in ran.outcome.findings] + [one.summary for one in ran.outcome.notes]
    return said[0] if said else ran.outcome.explanation or Text(zh=ran.outcome.reason, en=ran.outcome.reason)


def brown(rgb: Rgb) -> Rgb:
    return np.ascontiguousarray(stained(np.ascontiguousarray(rgb[..., ::-1]))[..., ::-1])


def row(pictures: Sequence[Rgb], done: Text, said: Text) -> Rgb:
    """Return the pictures side by side, and under them what was done to the file and what the check says of it."""
    side = WIDE_PX // len(pictures)
    tall = round(side * pictures[-1].shape[0] / pictures[-1].shape[1])
    above = np.hstack([cv2.resize(one, (side, tall), interpolation=cv2.INTER_AREA) for one in pictures])
    return np.vstack([above, caption(done, said, WIDE_PX)]).astype(np.uint8)


def caption(done: Text, said: Text, wide: int) -> Rgb:
    """Return a white strip with both texts, Chinese first."""
    lines = [(done.zh, 20, (110, 110, 110)), (said.zh, 22, (20, 20, 20))]
    lines += [(done.en, 17, (110, 110, 110)), (said.en, 19, (20, 20, 20))]
    faces = [ImageFont.truetype("NotoSansCJK-Regular.ttc", size) for _, size, _ in lines]
    broken = [_broken(text, face, wide - 24) for (text, _, _), face in zip(lines, faces, strict=True)]
    tall = sum(round(size * 1.4) * len(parts) for (_, size, _), parts in zip(lines, broken, strict=True)) + 24
    page = Image.new("RGB", (wide, tall), "white")
    y = 8
    for (_, size, colour), face, parts in zip(lines, faces, broken, strict=True):
        for part in parts:
            ImageDraw.Draw(page).text((12, y), part, fill=colour, font=face)
            y += round(size * 1.4)
    return np.asarray(page, np.uint8)


def _broken(text: str, face: ImageFont.FreeTypeFont, wide: int) -> list[str]:
    """Break a text into lines: English between words, Chinese anywhere."""
    lines = [""]
    for piece in [word + " " for word in text.split(" ")] if text.isascii() else text:
        if face.getlength((lines[-1] + piece).rstrip()) > wide:
            lines.append("")
        lines[-1] += piece
    return lines


def save_chain(rgb: Rgb, work: Path) -> Iterator[Rgb]:
    height, width = rgb.shape[:2]
    smaller = cv2.resize(decode(jpeg(rgb, 93)), (width * 4 // 5, height * 4 // 5), interpolation=cv2.INTER_AREA)
    files = {
        ("只保存过一次，质量 93", "saved once, at quality 93"): jpeg(rgb, 93),
        ("先以质量 75 保存，打开后再以质量 93 保存", "saved at 75, opened, saved at 93"): jpeg(
            decode(jpeg(rgb, 75)), 93
        ),
        (
            "同一张照片缩小后以质量 75 保存，像经聊天软件发送",
            "the first, made smaller and saved at 75, as a chat app does",
        ): jpeg(np.asarray(smaller, np.uint8), 75),
    }
    for (zh, en), data in files.items():
        said = words(examined(written(data, work), "save-chain"))
        picture = cv2.resize(decode(data), (240, round(240 * height / width)), interpolation=cv2.INTER_AREA)
        text = caption(Text(zh=zh, en=en), said, WIDE_PX - 240)
        tall = max(len(picture), len(text))
        parts = [
            cv2.copyMakeBorder(part, 0, tall - len(part), 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))
            for part in (picture, text)
        ]
        yield np.hstack(parts).astype(np.uint8)


def thumbnail(rgb: Rgb, work: Path) -> Iterator[Rgb]:
    edit = brown(rgb)
    files = {
        (
            "左：文件里的缩略图，还是修改前的；右：照片",
            "left: the file's thumbnail, from before the edit; right: the photo",
        ): rgb,
        (
            "左：文件里的缩略图，与照片一起保存；右：照片",
            "left: the file's thumbnail, saved with the photo; right: the photo",
        ): edit,
    }
    for (zh, en), shown in files.items():
        ran = examined(written(with_thumbnail(edit, shown), work), "thumbnail")
        height, width = rgb.shape[:2]
        small = cv2.resize(shown, (160, round(160 * height / width)), interpolation=cv2.INTER_AREA)
        large = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
        yield row([np.asarray(large, np.uint8), circled(edit, ran, RED)], Text(zh=zh, en=en), words(ran))


def error_level(rgb: Rgb, work: Path) -> Iterator[Rgb]:
    photo = decode(jpeg(rgb, 90))
    edit = brown(photo)
    chat = np.asarray(cv2.resize(edit, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA), np.uint8)
    for (zh, en), data in {
        ("涂了一块污渍，没有再压缩：污渍比周围亮", "a stain painted, not compressed again: it stands out"): png(edit),
        ("没有修改：亮的是边缘和花纹", "nothing painted: edges and print are bright"): jpeg(rgb, 93),
        (
            "同一块污渍，经聊天软件缩小压缩后：不再比周围亮",
            "the same stain after a chat app made it smaller: no brighter than the rest",
        ): jpeg(chat, 75),
    }.items():
        ran = examined(written(data, work), "error-level")
        levels = cv2.imdecode(np.frombuffer(ran.pictures[0].data, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert levels is not None
        yield row([decode(data), np.asarray(levels, np.uint8)], Text(zh=zh, en=en), words(ran))


def main() -> None:
    photo = cv2.imread(sys.argv[1], cv2.IMREAD_COLOR_RGB)
    assert photo is not None, sys.argv[1]
    scale = 900 / max(photo.shape)  # reduced, so that nothing of an earlier save is left
    rgb = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    with tempfile.TemporaryDirectory() as work:
        for draw in (save_chain, thumbnail, error_level):
            path = HERE / f"{draw.__name__.replace('_', '-')}.jpg"
            Image.fromarray(np.vstack(list(draw(rgb, Path(work))))).save(path, quality=74, optimize=True)
            print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
