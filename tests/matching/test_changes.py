from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.matching.changes import Changes, changes, painted_mask
from evidencecheck.matching.overlays import Look, looks

Rgb = NDArray[np.uint8]
WHOLE = np.array([[0, 0], [899, 0], [899, 1199], [0, 1199]], np.float32)


def sent(rgb: Rgb, quality: int = 75) -> Rgb:
    data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def compared(photo: Rgb, known: Rgb) -> Changes:
    found = changes(photo, known, np.eye(3), WHOLE)
    assert found is not None
    return found


@pytest.mark.parametrize("tone", ["as it is", "brighter", "grey", "warm"])
def test_a_copy_differs_nowhere(draw_scene: Callable[..., Rgb], tone: str) -> None:
    known = draw_scene(41)
    values = known.astype(np.float32)
    toned = {
        "as it is": values,
        "brighter": values * 1.3 + 8,
        "grey": values.mean(axis=2, keepdims=True).repeat(3, 2),
        "warm": values * (1.2, 1.05, 0.8),
    }[tone]
    assert compared(sent(np.clip(toned, 0, 255).astype(np.uint8)), known).regions == ()


def test_a_painted_stain_is_found_where_it_is(draw_scene: Callable[..., Rgb]) -> None:
    known = draw_scene(42)
    alpha: NDArray[np.float32] = np.zeros(known.shape[:2], np.float32)
    cv2.ellipse(alpha, (400, 700), (90, 60), 20, 0, 360, 0.75, -1)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 8), np.float32)[..., None]
    photo = sent((known * (1 - alpha) + np.array((70, 50, 30)) * alpha).astype(np.uint8))
    found = compared(photo, known)
    mask, true = painted_mask(found, found.regions, (1200, 900)) > 0, alpha[..., 0] > 0.3
    assert 2 * (mask & true).sum() / (mask.sum() + true.sum()) > 0.7
    assert Look.EDIT in looks(found, photo)


def told(photo: Rgb, known: Rgb) -> set[Look]:
    arrived = sent(photo)
    return set(looks(compared(arrived, known), arrived))


@pytest.mark.parametrize("ink", [(235, 25, 25), (10, 10, 10), (255, 255, 255)], ids=["red", "black", "white"])
def test_a_ring_is_a_pen_mark_and_no_edit(draw_scene: Callable[..., Rgb], ink: tuple[int, int, int]) -> None:
    photo = draw_scene(43).copy()
    cv2.ellipse(photo, (450, 600), (160, 120), 0, 0, 360, ink, 8, cv2.LINE_AA)
    assert told(photo, draw_scene(43)) == {Look.PEN}


def test_a_dark_crack_is_an_edit(draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(43).copy()
    steps = np.array([200, 600]) + np.cumsum(np.random.default_rng(2).normal((14, 3), (6, 12), (25, 2)), axis=0)
    cv2.polylines(photo, [steps.astype(np.int32)], False, (25, 22, 20), 5, cv2.LINE_AA)
    assert Look.EDIT in told(photo, draw_scene(43))


def test_a_pasted_picture_is_named(draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(44).copy()
    photo[500:900, 300:650] = draw_scene(45, 350, 400)
    assert Look.INSET in told(photo, draw_scene(44))


@pytest.mark.parametrize("ink", [(255, 255, 255), (10, 10, 10), (235, 60, 60)], ids=["white", "black", "red"])
def test_a_caption_is_no_edit(draw_scene: Callable[..., Rgb], ink: tuple[int, int, int]) -> None:
    photo = draw_scene(46).copy()
    edge = (0, 0, 0) if sum(ink) > 300 else (255, 255, 255)
    for colour, thick in ((edge, 9), (ink, 3)):
        cv2.putText(photo, "look at this 2026", (120, 400), cv2.FONT_HERSHEY_SIMPLEX, 1.6, colour, thick, cv2.LINE_AA)
    assert told(photo, draw_scene(46)) == {Look.CAPTION}


def test_a_sticker_is_no_edit(draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(47).copy()
    cv2.circle(photo, (300, 500), 60, (250, 205, 60), -1, cv2.LINE_AA)
    cv2.circle(photo, (280, 485), 8, (40, 30, 20), -1, cv2.LINE_AA)
    assert told(photo, draw_scene(47)) == {Look.STICKER}


def test_a_watermark_all_over_is_no_edit(draw_scene: Callable[..., Rgb]) -> None:
    known = draw_scene(48)
    sheet = np.zeros(known.shape[:2], np.uint8)
    for y in range(60, 1200, 110):
        for x in range(20, 900, 300):
            cv2.putText(sheet, "SAMPLE", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 255, 4, cv2.LINE_AA)
    alpha = sheet[..., None] / 255 * 0.45
    photo = (known * (1 - alpha) + 255 * alpha).astype(np.uint8)
    assert told(photo, known) == {Look.WATERMARK}


def test_replaced_print_is_an_edit_though_it_is_writing(draw_scene: Callable[..., Rgb]) -> None:
    known = draw_scene(49).copy()
    known[300:420, 200:700] = 225
    photo = known.copy()
    cv2.putText(known, "EXP 2025-01-08", (215, 385), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (40, 40, 45), 5, cv2.LINE_AA)
    cv2.putText(photo, "EXP 2027-12-20", (215, 378), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (40, 40, 45), 5, cv2.LINE_AA)
    assert Look.EDIT in told(photo, known)
