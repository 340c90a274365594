from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES, TRACES, Sweep, features, inputs
from evidencecheck.forensics.dct import luma_table
from evidencecheck.forensics.planes import NAMES, BlockPlanes, block_planes
from evidencecheck.forensics.source import LastSave

Rgb = NDArray[np.uint8]


def planes_of(rgb: Rgb, quality: int | None = None) -> BlockPlanes:
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    save = LastSave(table=luma_table(quality), phase=(0, 0)) if quality else None
    planes = block_planes(rgb, gray, save)
    assert planes is not None
    return planes


def saved(rgb: Rgb, quality: int) -> Rgb:
    decoded = cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def test_a_part_that_was_not_saved_before_has_no_marks_of_double_saving(draw_scene: Callable[..., Rgb]) -> None:
    once = saved(draw_scene(3, 800, 640), 70)
    once[200:360, 300:500] = draw_scene(9, 800, 640)[200:360, 300:500]
    planes = planes_of(saved(once, 92), 92)
    plane = planes.plane("double_own")
    inside = plane[26:44, 39:61].mean()
    outside = np.delete(plane, slice(24, 46), axis=0).mean()
    assert planes.facts["double_own"] > 0.02
    assert inside < 0 < outside


def test_what_is_pasted_into_a_png_made_from_jpeg_has_no_history_in_detail_or_colour(
    draw_scene: Callable[..., Rgb],
) -> None:
    photo = saved(draw_scene(3, 800, 640), 70)
    photo[200:360, 300:500] = draw_scene(9, 800, 640)[200:360, 300:500]
    planes = planes_of(photo)
    for name in ("nonzero_own", "double_colour"):
        plane = planes.plane(name)
        assert plane[26:44, 39:61].mean() < 0 < np.delete(plane, slice(24, 46), axis=0).mean()


def test_paired_likelihoods_lie_about_nothing_without_an_earlier_save(draw_scene: Callable[..., Rgb]) -> None:
    photo = saved(draw_scene(3, 800, 640), 70)
    photo[200:360, 300:500] = draw_scene(9, 800, 640)[200:360, 300:500]
    planes = planes_of(photo)
    for name in ("nonzero_own_paired", "double_own_paired", "double_colour_paired"):
        plane = planes.plane(name)
        inside, outside = plane[26:44, 39:61].mean(), np.delete(plane, slice(24, 46), axis=0).mean()
        assert abs(inside) < 0.5 * outside


def test_a_smoothed_part_deviates_from_blocks_of_like_brightness(draw_scene: Callable[..., Rgb]) -> None:
    scene = draw_scene(4, 800, 640)
    scene[200:360, 300:500] = cv2.GaussianBlur(scene, (0, 0), 2)[200:360, 300:500]
    deviation = inputs(planes_of(scene)).seen[TRACES.index("noise")]
    assert np.median(deviation[27:43, 40:60]) < -3
    assert abs(np.median(deviation)) < 0.5


def test_a_large_picture_in_strips_is_the_same_as_its_parts(draw_scene: Callable[..., Rgb]) -> None:
    scene = draw_scene(5, 320, 1400)
    whole, upper = planes_of(scene, 90), planes_of(np.ascontiguousarray(scene[:1200]), 90)
    local = [NAMES.index(name) for name in ("noise", "high", "ghost_80", "sharp")]
    assert np.allclose(whole.values[local, :140], upper.values[local, :140], atol=1e-4)
    assert (whole.patterns[:140] == upper.patterns[:140]).mean() > 0.99  # all but those of a step that differs a little


def test_features_are_finite_on_flat_pictures() -> None:
    planes = planes_of(np.full((200, 240, 3), 255, np.uint8))
    given = inputs(planes)
    rows = features(given, Sweep.over(given))
    assert rows.shape[-1] == len(FEATURES)
    assert np.isfinite(rows).all()


def test_a_thin_line_drawn_over_a_photo_is_sharper_than_the_photo(draw_scene: Callable[..., Rgb]) -> None:
    once = saved(np.asarray(cv2.GaussianBlur(draw_scene(6, 800, 640), (0, 0), 1.5), np.uint8), 70)
    cv2.line(once, (100, 100), (600, 420), (30, 30, 30), 2, cv2.LINE_AA)
    drawn = np.zeros(once.shape[:2], np.uint8)
    cv2.line(drawn, (100, 100), (600, 420), 255, 6)
    share = cv2.resize(drawn.astype(np.float32) / 255, (100, 80), interpolation=cv2.INTER_AREA)
    plane = inputs(planes_of(saved(once, 95), 95)).seen[TRACES.index("step")]
    assert np.median(plane[share > 0.3]) > np.quantile(plane[share == 0], 0.9)


def test_colour_finer_than_a_jpeg_holds_stands_out(draw_scene: Callable[..., Rgb]) -> None:
    photo = saved(draw_scene(7, 800, 640), 95)
    photo[200:360, 300:500] = draw_scene(8, 800, 640)[200:360, 300:500]
    plane = planes_of(photo).plane("fine_colour")
    assert np.median(plane[26:44, 39:61]) > np.median(plane) + 0.5


def test_too_few_blocks_give_nothing() -> None:
    tiny = np.zeros((60, 300, 3), np.uint8)
    assert block_planes(tiny, tiny[..., 0]) is None
