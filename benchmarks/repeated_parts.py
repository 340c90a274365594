"""Pictures in which parts of a photo or equal goods show up more than once: honest pages and scenes, and real copies.

Every function takes an (H, W, 3) photo; the same photo and the same state of the generator make the same picture.
"""

from __future__ import annotations

import cv2
import edit_generator as made_by
import numpy as np
from drawn_marks import BRIGHT, FACES, MARKS, Rgb, Rng, lettering, over
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

Box = tuple[float, float, float, float]  # left, top, right, bottom, shares of the picture's sides


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
