"""Photos of one order beside each other: a copy with a changed place is told, everything people do to copies is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.acquire.exhibit import open_exhibit, sibling
from evidencecheck.acquire.intake import intake
from evidencecheck.check.same_order import same_order
from evidencecheck.model import (
    Basis,
    CheckResult,
    Claim,
    Finding,
    Intake,
    Lab,
    NotApplicable,
    Note,
    Picture,
    Received,
    Settings,
    Strength,
    Unreadable,
)
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
CASE = "251103-123456789"
PLACE = np.s_[500:640, 380:560]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def look(store: Store, tmp_path: Path) -> Callable[..., list[CheckResult]]:
    def write(picture: Rgb, name: str, exif: Image.Exif | None = None) -> Received:
        path = tmp_path / name
        Image.fromarray(np.ascontiguousarray(picture)).save(path, quality=93, exif=exif or Image.Exif())
        return Received(case=CASE, name=name, path=path)

    def run(first: Rgb, second: Rgb, exifs: tuple[Image.Exif | None, ...] = (None, None)) -> list[CheckResult]:
        """What is said of the second photo beside the first."""
        received = [write(first, "1.jpg", exifs[0]), write(second, "2.jpg", exifs[1])]
        photos = []
        for one in received:
            taken = intake(one, Settings())
            assert isinstance(taken, Intake)
            store.remember(taken, CASE)
            photos.append(taken.photo)
        exhibit = open_exhibit(received[1], Settings())
        assert not isinstance(exhibit, Unreadable)
        beside = [one for one in [sibling(photos[0], Settings())] if one]
        return list(same_order(exhibit, Lab(known=store.known_images(), siblings=lambda: beside)))

    return run


def grainy(picture: Rgb, seed: int) -> Rgb:
    """Another exposure of a scene: the same light, other noise."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float32)
    noise = np.asarray(np.random.default_rng(seed).normal(0, 7, smooth.shape), np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), 0.8)
    return np.asarray(np.clip(smooth + grain, 0, 255), np.uint8)


def patched(picture: Rgb, other: Rgb) -> Rgb:
    """The picture with a soft-edged piece of another one in it."""
    mask = np.zeros(picture.shape[:2], np.float32)
    cv2.ellipse(mask, (470, 570), (80, 60), 20, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 3)[..., None]
    return np.asarray(np.clip(picture * (1 - soft) + other * soft, 0, 255), np.uint8)


def findings(results: list[CheckResult]) -> list[Finding]:
    return [one for one in results if isinstance(one, Finding)]


def test_a_changed_copy_of_one_exposure_is_circled_for_the_reviewer(
    look: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    scene = grainy(draw_scene(3), 1)
    said = look(scene, patched(scene, grainy(draw_scene(8), 2)))
    (finding,) = findings(said)
    assert (finding.claim, finding.basis, finding.ceiling) == (Claim.EDITED, Basis.MEASURED, Strength.POSSIBLE)
    assert "one exposure" in finding.summary.en
    assert float(finding.measurements["grain_agreement"]) > 0.6
    assert finding.reference is not None
    middle = np.mean(finding.regions[0].polygon, axis=0)
    assert np.abs(middle - (470, 570)).max() < 40
    assert finding.innocent
    (picture,) = (one for one in said if isinstance(one, Picture))
    shown = np.asarray(Image.open(BytesIO(picture.data)), np.int16)
    red = (shown[..., 0] > 180) & (shown[..., 1:].max(axis=2) < 90)
    middle_px = red.shape[1] // 2
    assert min(red[:, :middle_px].sum(), red[:, middle_px:].sum()) > 100  # circled on both


def test_two_exposures_with_something_moved_stay_with_the_reviewer(
    look: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    scene = draw_scene(3)
    moved = patched(scene, draw_scene(8))
    for finding in findings(look(grainy(scene, 1), grainy(moved, 2))):
        assert (finding.basis, finding.ceiling) == (Basis.MEASURED, Strength.POSSIBLE)
        assert "two shots" in finding.summary.en


def drawn(kind: str, picture: Rgb) -> Rgb:
    done = picture.copy()
    if kind == "mirrored":
        return done[:, ::-1]
    if kind == "cropped":
        return done[150:1000, 100:850]
    if kind == "brighter":
        return np.asarray(np.clip(done * 1.2 + 10, 0, 255), np.uint8)
    if kind == "covered":
        done[PLACE] = 0
    elif kind == "pixelated":
        small = cv2.resize(done[PLACE], (9, 7), interpolation=cv2.INTER_AREA)
        done[PLACE] = cv2.resize(small, (180, 140), interpolation=cv2.INTER_NEAREST)
    elif kind == "written":
        cv2.putText(done, "broken here", (250, 600), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 8)
    else:
        colour = {"red": (230, 20, 20), "white": (255, 255, 255), "black": (0, 0, 0), "blue": (30, 80, 230)}[kind]
        cv2.ellipse(done, (450, 600), (140, 110), 10, 0, 360, colour, 10)
    return done


@pytest.mark.parametrize("first_is_marked", [False, True])
@pytest.mark.parametrize(
    "kind", ["mirrored", "cropped", "brighter", "covered", "pixelated", "written", "red", "white", "black", "blue"]
)
def test_what_people_do_to_a_copy_is_never_documented(
    kind: str, first_is_marked: bool, look: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    scene = grainy(draw_scene(3), 1)
    pair = [scene, drawn(kind, scene)]
    said = look(*(pair[::-1] if first_is_marked else pair))
    assert all(finding.ceiling is Strength.POSSIBLE for finding in findings(said))
    if kind in {"mirrored", "cropped", "brighter", "red"}:
        (note,) = said
        assert isinstance(note, Note)
        assert "twice" in note.summary.en


def test_unlike_photos_and_a_single_one(
    look: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb], store: Store, tmp_path: Path
) -> None:
    assert look(draw_scene(4), draw_scene(5)) == []
    (tmp_path / "3.jpg").write_bytes((tmp_path / "2.jpg").read_bytes())
    exhibit = open_exhibit(Received(case="251104-1", name="3.jpg", path=tmp_path / "3.jpg"), Settings())
    assert not isinstance(exhibit, Unreadable)
    (answer,) = same_order(exhibit, Lab(known=store.known_images()))
    assert isinstance(answer, NotApplicable)


def exif(model: str, taken: str) -> Image.Exif:
    block = Image.Exif()
    block[0x010F], block[0x0110] = "HUAWEI", model
    block.get_ifd(0x8769).update({0x9003: taken, 0x9011: "+08:00"})
    return block


def test_other_devices_and_days_are_noted(
    look: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    one, other = exif("P50", "2025:11:05 10:00:00"), exif("Mate 60", "2025:11:08 10:00:00")
    device, day = [r for r in look(draw_scene(4), draw_scene(5), (one, other)) if isinstance(r, Note)]
    assert device.measurements == {"device": "HUAWEI Mate 60", "other_devices": "HUAWEI P50"}
    assert "2025-11-05 10:00" in day.summary.zh
    assert look(draw_scene(6), draw_scene(7), (one, one)) == []
    assert look(draw_scene(8), draw_scene(9), (one, None)) == []
