from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import Ran, run_check
from evidencecheck.check.edit_map import BORDER, CHECK
from evidencecheck.model import Claim, Lab, Received, Settings, Status, Unreadable
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Draw = Callable[..., Rgb]
Save = Callable[..., Path]

EDITED = np.s_[300:460, 500:720]


def looked_at(path: Path) -> Ran:
    exhibit = open_exhibit(Received(case="c", name=path.name, path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    with Store.open(path.parent / "store") as store:
        return run_check(CHECK, exhibit, Lab(known=store.known_images()))


def read(path: Path) -> Rgb:
    bgr = cv2.imread(str(path))
    assert bgr is not None
    return np.asarray(bgr[..., ::-1], np.uint8)


@pytest.fixture
def received(tmp_path: Path, draw_scene: Draw, save: Save) -> Rgb:
    """A photo as a camera or chat app saved it."""
    return read(save(draw_scene(21, 1000, 800), tmp_path / "received.jpg", 80))


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_part_from_another_photo_is_circled(
    received: Rgb, tmp_path: Path, draw_scene: Draw, save: Save, ending: str
) -> None:
    received[EDITED] = draw_scene(71, 1000, 800)[EDITED]
    ran = looked_at(save(received, tmp_path / f"edited.{ending}", 93))
    finding = ran.outcome.findings[0]
    assert finding.claim is Claim.EDITED
    corners = np.array(finding.regions[0].polygon)
    assert (corners.min(0) > (440, 240)).all()
    assert (corners.max(0) < (780, 520)).all()
    mask = ran.edit_maps[0].mask >= BORDER
    assert mask[EDITED].mean() > 0.8
    assert mask.mean() < 0.12


def test_a_painted_stain_is_circled(received: Rgb, tmp_path: Path, save: Save) -> None:
    painted = received.copy()
    cv2.ellipse(painted, (600, 400), (90, 60), 20, 0, 360, (90, 60, 30), -1)
    soft = cv2.GaussianBlur(painted, (0, 0), 3)
    inside = cv2.GaussianBlur((painted != received).any(2).astype(np.float32), (0, 0), 3)[..., None] > 0.1
    ran = looked_at(save(np.where(inside, soft, received).astype(np.uint8), tmp_path / "stained.jpg", 93))
    xs, ys = np.array(ran.outcome.findings[0].regions[0].polygon).T
    assert xs.min() < 600 < xs.max()
    assert ys.min() < 400 < ys.max()


def test_opened_and_saved_again_it_stays_silent(received: Rgb, tmp_path: Path, save: Save) -> None:
    """The null edit: same pixels, another save."""
    for ending in ("jpg", "png"):
        assert looked_at(save(received, tmp_path / f"again.{ending}", 93)).outcome.findings == ()


def test_a_photo_turned_by_its_exif_tag_is_read_on_its_own_grid(
    received: Rgb, tmp_path: Path, draw_scene: Draw
) -> None:
    received[EDITED] = draw_scene(71, 1000, 800)[EDITED]
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(received).save(tmp_path / "turned.jpg", quality=93, exif=exif)
    ran = looked_at(tmp_path / "turned.jpg")
    mask = ran.edit_maps[0].mask
    assert mask.shape == (1000, 800)
    assert (np.rot90(mask, 1)[EDITED] >= BORDER).mean() > 0.8


def test_too_small_is_not_applicable(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    assert looked_at(save(draw_scene(1, 70, 300), tmp_path / "small.png")).outcome.status is Status.NOT_APPLICABLE
