"""Edited and genuine pictures with their masks, made from photos: many editors, many save chains.

    edit_generator.picture(base, donor, rng) -> Made

Edits: stains and dirt painted or textured, cracks, scratches, pasted damage with hard, soft and Poisson borders,
inpainting, clone brush, copy-move (plain, mirrored, rotated, scaled), smears, local blur and sharpening, recolouring,
text, splices, and re-synthesised patches. Genuine pictures go through the same chains, and through filters, screenshots
and a null edit (opened and saved again).
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rgb = NDArray[np.uint8]
Mask = NDArray[np.uint8]  # 0 or 255
Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file's bytes, its mask (H, W) 0/255 in the same pixels, and what was done."""

    data: bytes
    mask: Mask
    kind: str
    chain: str


# ---------------------------------------------------------------- saving


def jpeg(rgb: Rgb, quality: int, rng: Rng | None = None) -> bytes:
    """Save by Pillow; with `rng`, sometimes with a camera's own tables and chroma sampling."""
    out = io.BytesIO()
    sampling = 2 if rng is None else int(rng.choice([2, 2, 1, 0]))
    image = Image.fromarray(rgb)
    if rng is not None and rng.random() < 0.5:
        image.save(out, "JPEG", quality=quality)
        tables: dict[int, list[int]] = getattr(Image.open(io.BytesIO(out.getvalue())), "quantization")  # noqa: B009
        changed = {
            i: [int(np.clip(round(v * rng.uniform(0.75, 1.3)), 1, 255)) for v in table] for i, table in tables.items()
        }
        out = io.BytesIO()
        image.save(out, "JPEG", qtables=changed, subsampling=sampling)
    else:
        image.save(out, "JPEG", quality=quality, subsampling=sampling)
    return out.getvalue()


def decode(data: bytes) -> Rgb:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def png(rgb: Rgb) -> bytes:
    done, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    return bytes(data)


def resize(rgb: NDArray[np.uint8], size: tuple[int, int], rng: Rng) -> NDArray[np.uint8]:
    shrink = size[0] < rgb.shape[1]
    how = rng.choice([cv2.INTER_AREA, cv2.INTER_LANCZOS4, cv2.INTER_CUBIC]) if shrink else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=int(how)), np.uint8)


def to_longest(rgb: Rgb, mask: Mask, longest: int, rng: Rng) -> tuple[Rgb, Mask]:
    height, width = rgb.shape[:2]
    scale = longest / max(height, width)
    size = (max(64, round(width * scale)), max(64, round(height * scale)))
    return resize(rgb, size, rng), np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)


CHAINS = ("camera", "png", "double", "shift", "wechat", "meitu_wechat", "web", "web_once")


def finish(rgb: Rgb, mask: Mask, chain: str, rng: Rng) -> tuple[bytes, Mask]:
    """Save what the editor shows, as the chain does."""
    if chain == "png":
        return png(rgb), mask
    if chain in {"camera", "web_once"}:
        return jpeg(rgb, int(rng.integers(*((86, 99) if chain == "camera" else (70, 97)))), rng), mask
    if chain == "double":
        return jpeg(decode(jpeg(rgb, int(rng.integers(84, 97)), rng)), int(rng.integers(74, 93))), mask
    if chain == "shift":
        rgb = decode(jpeg(rgb, int(rng.integers(80, 97)), rng))
        top, left = (int(v) for v in rng.integers(1, 24, 2))
        return jpeg(rgb[top:, left:], int(rng.integers(79, 96)), rng), mask[top:, left:]
    if chain in {"wechat", "meitu_wechat"}:
        if chain == "wechat":
            rgb, mask = to_longest(rgb, mask, int(rng.choice([1280, 1280, 1080])), rng)
        elif max(rgb.shape) > 1300:  # its first chat save lies before the edit (see `opened`)
            rgb, mask = to_longest(rgb, mask, 1280, rng)
        return jpeg(rgb, int(rng.integers(70, 84))), mask
    rgb, mask = to_longest(rgb, mask, int(max(rgb.shape[:2]) * rng.uniform(0.4, 0.95)), rng)
    return jpeg(rgb, int(rng.integers(70, 97)), rng), mask


def opened(rgb: Rgb, chain: str, rng: Rng) -> Rgb:
    """Return what an editor sees when it opens the photo of this chain."""
    if chain != "meitu_wechat":
        return rgb
    blank = np.zeros(rgb.shape[:2], np.uint8)
    return decode(jpeg(to_longest(rgb, blank, int(rng.choice([1280, 1024, 1080])), rng)[0], int(rng.integers(70, 84))))


# ---------------------------------------------------------------- shapes


def blob(shape: tuple[int, int], rng: Rng, area: float) -> Mask:
    """A wobbly closed shape of about this share of the picture."""
    height, width = shape
    radius = np.sqrt(area * height * width / np.pi)
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    wobble = np.ones(40)
    for order in range(2, 6):
        wobble += rng.normal(0, 0.25 / order) * np.cos(order * angles + rng.uniform(0, 6.3))
    stretch = rng.uniform(0.6, 1.7)
    x, y = radius * wobble * np.cos(angles) * stretch, radius * wobble * np.sin(angles) / stretch
    turn = rng.uniform(0, np.pi)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    centre = rng.uniform(0.12, 0.88) * width, rng.uniform(0.12, 0.88) * height
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.stack([x + centre[0], y + centre[1]], 1).astype(np.int32)], 255)
    return mask


def soft(mask: Mask, sigma: float) -> NDArray[np.float32]:
    alpha = mask.astype(np.float32)[..., None] / 255
    blurred = cv2.GaussianBlur(alpha, (0, 0), sigma)[..., None] if sigma > 0.3 else alpha
    return np.asarray(blurred, np.float32)


def clouds(shape: tuple[int, int], rng: Rng, finest: int = 4) -> NDArray[np.float32]:
    """Fractal texture 0-1."""
    out = np.zeros(shape, np.float32)
    cell, weight = max(shape) / 3, 1.0
    while cell > finest:
        small = rng.normal(0, 1, (int(shape[0] / cell) + 2, int(shape[1] / cell) + 2)).astype(np.float32)
        out += weight * cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)
        cell, weight = cell / 2, weight * 0.62
    out -= out.min()
    return out / max(float(out.max()), 1e-6)


def blend(rgb: Rgb, over: NDArray[np.float32], alpha: NDArray[np.float32]) -> Rgb:
    return np.clip(rgb * (1 - alpha) + over * alpha + 0.5, 0, 255).astype(np.uint8)


# ---------------------------------------------------------------- edits

Edit = tuple[Rgb, Mask]


def stain(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    mask = blob(rgb.shape[:2], rng, area)
    colour = rng.uniform(10, 160, 3).astype(np.float32)
    alpha = soft(mask, rng.uniform(0.5, 6)) * np.float32(rng.uniform(0.35, 0.95))
    over = np.broadcast_to(colour, rgb.shape).astype(np.float32)
    if rng.random() < 0.6:
        over = np.asarray(over * (0.6 + 0.8 * clouds(rgb.shape[:2], rng)[..., None]), np.float32)
        alpha = np.asarray(alpha * (0.4 + 0.6 * clouds(rgb.shape[:2], rng)[..., None]), np.float32)
    if rng.random() < 0.3:
        over += rng.normal(0, rng.uniform(1, 8), rgb.shape[:2]).astype(np.float32)[..., None]
    if rng.random() < 0.3:  # multiply, as editors' burn and multiply layers do
        over = rgb.astype(np.float32) * over / np.float32(170)
    return blend(rgb, over, alpha.astype(np.float32)), mask


def _line(start: NDArray[np.float64], longest: int, rng: Rng) -> NDArray[np.float64]:
    """Return (n, 2) corners of a wandering line."""
    heading, bend = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.6)
    points = [start]
    for _ in range(int(rng.integers(5, 28))):
        heading += rng.normal(0, bend)
        points.append(points[-1] + rng.uniform(0.008, 0.035) * longest * np.array([np.cos(heading), np.sin(heading)]))
    return np.array(points)


def crack(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    """Cracks and scratches: thin branching lines, dark or light, with a lit edge, a shadow, or bare; sharp or soft."""
    height, width = rgb.shape[:2]
    mask, alpha = (np.zeros((height, width), np.uint8) for _ in range(2))
    over = rgb.astype(np.float32)
    tone = rng.uniform(0, 80) if rng.random() < 0.7 else rng.uniform(150, 255)
    colour = [float(v) for v in np.clip(tone + rng.normal(0, rng.choice([2, 15]), 3), 0, 255)]
    rim = [float(v) for v in np.clip(tone + rng.choice([-1, 1]) * rng.uniform(30, 120) + np.zeros(3), 0, 255)]
    rimmed, opaque = rng.random() < 0.5, float(rng.uniform(0.5, 1))
    lines = [
        _line(rng.uniform(0.12, 0.88, 2) * (width, height), max(height, width), rng) for _ in range(rng.integers(1, 5))
    ]
    lines += [
        _line(line[rng.integers(len(line))], max(height, width) // 2, rng) for line in lines if rng.random() < 0.5
    ]
    for line in lines:
        thick = float(rng.uniform(1, 5))
        for start, end in zip(
            line[:-1].round().astype(int).tolist(), line[1:].round().astype(int).tolist(), strict=True
        ):
            if rimmed:
                beside = [[x + 1, y + 1] for x, y in (start, end)]
                cv2.line(over, beside[0], beside[1], rim, max(1, round(thick)), cv2.LINE_AA)
                cv2.line(alpha, beside[0], beside[1], 255, max(1, round(thick)), cv2.LINE_AA)
            cv2.line(over, start, end, colour, max(1, round(thick)), cv2.LINE_AA)
            cv2.line(alpha, start, end, 255, max(1, round(thick)), cv2.LINE_AA)
            cv2.line(mask, start, end, 255, max(6, round(thick) + int(rng.integers(3, 8))))
            thick = float(np.clip(thick * rng.uniform(0.75, 1.25), 1, 6))
    return blend(rgb, over, soft(alpha, rng.choice([0, 0, 0.6, 1])) * np.float32(opaque)), mask


def _patch(rgb: Rgb, source: Rgb, mask: Mask, rng: Rng) -> Rgb:
    """Return a picture of rgb's size whose part under the mask shows some part of `source`, maybe transformed."""
    height, width = rgb.shape[:2]
    scale, turn = (1.0, 0.0) if rng.random() < 0.5 else (rng.uniform(0.6, 1.5), rng.uniform(-60, 60))
    x, y, w, h = cv2.boundingRect(mask)
    from_x = rng.uniform(w / 2, max(w / 2 + 1, source.shape[1] - w / 2))
    from_y = rng.uniform(h / 2, max(h / 2 + 1, source.shape[0] - h / 2))
    matrix = cv2.getRotationMatrix2D((from_x, from_y), turn, scale)
    matrix[:, 2] += np.round((x + w / 2 - from_x, y + h / 2 - from_y))
    if scale == 1.0:
        matrix[:, 2] = np.round(matrix[:, 2])
    warped = cv2.warpAffine(source, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(warped, np.uint8)


def splice(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:
    mask = blob(rgb.shape[:2], rng, area)
    over = _patch(rgb, donor, mask, rng).astype(np.float32)
    if rng.random() < 0.5:  # matched in brightness
        inside = mask > 0
        over += (rgb[inside].mean(0) - over[inside].mean(0)) * rng.uniform(0.4, 1)
    return blend(rgb, over, soft(mask, rng.choice([0, 0.7, 1.5, 3]))), mask


def poisson(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:
    mask = blob(rgb.shape[:2], rng, area)
    mask[:3] = mask[-3:] = 0
    mask[:, :3] = mask[:, -3:] = 0
    x, y, w, h = cv2.boundingRect(mask)
    if w < 8 or h < 8:
        return splice(rgb, donor, rng, area)
    over = _patch(rgb, donor, mask, rng)
    how = cv2.NORMAL_CLONE if rng.random() < 0.6 else cv2.MIXED_CLONE
    cut, hole = over[y : y + h, x : x + w], mask[y : y + h, x : x + w]
    out = cv2.seamlessClone(
        np.ascontiguousarray(cut), rgb.copy(), np.ascontiguousarray(hole), (x + w // 2, y + h // 2), how
    )
    return np.asarray(out, np.uint8), mask


def damage(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:
    """A torn or rotten patch pasted: donor texture, darkened, with a shaded rim."""
    mask = blob(rgb.shape[:2], rng, area)
    tint = rng.uniform(0, 40, 3).astype(np.float32)
    over = _patch(rgb, donor, mask, rng).astype(np.float32) * rng.uniform(0.3, 0.9) + tint
    out = blend(rgb, over, soft(mask, rng.uniform(0.4, 3)))
    rim = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)), np.uint8)
    return blend(out, np.zeros_like(over), soft(rim, 1.5) * np.float32(rng.uniform(0, 0.6))), mask


def copy_move(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    mask = blob(rgb.shape[:2], rng, area)
    source = rgb[:, ::-1] if rng.random() < 0.2 else rgb
    return blend(rgb, _patch(rgb, source, mask, rng).astype(np.float32), soft(mask, rng.choice([0, 1, 2]))), mask


def clone(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    """A clone brush: soft dabs copied from one offset."""
    height, width = rgb.shape[:2]
    radius = max(5, int(np.sqrt(area * height * width / 10)))
    offset = (rng.choice([-1, 1], 2) * rng.uniform(1.5, 5, 2) * radius).astype(int)
    moved = np.roll(rgb, tuple(int(v) for v in offset), (0, 1)).astype(np.float32)
    mask = np.zeros((height, width), np.uint8)
    point = np.array([rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height])
    for _ in range(int(rng.integers(3, 9))):
        cv2.circle(mask, tuple(int(v) for v in point), radius, 255, -1)
        point = point + rng.normal(0, radius * 0.8, 2)
    return blend(rgb, moved, soft(mask, radius * rng.uniform(0.05, 0.4))), mask


def inpaint(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    mask = blob(rgb.shape[:2], rng, min(area, 0.05))
    how = cv2.INPAINT_TELEA if rng.random() < 0.5 else cv2.INPAINT_NS
    x, y, w, h = cv2.boundingRect(mask)
    y0, x0, y1, x1 = max(y - 12, 0), max(x - 12, 0), y + h + 12, x + w + 12
    out = rgb.copy()
    out[y0:y1, x0:x1] = cv2.inpaint(
        np.ascontiguousarray(rgb[y0:y1, x0:x1]), np.ascontiguousarray(mask[y0:y1, x0:x1]), 4, how
    )
    if rng.random() < 0.3:
        noise = rng.normal(0, rng.uniform(0.5, 4), rgb.shape).astype(np.float32)
        out = blend(out, out + noise, soft(mask, 1))
    return out, mask


def smear(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    """The smudge, blur and beauty brushes."""
    mask = blob(rgb.shape[:2], rng, area)
    way = rng.integers(4)
    if way == 0:
        length = int(rng.integers(7, 31))
        turn = cv2.getRotationMatrix2D((length / 2, length / 2), rng.uniform(0, 180), 1)
        line = np.asarray(cv2.warpAffine(np.eye(length, dtype=np.float32), turn, (length, length)), np.float32)
        over = cv2.filter2D(rgb, cv2.CV_32F, line / np.float32(max(float(line.sum()), 1e-3)))
    elif way == 1:
        over = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(1, 6)).astype(np.float32)
    elif way == 2:
        over = cv2.bilateralFilter(rgb, 7, 40, 7).astype(np.float32)
    else:
        over = rgb + rng.uniform(1, 3) * (rgb - cv2.GaussianBlur(rgb, (0, 0), 1.5).astype(np.float32))
    return blend(rgb, np.asarray(over, np.float32), soft(mask, rng.uniform(1, 8))), mask


def recolour(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    mask = blob(rgb.shape[:2], rng, area)
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(10, 170)) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.6, 2.2) + rng.uniform(0, 40), 0, 255)
    hsv[..., 2] = np.clip(hsv[..., 2] * rng.uniform(0.5, 1.15), 0, 255)
    over = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB).astype(np.float32)
    return blend(rgb, over, soft(mask, rng.uniform(0.5, 5))), mask


FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf", "DejaVuSerif.ttf",
    "DejaVuSansMono.ttf", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSansNarrow-Regular.ttf",
    "LiberationSerif-Regular.ttf", "LiberationMono-Regular.ttf", "NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc",
)  # fmt: skip
SIGNS = "0123456789ABCDEFGHKLMNPRSTUXYZ-./:生产日期保质年月批号净含量合格"


def text(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    """A printed line replaced: its ground painted over, filled in or left, new glyphs set in any face and size."""
    height, width = rgb.shape[:2]
    tall = int(np.clip(np.sqrt(area * height * width / 5), 10, height // 4))
    face = str(rng.choice(FONTS))
    signs = SIGNS if "CJK" in face else SIGNS[:33]
    words = "".join(rng.choice(list(signs), int(rng.integers(3, 10))))
    font = ImageFont.truetype(face, tall)
    left, top, right, bottom = font.getbbox(words)
    pad = max(3, tall // 5)
    w, h = min(int(right - left), width - 2 * pad - 2), min(int(bottom - top), height - 2 * pad - 2)
    x, y = int(rng.integers(pad, width - w - pad)), int(rng.integers(pad, height - h - pad))
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (x - pad, y - pad), (x + w + pad, y + h + pad), 255, -1)
    inside = rgb[mask > 0]
    ground = inside.mean(0) if rng.random() < 0.7 else np.median(inside, axis=0)
    out, way = rgb, rng.random()
    if way < 0.45:
        over = np.broadcast_to(ground, rgb.shape).astype(np.float32)
        if rng.random() < 0.4:
            over = over + rng.normal(0, rng.uniform(0.5, 4), rgb.shape).astype(np.float32)
        out = blend(rgb, over, soft(mask, rng.choice([0, 1, 2])))
    elif way < 0.6:
        out = np.asarray(cv2.inpaint(cv2.GaussianBlur(rgb, (0, 0), 3), mask, 3, cv2.INPAINT_TELEA), np.uint8)
        out = blend(rgb, out.astype(np.float32), soft(mask, 1))
    colour = (rng.uniform(0, 50, 3) if ground.mean() > 110 else rng.uniform(200, 255, 3)).round().astype(int)
    if rng.random() < 0.3:
        colour = rng.integers(0, 255, 3)
    ink = Image.new("L", (width, height))
    ImageDraw.Draw(ink).text((x - left, y - top), words, fill=255, font=font)
    alpha = soft(np.asarray(ink), rng.choice([0, 0, 0.5, 0.8])) * np.float32(rng.uniform(0.75, 1))
    return blend(out, np.broadcast_to(colour, rgb.shape).astype(np.float32), alpha), mask


def regenerate(rgb: Rgb, donor: Rgb, rng: Rng, area: float) -> Edit:  # noqa: ARG001
    """A patch re-synthesised: content kept at low resolution, detail and noise made anew, as generative fill does."""
    mask = blob(rgb.shape[:2], rng, area)
    factor = rng.uniform(1.5, 3.5)
    height, width = rgb.shape[:2]
    small = cv2.resize(rgb, (int(width / factor), int(height / factor)), interpolation=cv2.INTER_AREA)
    big = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    big += rng.uniform(0.5, 1.8) * (big - cv2.GaussianBlur(big, (0, 0), factor))
    big += cv2.GaussianBlur(rng.normal(0, rng.uniform(0, 4), rgb.shape).astype(np.float32), (0, 0), rng.uniform(0.3, 1))
    return blend(rgb, big, soft(mask, rng.uniform(0.5, 4))), mask


EDITS = {
    f.__name__: f
    for f in (stain, crack, splice, poisson, damage, copy_move, clone, inpaint, smear, recolour, text, regenerate)
}


# ---------------------------------------------------------------- genuine


def filtered(rgb: Rgb, rng: Rng) -> Rgb:
    """A change or two of the whole picture, as apps' one-touch filters make."""
    for _ in range(int(rng.integers(1, 3))):
        rgb = _filtered_once(rgb, rng)
    return rgb


def _filtered_once(rgb: Rgb, rng: Rng) -> Rgb:
    """Contrast, colour, beauty, sharpening, vignette, turn, local contrast, saturation, denoising, brightness."""
    way = rng.integers(10)
    work = rgb.astype(np.float32)
    if way == 0:
        work = (work - 128) * rng.uniform(0.8, 1.5) + 128 + rng.uniform(-20, 20)
    elif way == 1:
        work = work * rng.uniform(0.85, 1.2, 3).astype(np.float32)
    elif way == 2:
        work = cv2.bilateralFilter(rgb, 5, 30, 5).astype(np.float32)
    elif way == 3:
        work = work + rng.uniform(0.4, 1.5) * (work - cv2.GaussianBlur(work, (0, 0), rng.uniform(0.8, 3)))
    elif way == 4:
        y, x = np.mgrid[-1 : 1 : rgb.shape[0] * 1j, -1 : 1 : rgb.shape[1] * 1j]
        work = work * (1 - rng.uniform(0.1, 0.4) * (x * x + y * y))[..., None].astype(np.float32)
    elif way == 5:
        height, width = rgb.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-4, 4), rng.uniform(1.05, 1.2))
        return np.asarray(cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC), np.uint8)
    elif way == 6:
        lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
        local = cv2.createCLAHE(float(rng.uniform(1, 4)), (int(rng.integers(2, 12)),) * 2).apply(lab[..., 0])
        lab[..., 0] = cv2.addWeighted(lab[..., 0], 0.4, local, 0.6, 0)
        work = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).astype(np.float32)
    elif way == 7:
        gray = work.mean(2, keepdims=True)
        work = gray + (work - gray) * np.float32(rng.uniform(0.6, 1.7))
    elif way == 8:
        work = cv2.fastNlMeansDenoisingColored(
            rgb, None, float(rng.uniform(2, 5)), float(rng.uniform(3, 8)), 3, 9
        ).astype(np.float32)
    else:
        work = np.asarray(255 * (work / 255) ** rng.uniform(0.5, 1.6), np.float32)
    return np.clip(work, 0, 255).astype(np.uint8)


WORDS = (
    "12:41",
    "87%",
    "Photos",
    "Send",
    "订单编号 2511",
    "发货后坏果包赔",
    "亲，这边看到了",
    "麻烦拍一下包装",
    "退款金额 ¥36.80",
    "查看物流",
)


def screenshot(rgb: Rgb, rng: Rng) -> Rgb:
    """The photo on a phone's screen: in a gallery, or in a chat among bubbles of text."""
    width, height = int(rng.choice([1080, 1080, 1170, 828])), 0
    chat = rng.random() < 0.5
    inner_width = int(width * rng.uniform(0.4, 0.75)) if chat else width
    inner = resize(rgb, (inner_width, max(64, round(rgb.shape[0] * inner_width / rgb.shape[1]))), rng)
    above, below = (int(v) for v in rng.integers(90, 620 if chat else 260, 2))
    height = above + inner.shape[0] + below
    paper = int(rng.choice([237, 245, 255, 18, 0]))
    page = Image.new("RGB", (width, height), (paper, paper, paper))
    draw = ImageDraw.Draw(page)
    ink = (30, 30, 30) if paper > 100 else (225, 225, 225)
    bubble = tuple(int(v) for v in rng.choice([[149, 236, 105], [255, 255, 255], [60, 60, 60], [90, 160, 250]]))
    for top, bottom in ((0, above), (above + inner.shape[0], height)):
        y = top + 30
        while y < bottom - 70:
            font = ImageFont.truetype(
                str(rng.choice(["NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"])), int(rng.integers(26, 46))
            )
            word, x = str(rng.choice(WORDS)), int(rng.integers(30, width // 2))
            if chat:
                draw.rounded_rectangle((x - 20, y - 10, x + draw.textlength(word, font) + 20, y + 60), 16, fill=bubble)
            draw.text((x, y), word, fill=ink, font=font)
            y += int(rng.integers(80, 140))
    left = int(rng.integers(20, width - inner_width - 19)) if chat else 0
    page.paste(Image.fromarray(inner), (left, above))
    return np.asarray(page, np.uint8)


def genuine(base: Rgb, kind: str, chain: str, rng: Rng) -> Made:
    rgb = opened(base, chain, rng)
    if kind == "filtered":
        rgb = filtered(rgb, rng)
    if kind == "screenshot":
        data = jpeg(screenshot(rgb, rng), int(rng.integers(75, 95))) if chain != "png" else png(screenshot(rgb, rng))
        return Made(data=data, mask=np.zeros(decode(data).shape[:2], np.uint8), kind=kind, chain=f"screen_{chain}")
    data, mask = finish(rgb, np.zeros(rgb.shape[:2], np.uint8), chain, rng)
    return Made(data=data, mask=mask, kind=kind, chain=chain)


def edited(base: Rgb, donor: Rgb, kind: str, chain: str, rng: Rng) -> Made:
    rgb = opened(base, chain, rng)
    area = float(np.exp(rng.uniform(np.log(0.004), np.log(0.15))))
    out, mask = EDITS[kind](rgb, donor, rng, area)
    if rng.random() < 0.1:
        out = filtered(out, rng)
    data, mask = finish(out, mask, chain, rng)
    return Made(data=data, mask=mask, kind=kind, chain=chain)
