"""The shared pattern is found with its period; JPEG's own blocks and patterns of each tile's own are not one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.forensics.lattice import find_lattice


def noisy(seed: int = 1, side: int = 640) -> NDArray[np.float64]:
    return 120 + np.random.default_rng(seed).normal(0, 6, (side, side))


def gray(plane: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(plane, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("period", [2.6, 4.1, 7.0])
def test_a_weak_pattern_all_over_is_found(period: float) -> None:
    y, x = np.mgrid[:640, :640]
    lattice = find_lattice(gray(noisy() + 3 * np.sin(2 * np.pi * (0.8 * x + 0.6 * y) / period)))
    assert lattice is not None
    assert lattice.rarity > 50
    assert lattice.share > 0.9
    assert lattice.period_px == pytest.approx(period, rel=0.08)


def test_noise_has_none() -> None:
    lattice = find_lattice(gray(noisy()))
    assert lattice is not None
    assert lattice.rarity < 3


def test_block_edges_of_strong_compression_are_passed_over() -> None:
    blocks = np.kron(np.random.default_rng(2).normal(0, 8, (80, 80)), np.ones((8, 8)))
    lattice = find_lattice(gray(noisy(3) + blocks))
    assert lattice is not None
    assert lattice.rarity < 10


def test_tiles_with_patterns_of_their_own_share_none() -> None:
    rng, plane = np.random.default_rng(4), noisy(5)
    y, x = np.mgrid[:128, :128]
    for top in range(0, 640, 128):
        for left in range(0, 640, 128):
            turn, period = rng.uniform(0, np.pi), rng.uniform(2.5, 7.5)
            wave = np.sin(2 * np.pi * (np.cos(turn) * x + np.sin(turn) * y) / period)
            plane[top : top + 128, left : left + 128] += 3 * wave
    lattice = find_lattice(gray(plane))
    assert lattice is not None
    assert lattice.rarity < 15


@pytest.mark.parametrize("plane", [np.full((640, 640), 20.0), np.full((640, 640), 254.0), noisy(side=250)])
def test_dark_bright_and_small_photos_show_none(plane: NDArray[np.float64]) -> None:
    assert find_lattice(gray(plane)) is None
