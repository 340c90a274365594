from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.matching.fingerprint import fingerprint
from evidencecheck.matching.proof import Kinship, Proof, View, hypotheses, prove, view

Rgb = NDArray[np.uint8]
Matrix = NDArray[np.float64]


def seen(rgb: Rgb) -> View:
    rgb = np.ascontiguousarray(rgb)
    return view(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8), fingerprint(rgb), rgb.shape[1])


def compared(photo: Rgb, known: Rgb) -> Proof | None:
    a, b = seen(photo), seen(known)
    return prove(a, b, hypotheses(a.fingerprint, b.fingerprint))


def warped(picture: Rgb, matrix: Matrix, size: tuple[int, int]) -> Rgb:
    return np.asarray(cv2.warpPerspective(picture, matrix, size, borderValue=(40, 40, 40)), np.uint8)


ATTACKS: dict[str, tuple[Matrix, tuple[int, int]]] = {
    "crop": (np.array([[1.0, 0, -200], [0, 1, -300], [0, 0, 1]]), (600, 700)),
    "mirror": (np.array([[-1.0, 0, 899], [0, 1, 0], [0, 0, 1]]), (900, 1200)),
    "turn": (np.array([[0.0, -1, 1199], [1, 0, 0], [0, 0, 1]]), (1200, 900)),
    "half": (np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]]), (450, 600)),
    "inset": (np.array([[0.4, 0, 300], [0, 0.4, 200], [0, 0, 1]]), (900, 1000)),
    "tilt": (np.array([[0.9, 0.04, 20], [0.02, 0.85, 40], [6e-5, 8e-5, 1]]), (900, 1200)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_copy_is_the_same_photo_and_lies_where_it_was_put(draw_scene: Callable[..., Rgb], attack: str) -> None:
    known = draw_scene(11)
    matrix, size = ATTACKS[attack]
    proof = compared(warped(known, matrix, size), known)
    assert proof is not None
    assert proof.kinship is Kinship.SAME_PHOTO
    corners = np.array([[[0, 0], [899, 0], [899, 1199], [0, 1199]]], np.float64)
    told = cv2.perspectiveTransform(corners, np.linalg.inv(proof.matrix))
    off = np.hypot(*(told - cv2.perspectiveTransform(corners, matrix))[0].T).max()
    assert off < 0.01 * np.hypot(*size)


def test_the_same_print_in_another_photo_is_not_the_same_photo(draw_scene: Callable[..., Rgb]) -> None:
    print_, wall, floor = draw_scene(21, 420, 420), draw_scene(22), draw_scene(23)
    known, photo = wall.copy(), floor.copy()
    known[300:720, 200:620] = print_
    tilt = np.array([[0.85, 0.1, 150], [-0.08, 0.8, 420], [1e-4, 5e-5, 1]])
    mask = warped(np.full_like(print_, 255), tilt, (900, 1200))[..., :1] > 254
    photo = np.where(mask, warped(print_, tilt, (900, 1200)), photo).astype(np.uint8)
    proof = compared(photo, known)
    assert proof is not None
    assert proof.inliers >= 20
    assert proof.kinship is Kinship.SAME_PRINT


def test_unrelated_pictures_have_no_kinship(draw_scene: Callable[..., Rgb]) -> None:
    proof = compared(draw_scene(31), draw_scene(32))
    assert proof is None or proof.kinship is Kinship.NONE


@pytest.mark.parametrize("value", [0, 127, 255])
def test_nothing_matches_on_nothing(value: int) -> None:
    blank = np.full((600, 800, 3), value, np.uint8)
    proof = compared(blank, blank)
    assert proof is None or proof.kinship is Kinship.NONE
