import io
from types import ModuleType

import cv2
import numpy as np
from PIL import Image

from evidencecheck.model import Region
from evidencecheck.report.draw import OUTSIDE_RGB, RING_RGB, aligned, circled, fit, project, read_rgb
from evidencecheck.report.places import Ranked, lay_out

SHIFT = ((1.0, 0.0, 100.0), (0.0, 1.0, 60.0), (0.0, 0.0, 1.0))


def psnr(one: np.ndarray, two: np.ndarray) -> float:
    return float(cv2.PSNR(np.ascontiguousarray(one), np.ascontiguousarray(two)))


def test_the_known_picture_is_drawn_where_the_photo_shows_it(sample: ModuleType) -> None:
    known = sample.draw_product(3, 800, 1000)
    photo = known[60 : 60 + 700, 100 : 100 + 600]  # what SHIFT says: photo (0, 0) is reference (100, 60)
    half = sample.jpeg(known, 500, 95)  # the store keeps a reduced copy
    drawn = aligned(half, SHIFT, photo_size=(600, 700), reference_size=(800, 1000), budget_bytes=10**6)
    assert drawn is not None
    assert (drawn.width, drawn.height) == (600, 700)
    pixels = read_rgb(drawn.data)
    assert pixels is not None
    assert psnr(pixels, photo) > 24
    assert psnr(pixels, known[:700, :600]) < 21


def test_outside_the_known_picture_the_drawing_is_grey(sample: ModuleType) -> None:
    small = sample.draw_product(3, 300, 300)
    away = ((1.0, 0.0, -150.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    drawn = aligned(sample.jpeg(small), away, photo_size=(600, 300), reference_size=(300, 300), budget_bytes=10**6)
    assert drawn is not None
    pixels = read_rgb(drawn.data)
    assert pixels is not None
    assert abs(pixels[:, :140].astype(int) - OUTSIDE_RGB).max() < 12
    assert abs(pixels[:, 460:].astype(int) - OUTSIDE_RGB).max() < 12


def test_a_large_photo_is_drawn_at_the_page_s_size(sample: ModuleType) -> None:
    known = sample.jpeg(sample.draw_product(3, 600, 800))
    drawn = aligned(known, SHIFT, photo_size=(3000, 4000), reference_size=(600, 800), budget_bytes=10**6)
    assert drawn is not None
    assert (drawn.width, drawn.height) == (750, 1000)


def test_points_are_projected_as_the_homography_says() -> None:
    turned = ((0.0, -1.0, 500.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    assert project(((0.0, 0.0), (10.0, 20.0)), turned) == ((500.0, 0.0), (480.0, 10.0))
    horizon = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.01, 0.0, -1.0))
    assert project(((100.0, 5.0),), horizon) == ()


def test_a_picture_within_the_budget_is_passed_on_unchanged(sample: ModuleType) -> None:
    data = sample.jpeg(sample.draw_product(5, 400, 300))
    kept = fit(data, budget_bytes=len(data))
    assert kept is not None
    assert kept.data == data
    assert (kept.width, kept.height, kept.media_type) == (400, 300, "image/jpeg")


def test_a_noisy_picture_is_made_to_fit_the_budget() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1200, 900, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG", quality=95)
    made = fit(buffer.getvalue(), budget_bytes=120_000)
    assert made is not None
    assert len(made.data) <= 120_000
    assert max(made.width, made.height) >= 400


def test_what_is_no_picture_gives_none(sample: ModuleType) -> None:
    whole = sample.jpeg(sample.draw_product(5, 400, 300))
    for data in (b"", b"<svg onload=alert(1)>", whole[: len(whole) // 2], b"GIF89a" + bytes(40)):
        assert fit(data, budget_bytes=10) is None
        assert read_rgb(data) is None
    assert aligned(b"", SHIFT, photo_size=(10, 10), reference_size=(10, 10), budget_bytes=10) is None


def test_circles_are_drawn_around_the_place_and_not_on_it(sample: ModuleType) -> None:
    region = Region(polygon=((300, 400), (420, 400), (420, 500), (300, 500)), label="1")
    finding = sample.Finding(
        claim=sample.Claim.EDITED,
        score=1,
        summary=sample.Text(zh="", en=""),
        basis=sample.Basis.FACT,
        regions=(region,),
    )
    layout = lay_out([Ranked(check="x", finding=finding, numbers=(1,))], 900, 1200)
    rgb = np.full((600, 450, 3), 128, np.uint8)  # a copy at half size
    drawn = circled(rgb, layout, (900, 1200))
    assert drawn.shape == rgb.shape
    assert (rgb == 128).all(), "the picture given is not drawn on"
    assert (drawn[205:245, 155:205] == 128).all(), "the place itself stays clear"
    ring = (abs(drawn.astype(int) - RING_RGB).sum(axis=2) < 40).nonzero()
    assert ring[0].min() < 200
    assert ring[0].max() > 250
    assert len(ring[0]) > 200
