"""Measure copy-move on honest repetition: marks, icons and lettering drawn into photos by apps and cameras.

    repetition.py FOLDER [FOLDER ..] [--each 10] [--longest 1600] [--seed 0]

Draws each kind into the photos of the folders (tiled watermarks of several strengths and angles, stickers, icons of
thermal cameras, timestamps, status bars, equal avatars in a chat ..) and saves them as PNG, JPEG 95, 85, 75 and as a
chat does. Prints how many are reported and how many are likely, by kind; then how many parts that were really copied
are found at their place, in the bare photos and in those with marks drawn on them afterwards.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import edit_generator as made_by
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from evidencecheck.check.copy_move import LIKELY, SHOWN
from evidencecheck.forensics.copies import find_copies, score

Rgb = NDArray[np.uint8]
Rng = np.random.Generator
Draw = Callable[[Rgb, Rng], Rgb]
Box = tuple[float, float, float, float]  # left, top, right, bottom, shares of the picture's sides
CHAINS = ("png", "q95", "q85", "q75", "chat")
FACES = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Bold.ttc", "DejaVuSans-Bold.ttf")
MARKS = ("某某数码专营店", "@果园直发", "SHOP 8812", "盗图必究", "www.example.com")
INKS = ((255, 255, 255), (255, 255, 255), (40, 40, 40), (255, 120, 0), (230, 30, 40))
BRIGHT = ((230, 40, 50), (255, 205, 40), (40, 170, 240), (60, 190, 90), (255, 255, 255), (160, 80, 220))


@dataclass(frozen=True, kw_only=True)
class Case:
    """A saved picture, what was drawn into it, and where a part of the photo was pasted."""

    kind: str
    chain: str
    data: bytes
    place: Box | None  # of the copied part; None where nothing was copied


def saved(rgb: Rgb, chain: str) -> bytes:
    if chain == "png":
        return made_by.png(rgb)
    if chain == "chat":
        shrink = min(1.0, 1280 / max(rgb.shape[:2]))
        rgb = np.asarray(cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        return made_by.jpeg(rgb, 75)
    return made_by.jpeg(rgb, int(chain[1:]))


# ---------------------------------------------------------------- what is drawn


def over(rgb: Rgb, layer: Image.Image, place: tuple[int, int] = (0, 0)) -> Rgb:
    """Return the photo with a layer (RGBA) laid on it at (left, top)."""
    picture = Image.fromarray(rgb).convert("RGBA")
    picture.alpha_composite(layer, (max(0, place[0]), max(0, place[1])))
    return np.asarray(picture.convert("RGB"))


def lettering(words: str, tall: int, ink: tuple[int, ...], rng: Rng, *, rim: bool = False) -> Image.Image:
    face = str(rng.choice(FACES[:3] if not words.isascii() else FACES))
    font = ImageFont.truetype(face, tall)
    left, top, right, bottom = font.getbbox(words, stroke_width=2 * rim)
    layer = Image.new("RGBA", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(layer).text(
        (2 - left, 2 - top), words, font=font, fill=ink, stroke_width=2 * rim, stroke_fill=(0, 0, 0, ink[-1])
    )
    return layer


def scattered(rgb: Rgb, layer: Image.Image, times: int, rng: Rng) -> Rgb:
    """Return the photo with the layer at several places on whole pixels, each in its own strip of the picture."""
    height, width = rgb.shape[:2]
    for top in np.linspace(0.03, 0.97, times + 1)[:-1] * height:
        left = int(rng.integers(0, max(1, width - layer.width)))
        drop = int(rng.integers(0, max(1, int(0.94 * height / times) - layer.height)))
        rgb = over(rgb, layer, (left, min(int(top) + drop, height - layer.height)))
    return rgb


def tiled_mark(rgb: Rgb, rng: Rng) -> Rgb:
    """A see-through mark repeated all over, on whole pixels, upright or slanted."""
    height, width = rgb.shape[:2]
    tall = int(max(height, width) * rng.uniform(0.018, 0.05))
    ink = (*INKS[rng.integers(len(INKS))], int(255 * rng.choice([0.12, 0.2, 0.35, 0.5, 0.7])))
    mark = lettering(str(rng.choice(MARKS)), tall, ink, rng)
    mark = mark.rotate(int(rng.choice([0, 0, 20, 30, 45, -30])), Image.Resampling.BICUBIC, expand=True)
    step = int(mark.width * rng.uniform(1.1, 2)), int(mark.height * rng.uniform(1.2, 3))
    layer = Image.new("RGBA", (width, height))
    for row, y in enumerate(range(0, height, step[1])):
        for x in range(-(row % 2) * step[0] // 2, width, step[0]):
            layer.paste(mark, (x, y))
    return over(rgb, layer)


def turned_tiles(rgb: Rgb, rng: Rng) -> Rgb:
    """The same drawn upright on a larger sheet, which is turned as a whole."""
    height, width = rgb.shape[:2]
    side = int(np.hypot(height, width)) + 2
    ink = (*INKS[rng.integers(len(INKS))], int(255 * rng.choice([0.12, 0.2, 0.35, 0.5, 0.7])))
    mark = lettering(str(rng.choice(MARKS)), int(side * rng.uniform(0.015, 0.035)), ink, rng)
    sheet = Image.new("RGBA", (side, side))
    for y in range(0, side, int(mark.height * rng.uniform(2, 5))):
        for x in range(0, side, int(mark.width * 1.4)):
            sheet.paste(mark, (x, y))
    sheet = sheet.rotate(float(rng.uniform(-50, 50)), Image.Resampling.BICUBIC)
    left, top = (side - width) // 2, (side - height) // 2
    return over(rgb, sheet.crop((left, top, left + width, top + height)))


def two_marks(rgb: Rgb, rng: Rng) -> Rgb:
    """A shop's mark at two or three places, opaque or see-through."""
    tall = int(max(rgb.shape) * rng.uniform(0.02, 0.07))
    ink = (*INKS[rng.integers(len(INKS))], int(255 * rng.choice([0.4, 0.6, 0.8, 1])))
    return scattered(
        rgb, lettering(str(rng.choice(MARKS)), tall, ink, rng, rim=bool(rng.integers(2))), int(rng.integers(2, 4)), rng
    )


def timestamps(rgb: Rgb, rng: Rng) -> Rgb:
    """Date and time twice, as camera apps and surveillance cameras write them, some on a plate."""
    tall = int(max(rgb.shape) * rng.uniform(0.02, 0.045))
    ink = (*((255, 160, 0), (255, 255, 255), (255, 230, 60))[rng.integers(3)], 255)
    layer = lettering(str(rng.choice(["2025-11-24 12:41:33", "2025年11月24日 12:41", "CAM1 24/11/2025 12:41"])), tall,
                      ink, rng, rim=bool(rng.integers(2)))  # fmt: skip
    if rng.random() < 0.4:
        plate = Image.new("RGBA", (layer.width + 20, layer.height + 16), (0, 0, 0, int(rng.choice([90, 150, 255]))))
        plate.alpha_composite(layer, (10, 8))
        layer = plate
    return scattered(rgb, layer, 2, rng)


def sticker(size: int, rng: Rng) -> Image.Image:
    """A face, heart, star or arrow in flat colours, four times as large and reduced, so that its edges are smooth."""
    side, kind = 4 * size, int(rng.integers(4))
    layer = Image.new("RGBA", (side, side))
    pen, ink = ImageDraw.Draw(layer), BRIGHT[rng.integers(len(BRIGHT))]
    pen.ellipse((0, 0, side - 1, side - 1), fill=(255, 205, 40) if kind == 0 else ink)
    inside = (255, 255, 255) if ink != (255, 255, 255) else (230, 40, 50)
    if kind == 0:
        for x in (0.33, 0.67):
            pen.ellipse([side * v for v in (x - 0.07, 0.28, x + 0.07, 0.45)], fill=(70, 40, 20))
        pen.chord([side * v for v in (0.25, 0.4, 0.75, 0.85)], 0, 180, fill=(150, 40, 30))
        pen.chord([side * v for v in (0.35, 0.62, 0.65, 0.85)], 180, 360, fill=(240, 90, 100))
    elif kind == 1:
        pen.polygon([(side * x, side * y) for x, y in ((0.5, 0.82), (0.2, 0.45), (0.35, 0.25), (0.5, 0.4), (0.65, 0.25),
                                                       (0.8, 0.45))], fill=inside)  # fmt: skip
    elif kind == 2:
        turns = np.arange(10) * np.pi / 5 - np.pi / 2
        far = np.where(np.arange(10) % 2, 0.18, 0.42)
        pen.polygon(
            [(side * (0.5 + r * np.cos(t)), side * (0.5 + r * np.sin(t))) for r, t in zip(far, turns, strict=True)],
            fill=inside,
        )
    else:
        pen.rectangle([side * v for v in (0.2, 0.42, 0.55, 0.58)], fill=inside)
        pen.polygon([(side * 0.55, side * 0.25), (side * 0.85, side * 0.5), (side * 0.55, side * 0.75)], fill=inside)
        pen.rectangle([side * v for v in (0.2, 0.66, 0.4, 0.7)], fill=inside)
    return layer.resize((size, size), Image.Resampling.LANCZOS)


def stickers(rgb: Rgb, rng: Rng) -> Rgb:
    size = int(min(rgb.shape[:2]) * rng.uniform(0.06, 0.25))
    return scattered(rgb, sticker(size, rng), int(rng.integers(2, 5)), rng)


def shaded_stickers(rgb: Rgb, rng: Rng) -> Rgb:
    """Stickers with the shading and the soft shadow of emoji."""
    size = int(min(rgb.shape[:2]) * rng.uniform(0.08, 0.25))
    flat = np.asarray(sticker(size, rng)).astype(np.float32)
    y, x = np.mgrid[0 : 1 : size * 1j, 0 : 1 : size * 1j]
    lit = 1.15 - 0.55 * np.hypot(x - 0.35, y - 0.3)
    flat[..., :3] = np.clip(flat[..., :3] * lit[..., None], 0, 255)
    pad = size // 6
    layer = Image.new("RGBA", (size + 2 * pad, size + 2 * pad))
    shade = np.zeros((size + 2 * pad, size + 2 * pad, 4), np.uint8)
    shade[pad + pad // 3 : pad + pad // 3 + size, pad : pad + size, 3] = flat[..., 3] * 0.5
    shade[..., 3] = cv2.GaussianBlur(shade[..., 3], (0, 0), pad / 3)
    layer.alpha_composite(Image.fromarray(shade))
    layer.alpha_composite(Image.fromarray(flat.astype(np.uint8)), (pad, pad))
    return scattered(rgb, layer, int(rng.integers(2, 4)), rng)


def thermal(rgb: Rgb, rng: Rng) -> Rgb:
    """A false-colour picture with spot meters and their legend."""
    height, width = rgb.shape[:2]
    soft = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 3)
    maps = (cv2.COLORMAP_INFERNO, cv2.COLORMAP_JET, cv2.COLORMAP_HOT)
    coloured = cv2.cvtColor(cv2.applyColorMap(soft, maps[rng.integers(3)]), cv2.COLOR_BGR2RGB)
    size = int(max(height, width) * rng.uniform(0.03, 0.06))
    layer = Image.new("RGBA", (4 * size, 4 * size))
    pen, mid, wide = ImageDraw.Draw(layer), 2 * size, max(4, size // 5)
    for ink, w in (((0, 0, 0, 200), 2 * wide), ((255, 255, 255, 255), wide)):
        pen.ellipse((size, size, 3 * size, 3 * size), outline=ink, width=w)
        for a, b in ((0, size), (3 * size, 4 * size)):
            pen.line((a, mid, b, mid), fill=ink, width=w)
            pen.line((mid, a, mid, b), fill=ink, width=w)
    pen.ellipse((1.6 * size, 1.6 * size, 2.4 * size, 2.4 * size), fill=(*BRIGHT[rng.integers(4)], 255))
    icon = layer.resize((size, size), Image.Resampling.LANCZOS)
    out = scattered(np.asarray(coloured, np.uint8), icon, int(rng.integers(2, 4)), rng)
    plate = Image.new("RGBA", (size * 4, size * 4), (20, 30, 30, int(rng.choice([160, 255]))))
    for row in range(3):
        plate.alpha_composite(icon, (size // 3, size // 3 + row * size * 7 // 6))
        plate.alpha_composite(lettering(f"{rng.uniform(10, 99):.1f}°", size * 2 // 3, (255, 255, 255, 255), rng),
                              (size * 3 // 2, size // 2 + row * size * 7 // 6))  # fmt: skip
    return over(out, plate, (size, size))


def buttons(rgb: Rgb, rng: Rng) -> Rgb:
    """The controls that a video or shop app draws over a picture: equal icons in a row, counts, a status bar."""
    height, width = rgb.shape[:2]
    size = int(min(height, width) * rng.uniform(0.06, 0.11))
    icon, plate = sticker(size, rng), Image.new("RGBA", (size * 2, size * 2))
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, 2 * size - 1, 2 * size - 1), size // 3, fill=(0, 0, 0, 90))
    plate.alpha_composite(icon, (size // 2, size // 2 - size // 8))
    plate.alpha_composite(lettering("1.2w", size // 3, (255, 255, 255, 255), rng), (size // 2, size * 3 // 2))
    for row in range(int(rng.integers(2, 5))):
        rgb = over(rgb, plate, (width - 2 * size - 12, 40 + min(height // 5, int(2.4 * size)) * row))
    for x in (20, width // 2):
        rgb = over(rgb, lettering("12:41  5G  87%", max(14, size // 3), (255, 255, 255, 255), rng), (x, 8))
    return rgb


def rings(rgb: Rgb, rng: Rng) -> Rgb:
    """Equal red rings and arrows, as buyers draw them round a flaw."""
    size = int(min(rgb.shape[:2]) * rng.uniform(0.12, 0.3))
    layer, wide = Image.new("RGBA", (4 * size, 4 * size)), 4 * max(3, size // 30)
    pen = ImageDraw.Draw(layer)
    pen.ellipse((wide, size, 3 * size, 3 * size + wide), outline=(235, 30, 30, 255), width=wide)
    pen.line((4 * size - wide, 4 * size - wide, 2.8 * size, 2.8 * size), fill=(235, 30, 30, 255), width=wide)
    pen.line((2.8 * size, 2.8 * size, 3.4 * size, 2.8 * size), fill=(235, 30, 30, 255), width=wide)
    pen.line((2.8 * size, 2.8 * size, 2.8 * size, 3.4 * size), fill=(235, 30, 30, 255), width=wide)
    return scattered(rgb, layer.resize((size, size), Image.Resampling.LANCZOS), int(rng.integers(2, 4)), rng)


def corners(rgb: Rgb, rng: Rng) -> Rgb:
    """One ornament in the four corners, mirrored, as frames of photo apps have it."""
    size = int(min(rgb.shape[:2]) * rng.uniform(0.12, 0.25))
    layer = Image.new("RGBA", (4 * size, 4 * size))
    pen, ink = ImageDraw.Draw(layer), (*BRIGHT[rng.integers(len(BRIGHT))], 255)
    for k in range(6):
        reach = size * (3.6 - 0.55 * k)
        pen.arc((-reach, -reach, reach, reach), 0, 90, fill=ink, width=max(4, size // 12))
        pen.ellipse((reach * 0.7 - 20, reach * 0.7 - 20, reach * 0.7 + size / 4, reach * 0.7 + size / 4), fill=ink)
    one = layer.resize((size, size), Image.Resampling.LANCZOS)
    height, width = rgb.shape[:2]
    for right in (False, True):
        for low in (False, True):
            turned = ImageOps.mirror(one) if right else one
            turned = ImageOps.flip(turned) if low else turned
            rgb = over(rgb, turned, (width - size if right else 0, height - size if low else 0))
    return rgb


# ---------------------------------------------------------------- pages with photos in them


def chat(rgb: Rgb, rng: Rng) -> Rgb:
    """A chat with the photo in it and one photographic avatar beside every message."""
    width, paper = int(rng.choice([1080, 828])), int(rng.choice([237, 245, 18]))
    page = Image.new("RGB", (width, int(width * 1.9)), (paper, paper, paper))
    face, pen, y = int(width * rng.uniform(0.08, 0.13)), ImageDraw.Draw(page), 60
    height, wide = rgb.shape[:2]
    side = min(height, wide) // 2
    left, top = int(rng.integers(0, wide - side)), int(rng.integers(0, height - side))
    avatar = Image.fromarray(rgb[top : top + side, left : left + side]).resize((face, face), Image.Resampling.LANCZOS)
    inner = ImageOps.contain(Image.fromarray(rgb), (int(width * 0.5), int(width * 0.6)), Image.Resampling.LANCZOS)
    font = ImageFont.truetype(FACES[0], 36)
    for row in range(int(rng.integers(3, 7))):
        page.paste(avatar, (24, y))
        if row == 1:
            page.paste(inner, (face + 60, y))
            y += inner.height + 40
            continue
        words = str(rng.choice(made_by.WORDS))
        pen.rounded_rectangle((face + 48, y, face + 90 + pen.textlength(words, font), y + 84), 14, fill=(149, 236, 105))
        pen.text((face + 68, y + 14), words, font=font, fill=(20, 20, 20))
        y += int(rng.integers(face + 30, face + 160))
    return np.asarray(page)


def cards(rgb: Rgb, rng: Rng) -> Rgb:
    """A shop's page: other parts of the photo as pictures of goods, under each the same price, tag and button."""
    width, paper = 1080, int(rng.choice([245, 255]))
    page = Image.new("RGB", (width, 1560), (paper, paper, paper))
    pen, ink = ImageDraw.Draw(page), BRIGHT[rng.integers(4)]
    font, large = ImageFont.truetype(FACES[0], 30), ImageFont.truetype(FACES[1], 44)
    height, wide = rgb.shape[0] // 2, rgb.shape[1] // 2
    for row in range(2):
        for column in range(2):
            x, y = 20 + 530 * column, 20 + 770 * row
            part = rgb[row * height : (row + 1) * height, column * wide : (column + 1) * wide]
            page.paste(ImageOps.fit(Image.fromarray(part), (510, 510), Image.Resampling.LANCZOS), (x, y))
            pen.rounded_rectangle((x + 8, y + 8, x + 130, y + 58), 8, fill=ink)
            pen.text((x + 22, y + 12), "包邮", font=font, fill=(255, 255, 255))
            pen.text((x + 10, y + 520), "新鲜水果 5斤装 坏果包赔", font=font, fill=(30, 30, 30))
            pen.text((x + 10, y + 580), "¥36.80", font=large, fill=(230, 40, 50))
            pen.rounded_rectangle((x + 300, y + 590, x + 490, y + 650), 30, fill=(255, 120, 0))
            pen.text((x + 345, y + 600), "立即购买", font=font, fill=(255, 255, 255))
    return np.asarray(page)


def equal_goods(rgb: Rgb, rng: Rng) -> Rgb:
    """Two to four goods with one print, photographed: each seen from its own side and in its own light; then noise."""
    height, width = rgb.shape[:2]
    side = int(min(height, width) * rng.uniform(0.2, 0.32))
    top, left = int(rng.integers(0, height - side)), int(rng.integers(0, width - side))
    printed = cv2.GaussianBlur(rgb[top : top + side, left : left + side], (0, 0), 1.2)
    title = lettering(str(rng.choice(MARKS)), side // 7, (*BRIGHT[rng.integers(len(BRIGHT))], 255), rng)
    printed = over(np.asarray(printed, np.uint8), title.crop((0, 0, side - 10, title.height)), (6, side // 3))
    scene: NDArray[np.float32] = rgb.astype(np.float32)
    square = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    for k in range(int(rng.integers(2, 5))):
        place = (width * (0.02 + 0.24 * k), rng.uniform(0.05, 0.6) * height)
        seen = square * rng.uniform(0.97, 1.03) + rng.normal(0, 0.012 * side, (4, 2)) + place
        turn = cv2.getPerspectiveTransform(square, seen.astype(np.float32))
        mask = cv2.warpPerspective(np.ones((side, side), np.float32), turn, (width, height))[..., None]
        good = cv2.warpPerspective(printed, turn, (width, height), flags=cv2.INTER_CUBIC).astype(np.float32)
        scene = scene * (1 - mask) + good * mask * np.float32(rng.uniform(0.85, 1.1))
    noisy = cv2.GaussianBlur(scene, (0, 0), 0.7) + rng.normal(0, rng.uniform(1.5, 5), scene.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def collage(rgb: Rgb, rng: Rng) -> Rgb:
    """The same photo twice on one sheet, beside each other: a copy, and honest."""
    half = ImageOps.contain(Image.fromarray(rgb), (700, 900), Image.Resampling.LANCZOS)
    gap = int(rng.choice([0, 12, 40]))
    page = Image.new("RGB", (2 * half.width + gap, half.height), (255, 255, 255))
    page.paste(half, (0, 0))
    page.paste(half, (half.width + gap, 0))
    return np.asarray(page)


HONEST: dict[str, Draw] = {
    f.__name__: f
    for f in (tiled_mark, turned_tiles, two_marks, timestamps, stickers, shaded_stickers, thermal, buttons, rings,
              corners, chat, cards, equal_goods)
}  # fmt: skip
TWICE: dict[str, Draw] = {"collage": collage}


# ---------------------------------------------------------------- real copies


def copied(rgb: Rgb, rng: Rng, *, turned: bool = False) -> tuple[Rgb, Box]:
    """Return the photo with one of its livelier parts pasted elsewhere, with a sharp or soft border, and where."""
    height, width = rgb.shape[:2]
    side = int(min(height, width) * rng.uniform(0.15, 0.35))
    lively = np.abs(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    spots = [(int(rng.integers(0, height - side)), int(rng.integers(0, width - side))) for _ in range(12)]
    top, left = max(spots, key=lambda s: float(lively[s[0] : s[0] + side, s[1] : s[1] + side].mean()))
    away = [s for s in spots if abs(s[0] - top) > side or abs(s[1] - left) > side] or [(0, 0)]
    to_top, to_left = away[0]
    matrix = np.array([(1, 0, to_left - left), (0, 1, to_top - top)], float)
    if turned:
        middle = (left + side / 2, top + side / 2)
        matrix = cv2.getRotationMatrix2D(middle, float(rng.uniform(-40, 40)), float(rng.uniform(0.8, 1.25)))
        matrix[:, 2] += (to_left - left, to_top - top)
    moved = cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    mask = np.zeros((height, width), np.uint8)
    centre, axes = (to_left + side // 2, to_top + side // 2), (side // 2, int(side * rng.uniform(0.35, 0.5)))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1)
    pasted = made_by.blend(rgb, moved.astype(np.float32), made_by.soft(mask, float(rng.choice([0, 1, 2]))))
    return pasted, (to_left / width, to_top / height, (to_left + side) / width, (to_top + side) / height)


def kinds() -> Iterator[tuple[str, Draw | None, bool | None]]:
    """Yield a kind's name, what is drawn, and whether the copied part is turned (None: nothing is copied)."""
    for name, draw in (HONEST | TWICE).items():
        yield name, draw, None
    yield "copy", None, False
    yield "copy, turned", None, True
    for name in ("tiled_mark", "two_marks", "stickers", "buttons"):
        yield f"copy, then {name}", HONEST[name], False


def cases(photos: list[Path], each: int, longest: int, seed: int) -> Iterator[Case]:
    """Yield `each` pictures of every kind; the same ones for the same photos and seed."""
    for number, (kind, draw, turned) in enumerate(kinds()):
        for k in range(each):
            rng = np.random.default_rng((seed, number, k))
            photo = Image.open(photos[(number * 7 + k * 5 + seed) % len(photos)]).convert("RGB")
            rgb, place = np.asarray(ImageOps.contain(photo, (longest, longest))), None
            if turned is not None:
                rgb, place = copied(rgb, rng, turned=turned)
            chain = CHAINS[k % len(CHAINS)]
            yield Case(kind=kind, chain=chain, data=saved(draw(rgb, rng) if draw else rgb, chain), place=place)


def judged(case: Case) -> float:
    """Return the highest score; of a picture with a copied part, the highest of what lies at least partly there."""
    gray, best = np.asarray(cv2.cvtColor(made_by.decode(case.data), cv2.COLOR_RGB2GRAY), np.uint8), 0.0
    for copy in find_copies(gray):
        both = copy.source | copy.target
        if case.place is not None:
            height, width = both.shape
            left, top, right, bottom = (round(v * (width, height)[i % 2]) for i, v in enumerate(case.place))
            if both[top:bottom, left:right].sum() < 0.2 * both.sum():
                continue
        best = max(best, score(copy))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=10, help="pictures of a kind")
    parser.add_argument("--longest", type=int, default=1600, help="longest side of a photo before anything is drawn")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    photos = [path for folder in args.folders for path in sorted(folder.iterdir()) if path.is_file()]
    scores = defaultdict(list)
    for case in cases(photos, args.each, args.longest, args.seed):
        scores[case.kind].append(judged(case))
    for kind, some in scores.items():
        got = np.array(some)
        counts = f"reported {(got >= SHOWN).sum():3d}  likely {(got >= LIKELY).sum():3d}  highest {got.max():.2f}"
        print(f"{kind:24s}{len(got):4d}  {counts}", flush=True)


if __name__ == "__main__":
    main()
