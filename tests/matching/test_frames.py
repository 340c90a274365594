from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.matching.frames import Frame, frames

Rgb = NDArray[np.uint8]


def gray(rgb: Rgb) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY), np.uint8)


def overlap(found: Frame, left: int, top: int, right: int, bottom: int) -> float:
    """Intersection over union."""
    width = min(found.right, right) - max(found.left, left)
    height = min(found.bottom, bottom) - max(found.top, top)
    both = max(0, width) * max(0, height)
    return both / (found.area + (right - left) * (bottom - top) - both)


def test_an_inset_is_found_where_it_is(draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(60).copy()
    photo[700:1000, 150:550] = draw_scene(61, 400, 300)
    assert max(overlap(frame, 150, 700, 550, 1000) for frame in frames(gray(photo))) > 0.93


def test_the_picture_in_a_screenshot_is_found(draw_scene: Callable[..., Rgb]) -> None:
    screen = np.full((2000, 1000, 3), 248, np.uint8)
    screen[300:1500, 50:950] = draw_scene(62)
    assert max(overlap(frame, 50, 300, 950, 1500) for frame in frames(gray(screen))) > 0.95


@pytest.mark.parametrize("seed", [63, 64, 65, 66])
def test_a_scene_without_upright_sides_has_no_picture_within(draw_scene: Callable[..., Rgb], seed: int) -> None:
    assert frames(gray(draw_scene(seed))) == ()


@pytest.mark.parametrize("size", [(8, 8), (40, 3000), (600, 600)])
def test_small_thin_and_blank_pictures_have_none(size: tuple[int, int]) -> None:
    assert frames(np.full(size, 200, np.uint8)) == ()
