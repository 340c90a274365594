# ruff: noqa: ARG001, ARG005 - every attack has the same signature
"""What buyers do to pictures: 37 seeded attacks, each with its true homography and masks of what it painted.

An attack takes and gives a `Shot`; attacks chain. Hosts and tiles come from `others`, pictures the attacked one has
nothing to do with. Everything is drawn from one seeded generator, so a benchmark can be repeated to the pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Shot:
    """`rgb` (H, W, 3); `homography` maps source pixels to shot pixels; masks (H, W) bool: painted damage, overlays."""

    rgb: Rgb
    homography: NDArray[np.float64]
    damage: NDArray[np.bool_]
    overlay: NDArray[np.bool_]


@dataclass(frozen=True)
class Tools:
    """The generator and pictures to paste or host."""

    random: np.random.Generator
    others: Sequence[Rgb]

    def other(self) -> Rgb:
        """Return one of the other pictures."""
        return self.others[int(self.random.integers(len(self.others)))]


Attack = Callable[[Shot, Tools], Shot]


def start(rgb: Rgb) -> Shot:
    """Return the untouched shot."""
    clear = np.zeros(rgb.shape[:2], bool)
    return Shot(rgb=rgb, homography=np.eye(3), damage=clear, overlay=clear)


# ---------------------------------------------------------------- geometry


def _warp(shot: Shot, matrix: NDArray[np.float64], size: tuple[int, int], fill: Sequence[int] = (0, 0, 0)) -> Shot:
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    rgb = shot.rgb
    if scale < 0.7:  # warps do not average: blur first
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.45 / scale), np.uint8)
    flags = cv2.INTER_LINEAR
    done = cv2.warpPerspective(rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=tuple(fill))
    masks = [
        cv2.warpPerspective(m.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0
        for m in (shot.damage, shot.overlay)
    ]
    return Shot(rgb=np.asarray(done, np.uint8), homography=matrix @ shot.homography, damage=masks[0], overlay=masks[1])


def resize(shot: Shot, scale: float) -> Shot:
    height, width = shot.rgb.shape[:2]
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    matrix = np.diag([size[0] / width, size[1] / height, 1.0])
    matrix[0, 2], matrix[1, 2] = (matrix[0, 0] - 1) / 2, (matrix[1, 1] - 1) / 2
    return Shot(
        rgb=np.asarray(cv2.resize(shot.rgb, size, interpolation=way), np.uint8),
        homography=matrix @ shot.homography,
        damage=cv2.resize(shot.damage.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0,
        overlay=cv2.resize(shot.overlay.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0,
    )


def _cut(shot: Shot, x: int, y: int, width: int, height: int) -> Shot:
    matrix = np.array([[1.0, 0, -x], [0, 1, -y], [0, 0, 1]])
    part = (slice(y, y + height), slice(x, x + width))
    return Shot(
        rgb=np.ascontiguousarray(shot.rgb[part]),
        homography=matrix @ shot.homography,
        damage=shot.damage[part],
        overlay=shot.overlay[part],
    )


def crop(away: float, corner: bool = False) -> Attack:
    """Cut away this share of the area."""

    def run(shot: Shot, tools: Tools) -> Shot:
        height, width = shot.rgb.shape[:2]
        side = np.sqrt(1 - away)
        stretch = tools.random.uniform(0.9, 1.1)
        w, h = min(width, int(width * side * stretch)), min(height, int(height * side / stretch))
        if corner:
            x, y = (int(tools.random.integers(2)) * (width - w), int(tools.random.integers(2)) * (height - h))
        else:
            x, y = int(tools.random.integers(width - w + 1)), int(tools.random.integers(height - h + 1))
        return _cut(shot, x, y, w, h)

    return run


def hflip(shot: Shot, tools: Tools) -> Shot:
    width = shot.rgb.shape[1]
    matrix = np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]])
    return Shot(rgb=np.ascontiguousarray(shot.rgb[:, ::-1]), homography=matrix @ shot.homography,
                damage=shot.damage[:, ::-1], overlay=shot.overlay[:, ::-1])  # fmt: skip


def rot90(shot: Shot, tools: Tools) -> Shot:
    height = shot.rgb.shape[0]
    matrix = np.array([[0.0, -1, height - 1], [1, 0, 0], [0, 0, 1]])
    return Shot(rgb=np.ascontiguousarray(np.rot90(shot.rgb, -1)), homography=matrix @ shot.homography,
                damage=np.rot90(shot.damage, -1), overlay=np.rot90(shot.overlay, -1))  # fmt: skip


def rot180(shot: Shot, tools: Tools) -> Shot:
    return rot90(rot90(shot, tools), tools)


def rot_small(shot: Shot, tools: Tools) -> Shot:
    height, width = shot.rgb.shape[:2]
    angle = float(tools.random.uniform(2, 12) * tools.random.choice([-1, 1]))
    zoom = float(tools.random.choice([1.0, 1.15]))
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, zoom), [0, 0, 1]])
    fill = tuple(int(v) for v in tools.random.choice([0, 40, 255], 1).repeat(3))
    return _warp(shot, matrix, (width, height), fill)


def _tilt(  # noqa: PLR0913, PLR0917
    shot: Shot, tools: Tools, least: float, most: float, margin: float, fill: Sequence[int]
) -> Shot:
    height, width = shot.rgb.shape[:2]
    outer_w, outer_h = int(width * (1 + 2 * margin)), int(height * (1 + 2 * margin))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    shift = tools.random.uniform(least, most, (4, 2)) * (width, height)
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    target = corners + (margin * width, margin * height) + shift * inward
    matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    return _warp(shot, np.asarray(matrix, np.float64), (outer_w, outer_h), fill)


def persp(shot: Shot, tools: Tools) -> Shot:
    return _tilt(shot, tools, 0.0, 0.12, 0.0, (30, 30, 34))


def photo_screen(shot: Shot, tools: Tools) -> Shot:
    tilted = _tilt(shot, tools, 0.0, 0.06, 0.1, (18, 18, 22))
    height, width = tilted.rgb.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    freq = tools.random.uniform(0.5, 0.9, 2)
    moire = 1 + 0.04 * np.sin(x * freq[0] + y * 0.1) * np.sin(y * freq[1])
    centre = tools.random.uniform(0.2, 0.8, 2) * (width, height)
    glare = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * (0.25 * max(height, width)) ** 2))
    out = (
        tilted.rgb * (moire * tools.random.uniform(0.75, 1.0))[..., None]
        + (glare * tools.random.uniform(10, 50))[..., None]
    )
    out = cv2.GaussianBlur(np.clip(out, 0, 255).astype(np.uint8), (0, 0), 0.8)
    return jpeg(82)(replace(tilted, rgb=np.asarray(out, np.uint8)), tools)


def resized(scale: float) -> Attack:
    return lambda shot, tools: resize(shot, scale)


# ---------------------------------------------------------------- tone and codec


def jpeg(quality: int) -> Attack:
    def run(shot: Shot, tools: Tools) -> Shot:
        data = cv2.imencode(".jpg", shot.rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        back = cv2.imdecode(data, cv2.IMREAD_COLOR)
        assert back is not None
        return replace(shot, rgb=np.ascontiguousarray(back[..., ::-1]).astype(np.uint8))

    return run


def wechat(shot: Shot, tools: Tools) -> Shot:
    longest = max(shot.rgb.shape[:2])
    small = resize(shot, 1280 / longest) if longest > 1280 else shot
    return jpeg(int(tools.random.integers(70, 84)))(small, tools)


def wechat_small(shot: Shot, tools: Tools) -> Shot:
    longest = max(shot.rgb.shape[:2])
    return jpeg(int(tools.random.integers(55, 75)))(resize(shot, min(1.0, 480 / longest)), tools)


def _tone(change: Callable[[NDArray[np.float32], Tools], NDArray[np.float32]]) -> Attack:
    def run(shot: Shot, tools: Tools) -> Shot:
        out = change(shot.rgb.astype(np.float32), tools)
        return replace(shot, rgb=np.clip(out, 0, 255).astype(np.uint8))

    return run


def _bright(v: NDArray[np.float32], tools: Tools) -> NDArray[np.float32]:
    return v * np.float32(tools.random.choice([0.6, 0.75, 1.25, 1.45])) + np.float32(tools.random.uniform(-12, 12))


def _contrast_sat(v: NDArray[np.float32], tools: Tools) -> NDArray[np.float32]:
    gray = v.mean(axis=2, keepdims=True)
    v = gray + (v - gray) * np.float32(tools.random.uniform(0.4, 1.8))
    return (v - 128) * np.float32(tools.random.uniform(1.15, 1.55)) + 128


def _temp(v: NDArray[np.float32], tools: Tools) -> NDArray[np.float32]:
    shift = tools.random.uniform(0.1, 0.28) * tools.random.choice([-1, 1])
    return v * np.array([1 + shift, 1 + shift / 4, 1 - shift], np.float32)


def _noise(v: NDArray[np.float32], tools: Tools) -> NDArray[np.float32]:
    return v + tools.random.normal(0, tools.random.uniform(8, 20), v.shape).astype(np.float32)


def gray(shot: Shot, tools: Tools) -> Shot:
    return replace(shot, rgb=np.repeat(cv2.cvtColor(shot.rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, 2).astype(np.uint8))


def blur(shot: Shot, tools: Tools) -> Shot:
    sigma = max(shot.rgb.shape[:2]) / 400 * tools.random.uniform(1.2, 2.6)
    return replace(shot, rgb=np.asarray(cv2.GaussianBlur(shot.rgb, (0, 0), float(sigma)), np.uint8))


# ---------------------------------------------------------------- painted over


def _draw(shot: Shot, painted: Rgb, kind: str, opacity: float = 1.0) -> Shot:
    """Lay `painted` over the shot where it differs from it, and remember where."""
    mask = (painted.astype(np.int16) != shot.rgb).any(axis=2)
    out = cv2.addWeighted(painted, opacity, shot.rgb, 1 - opacity, 0) if opacity < 1 else painted
    return replace(shot, rgb=np.asarray(out, np.uint8), **{kind: getattr(shot, kind) | mask})


def caption(shot: Shot, tools: Tools) -> Shot:
    painted = shot.rgb.copy()
    height, width = painted.shape[:2]
    words = ["look at this crack", "2026-11-22 10:03", "BROKEN!!", "not as described", "refund please"]
    for _ in range(int(tools.random.integers(1, 4))):
        size = max(height, width) / 640 * tools.random.uniform(0.7, 1.8)
        colour = [(255, 255, 255), (220, 20, 20), (250, 220, 30), (10, 10, 10)][int(tools.random.integers(4))]
        at = (int(width * tools.random.uniform(0.02, 0.35)), int(height * tools.random.uniform(0.08, 0.95)))
        word = words[int(tools.random.integers(len(words)))]
        thick = max(1, round(size * 2.2))
        if tools.random.random() < 0.5:
            edge = (0, 0, 0) if sum(colour) > 300 else (255, 255, 255)
            cv2.putText(painted, word, at, cv2.FONT_HERSHEY_SIMPLEX, size, edge, thick * 3, cv2.LINE_AA)
        cv2.putText(painted, word, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thick, cv2.LINE_AA)
    return _draw(shot, painted, "overlay")


def watermark(shot: Shot, tools: Tools) -> Shot:
    height, width = shot.rgb.shape[:2]
    side = int(np.hypot(height, width))
    sheet = np.zeros((side, side), np.uint8)
    size = max(height, width) / 640 * tools.random.uniform(0.7, 1.3)
    for y in range(0, side, int(90 * size)):
        for x in range(0, side, int(230 * size)):
            cv2.putText(
                sheet, "SAMPLE", (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, 255, max(1, round(size * 2)), cv2.LINE_AA
            )
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), 30, 1)
    sheet = np.asarray(cv2.warpAffine(sheet, turn, (side, side)), np.uint8)[:height, :width]
    tone = int(tools.random.choice([0, 128, 255]))
    alpha = sheet[..., None] / 255 * tools.random.uniform(0.2, 0.45)
    out = (shot.rgb * (1 - alpha) + tone * alpha).astype(np.uint8)
    return replace(shot, rgb=out, overlay=shot.overlay | (sheet > 40))


def emoji(shot: Shot, tools: Tools) -> Shot:
    painted = shot.rgb.copy()
    height, width = painted.shape[:2]
    for _ in range(int(tools.random.integers(1, 6))):
        r = int(max(height, width) * tools.random.uniform(0.03, 0.09))
        x, y = int(tools.random.integers(width)), int(tools.random.integers(height))
        colour = [(250, 205, 60), (235, 60, 60), (120, 190, 250)][int(tools.random.integers(3))]
        if tools.random.random() < 0.5:
            cv2.circle(painted, (x, y), r, colour, -1, cv2.LINE_AA)
            for side in (-1, 1):
                cv2.circle(painted, (x + side * r // 3, y - r // 4), max(1, r // 8), (40, 30, 20), -1, cv2.LINE_AA)
            cv2.ellipse(
                painted, (x, y + r // 3), (r // 2, r // 4), 0, 180, 360, (40, 30, 20), max(1, r // 10), cv2.LINE_AA
            )
        else:
            turn = np.arange(10) * np.pi / 5 + tools.random.uniform(0, 6)
            radius = np.where(np.arange(10) % 2, r * 0.45, r)
            star = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], 1).astype(np.int32)
            cv2.fillPoly(painted, [star], colour, cv2.LINE_AA)
    return _draw(shot, painted, "overlay")


def red_circle(shot: Shot, tools: Tools) -> Shot:
    """The buyer's own mark: a red ring or arrow around what is complained of."""
    painted = shot.rgb.copy()
    height, width = painted.shape[:2]
    at = (int(width * tools.random.uniform(0.25, 0.75)), int(height * tools.random.uniform(0.25, 0.75)))
    r = max(height, width) * tools.random.uniform(0.06, 0.16)
    axes = (int(r), int(r * tools.random.uniform(0.6, 1)))
    thick = max(2, round(max(height, width) * 0.006))
    cv2.ellipse(painted, at, axes, float(tools.random.uniform(0, 90)), 0, 355, (235, 25, 25), thick, cv2.LINE_AA)
    return _draw(shot, painted, "overlay")


def mosaic(shot: Shot, tools: Tools) -> Shot:
    height, width = shot.rgb.shape[:2]
    w, h = int(width * tools.random.uniform(0.15, 0.4)), int(height * tools.random.uniform(0.12, 0.3))
    x, y = int(tools.random.integers(width - w)), int(tools.random.integers(height - h))
    cell = max(4, max(height, width) // 40)
    painted = shot.rgb.copy()
    part = painted[y : y + h, x : x + w]
    small = cv2.resize(part, (max(1, w // cell), max(1, h // cell)), interpolation=cv2.INTER_AREA)
    painted[y : y + h, x : x + w] = cv2.resize(small, (w, h), interpolation=cv2.INTER_NEAREST)
    mask = shot.overlay.copy()
    mask[y : y + h, x : x + w] = True
    return replace(shot, rgb=painted, overlay=mask)


def _stain(painted: Rgb, tools: Tools) -> NDArray[np.bool_]:
    height, width = painted.shape[:2]
    r = max(height, width) * tools.random.uniform(0.035, 0.1)
    x, y = width * tools.random.uniform(0.15, 0.85), height * tools.random.uniform(0.15, 0.85)
    noise = tools.random.normal(0, 1, (height, width)).astype(np.float32)
    rough = np.asarray(cv2.GaussianBlur(noise, (0, 0), max(2.0, float(r) / 4)), np.float32)
    rough = rough / (rough.std() + np.float32(1e-6))
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    depth = 1.3 - np.hypot(grid_x - x, (grid_y - y) * tools.random.uniform(0.8, 1.4)) / r + 0.25 * rough
    alpha = np.clip(depth * 2, 0, 1) * tools.random.uniform(0.5, 0.9)
    colour = np.array([(90, 60, 25), (60, 75, 30), (70, 15, 15), (25, 25, 25)][int(tools.random.integers(4))])
    painted[:] = (painted * (1 - alpha[..., None]) + colour * alpha[..., None]).astype(np.uint8)
    return np.asarray(alpha > 0.15)


def _crack(painted: Rgb, tools: Tools) -> NDArray[np.bool_]:
    height, width = painted.shape[:2]
    step = max(height, width) * 0.02
    point = np.array([width, height]) * tools.random.uniform(0.2, 0.8, 2)
    heading = tools.random.uniform(0, 2 * np.pi)
    points = [point]
    for _ in range(int(tools.random.integers(10, 30))):
        heading += tools.random.normal(0, 0.55)
        points.append(points[-1] + step * np.array([np.cos(heading), np.sin(heading)]))
    line = np.array(points, np.int32)
    mask = np.zeros((height, width), np.uint8)
    thick = max(1, round(max(height, width) * 0.0035))
    cv2.polylines(painted, [line], False, (25, 22, 20), thick, cv2.LINE_AA)
    cv2.polylines(mask, [line], False, 255, thick + 2)
    return np.asarray(mask > 0)


def damage(shot: Shot, tools: Tools) -> Shot:
    painted, mask = shot.rgb.copy(), shot.damage.copy()
    for draw in ([_stain], [_crack], [_stain, _crack], [_crack, _crack])[int(tools.random.integers(4))]:
        mask |= draw(painted, tools)
    return replace(shot, rgb=painted, damage=mask)


def stain(shot: Shot, tools: Tools) -> Shot:
    painted = shot.rgb.copy()
    return replace(shot, damage=shot.damage | _stain(painted, tools), rgb=painted)


def pasted(shot: Shot, tools: Tools) -> Shot:
    """A patch of another picture, blended in: pasted damage, replaced text, a covered watermark."""
    height, width = shot.rgb.shape[:2]
    r = int(min(height, width) * tools.random.uniform(0.08, 0.2))
    patch = cv2.resize(tools.other(), (max(width, 2 * r), max(height, 2 * r)))
    y, x = int(tools.random.integers(r, height - r)), int(tools.random.integers(r, width - r))
    drawn = np.zeros((height, width), np.float32)
    cv2.ellipse(drawn, (x, y), (r, int(r * 0.7)), float(tools.random.uniform(0, 180)), 0, 360, 1.0, -1)
    alpha = np.asarray(cv2.GaussianBlur(drawn, (0, 0), r / 12), np.float32)
    out = shot.rgb * (1 - alpha[..., None]) + patch[:height, :width] * alpha[..., None]
    return replace(shot, rgb=out.astype(np.uint8), damage=shot.damage | (alpha > 0.3))


def _printed(part: Rgb) -> float:
    """How much a place looks like print: dark or bright strokes on an even ground."""
    gray = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
    away = np.abs(gray - np.median(gray))
    return float(np.quantile(away, 0.85) - 2 * np.quantile(away, 0.4))


def relabelled(shot: Shot, tools: Tools) -> Shot:
    """A line of print, or what looks most like it, covered with the colour around it and written anew in like ink."""
    painted = shot.rgb.copy()
    height, width = painted.shape[:2]
    size = max(height, width) / 640 * tools.random.uniform(0.5, 0.9)
    word = f"{tools.random.integers(2025, 2030)}-{tools.random.integers(1, 13):02d}-{tools.random.integers(1, 29):02d}"
    (w, h), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, size, max(1, round(size * 2)))
    places = [
        (int(tools.random.integers(max(1, width - w))), int(tools.random.integers(h, height - h))) for _ in range(40)
    ]
    x, y = max(places, key=lambda at: _printed(shot.rgb[at[1] - h : at[1], at[0] : at[0] + w]))
    part = painted[max(0, y - h - h // 3) : y + h // 3, max(0, x - h // 3) : x + w + h // 3]
    ground = np.median(part.reshape(-1, 3), axis=0)
    ink = ground * 0.25 if ground.mean() > 110 else 255 - (255 - ground) * 0.25
    part[:] = np.clip(ground + tools.random.normal(0, 2, part.shape), 0, 255).astype(np.uint8)
    mask = shot.damage.copy()
    mask[max(0, y - h - h // 3) : y + h // 3, max(0, x - h // 3) : x + w + h // 3] = True
    colour = tuple(int(v) for v in ink)
    cv2.putText(painted, word, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, colour, max(1, round(size * 2)), cv2.LINE_AA)
    return replace(shot, rgb=painted, damage=mask)


# ---------------------------------------------------------------- placed among other things


def _place(  # noqa: PLR0913, PLR0917
    shot: Shot, canvas: Rgb, x: int, y: int, scale: float, cut: tuple[int, int] | None = None
) -> Shot:
    """Put the shot on a canvas at (x, y); everything else of the canvas is overlay."""
    small = resize(shot, scale)
    height, width = small.rgb.shape[:2]
    w, h = cut or (width, height)
    w, h = min(w, width, canvas.shape[1] - x), min(h, height, canvas.shape[0] - y)
    small = _cut(small, (width - w) // 2 if cut else 0, (height - h) // 2 if cut else 0, w, h)
    out = canvas.copy()
    part = (slice(y, y + h), slice(x, x + w))
    out[part] = small.rgb
    over, hurt = np.ones(out.shape[:2], bool), np.zeros(out.shape[:2], bool)
    over[part], hurt[part] = small.overlay, small.damage
    matrix = np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])
    return Shot(rgb=out, homography=matrix @ small.homography, damage=hurt, overlay=over)


def border(shot: Shot, tools: Tools) -> Shot:
    height, width = shot.rgb.shape[:2]
    mx, my = int(width * tools.random.uniform(0.05, 0.3)), int(height * tools.random.uniform(0.05, 0.3))
    tone = tools.random.choice([[255, 255, 255], [0, 0, 0], [30, 30, 60], [240, 225, 210]])
    canvas = np.full((height + 2 * my, width + 2 * mx, 3), tone, np.uint8)
    return _place(shot, canvas, mx, my, 1.0)


def screenshot(shot: Shot, tools: Tools) -> Shot:
    height, width = shot.rgb.shape[:2]
    screen_w, screen_h = 1080, 2340
    light = bool(tools.random.integers(2))
    canvas = np.full((screen_h, screen_w, 3), 250 if light else 16, np.uint8)
    ink = (20, 20, 20) if light else (230, 230, 230)
    scale = min(screen_w / width, 1700 / height)
    h, w = round(height * scale), round(width * scale)
    y = int(tools.random.uniform(140, min(600, screen_h - h - 100)))
    cv2.putText(canvas, "10:03", (60, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.4, ink, 3, cv2.LINE_AA)
    cv2.putText(canvas, "5G 83%", (820, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.2, ink, 3, cv2.LINE_AA)
    for row in range(y + h + 80, screen_h - 60, 90):
        cv2.putText(canvas, "Y 39.90 cotton shirt new", (60, row), cv2.FONT_HERSHEY_SIMPLEX, 1.5, ink, 3, cv2.LINE_AA)
    return _place(shot, canvas, (screen_w - w) // 2, y, scale)


def pip(shot: Shot, tools: Tools) -> Shot:
    """The picture as an inset on another."""
    host = tools.other()
    scale = tools.random.uniform(0.35, 0.55) * min(host.shape[0] / shot.rgb.shape[0], host.shape[1] / shot.rgb.shape[1])
    h, w = int(shot.rgb.shape[0] * scale), int(shot.rgb.shape[1] * scale)
    x, y = int(tools.random.integers(host.shape[1] - w)), int(tools.random.integers(host.shape[0] - h))
    return _place(shot, host, x, y, scale)


def pip_host(shot: Shot, tools: Tools) -> Shot:
    """Another picture pasted over up to a third of this one."""
    inset = start(tools.other())
    height, width = shot.rgb.shape[:2]
    scale = tools.random.uniform(0.35, 0.58) * min(height / inset.rgb.shape[0], width / inset.rgb.shape[1])
    h, w = int(inset.rgb.shape[0] * scale), int(inset.rgb.shape[1] * scale)
    x, y = int(tools.random.integers(width - w)), int(tools.random.integers(height - h))
    placed = _place(inset, shot.rgb, x, y, scale)
    return replace(shot, rgb=placed.rgb, overlay=shot.overlay | ~placed.overlay)


def collage(shot: Shot, tools: Tools) -> Shot:
    """Two, three, four or five tiles, each cut from the middle of its picture."""
    side = int(tools.random.integers(700, 1300))
    layouts: list[list[tuple[float, float, float, float]]] = [
        [(0, 0, 0.5, 1), (0.5, 0, 0.5, 1)],
        [(0, 0, 1, 0.5), (0, 0.5, 1, 0.5)],
        [(0, 0, 0.5, 0.5), (0.5, 0, 0.5, 0.5), (0, 0.5, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5)],
        [(0, 0, 0.5, 0.5), (0.5, 0, 0.5, 0.5), (0, 0.5, 0.33, 0.5), (0.33, 0.5, 0.34, 0.5), (0.67, 0.5, 0.33, 0.5)],
    ]
    layout = layouts[int(tools.random.integers(len(layouts)))]
    mine = int(tools.random.integers(len(layout)))
    canvas = np.full((side, side, 3), 255, np.uint8)
    done = shot
    for i in [*(i for i in range(len(layout)) if i != mine), mine]:
        x, y, w, h = (int(v * side) for v in layout[i])
        x, y, w, h = x + 3, y + 3, w - 6, h - 6
        tile = shot if i == mine else start(tools.other())
        scale = max(w / tile.rgb.shape[1], h / tile.rgb.shape[0])
        done = _place(tile, canvas, x, y, scale, (w, h))
        canvas = done.rgb
    return done


SINGLE: dict[str, Attack] = {
    "blur": blur, "border": border, "bright": _tone(_bright), "caption": caption, "collage": collage,
    "contrast_sat": _tone(_contrast_sat), "crop10": crop(0.1), "crop30": crop(0.3), "crop50": crop(0.5),
    "crop50_corner": crop(0.5, corner=True), "crop70": crop(0.7), "damage": damage, "emoji": emoji, "gray": gray,
    "hflip": hflip, "jpeg30": jpeg(30), "jpeg60": jpeg(60), "mosaic": mosaic, "noise": _tone(_noise), "persp": persp,
    "photo_screen": photo_screen, "pip": pip, "pip_host": pip_host, "resize025": resized(0.25),
    "resize05": resized(0.5),
    "resize2": resized(2.0), "rot180": rot180, "rot90": rot90, "rot_small": rot_small, "screenshot": screenshot,
    "temp": _tone(_temp), "watermark": watermark, "wechat": wechat, "wechat_small": wechat_small,
}  # fmt: skip
EDITS: dict[str, Attack] = {"damage": damage, "stain": stain, "pasted": pasted, "relabelled": relabelled}
_FRAMES = ("screenshot", "pip_host", "photo_screen")
_CUTS = ("crop10", "crop30", "crop50", "rot_small", "hflip", "rot90")
_TONES = ("bright", "contrast_sat", "temp", "gray", "noise", "blur")
_PAINT = ("caption", "watermark", "emoji", "mosaic", "damage")
_SAVES = ("wechat", "wechat_small", "jpeg30", "jpeg60", "resize05")


def chain(length: int, tools: Tools) -> tuple[str, ...]:
    """Draw a chain of attacks: placed or cut, toned, painted, and saved last."""
    groups = [_FRAMES if tools.random.random() < 0.25 else _CUTS, _TONES, _PAINT, _CUTS]
    picked = sorted(tools.random.choice(len(groups), length - 1, replace=False))
    names = [str(tools.random.choice(groups[i])) for i in picked]
    return (*names, str(tools.random.choice(_SAVES)))


def attack(rgb: Rgb, name: str, tools: Tools) -> tuple[Shot, tuple[str, ...]]:
    """Return the attacked picture and the steps taken; `name` is one of KINDS."""
    steps = chain(int(name[5:]), tools) if name.startswith("chain") else (name,)
    shot = start(rgb)
    for step in steps:
        shot = (SINGLE | EDITS | {"red_circle": red_circle})[step](shot, tools)
    return shot, steps


KINDS = (*SINGLE, "chain2", "chain3", "chain4")
