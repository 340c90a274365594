from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.forensics.grid import find_grid

Rgb = NDArray[np.uint8]


def saved_gray(scene: Rgb, quality: int) -> NDArray[np.uint8]:
    gray = cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY)
    decoded = cv2.imdecode(cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 5), (7, 1)])
def test_the_grid_of_a_cropped_jpeg_is_found(draw_scene: Callable[..., Rgb], down: int, right: int) -> None:
    gray = saved_gray(draw_scene(3, 640, 480), 70)[down:, right:]
    own, _ = find_grid(gray, None)
    assert (own.top, own.left) == ((-down) % 8, (-right) % 8)
    assert own.strength > 0.1


def test_a_picture_never_saved_as_jpeg_has_a_weak_grid(draw_scene: Callable[..., Rgb]) -> None:
    own, _ = find_grid(np.asarray(cv2.cvtColor(draw_scene(3, 640, 480), cv2.COLOR_RGB2GRAY), np.uint8), None)
    assert own.strength < 0.1


def test_an_earlier_grid_is_found_beside_the_files_own(draw_scene: Callable[..., Rgb]) -> None:
    first = saved_gray(draw_scene(4, 640, 480), 60)[3:, 5:]
    again = saved_gray(np.dstack([first] * 3), 95)
    own, other = find_grid(again, (0, 0))
    assert (own.top, own.left) == (0, 0)
    assert (other.top, other.left) == (5, 3)
