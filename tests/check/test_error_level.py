from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import run_check
from evidencecheck.check.error_level import CHECK, GAIN, QUALITY
from evidencecheck.model import Exhibit, Lab, Received, Settings, Status, Unreadable
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]


def exhibit_of(path: Path) -> Exhibit:
    exhibit = open_exhibit(Received(case="c", name=path.name, path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    return exhibit


def levels_drawn(path: Path, store: Store) -> Rgb:
    ran = run_check(CHECK, exhibit_of(path), Lab(known=store.known_images()))
    assert ran.outcome.status is Status.DONE
    assert ran.outcome.findings == ()
    drawn = cv2.imdecode(np.frombuffer(ran.pictures[0].data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert drawn is not None
    return drawn.astype(np.uint8)


def test_a_pasted_fresh_patch_stands_out_of_a_picture_saved_at_the_trial_quality(
    tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    saved = save(draw_scene(3, 640, 480), tmp_path / "first.jpg", QUALITY)
    bgr = cv2.imread(str(saved))
    assert bgr is not None
    bgr[200:264, 300:364] = np.random.default_rng(0).integers(0, 256, (64, 64, 3))
    edited = tmp_path / "edited.png"
    cv2.imwrite(str(edited), bgr)
    with Store.open(tmp_path / "store") as store:
        drawn = levels_drawn(edited, store)
    inside = float(drawn[204:260, 304:360].mean())
    outside = float(np.delete(drawn, slice(190, 275), axis=0).mean())
    assert inside > 10 * outside


def test_levels_are_absolute(tmp_path: Path, save: Callable[..., Path]) -> None:
    flat = save(np.full((256, 256, 3), 128, np.uint8), tmp_path / "flat.png")
    with Store.open(tmp_path / "store") as store:
        assert levels_drawn(flat, store).max() <= GAIN


def test_too_small_is_not_applicable(tmp_path: Path, save: Callable[..., Path]) -> None:
    tiny = save(np.zeros((8, 8, 3), np.uint8), tmp_path / "tiny.png")
    with Store.open(tmp_path / "store") as store:
        ran = run_check(CHECK, exhibit_of(tiny), Lab(known=store.known_images()))
    assert ran.outcome.status is Status.NOT_APPLICABLE
    assert "16 px" in ran.outcome.reason
