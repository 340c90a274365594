"""Pixels for the report: previews made small enough to embed, known pictures laid over the photo, circled copies.

Pictures read here are previews this program wrote itself, never the received files.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.model import Homography
from evidencecheck.report.places import Layout

LONGEST_SIDE_PX = 1000
# (share of the longest side, JPEG quality), best first: the first step within the byte budget is taken.
STEPS = ((1.0, 72), (1.0, 62), (0.88, 60), (0.76, 56), (0.64, 52), (0.5, 46))
# Outside the known picture the aligned view is this grey, so that nothing there looks like agreement.
OUTSIDE_RGB = (127, 127, 127)
RING_RGB = (255, 45, 85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A picture as it goes into the page: encoded bytes and its size in px."""

    data: bytes
    media_type: str
    width: int
    height: int

    @property
    def uri(self) -> str:
        """The picture as a `data:` address."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode('ascii')}"


def fit(data: bytes, *, budget_bytes: int, longest_side_px: int = LONGEST_SIDE_PX) -> Embedded | None:
    """Return a picture of at most about `budget_bytes` and `longest_side_px`; None when `data` is no picture.

    A picture that already fits is passed on byte for byte. The last step is taken even if it misses the budget.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
            kind = picture.format or ""
            if max(picture.size) <= longest_side_px and len(data) <= budget_bytes:
                picture.verify()
                media_type = f"image/{kind.lower()}"
                return Embedded(data=data, media_type=media_type, width=picture.width, height=picture.height)
            return _encode(picture.convert("RGB"), budget_bytes, longest_side_px)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # Pillow's words for a broken picture
        return None


def aligned(
    reference: bytes,
    homography: Homography,
    *,
    photo_size: tuple[int, int],
    reference_size: tuple[int, int],
    budget_bytes: int,
) -> Embedded | None:
    """Return the known picture drawn in the photo's frame, or None when `reference` is no picture.

    `reference` is any reduced copy; `homography` maps photo px to reference px at the full sizes given.
    """
    pixels = read_rgb(reference)
    if pixels is None or min(*photo_size, *reference_size) < 1:
        return None
    scale = min(1.0, LONGEST_SIDE_PX / max(photo_size))
    width, height = max(round(photo_size[0] * scale), 1), max(round(photo_size[1] * scale), 1)
    to_photo = np.diag([photo_size[0] / width, photo_size[1] / height, 1.0])
    to_copy = np.diag([pixels.shape[1] / reference_size[0], pixels.shape[0] / reference_size[1], 1.0])
    matrix = to_copy @ np.asarray(homography, dtype=np.float64) @ to_photo  # drawn px -> copy px
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpPerspective(
        pixels, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=OUTSIDE_RGB
    )
    return _encode(Image.fromarray(np.asarray(drawn, dtype=np.uint8)), budget_bytes, LONGEST_SIDE_PX)


def project(points: tuple[tuple[float, float], ...], homography: Homography) -> tuple[tuple[float, float], ...]:
    """Return photo points in reference pixels. A point on the horizon (weight 0) is left out."""
    matrix = np.asarray(homography, dtype=np.float64)
    mapped = [matrix @ (x, y, 1.0) for x, y in points]
    return tuple((round(float(x / w), 1), round(float(y / w), 1)) for x, y, w in mapped if abs(w) > 1e-9)


def circled(rgb: NDArray[np.uint8], layout: Layout, photo_size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a copy of a picture, (H, W, 3) uint8, with the layout's outlines and numbers drawn on it.

    `photo_size` is the size the layout was made for; the picture may be any reduced copy of that photo. When a number
    stands beside the picture the copy is that much larger.
    """
    scale = np.array([rgb.shape[1] / photo_size[0], rgb.shape[0] / photo_size[1]])
    left, top, frame_width, frame_height = layout.frame
    before, above = round(-left * scale[0]), round(-top * scale[1])
    after = max(round(frame_width * scale[0]) - before - rgb.shape[1], 0)
    below = max(round(frame_height * scale[1]) - above - rgb.shape[0], 0)
    bordered = cv2.copyMakeBorder(rgb, above, below, before, after, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    canvas: NDArray[np.uint8] = np.asarray(bordered, dtype=np.uint8)
    thick = max(2, round(min(rgb.shape[:2]) / 220))
    for place in layout.places:
        radius = max(round(place.radius * float(scale.mean())), 9)
        points = np.rint(np.array(place.outline) * scale + (before, above)).astype(np.int32)
        label = np.rint(np.array(place.label) * scale + (before, above)).astype(int)
        leader = np.rint(np.array(place.leader) * scale + (before, above)).astype(int)
        for colour, width in (((255, 255, 255), thick * 2 + 1), (RING_RGB, thick)):
            cv2.polylines(canvas, [points], True, colour, width, cv2.LINE_AA)
            cv2.line(canvas, label.tolist(), leader.tolist(), colour, width, cv2.LINE_AA)
        cv2.circle(canvas, label.tolist(), radius + thick // 2, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(canvas, label.tolist(), radius, RING_RGB, -1, cv2.LINE_AA)
        _number(canvas, place.number, (int(label[0]), int(label[1])), radius)
    return canvas


def read_rgb(data: bytes) -> NDArray[np.uint8] | None:
    """Return (H, W, 3) uint8 RGB of an encoded JPEG or PNG preview, or None when it is no picture."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # Pillow's words for a broken picture
        return None


def _number(canvas: NDArray[np.uint8], number: int, centre: tuple[int, int], radius: int) -> None:
    font, words = cv2.FONT_HERSHEY_DUPLEX, str(number)
    (width, height), _ = cv2.getTextSize(words, font, 1.0, 2)
    size = 1.25 * radius / max(width, height)
    thick = max(1, round(radius / 9))
    origin = (round(centre[0] - width * size / 2), round(centre[1] + height * size / 2))
    cv2.putText(canvas, words, origin, font, size, (255, 255, 255), thick, cv2.LINE_AA)


def _encode(picture: Image.Image, budget_bytes: int, longest_side_px: int) -> Embedded:
    data, drawn = b"", picture
    for share, quality in STEPS:
        drawn = picture.copy()
        drawn.thumbnail((round(longest_side_px * share),) * 2, Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        drawn.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        data = buffer.getvalue()
        if len(data) <= budget_bytes:
            break
    return Embedded(data=data, media_type="image/jpeg", width=drawn.width, height=drawn.height)
