"""What software draws into a picture, told from what a lens saw: strong lines, and nothing of its own between them.

Icons, marks, timestamps and lettering repeat exactly and honestly, to the pixel. But they are lines and flat colours:
between the lines lies flat colour or, under a see-through mark, another part of the photo. A copied part of a photo
repeats what lies between its lines as well.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# a step: the difference between the brightest and the darkest of a pixel and its eight neighbours, grey levels
# set by hand on marks, icons and stickers drawn into photos, and on parts copied in them (docs/checks/copy-move.md)
STRONGEST = 0.98  # quantile of the part's steps that all shares refer to: a few bright specks do not count
LINE_SHARE = 0.3  # of the strongest step: from there a step is a line
LEAST_LINE = 12.0  # grey levels; weaker steps are texture, also in a part without lines
BESIDE_PX = 2  # so near a line there is its own soft slope, which is drawn too
LEAST_SHARE = 0.1  # of the part that is not line, or plain ground; where there is less, the measure fades out or is 0
PLAIN_SHARE, LEAST_PLAIN = 0.1, 4.0  # of the strongest step, and grey levels: up to the larger, ground is plain
NOISE_AGREES = 0.5  # correlation of the ground's noise; copies saved as JPEG keep 0.3 to 0.8, two grounds have 0 to 0.2
LEVEL = 1  # grey levels, largest step on perfectly smooth ground
AROUND_PX = 7  # how far the near surroundings of a part reach

Gray = NDArray[np.uint8]
Detail = NDArray[np.float32]


def agreement_between_lines(
    pictures: tuple[Gray, Gray], details: tuple[Detail, Detail], part: NDArray[np.bool_]
) -> float:
    """Return the correlation, -1 to 1, of fine detail of two (H, W) pictures within the part, away from strong lines.

    The second picture is the first, moved so that both places lie on each other. Lines that only one of them has count
    too. The less room there is between the lines, the nearer the answer is to 1: nothing speaks against a copy.
    """
    box, inside, step = _within(pictures, part)
    line = step >= max(LEAST_LINE, LINE_SHARE * _strongest(step, inside))
    between = inside & ~_grown(line, BESIDE_PX)
    room = min(1.0, float(between.sum() / inside.sum()) / LEAST_SHARE)
    return 1.0 - (1.0 - _correlation(details[0][box][between], details[1][box][between])) * room


def other_ground(pictures: tuple[Gray, Gray], part: NDArray[np.bool_]) -> float:
    """Return the grey levels, 0-255, by which the plain ground of the part differs between two (H, W) pictures.

    The more the noise of the ground agrees, the less it counts: 0 from NOISE_AGREES on, as a copy made brighter
    repeats its noise; 0 also where there is next to no plain ground.
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
    return float(np.quantile(step[inside], STRONGEST))


def _grown(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def _correlation(one: Detail, other: Detail) -> float:
    return float(one @ other) / max(float(np.sqrt((one @ one) * (other @ other))), 1e-3)
