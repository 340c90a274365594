"""Measure visible-label: labels drawn on photos as apps draw them, and false alarms on the photos as they are.

    python benchmarks/visible_labels.py FONT FOLDER [FOLDER ...] [--draw N]

Every photo of the folders is read as it is; N of them (default 60) also with a label in a corner or at the bottom:
2.5-5 % of the short side tall, white, more or less transparent, saved as JPEG of quality 70-90. Some are white on
white: nobody reads those.
"""

from __future__ import annotations

import argparse
import io
import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evidencecheck.check.visible_label import visible_label
from evidencecheck.model import Finding

TEXTS = ("AI生成", "豆包AI生成", "即梦AI生成", "内容由AI生成", "由AI生成", "AI合成", "元宝AI生成", "Made with AI")
SIDE_PX = 1080


def found(picture: Image.Image) -> list[Finding]:
    exhibit: Any = SimpleNamespace(
        rgb=np.asarray(picture), photo=SimpleNamespace(width=picture.width, height=picture.height)
    )
    lab: Any = None
    return [result for result in visible_label(exhibit, lab) if isinstance(result, Finding)]


def labelled(picture: Image.Image, text: str, font: str, chance: random.Random) -> Image.Image:
    size = round(min(picture.size) * chance.choice((0.025, 0.03, 0.04, 0.05)))
    letters, layer = ImageFont.truetype(font, size), Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    right, bottom = picture.width - draw.textlength(text, letters) - 0.6 * size, picture.height - 2 * size
    middle = (picture.width - draw.textlength(text, letters)) / 2
    place = chance.choice(((right, bottom), (0.6 * size, bottom), (0.6 * size, 0.6 * size), (middle, bottom)))
    alpha = chance.choice((140, 180, 255))
    edge: dict[str, Any] = {"stroke_width": chance.choice((0, 1)), "stroke_fill": (0, 0, 0, alpha // 2)}
    draw.text(place, text, (255, 255, 255, alpha), letters, **edge)
    saved = io.BytesIO()
    drawn = Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")
    drawn.save(saved, "JPEG", quality=chance.choice((70, 80, 90)))
    return Image.open(saved).convert("RGB")


def pictures(folders: list[Path]) -> Iterator[Image.Image]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
                picture = Image.open(path).convert("RGB")
                scale = min(1.0, SIDE_PX / min(picture.size))
                yield picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("font")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--draw", type=int, default=60)
    args = parser.parse_args()
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    read = drawn = alarms = photos = 0
    for picture in pictures(args.folders):
        photos += 1
        for finding in found(picture):
            alarms += 1
            print(f"  photo {photos}: {finding.summary.en}")
        if drawn < args.draw:
            read += bool(found(labelled(picture, TEXTS[drawn % len(TEXTS)], args.font, chance)))
            drawn += 1
    bound = 3 / max(1, photos)
    print(f"labels read: {read} of {drawn}; false alarms: {alarms} on {photos} photos (none: below {bound:.4f})")


if __name__ == "__main__":
    main()
