"""One pattern all over the photo is noted; cloth in a part of it is not, nor an ordinary photo however it is saved."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evidencecheck.check import Ran
from evidencecheck.model import Status

Rgb = NDArray[np.uint8]
Draw = Callable[..., Rgb]
Save = Callable[..., Path]
Look = Callable[[str, Path], Ran]
PERIOD_PX = 3.4


def behind_stripes(rgb: Rgb, part: slice = slice(None)) -> Rgb:
    """Darken every few pixels along slightly turned stripes, as the columns of a screen do."""
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]]
    stripes = 1 + 0.12 * np.sin(2 * np.pi * (x + 0.05 * y) / PERIOD_PX)
    out = rgb.astype(np.float64)
    out[:, part] *= stripes[:, part, None]
    return np.clip(out, 0, 255).astype(np.uint8)


def test_a_pattern_all_over_is_noted_with_its_period(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    outcome = look("recapture", save(behind_stripes(draw_scene(31, 900, 700)), tmp_path / "screen.jpg", 85)).outcome
    (note,) = outcome.notes
    assert outcome.findings == ()
    assert isinstance(period := note.measurements["period_px"], float)
    assert abs(period - PERIOD_PX) < 0.3


def test_the_same_pattern_in_a_fifth_of_the_photo_is_not(
    tmp_path: Path, draw_scene: Draw, save: Save, look: Look
) -> None:
    cloth = behind_stripes(draw_scene(31, 900, 700), slice(300, 480))
    assert look("recapture", save(cloth, tmp_path / "cloth.jpg", 85)).outcome.notes == ()


def test_an_ordinary_photo_is_not_however_it_is_saved(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    for quality in (30, 60, 95):  # strong compression has a pattern of its own: its block edges
        ran = look("recapture", save(draw_scene(32, 900, 700), tmp_path / f"{quality}.jpg", quality))
        assert (ran.outcome.status, ran.outcome.notes) == (Status.DONE, ())


def test_too_small_or_too_dark_is_not_applicable(tmp_path: Path, draw_scene: Draw, save: Save, look: Look) -> None:
    dark = np.zeros((700, 900, 3), np.uint8)
    for path in (save(draw_scene(1, 250, 400), tmp_path / "small.png"), save(dark, tmp_path / "dark.png")):
        assert look("recapture", path).outcome.status is Status.NOT_APPLICABLE
