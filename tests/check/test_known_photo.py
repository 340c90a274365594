from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.intake import intake
from evidencecheck.check.known_photo import known_photo
from evidencecheck.model import (
    CheckResult,
    Claim,
    EditMap,
    Finding,
    Intake,
    Lab,
    NotApplicable,
    Note,
    Received,
    ReferenceKind,
    Settings,
    Unreadable,
)
from evidencecheck.store import Store
from evidencecheck.store.provenance import Provenance

Rgb = NDArray[np.uint8]
Save = Callable[..., Path]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, draw_scene: Callable[..., Rgb], save: Save) -> Iterator[Store]:
    """A web picture (scene 1), a shop picture (scene 2) and others."""
    folder = tmp_path_factory.mktemp("shelf")
    with Store.open(folder / "store") as store:
        for seed in range(1, 7):
            path = save(draw_scene(seed), folder / f"{seed}.jpg")
            taken = intake(Received(case="", name=path.name, path=path), Settings())
            assert isinstance(taken, Intake)
            kind = ReferenceKind.SHOP if seed == 2 else ReferenceKind.WEB
            store.add_reference(taken, Provenance(kind=kind, file=str(path), source=f"https://shop.example/{seed}"))
        yield store


@pytest.fixture
def ask(shelf: Store, tmp_path: Path, save: Save) -> Callable[..., list[CheckResult]]:
    def run(picture: Rgb | Path, quality: int = 80) -> list[CheckResult]:
        path = (
            picture if isinstance(picture, Path) else save(np.ascontiguousarray(picture), tmp_path / "1.jpg", quality)
        )
        exhibit = open_exhibit(Received(case="251103-1", name="1.jpg", path=path), Settings())
        assert not isinstance(exhibit, Unreadable)
        return list(known_photo(exhibit, Lab(known=shelf.known_images())))

    return run


def findings(results: list[CheckResult], claim: Claim = Claim.WEB_IMAGE) -> list[Finding]:
    return [r for r in results if isinstance(r, Finding) and r.claim is claim]


def test_a_mirrored_crop_of_a_web_picture(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    results = ask(draw_scene(1)[200:1000, 100:800][:, ::-1])
    (finding,) = findings(results)
    assert finding.reference is not None
    assert finding.reference.source == "https://shop.example/1"
    assert abs(finding.reference.overlap - 800 * 700 / (900 * 1200)) < 0.02
    assert "mirrored, cropped to 5" in finding.reference.transform.en
    assert findings(results, Claim.EDITED) == []
    matrix = np.array(finding.reference.homography)
    corner = cv2.perspectiveTransform(np.array([[[699.0, 0.0]]]), matrix)[0, 0]
    assert np.hypot(*(corner - (100, 200))) < 5


def test_a_faint_inset_that_the_photo_around_it_drowns_is_found_and_placed(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    noise = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 1, (1400, 1000)).astype(np.float32), (0, 0), 14)
    photo = np.repeat(np.clip(128 + 60 * noise / noise.std(), 0, 255)[..., None], 3, 2).astype(np.uint8)
    inset = cv2.resize(draw_scene(3), (200, 266), interpolation=cv2.INTER_AREA)
    photo[900:1166, 620:820] = (inset * 0.4 + 128 * 0.6).astype(np.uint8)
    (finding,) = findings(ask(photo))
    assert finding.reference is not None
    assert finding.reference.source == "https://shop.example/3"
    outline = np.array(finding.reference.outline)
    assert np.abs(outline.min(axis=0) - (620, 900)).max() < 12
    assert np.abs(outline.max(axis=0) - (820, 1166)).max() < 12
    assert "inside a larger picture" in finding.reference.transform.en


def test_a_painted_stain_is_circled(ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(2).copy()
    cv2.ellipse(photo, (420, 640), (90, 60), 15, 0, 360, (66, 52, 40), -1, cv2.LINE_AA)
    results = ask(photo)
    (edited,) = findings(results, Claim.EDITED)
    (region,) = edited.regions
    centre = np.mean(region.polygon, axis=0)
    assert np.hypot(*(centre - (420, 640))) < 40
    (edit_map,) = [r for r in results if isinstance(r, EditMap)]
    assert edit_map.mask.shape == (1200, 900)
    assert edit_map.mask[640, 420] == 255
    assert edit_map.mask[100, 100] == 0
    assert findings(results)[0].summary.en.startswith("shows the same picture as the shop's own listing")


def test_the_buyers_red_ring_is_no_edit(ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]) -> None:
    photo = draw_scene(3).copy()
    cv2.ellipse(photo, (450, 600), (160, 120), 0, 0, 360, (235, 25, 25), 8, cv2.LINE_AA)
    results = ask(photo)
    assert len(findings(results)) == 1
    assert findings(results, Claim.EDITED) == []
    assert any(isinstance(r, Note) and "pen mark" in r.summary.en for r in results)


def test_every_tile_of_a_collage(ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]) -> None:
    tiles = [cv2.resize(draw_scene(seed), (450, 600), interpolation=cv2.INTER_AREA) for seed in (1, 4, 5, 6)]
    results = ask(np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])]))
    sources = {f.reference.source[-1] for f in findings(results) if f.reference}
    assert sources == {"1", "4", "5", "6"}


def test_the_same_file(ask: Callable[..., list[CheckResult]], shelf: Store) -> None:
    path = shelf.file_of_reference(next(iter(shelf.references())).id)
    assert path is not None
    (finding,) = findings(ask(path))
    assert finding.score == 1.0
    assert "byte for byte" in finding.summary.en


def test_an_unknown_photo_is_met_with_silence(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    assert findings(ask(draw_scene(50))) == []
    assert findings(ask(np.full((600, 800, 3), 255, np.uint8))) == []


def test_the_same_print_in_another_photo_is_a_note(
    ask: Callable[..., list[CheckResult]], draw_scene: Callable[..., Rgb]
) -> None:
    tilt = np.array([[0.8, 0.1, 150], [-0.08, 0.75, 320], [1e-4, 5e-5, 1]])
    piece = draw_scene(5)[400:900, 200:700]
    laid = cv2.warpPerspective(piece, tilt, (900, 1200))
    mask = cv2.warpPerspective(np.full_like(piece, 255), tilt, (900, 1200)) > 254
    results = ask(np.where(mask, laid, draw_scene(51)))
    assert findings(results) == []
    assert any(isinstance(r, Note) and r.reference and r.reference.source[-1] == "5" for r in results)


def test_an_empty_corpus_names_the_remedy(lab: Lab, draw_scene: Callable[..., Rgb], save: Save, tmp_path: Path) -> None:
    path = save(draw_scene(1, 300, 400), tmp_path / "1.jpg")
    exhibit = open_exhibit(Received(case="251103-1", name="1.jpg", path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    (answer,) = known_photo(exhibit, lab)
    assert isinstance(answer, NotApplicable)
    assert "corpus add" in answer.reason.en
