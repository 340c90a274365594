from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.codebook import codebook
from evidencecheck.matching.descriptor import mirrored
from evidencecheck.matching.features import extract
from evidencecheck.matching.fingerprint import working_gray

Rgb = NDArray[np.uint8]


def gray_of(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def test_a_mirrored_picture_has_the_same_features_permuted(draw_scene: Callable[..., Rgb]) -> None:
    gray = working_gray(gray_of(draw_scene(1)))
    plain, turned = extract(gray, 300), extract(np.ascontiguousarray(gray[:, ::-1]), 300)
    similar = mirrored(plain.descriptors) @ turned.descriptors.T
    best = similar.argmax(axis=1)
    off = np.hypot(gray.shape[1] - 1 - plain.xy[:, 0] - turned.xy[best, 0], plain.xy[:, 1] - turned.xy[best, 1])
    assert (off < 2).mean() > 0.8
    assert np.median(similar.max(axis=1)) > 0.99


def test_mirroring_is_a_change_of_signs_in_the_shipped_basis(draw_scene: Callable[..., Rgb]) -> None:
    book = codebook()
    descriptors = extract(working_gray(gray_of(draw_scene(2))), 200).descriptors
    assert np.allclose(book.project(mirrored(descriptors)), book.project(descriptors) * book.sign, atol=2e-3)


def test_codes_keep_descriptors_apart(draw_scene: Callable[..., Rgb]) -> None:
    book = codebook()
    vectors = book.project(extract(working_gray(gray_of(draw_scene(3))), 200).descriptors)
    back = book.decode(book.encode(vectors))
    nearest = ((vectors[:, None] - back) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == np.arange(len(vectors))).mean() > 0.8


def test_features_are_spread_over_the_picture(draw_scene: Callable[..., Rgb]) -> None:
    gray = working_gray(gray_of(draw_scene(4)))
    xy = extract(gray, 300).xy
    cells = np.unique((xy / (gray.shape[1] / 4, gray.shape[0] / 4)).astype(int), axis=0)
    assert len(cells) >= 14


def test_blank_and_tiny_pictures_have_no_features() -> None:
    assert len(extract(np.full((480, 640), 255, np.uint8), 300).angle) == 0
    assert len(extract(np.zeros((8, 640), np.uint8), 300).angle) == 0
