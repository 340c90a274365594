"""What was done to a picture, read off its homography, in words for the reader."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.dense import outline
from evidencecheck.model import Text

WHOLE = 0.97  # share of the known picture from which it counts as uncut
ALONE = 0.93  # share of the photo from which there is nothing around the known picture
STRAIGHT_DEGREES = 3.0  # of a quarter turn
TILT = 0.04  # change of scale across the overlap from which it is seen at an angle


@dataclass(frozen=True, slots=True)
class Placement:
    """How a known picture lies in the photo. `outline` (N, 2) photo pixels; shares 0-1; degrees clockwise."""

    outline: NDArray[np.float32]
    overlap: float  # share of the known picture that is seen
    covered: float  # share of the photo that it covers
    mirrored: bool
    degrees: float
    zoom: float  # photo pixels per known pixel
    tilted: bool


def placement(
    matrix: NDArray[np.float64], photo: tuple[int, int], known: tuple[int, int], seen: NDArray[np.float32] | None = None
) -> Placement:
    """Describe `matrix` (photo to known pixels) between pictures of (H, W) sizes; `seen` narrows the outline."""
    shape = outline(matrix, photo, known) if seen is None or len(seen) < 3 else seen
    if len(shape) < 3:
        return Placement(np.zeros((0, 2), np.float32), 0.0, 0.0, False, 0.0, 1.0, False)
    back = cv2.perspectiveTransform(shape[None].astype(np.float64), matrix)[0].astype(np.float32)
    overlap = min(1.0, float(cv2.contourArea(back)) / max(1.0, known[0] * known[1]))
    covered = min(1.0, float(cv2.contourArea(shape)) / max(1.0, photo[0] * photo[1]))
    inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    centre = back.mean(axis=0).astype(np.float64)
    step = max(2.0, 0.2 * float(np.ptp(back, axis=0).max()))
    linear = _linear(inverse, centre, step)
    sizes = [math.sqrt(abs(np.linalg.det(_linear(inverse, corner.astype(np.float64), 2.0)))) for corner in back]
    mirrored = bool(np.linalg.det(linear) < 0)
    upright = linear @ np.diag([-1.0, 1.0]) if mirrored else linear
    degrees = math.degrees(math.atan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    tilted = (max(sizes) - min(sizes)) / max(float(np.mean(sizes)), 1e-9) > TILT
    return Placement(shape, overlap, covered, mirrored, degrees, math.sqrt(abs(np.linalg.det(linear))), tilted)


def _linear(matrix: NDArray[np.float64], at: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    points = at + step / 2 * np.array([[[-1.0, 0], [1, 0], [0, -1], [0, 1]]])
    left, right, up, down = cv2.perspectiveTransform(points, matrix)[0]
    return np.asarray(np.column_stack([right - left, down - up]) / step, np.float64)


def transform_words(place: Placement) -> Text:
    """Return what was done to the known picture: "mirrored, rotated 90°, cropped to 34 %"."""
    zh: list[str] = []
    en: list[str] = []
    if place.mirrored:
        zh.append("左右镜像")
        en.append("mirrored")
    quarter = round(place.degrees / 90) * 90
    if abs(place.degrees - quarter) <= STRAIGHT_DEGREES:
        if quarter % 360:
            turn = abs(quarter) if abs(quarter) == 180 else quarter % 360
            zh.append(f"旋转 {turn}°")
            en.append(f"rotated {turn}°")
    else:
        zh.append(f"旋转约 {place.degrees:.0f}°")
        en.append(f"rotated about {place.degrees:.0f}°")
    if place.tilted:
        zh.append("斜着拍摄或拉伸")
        en.append("seen at an angle")
    if place.overlap < WHOLE:
        zh.append(f"裁剪后只剩 {place.overlap:.0%}")
        en.append(f"cropped to {place.overlap * 100:.0f} %")
    if place.covered < ALONE:
        zh.append(f"放在更大的画面里（截图、拼图或边框），占照片的 {place.covered:.0%}")
        en.append(f"inside a larger picture (screenshot, collage or border), {place.covered * 100:.0f} % of the photo")
    if not zh:
        return Text(zh="整张照片，未裁剪未旋转", en="the whole picture, not cropped or turned")
    return Text(zh="，".join(zh), en=", ".join(en))
