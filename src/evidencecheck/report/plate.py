"""The ready pictures: circled copy with details, side by side with its source, comparison with the shop's own product.

Drawn from pixels only, so nothing of a file's metadata reaches them. Sizes are in px of the finished picture, which a
phone shows about 390 px wide: letters of 1/30 of the width stay readable.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from evidencecheck.model import Homography, Point
from evidencecheck.report.draw import RING_RGB, circled, project
from evidencecheck.report.lettering import Lettering
from evidencecheck.report.places import Layout

Rgb = NDArray[np.uint8]
View = tuple[int, int, int, int]  # left, top, right, bottom, px

LETTERS_PER_WIDTH = 30  # body letters: this share of the picture's width
TALLEST = 1.45  # a picture is at most this many widths tall, so that the words below it stay on the screen
WIDE = 1.05  # both pictures wider than this, width by height: one above the other, as large as the phone is wide
DETAILS_SHOWN = 4
DETAIL_TALLEST = 0.5  # of a detail, in widths of the whole picture
DETAIL_CONTEXT = 1.7  # a detail shows this much around its place, times the place's own size
MATCH_RGB = (0, 158, 96)
DOT_RGB = (0, 92, 230)
INK, PAPER, BAR = (25, 25, 25), (255, 255, 255), (238, 240, 243)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture on a plate: (H, W, 3) uint8 upright pixels, its caption, and an outline in these pixels: green
    around what is the same, red (`ring`) around what is meant."""

    rgb: Rgb
    caption: str
    outline: tuple[Point, ...] = ()
    ring: bool = False
    dots: tuple[Point, ...] = ()  # places named A, B, C … on every panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How plates are drawn: width in px, and the letters."""

    width_px: int
    lettering: Lettering

    @property
    def letters_px(self) -> int:
        """Size of the body letters."""
        return max(18, self.width_px // LETTERS_PER_WIDTH)


def circled_plate(
    photo: Panel, layout: Layout, details: Sequence[Sequence[Panel]], lines: Sequence[str], style: Style
) -> Image.Image:
    """Return the photo with its numbered outlines, one row of panels per numbered detail, and lines of text below."""
    height, width = photo.rgb.shape[:2]
    framed = layout.frame[2] / width  # numbers may stand in the margin
    scale = min(style.width_px / framed, TALLEST * style.width_px * width / height) / width
    small = _resize(photo.rgb, max(1, int(width * scale)), max(1, round(height * scale)))
    drawn = Image.fromarray(circled(np.ascontiguousarray(small), layout, (width, height)))
    rows = [caption_bar(photo.caption, style), _centred(drawn, style.width_px)]
    rows += [_beside(row, style, DETAIL_TALLEST) for row in details]
    return _stack([*rows, _text(lines, style)], style.width_px)


def pair_plate(panels: Sequence[Panel], lines: Sequence[str], style: Style) -> Image.Image:
    """Return two pictures beside each other (one above the other when both are wide), outlines drawn, text below."""
    if all(panel.rgb.shape[1] > WIDE * panel.rgb.shape[0] for panel in panels):
        rows = [_labelled(panel, style.width_px, None, style) for panel in panels]
    else:
        rows = [_beside(panels, style)]
    return _stack([*rows, _text(lines, style)], style.width_px)


def rows_plate(rows: Sequence[Sequence[Panel]], lines: Sequence[str], style: Style) -> Image.Image:
    """Return rows of pictures, each row of one height, and text below."""
    beside = [_beside(row, style, 0.7) for row in rows]
    return _stack([*beside, _text(lines, style)], style.width_px)


def shared_dots(outline: Sequence[Point], homography: Homography) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Return up to four places inside `outline` (photo px) spread over it, and the same places in the known picture."""
    points = np.asarray(outline, dtype=np.float64).reshape(-1, 2)
    if len(points) < 3:
        return (), ()
    centre = points.mean(axis=0)
    corners = [points[int(np.argmax((points - centre) @ way))] for way in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    chosen = tuple((float(x), float(y)) for x, y in (centre + 0.55 * (corner - centre) for corner in corners))
    there = project(chosen, homography)
    return (chosen, there) if len(there) == len(chosen) else ((), ())


def window(outline: Sequence[Point], width: int, height: int) -> View:
    """Return left, top, right, bottom (px, inside the picture) of the view around an outline that shows it well."""
    points = np.asarray(outline, dtype=np.float64).reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    reach = DETAIL_CONTEXT * np.maximum(high - low, 0.06 * min(width, height)) / 2
    reach = np.maximum(reach, reach.max() * 0.6)  # not a sliver
    left, top = np.floor(np.clip((low + high) / 2 - reach, 0, (width - 1, height - 1))).astype(int)
    right, bottom = np.ceil(np.clip((low + high) / 2 + reach, (left + 1, top + 1), (width, height))).astype(int)
    return int(left), int(top), int(right), int(bottom)


def detail(rgb: Rgb, view: View, caption: str, outline: Sequence[Point]) -> Panel:
    """Return one view of a picture as a panel, ringed as in the whole picture."""
    left, top, right, bottom = view
    return Panel(rgb=rgb[top:bottom, left:right], caption=caption, outline=_moved(outline, view), ring=True)


def same_view(known: Rgb, known_size: tuple[int, int], homography: Homography, view: View) -> Rgb:
    """Return the known picture as it looks in that view of the photo: turned, mirrored and scaled as in the photo.

    `known` may be a reduced copy of a picture of `known_size` (width, height); `homography` maps photo to known px.
    """
    left, top, right, bottom = view
    to_copy = np.diag([known.shape[1] / known_size[0], known.shape[0] / known_size[1], 1.0])
    to_photo = np.array([[1.0, 0, left], [0, 1.0, top], [0, 0, 1.0]])
    matrix = to_copy @ np.asarray(homography, dtype=np.float64) @ to_photo
    size, flags = (right - left, bottom - top), cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpPerspective(known, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=BAR)
    return np.asarray(drawn, dtype=np.uint8)


def to_jpeg(picture: Image.Image, max_bytes: int) -> bytes:
    """Return a JPEG without metadata, at the best quality that keeps it within `max_bytes` (at least quality 60)."""
    data = b""
    for quality in (92, 86, 78, 70, 60):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, subsampling=0)  # "optimize" fails on noisy pictures
        data = buffer.getvalue()
        if len(data) <= max_bytes:
            break
    return data


def _beside(panels: Sequence[Panel], style: Style, tallest: float = TALLEST) -> Image.Image:
    """Panels of one height, at most `tallest` widths, side by side, sharing the width by their proportions."""
    gap = style.width_px // 90
    proportions = [min(max(panel.rgb.shape[1] / panel.rgb.shape[0], 0.45), 2.2) for panel in panels]
    room = style.width_px - gap * (len(panels) - 1)
    height = min(room / sum(proportions), tallest * style.width_px)
    widths = [int(room * share / sum(proportions)) for share in proportions]
    cells = [_labelled(panel, width, round(height), style) for panel, width in zip(panels, widths, strict=True)]
    row = Image.new("RGB", (style.width_px, max(cell.height for cell in cells)), PAPER)
    left = 0
    for cell, width in zip(cells, widths, strict=True):
        row.paste(cell, (left, 0))
        left += width + gap
    return row


def _labelled(panel: Panel, width: int, height: int | None, style: Style) -> Image.Image:
    """One panel fitted into `width` by `height` under its caption, with outline and dots."""
    shape_h, shape_w = panel.rgb.shape[:2]
    tallest = height or round(TALLEST * style.width_px)
    scale = min(width / shape_w, tallest / shape_h)
    picture = Image.fromarray(_resize(panel.rgb, max(1, round(shape_w * scale)), max(1, round(shape_h * scale))))
    _mark(picture, panel, scale, style)
    bar = caption_bar(panel.caption, style, width)
    cell = Image.new("RGB", (width, bar.height + (height or picture.height)), PAPER)
    cell.paste(bar, (0, 0))
    cell.paste(picture, ((width - picture.width) // 2, bar.height))
    return cell


def _mark(picture: Image.Image, panel: Panel, scale: float, style: Style) -> None:
    pen = ImageDraw.Draw(picture)
    line = max(3, style.width_px // 240)
    points = [(x * scale, y * scale) for x, y in panel.outline]
    if len(points) > 2:
        for colour, thick in ((PAPER, line * 2), (RING_RGB if panel.ring else MATCH_RGB, line)):
            pen.line([*points, points[0], points[1]], fill=colour, width=thick, joint="curve")
    radius = style.letters_px * 0.62
    font = style.lettering.font(round(style.letters_px * 0.9))
    for letter, (x, y) in zip("ABCD", panel.dots, strict=False):
        at = (x * scale, y * scale)
        pen.circle(at, radius + line / 2, fill=PAPER)
        pen.circle(at, radius, fill=DOT_RGB)
        pen.text(at, letter, font=font, fill=PAPER, anchor="mm")


def caption_bar(caption: str, style: Style, width: int | None = None) -> Image.Image:
    """Return a caption on a grey bar, in as many lines as it needs."""
    width, size = width or style.width_px, style.letters_px
    lines = style.lettering.wrap(caption, size, width - size)
    bar = Image.new("RGB", (width, round(size * (1.4 * len(lines) + 0.5))), BAR)
    pen, font = ImageDraw.Draw(bar), style.lettering.font(size)
    for number, line in enumerate(lines):
        pen.text((width / 2, size * (0.95 + 1.4 * number)), line, font=font, fill=INK, anchor="mm")
    return bar


def _moved(points: Sequence[Point], view: View) -> tuple[Point, ...]:
    return tuple((x - view[0], y - view[1]) for x, y in points)


def _text(lines: Sequence[str], style: Style) -> Image.Image:
    size = style.letters_px
    wrapped = [part for line in lines for part in style.lettering.wrap(line, size, style.width_px - 2 * size)]
    block = Image.new("RGB", (style.width_px, round(size * (1.45 * len(wrapped) + 1.0))), PAPER)
    pen, font = ImageDraw.Draw(block), style.lettering.font(size)
    for number, line in enumerate(wrapped):
        pen.text((size, size * (1.2 + 1.45 * number)), line, font=font, fill=INK, anchor="lm")
    return block


def _centred(picture: Image.Image, width: int) -> Image.Image:
    row = Image.new("RGB", (width, picture.height), PAPER)
    row.paste(picture, ((width - picture.width) // 2, 0))
    return row


def _stack(rows: Sequence[Image.Image], width: int) -> Image.Image:
    gap = width // 90
    whole = Image.new("RGB", (width, sum(row.height + gap for row in rows)), PAPER)
    top = 0
    for row in rows:
        whole.paste(row, (0, top))
        top += row.height + gap
    return whole


def _resize(rgb: Rgb, width: int, height: int) -> Rgb:
    picture = Image.fromarray(np.ascontiguousarray(rgb)).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture, dtype=np.uint8)
