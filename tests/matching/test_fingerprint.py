from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.matching.fingerprint import FEATURES, Fingerprint, FingerprintError, fingerprint

Rgb = NDArray[np.uint8]


def test_it_survives_being_stored(draw_scene: Callable[..., Rgb]) -> None:
    one = fingerprint(draw_scene(1))
    assert Fingerprint.from_bytes(one.to_bytes()) == one
    assert len(one.to_bytes()) <= 300 + FEATURES * 22


def test_the_same_picture_gives_the_same_bytes(draw_scene: Callable[..., Rgb]) -> None:
    assert fingerprint(draw_scene(2)).to_bytes() == fingerprint(draw_scene(2)).to_bytes()


def test_geometry_is_where_the_features_are(draw_scene: Callable[..., Rgb]) -> None:
    picture = np.full((640, 480, 3), 127, np.uint8)
    cv2.circle(picture, (300, 200), 12, (255, 255, 255), -1)
    x, y, sigma, _ = fingerprint(picture).geometry[0]
    assert abs(x - 300) < 2
    assert abs(y - 200) < 2
    assert 4 < sigma < 16


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (7, 9), (20, 3000)])
def test_any_size_has_a_fingerprint(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    one = fingerprint(rng.integers(0, 256, (*size, 3)).astype(np.uint8))
    assert Fingerprint.from_bytes(one.to_bytes()) == one


@pytest.mark.parametrize("damage", ["empty", "magic", "version", "cut", "longer"])
def test_damaged_bytes_are_refused(draw_scene: Callable[..., Rgb], damage: str) -> None:
    data = fingerprint(draw_scene(4, 300, 400)).to_bytes()
    broken = {
        "empty": b"",
        "magic": b"JPEG" + data[4:],
        "version": data[:4] + b"\xff\xff" + data[6:],
        "cut": data[:-1],
        "longer": data + b"\0",
    }[damage]
    with pytest.raises(FingerprintError):
        Fingerprint.from_bytes(broken)
