"""A part pasted off the grid is circled; the same part on the grid, stripes and a coarse save are not."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.check import Ran
from evidencecheck.model import Claim, Status, Strength

Rgb = NDArray[np.uint8]
Draw = Callable[..., Rgb]
Save = Callable[..., Path]
Look = Callable[[str, Path], Ran]


def opened(rgb: Rgb, quality: int = 70) -> Rgb:
    """Return the picture as an editor sees it after one JPEG save."""
    decoded = cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def pasted(draw_scene: Draw, down: int, across: int) -> Rgb:
    """Set a square of 160 px from one photo into another, moved by so many pixels off the grid."""
    photo, donor = opened(draw_scene(41, 900, 700)), opened(draw_scene(42, 900, 700))
    photo[320 + down : 480 + down, 400 + across : 560 + across] = donor[160:320, 80:240]
    return photo


@pytest.mark.parametrize("name", ["pasted.png", "pasted.jpg"])
def test_a_part_on_a_grid_of_its_own_is_circled(
    name: str, tmp_path: Path, draw_scene: Draw, save: Save, look: Look
) -> None:
    ran = look("jpeg-grid", save(pasted(draw_scene, 3, 5), tmp_path / name, 100))
    (finding,) = ran.outcome.findings
    assert (finding.claim, finding.ceiling) == (Claim.EDITED, Strength.POSSIBLE)
    assert (finding.measurements["grid_moved_down_px"], finding.measurements["grid_moved_across_px"]) == (3, 5)
    xs, ys = zip(*finding.regions[0].polygon, strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == pytest.approx((405, 565, 323, 483), abs=40)
    (edit_map,) = ran.edit_maps
    assert edit_map.mask[340:460, 420:540].mean() > 150
    assert (edit_map.mask > 0).mean() < 0.08


def test_a_part_on_the_same_grid_is_not(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    ran = look("jpeg-grid", save(pasted(draw_scene, 0, 0), tmp_path / "on-grid.png"))
    assert (ran.outcome.status, ran.outcome.findings, ran.edit_maps) == (Status.DONE, (), ())


def test_a_photo_opened_and_saved_again_is_not(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    assert look("jpeg-grid", save(opened(draw_scene(43, 900, 700)), tmp_path / "again.jpg", 97)).outcome.findings == ()


def test_fine_stripes_are_no_grid(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    shirt = draw_scene(44, 900, 700)
    shirt[200:500, 300:700] = (np.arange(300) // 4 % 2 * 60 + 120).astype(np.uint8)[:, None, None]
    assert look("jpeg-grid", save(opened(shirt), tmp_path / "stripes.png")).outcome.findings == ()


def test_after_a_coarse_save_it_does_not_apply(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    outcome = look("jpeg-grid", save(pasted(draw_scene, 3, 5), tmp_path / "chat.jpg", 80)).outcome
    assert (outcome.status, outcome.blind) == (Status.NOT_APPLICABLE, False)
    assert "quality 95" in outcome.reason


def test_a_photo_without_any_grid_does_not_apply(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    assert (
        look("jpeg-grid", save(draw_scene(45, 900, 700), tmp_path / "raw.png")).outcome.status is Status.NOT_APPLICABLE
    )
