"""What software draws into a picture, told from what a lens saw: strong lines, and nothing of its own between them.

Icons, marks, timestamps and lettering repeat exactly and honestly, to the pixel. But they are lines and flat colours:
between the lines lies flat colour or, under a see-through mark, another part of the photo. A copied part of a photo
repeats what lies between its lines as well.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LINE_SHARE = 0.3  # of the part's strongest steps: from there a step is a line
LEAST_LINE = 12.0  # grey levels; weaker steps are texture
BESIDE_PX = 2  # so near a line its own slope is seen
LEAST_SHARE = 0.1  # share of the part between the lines; a part with less of it is all texture and tells nothing
PLAIN_SHARE, LEAST_PLAIN = 0.1, 4.0  # of the strongest steps, and grey levels: smaller steps are plain ground
NOISE_AGREES = 0.5  # correlation of the ground's noise; copies saved as JPEG keep 0.3 to 0.8, two grounds have 0 to 0.2
LEVEL = 1  # grey levels between neighbours on perfectly smooth ground
AROUND_PX = 7  # near surroundings

Gray = NDArray[np.uint8]
Detail = NDArray[np.float32]


def agreement_between_lines(
    pictures: tuple[Gray, Gray], details: tuple[Detail, Detail], part: NDArray[np.bool_]
) -> float:
    """Return the correlation, -1 to 1, of fine detail of two pictures within the (H, W) part, away from strong lines.

    1 where there is no room between the lines: nothing speaks against a copy there.
    """
    box, inside, step = _within(pictures, part)
    line = step >= max(LEAST_LINE, LINE_SHARE * _strongest(step, inside))
    between = inside & ~_grown(line, BESIDE_PX)
    share = float(between.sum() / inside.sum())
    return 1.0 - (1.0 - _correlation(details[0][box][between], details[1][box][between])) * min(
        1.0, share / LEAST_SHARE
    )


def other_ground(pictures: tuple[Gray, Gray], part: NDArray[np.bool_]) -> float:
    """Return the grey levels by which the plain ground of the (H, W) part differs between two pictures.

    0 where the noise of the ground agrees, or where there is next to no plain ground.
    """
    box, inside, step = _within(pictures, part)
    plain = inside & ~_grown(step > max(LEAST_PLAIN, PLAIN_SHARE * _strongest(step, inside)), 1)
    if plain.sum() < LEAST_SHARE * inside.sum():
        return 0.0
    one, other = (picture[box].astype(np.float32) for picture in pictures)
    noise = ((picture - cv2.blur(picture, (5, 5)))[plain] for picture in (one, other))
    return float(np.abs(one - other)[plain].mean()) * max(0.0, 1.0 - _correlation(*noise) / NOISE_AGREES)


def flatness(gray: Gray, part: NDArray[np.bool_]) -> float:
    """Return the share, 0-1, of the (H, W) part and its near surroundings that is perfectly smooth."""
    size = 2 * AROUND_PX + 1
    around = cv2.dilate(part.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    return float((_steps(gray)[around] <= LEVEL).mean())


def _steps(gray: Gray) -> Gray:
    return np.asarray(cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.uint8)


def _within(
    pictures: tuple[Gray, Gray], part: NDArray[np.bool_]
) -> tuple[tuple[slice, slice], NDArray[np.bool_], Gray]:
    """Return the box around the part, the part in it, and the larger of the two pictures' steps there."""
    left, top, width, height = cv2.boundingRect(part.astype(np.uint8))
    box = (slice(top, top + height), slice(left, left + width))
    return box, part[box], np.maximum(_steps(pictures[0][box]), _steps(pictures[1][box]))


def _strongest(step: Gray, inside: NDArray[np.bool_]) -> float:
    return float(np.quantile(step[inside], 0.98))


def _grown(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _correlation(one: Detail, other: Detail) -> float:
    return float(one @ other) / max(float(np.sqrt((one @ one) * (other @ other))), 1e-3)
