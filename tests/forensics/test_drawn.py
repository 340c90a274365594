"""What software drew into a picture: equal lines on grounds that are equal, brighter, or another part of the photo."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.forensics.drawn import agreement_between_lines, flatness, other_ground

Gray = NDArray[np.uint8]
SHAPE = (160, 240)
WHOLE = np.ones(SHAPE, bool)


def ground(seed: int, level: float = 120.0, noise: float = 2.0) -> Gray:
    """Return plain ground with the noise of a sensor."""
    return (np.random.default_rng(seed).normal(level, noise, SHAPE)).round().astype(np.uint8)


def lettered(picture: Gray, blur: float = 0.0, white: float = 250.0) -> Gray:
    """Return the picture with the same lettering laid over it, soft at its rim where blurred."""
    ink = np.zeros(SHAPE, np.uint8)
    for row in (50, 100, 150):
        cv2.putText(ink, "SHOP 8812", (8, row), cv2.FONT_HERSHEY_DUPLEX, 1.2, 255, 2, cv2.LINE_AA)
    alpha = (cv2.GaussianBlur(ink, (0, 0), blur) if blur else ink).astype(np.float32) / 255
    return (picture * (1 - alpha) + white * alpha).round().astype(np.uint8)


def fine(picture: Gray) -> NDArray[np.float32]:
    plane = picture.astype(np.float32)
    return np.asarray(plane - cv2.blur(plane, (7, 7)), np.float32)


def between(one: Gray, other: Gray) -> float:
    return agreement_between_lines((one, other), (fine(one), fine(other)), WHOLE)


def test_between_equal_lines_only_a_copied_ground_agrees() -> None:
    assert between(lettered(ground(1)), lettered(ground(1))) == pytest.approx(1.0)
    assert between(lettered(ground(1)), lettered(ground(2))) < 0.3


def test_the_slope_beside_a_line_belongs_to_the_line() -> None:
    assert between(lettered(ground(1), blur=1.0), lettered(ground(2), blur=1.0)) < 0.3


def test_a_mark_drawn_over_one_of_two_copies_does_not_speak_against_them() -> None:
    assert between(ground(1), lettered(ground(1))) > 0.95
    assert between(lettered(ground(1)), ground(1)) > 0.95


def test_one_bright_speck_does_not_hide_faint_lines() -> None:
    faint = [lettered(ground(seed), white=150.0) for seed in (1, 2)]
    for picture in faint:
        picture[20:23, 200:203] = 255
    assert between(faint[0], faint[1]) < 0.3


def test_weak_steps_are_texture_and_are_compared() -> None:
    """Without any line the whole part lies between the lines, however weak its steps."""
    assert abs(between(ground(1), ground(2))) < 0.1


def test_texture_without_room_between_its_lines_tells_nothing() -> None:
    leaves, others = ground(1, noise=40), ground(2, noise=40)
    assert between(leaves, others) > 0.95


def test_plain_ground_of_another_brightness_and_noise_is_other_ground() -> None:
    dark, bright = lettered(ground(1)), lettered(ground(2, level=150.0))
    assert other_ground((dark, bright), WHOLE) == pytest.approx(30, abs=4)


def test_ground_that_repeats_its_noise_is_the_same_however_bright() -> None:
    brighter = (ground(1).astype(int) + 30).astype(np.uint8)
    assert other_ground((lettered(ground(1)), lettered(brighter)), WHOLE) == 0


def test_noise_that_agrees_by_half_as_much_as_enough_counts_by_half() -> None:
    shared, alone, other = (np.random.default_rng(seed).normal(0, 2, SHAPE) for seed in (1, 2, 3))
    one, two = (120 + level + shared * 0.5 + own * 0.75**0.5 for level, own in ((0, alone), (30, other)))
    pictures = (lettered(one.round().astype(np.uint8)), lettered(two.round().astype(np.uint8)))
    assert other_ground(pictures, WHOLE) == pytest.approx(15, abs=4)


def test_texture_has_no_plain_ground_to_differ() -> None:
    assert other_ground((ground(1, noise=30), ground(2, level=160.0, noise=30)), WHOLE) == 0


def test_ground_without_anything_on_it_is_plain_ground() -> None:
    assert other_ground((ground(1, noise=0.7), ground(2, level=150.0, noise=0.7)), WHOLE) == pytest.approx(30, abs=3)


def test_smooth_surroundings_count_as_flat() -> None:
    """Lettering itself is never smooth; what tells a screen is the ground close around it, give or take one level."""
    screen = np.full(SHAPE, 245, np.uint8)
    screen[60:100, 80:160] = ground(1, noise=30)[60:100, 80:160]
    part = np.zeros(SHAPE, bool)
    part[60:100, 80:160] = True
    assert 0.2 < flatness(screen, part) < 0.5
    nearly = np.random.default_rng(1).integers(244, 246, SHAPE).astype(np.uint8)
    assert flatness(nearly, part) == 1
    assert flatness(ground(1), part) < 0.05
