"""What apps and cameras draw into photos: watermarks, timestamps, stickers, icons, buttons, rings and ornaments.

Each kind takes an (H, W, 3) photo and returns it with one mark at several places, equal to the pixel. Size, place,
colour and strength come from the generator alone, so that a seed draws the same again. Needs Noto CJK and DejaVu.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

Rgb = NDArray[np.uint8]
Rng = np.random.Generator
FACES = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Bold.ttc", "DejaVuSans-Bold.ttf")
MARKS = ("某某数码专营店", "@果园直发", "SHOP 8812", "盗图必究", "www.example.com")
INKS = ((255, 255, 255), (255, 255, 255), (40, 40, 40), (255, 120, 0), (230, 30, 40))
BRIGHT = ((230, 40, 50), (255, 205, 40), (40, 170, 240), (60, 190, 90), (255, 255, 255), (160, 80, 220))


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
