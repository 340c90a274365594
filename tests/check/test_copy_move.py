from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import Ran, run_check
from evidencecheck.check.copy_move import CHECK
from evidencecheck.model import Claim, Lab, Received, Settings, Status, Unreadable
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Draw = Callable[..., Rgb]
Save = Callable[..., Path]


def looked_at(path: Path) -> Ran:
    exhibit = open_exhibit(Received(case="c", name=path.name, path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    with Store.open(path.parent / "store") as store:
        return run_check(CHECK, exhibit, Lab(known=store.known_images()))


def test_a_part_copied_within_the_photo_is_circled_at_both_places(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    scene = draw_scene(11, 900, 700)
    scene[420:580, 600:800] = scene[60:220, 100:300]
    ran = looked_at(save(scene, tmp_path / "copied.jpg", 85))
    finding = ran.outcome.findings[0]
    assert finding.claim is Claim.EDITED
    assert len(finding.regions) == 2
    mask = ran.edit_maps[0].mask > 0
    assert mask[440:560, 620:780].mean() > 0.8
    assert mask[80:200, 120:280].mean() > 0.8
    assert mask.mean() < 0.2
    assert finding.measurements["mirrored"] is False


def test_a_mirrored_copy_is_seen_too(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    scene = draw_scene(12, 720, 560)
    scene[330:530, 420:670] = scene[40:240, 60:310][:, ::-1]
    ran = looked_at(save(scene, tmp_path / "mirrored.png"))
    assert ran.outcome.findings[0].measurements["mirrored"] is True


def test_an_honest_photo_is_not_reported(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    assert looked_at(save(draw_scene(13, 900, 700), tmp_path / "honest.jpg", 90)).outcome.findings == ()


def test_equal_goods_under_their_own_noise_are_no_copy(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    """Two prints of one label, each with its own sensor noise, light and sub-pixel position."""
    rng = np.random.default_rng(14)
    scene = draw_scene(14, 900, 700).astype(np.float32)
    label = draw_scene(15, 200, 160).astype(np.float32)
    turned = cv2.warpAffine(
        label, cv2.getRotationMatrix2D((100, 80), 3, 0.97), (200, 160), borderMode=cv2.BORDER_REFLECT
    )
    scene[60:220, 100:300] = label
    scene[420:580, 600:800] = turned * 0.85
    noisy = np.clip(scene + rng.normal(0, 10, scene.shape), 0, 255).astype(np.uint8)
    assert looked_at(save(noisy, tmp_path / "equal.jpg", 85)).outcome.findings == ()


def test_lettering_on_a_screen_is_no_copy(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    screen = np.full((700, 900, 3), 245, np.uint8)
    for row in range(60, 680, 60):
        cv2.putText(screen, "Order 12:41 Send Save Edit", (30, row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30, 30, 30), 2)
    assert looked_at(save(screen, tmp_path / "screen.png")).outcome.findings == ()


def marked(scene: Rgb, words: str, places: list[tuple[int, int]], strength: float) -> Rgb:
    """Return the scene with white lettering laid over it, see-through where strength is below 1."""
    work = scene.astype(np.float32)
    for place in places:
        ink = np.zeros(scene.shape[:2], np.uint8)
        cv2.putText(ink, words, place, cv2.FONT_HERSHEY_DUPLEX, 1.4, 255, 3, cv2.LINE_AA)
        alpha = (ink * np.float32(strength / 255))[..., None]
        work = work * (1 - alpha) + 255 * alpha
    return work.round().astype(np.uint8)


def with_icons(scene: Rgb, size: int = 44) -> Rgb:
    out = scene.copy()
    for x, y in ((120, 130), (700, 300), (400, 560)):
        cv2.circle(out, (x, y), size, (255, 205, 40), -1, cv2.LINE_AA)
        cv2.circle(out, (x, y), size * 2 // 3, (20, 60, 160), size // 6, cv2.LINE_AA)
        cv2.drawMarker(out, (x, y), (250, 250, 250), cv2.MARKER_CROSS, size, size // 8, cv2.LINE_AA)
        below = (x - size // 2, y + size // 4)
        cv2.putText(out, "5kg", below, cv2.FONT_HERSHEY_DUPLEX, size / 50, (200, 20, 30), 2, cv2.LINE_AA)
    return out


TIMES = [(60, 120), (220, 420)]


@pytest.mark.parametrize("name", ["drawn.png", "drawn.jpg"])
def test_icons_drawn_into_a_photo_are_no_copy(name: str, tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    path = save(with_icons(draw_scene(21, 900, 700)), tmp_path / name, 85)
    assert looked_at(path).outcome.findings == ()


@pytest.mark.parametrize("name", ["drawn.png", "drawn.jpg"])
def test_a_timestamp_written_twice_is_no_copy(name: str, tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    path = save(marked(draw_scene(23, 900, 700), "2025-11-24 12:41:33", TIMES, 0.8), tmp_path / name, 85)
    assert looked_at(path).outcome.findings == ()


def test_a_see_through_mark_on_three_parts_of_a_photo_is_no_copy(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    marks = marked(draw_scene(24, 900, 700), "SHOP 8812", [(60, 120), (420, 330), (180, 560)], 0.5)
    assert looked_at(save(marks, tmp_path / "marks.jpg", 85)).outcome.findings == ()


def test_a_copied_part_is_still_found_beside_drawn_marks(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    scene = draw_scene(11, 900, 700)
    scene[420:580, 600:800] = scene[60:220, 100:300]
    marks = marked(with_icons(scene), "SHOP 8812", [(30, 400), (330, 660)], 0.6)
    ran = looked_at(save(marks, tmp_path / "copied.jpg", 85))
    assert ran.outcome.findings[0].claim is Claim.EDITED
    assert (ran.edit_maps[0].mask > 0)[440:560, 620:780].mean() > 0.5


def test_too_small_is_not_applicable(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    ran = looked_at(save(draw_scene(1, 150, 400), tmp_path / "small.png"))
    assert ran.outcome.status is Status.NOT_APPLICABLE
