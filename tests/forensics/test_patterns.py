import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.patterns import CLASSES, FLAT, KINDS, NAMES, odd_patterns, pattern_counts, step_of

HALO = 16
Gray = NDArray[np.uint8]


def counts_of(gray: Gray) -> Gray:
    whole = np.asarray(cv2.copyMakeBorder(gray, HALO, HALO, HALO, HALO, cv2.BORDER_REFLECT_101), np.uint8)
    return np.asarray(pattern_counts(whole, step_of(gray), HALO))


def camera_noise(seed: int) -> Gray:
    """A smooth ground with the noise of a sensor, softened as processing does."""
    rng, (height, width) = np.random.default_rng(seed), (320, 400)
    ground = cv2.resize(rng.uniform(60, 190, (4, 5)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    noise = cv2.GaussianBlur(rng.normal(0, 6, (height, width)).astype(np.float32), (0, 0), 0.6)
    return np.asarray(np.clip(ground + noise, 0, 255), np.float32).astype(np.uint8)


def plane_of(gray: Gray, name: str) -> NDArray[np.float32]:
    counts = counts_of(gray)
    alike = np.zeros(counts.shape[0] * counts.shape[1], np.intp)
    plane: NDArray[np.float32] = odd_patterns(counts, alike, 1)[NAMES.index(name)]
    return plane


def test_every_pixel_begins_one_pattern_of_each_kind_of_run() -> None:
    counts = counts_of(camera_noise(1))
    assert counts.shape == (40, 50, KINDS)
    assert (counts[..., :CLASSES].sum(-1, dtype=int) == 2 * 64).all()
    assert (counts[..., CLASSES:].sum(-1, dtype=int) == 2 * 64).all()


def test_mirrored_turned_and_inverted_pictures_have_the_same_patterns() -> None:
    gray = camera_noise(2)
    total = counts_of(gray).sum((0, 1), dtype=int)
    for other in (gray[:, ::-1], gray[::-1], gray.T, 255 - gray):
        assert np.abs(counts_of(np.ascontiguousarray(other)).sum((0, 1), dtype=int) - total).max() < 0.01 * gray.size


def test_a_flat_ground_has_one_pattern_and_is_odd_nowhere() -> None:
    gray = np.full((320, 400), 130, np.uint8)
    counts = counts_of(gray)
    assert (counts[..., FLAT] == 2 * 64).all()
    planes = odd_patterns(counts, np.zeros(counts.shape[0] * counts.shape[1], np.intp), 2)
    assert planes.shape == (len(NAMES), 20, 25)
    assert np.isfinite(planes).all()


def test_noise_of_another_camera_is_far_from_what_the_photo_has_elsewhere() -> None:
    gray = camera_noise(3)
    other = cv2.GaussianBlur(np.random.default_rng(4).normal(0, 14, gray.shape).astype(np.float32), (0, 0), 1.1)
    part = np.asarray(cv2.GaussianBlur(gray, (0, 0), 3), np.float32) + other
    gray[96:192, 160:256] = np.clip(part, 0, 255).astype(np.uint8)[96:192, 160:256]
    for name in ("pattern_distance_own_5", "pattern_whitened_own_5"):
        plane = plane_of(gray, name)
        assert np.median(plane[14:22, 22:30]) > 4
        assert abs(np.median(plane)) < 0.5
        assert np.median(plane[28:]) < 1


def test_what_like_blocks_have_too_is_expected() -> None:
    gray = camera_noise(5)
    gray[:, 200:] = cv2.GaussianBlur(gray, (0, 0), 1.5)[:, 200:]  # half the photo is out of focus
    counts = counts_of(gray)
    halves = np.tile(np.arange(50) >= 25, 40).astype(np.intp)
    alike = odd_patterns(counts, np.zeros_like(halves), 1)[NAMES.index("pattern_distance_5")]
    apart = odd_patterns(counts, halves, 1)[NAMES.index("pattern_distance_5")]
    assert np.median(apart) < np.median(alike) - 1
