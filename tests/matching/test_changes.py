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
    told, true = painted_mask(found, found.regions, (1200, 900)) > 0, alpha[..., 0] > 0.3
    assert 2 * (told & true).sum() / (told.sum() + true.sum()) > 0.7
    assert Look.EDIT in looks(found)


def test_a_red_ring_is_a_pen_mark_and_no_edit(draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(43).copy()
    cv2.ellipse(photo, (450, 600), (160, 120), 0, 0, 360, (235, 25, 25), 8, cv2.LINE_AA)
    found = compared(sent(photo), draw_scene(43))
    assert set(looks(found)) == {Look.PEN}


def test_a_pasted_picture_is_named(draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(44).copy()
    photo[500:900, 300:650] = draw_scene(45, 350, 400)
    assert Look.INSET in looks(compared(sent(photo), draw_scene(44)))
