"""Votes find the grid of a save wherever it lies, and a place on another grid with its position and move."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.forensics import grid_votes as module
from evidencecheck.forensics.grid_votes import CELL_PX, NO_VOTE, grid_votes, strangest

Gray = NDArray[np.uint8]


def saved(scene: NDArray[np.uint8]) -> Gray:
    gray = cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY)
    decoded = cv2.imdecode(cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


@pytest.fixture(scope="module")
def photo(draw_scene: Callable[..., NDArray[np.uint8]]) -> Gray:
    return saved(draw_scene(51, 640, 480))


@pytest.mark.parametrize(("down", "across"), [(0, 0), (3, 5), (7, 1)])
def test_the_grid_of_a_cropped_photo_gets_most_votes(photo: Gray, down: int, across: int) -> None:
    votes = grid_votes(photo[down:, across:])
    assert votes is not None
    assert votes.main == ((-down) % 8, (-across) % 8)
    assert votes.main_share > 0.5


def test_a_moved_part_is_the_strangest_place(photo: Gray, draw_scene: Callable[..., NDArray[np.uint8]]) -> None:
    edited = photo.copy()
    edited[202:362, 301:461] = saved(draw_scene(52, 640, 480))[80:240, 160:320]  # 202 - 80 = 2, 301 - 160 = 5 mod 8
    votes = grid_votes(edited)
    assert votes is not None
    assert (place := strangest(votes)) is not None
    assert place.grid == (2, 5)
    assert place.rarity > 20
    assert abs(place.top + place.side / 2 - 282) < 60
    assert abs(place.left + place.side / 2 - 381) < 60


def test_flat_cells_do_not_vote() -> None:
    assert grid_votes(np.full((480, 640), 200, np.uint8)) is None


def test_strips_change_nothing(photo: Gray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = grid_votes(photo)
    monkeypatch.setattr(module, "STRIP_CELLS", 3)
    strips = grid_votes(photo)
    assert whole is not None
    assert strips is not None
    assert (whole.cells == strips.cells).all()
    assert whole.cells.shape == ((480 - 15) // CELL_PX + 1, (640 - 15) // CELL_PX + 1)
    assert whole.cells.max() <= NO_VOTE
