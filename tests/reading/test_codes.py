"""Codes are read however they lie, each once, with the place they lie at."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.reading.codes import read_codes

Rgb = NDArray[np.uint8]
NUMBER = "YT8812345678901"


def turned(picture: Rgb, degrees: float) -> Rgb:
    h, w = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 0.7)
    return np.asarray(cv2.warpAffine(picture, matrix, (w, h), borderValue=(90, 90, 90)), np.uint8)


@pytest.mark.parametrize("degrees", [0, 17, 33, 45, 72, 90, 137, 180, 251])
def test_a_code_at_any_angle(degrees: float, draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]) -> None:
    (code,) = read_codes(turned(stick(draw_scene(1), NUMBER, 500), degrees))
    assert (code.text, code.symbology) == (NUMBER, "Code 128")
    assert code.certain


def test_the_outline_lies_on_the_code(draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]) -> None:
    (code,) = read_codes(stick(draw_scene(1), NUMBER, 500))
    (left, top), (right, bottom) = code.outline.min(axis=0), code.outline.max(axis=0)
    assert 100 <= left < 180
    assert 580 < right <= 660
    assert 490 <= top < 530
    assert 600 < bottom <= 640


def test_several_codes_of_several_kinds(draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]) -> None:
    picture = stick(draw_scene(2), NUMBER, 40)
    picture = stick(picture, "6901234567892", 300, symbology="EAN13")
    picture = stick(picture, "https://example.com/w", 560, symbology="QRCode", width=300)
    codes = read_codes(picture)
    assert [code.text for code in codes] == [NUMBER, "6901234567892", "https://example.com/w"]
    assert [code.goods for code in codes] == [False, True, False]


def test_a_small_code_in_a_large_photo(draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]) -> None:
    large = cv2.resize(stick(draw_scene(3), NUMBER, 500), None, fx=1.2, fy=1.2)
    wide = cv2.copyMakeBorder(large, 1400, 600, 1900, 700, cv2.BORDER_REFLECT)[:, :]
    codes = {code.text for code in read_codes(np.asarray(wide, np.uint8))}
    assert NUMBER in codes


def test_chat_saving_leaves_it_readable(draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]) -> None:
    data = cv2.imencode(".jpg", stick(draw_scene(4), NUMBER, 500), [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    (code,) = read_codes(np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8))
    assert code.certain


def test_no_code_no_answer(draw_scene: Callable[..., Rgb], stick: Callable[..., Rgb]) -> None:
    assert read_codes(draw_scene(5)) == ()
    unreadable = cv2.GaussianBlur(stick(draw_scene(5), NUMBER, 500), (0, 0), 9)
    assert read_codes(np.asarray(unreadable, np.uint8)) == ()
