"""How much private text packages cover: drawn waybills, turned, blurred and saved, with known lines.

    python benchmarks/redaction.py [--bills 24] [--photos FOLDER]

Prints, for each kind of line, how many are covered by at least 80 % of their area; with `--photos` also which pictures
of a folder (without private data) get one. Needs the extra `ocr` and a Chinese font. Numbers and people are made up.
"""

from __future__ import annotations

import argparse
import io
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from evidencecheck.gathering.redaction import Redaction
from evidencecheck.report.cover import Cover
from evidencecheck.report.lettering import Lettering, find_lettering

Rgb = NDArray[np.uint8]
COVERED_SHARE = 0.8
NAMES = ("王小明", "陈丽华", "李娜", "张伟强", "欧阳锋", "赵*")
ADDRESSES = (
    "广东省深圳市南山区科技园路12号3栋501室",
    "浙江省杭州市余杭区文一西路969号",
    "四川省成都市武侯区天府大道中段530号",
    "北京市朝阳区建国路93号院5号楼1203",
)
SIZES_PX = (22, 26, 32, 40, 56)
SHAPES = ((1080, 1440), (1440, 1080), (1280, 1706))
TURNS_DEGREES = (0, 0, 3, -4, 8, 90, 180, -12)


@dataclass(frozen=True)
class Bill:
    """A photo of a waybill and the corners of its lines, (4, 2) px, by kind."""

    rgb: Rgb
    lines: tuple[tuple[str, NDArray[np.float64]], ...]


def waybill(rng: random.Random, letters: Lettering) -> Bill:
    size, (width, height) = rng.choice(SIZES_PX), rng.choice(SHAPES)
    noise = np.random.default_rng(rng.randrange(10**6)).integers(60, 200, (8, 6, 3)).astype(np.uint8)
    scene = np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    picture, font = Image.fromarray(scene), letters.font(size)
    name, phone = rng.choice(NAMES), f"1{rng.choice('3578')}{rng.randrange(10**9):09}"
    rows = (
        ("other", f"示例快递 EX2025{rng.randrange(10**8):08}"),
        ("phone", f"收件人: {name} {phone[:3]}****{phone[7:]}"),
        ("address", rng.choice(ADDRESSES)),
        ("name", name),
        ("phone", phone),
        ("other", "猫咪马克杯 350ml 1件"),
    )
    pen, left, top = ImageDraw.Draw(picture), 60, 120
    pen.rectangle((left, top, left + size * 24, top + size * 2 * (len(rows) + 1)), fill="white")
    lines = []
    for number, (kind, text) in enumerate(rows):
        x, y = left + size, top + size * (1 + 2 * number)
        pen.text((x, y), text, font=font, fill="black")
        right, bottom = x + font.getlength(text), y + 1.2 * size
        lines.append((kind, np.array([(x, y), (right, y), (right, bottom), (x, bottom)])))
    degrees = rng.choice(TURNS_DEGREES)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1 if abs(degrees) < 45 else 0.7)
    turned = cv2.warpAffine(np.asarray(picture), turn, (width, height), borderValue=(90, 90, 90))
    blurred = cv2.GaussianBlur(turned, (0, 0), rng.choice((0.1, 0.8, 1.3)))
    saved = io.BytesIO()
    Image.fromarray(np.asarray(blurred, np.uint8)).save(saved, "JPEG", quality=rng.choice((50, 70, 85)))
    placed = tuple((kind, np.asarray(corners @ turn[:, :2].T + turn[:, 2], np.float64)) for kind, corners in lines)
    return Bill(rgb=np.asarray(Image.open(saved)), lines=placed)


def covered_share(covers: Sequence[Cover], corners: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    mask, line = np.zeros(shape[:2], np.uint8), np.zeros(shape[:2], np.uint8)
    for box in covers:
        mask[box.top : box.top + box.height, box.left : box.left + box.width] = 1
    cv2.fillPoly(line, [corners.astype(np.int32)], 1)
    return float(mask[line > 0].mean()) if line.any() else 1.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bills", type=int, default=24)
    arguments.add_argument("--photos", type=Path)
    given = arguments.parse_args()
    letters, redaction, rng = find_lettering(), Redaction(), random.Random(3)  # noqa: S311 - for drawing
    assert letters.chinese, "no Chinese font"
    assert redaction.searched, "the extra ocr is not installed"
    drawn, hidden = Counter[str](), Counter[str]()
    for _ in range(given.bills):
        bill = waybill(rng, letters)
        covers = redaction.covers(bill.rgb, ())
        for kind, corners in bill.lines:
            drawn[kind] += 1
            hidden[kind] += covered_share(covers, corners, bill.rgb.shape) > COVERED_SHARE
    for kind in drawn:
        print(f"{kind}: {hidden[kind]} of {drawn[kind]} lines covered")
    paths = sorted(path for path in given.photos.rglob("*") if path.is_file()) if given.photos else []
    with_cover = 0
    for path in paths:
        with Image.open(path) as picture:
            covers = redaction.covers(np.asarray(ImageOps.exif_transpose(picture).convert("RGB")), ())
        with_cover += bool(covers)
        if covers:
            print(f"{path.name}: {', '.join(f'{box.why} {box.left},{box.top}' for box in covers)}")
    if paths:
        print(f"{with_cover} of {len(paths)} pictures have a cover")


if __name__ == "__main__":
    main()
