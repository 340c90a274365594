import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import run_check
from evidencecheck.check.thumbnail import CHECK
from evidencecheck.model import Lab, Outcome, Received, Settings, Status, Unreadable
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Draw = Callable[..., Rgb]


def with_thumbnail(path: Path, photo: Rgb, thumbnail: bytes, orientation: int = 1) -> Path:
    """Write a JPEG whose EXIF block is made by hand: IFD0 with the orientation, IFD1 with the thumbnail."""

    def entry(tag: int, kind: int, value: int) -> bytes:
        packed = value.to_bytes(2, "little") + b"\0\0" if kind == 3 else value.to_bytes(4, "little")
        return tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + (1).to_bytes(4, "little") + packed

    def directory(entries: list[bytes], following: int) -> bytes:
        return len(entries).to_bytes(2, "little") + b"".join(entries) + following.to_bytes(4, "little")

    first = directory([entry(0x112, 3, orientation)], 8 + 2 + 12 + 4)
    start = 8 + len(first) + 2 + 3 * 12 + 4
    second = directory([entry(0x103, 3, 6), entry(0x201, 4, start), entry(0x202, 4, len(thumbnail))], 0)
    block = b"II*\0\x08\0\0\0" + first + second + thumbnail
    Image.fromarray(photo).save(path, quality=90, exif=b"Exif\0\0" + block)
    return path


def small(rgb: Rgb, size: tuple[int, int] = (160, 120)) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)).save(
        out, "JPEG", quality=80
    )
    return out.getvalue()


def outcome_of(path: Path) -> Outcome:
    exhibit = open_exhibit(Received(case="c", name=path.name, path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    with Store.open(path.parent / "store") as store:
        return run_check(CHECK, exhibit, Lab(known=store.known_images())).outcome


def test_a_place_painted_after_the_thumbnail_was_made_is_circled(tmp_path: Path, draw_scene: Draw) -> None:
    scene = draw_scene(3, 800, 600)
    before = small(scene)
    scene[200:330, 300:460] = np.where(scene[200:330, 300:460].mean() > 128, 15, 240)
    finding = outcome_of(with_thumbnail(tmp_path / "painted.jpg", scene, before)).findings[0]
    xs, ys = np.array(finding.regions[0].polygon).T
    assert xs.min() < 380 < xs.max()
    assert ys.min() < 265 < ys.max()


def test_a_thumbnail_of_another_picture_is_a_finding(tmp_path: Path, draw_scene: Draw) -> None:
    other = small(draw_scene(4, 800, 600))
    outcome = outcome_of(with_thumbnail(tmp_path / "other.jpg", draw_scene(3, 800, 600), other))
    assert "another picture" in outcome.findings[0].summary.en


@pytest.mark.parametrize("honest", ["same", "bars", "brighter", "cropped", "not turned"])
def test_honest_differences_are_no_finding(tmp_path: Path, draw_scene: Draw, honest: str) -> None:
    scene = draw_scene(3, 800, 600)
    thumbnail = small(scene)
    if honest == "bars":
        boxed = np.zeros((120, 160, 3), np.uint8)
        wide = draw_scene(3, 800, 450)
        boxed[15:105] = cv2.resize(wide, (160, 90), interpolation=cv2.INTER_AREA)
        scene, thumbnail = wide, small(boxed)
    if honest == "brighter":
        scene = np.clip(scene.astype(np.float32) ** 0.85 * 2.1, 0, 255).astype(np.uint8)
    if honest == "cropped":
        scene = scene[40:560, 40:760]
        thumbnail = small(scene[20:500, 30:670])
    if honest == "not turned":
        scene = np.rot90(scene).copy()
    outcome = outcome_of(with_thumbnail(tmp_path / "honest.jpg", scene, thumbnail))
    assert outcome.status is Status.DONE
    assert outcome.findings == ()


def test_a_turned_photo_and_its_stored_thumbnail_agree(tmp_path: Path, draw_scene: Draw) -> None:
    scene = draw_scene(3, 800, 600)
    outcome = outcome_of(with_thumbnail(tmp_path / "turned.jpg", scene, small(scene), orientation=6))
    assert outcome.findings == ()
    assert float(outcome.notes[0].measurements["agreement"]) > 0.95


def test_without_or_with_a_damaged_thumbnail_it_is_not_applicable(tmp_path: Path, draw_scene: Draw) -> None:
    scene = draw_scene(3, 800, 600)
    whole = small(scene)
    lying = whole.replace((120).to_bytes(2) + (160).to_bytes(2), b"\xff\xff\xff\xff")
    for number, stored in enumerate((b"", whole[: len(whole) // 3], lying)):
        outcome = outcome_of(with_thumbnail(tmp_path / f"{number}.jpg", scene, stored))
        assert outcome.status is Status.NOT_APPLICABLE
