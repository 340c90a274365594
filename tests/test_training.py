"""What makes the model card's figures honest: no forest learns from the scenes that it judges."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES
from evidencecheck.forensics.places import PLACE
from evidencecheck.forensics.trees import DEPTH, Trees

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
CALM = Trees(
    feature=np.zeros((1, 2**DEPTH - 1), np.int16),
    threshold=np.full((1, 2**DEPTH - 1), np.inf, np.float32),
    leaf=np.zeros((1, 2**DEPTH), np.float32),
    names=FEATURES,
)


@pytest.fixture
def benchmark_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.fixture
def photo(tmp_path: Path, draw_scene: Callable[..., NDArray[np.uint8]], save: Callable[..., Path]) -> Path:
    return save(draw_scene(3, 640, 480), tmp_path / "photo.jpg")


def test_cells_of_a_scene_are_used_by_no_forest_that_judges_it(
    tmp_path: Path, benchmark_of: Callable[[str], Any], photo: Path
) -> None:
    cases, training = benchmark_of("edit_cases"), benchmark_of("train_edit_map")
    mask = np.zeros((480, 640), np.uint8)
    mask[100:200, 200:300] = 255
    for place, base in enumerate(("mug__1.jpg", "mug__2.jpg", "cup.jpg")):
        picture = cases.Picture(path=photo, mask=mask if place else None, base=base, kind="stain", chain="camera")
        picture.write(tmp_path, f"round1-{place}")
    scenes = "base,scene\nmug__1.jpg,mug\nmug__2.jpg,mug\ncup.jpg,mug\n"
    (tmp_path / cases.SCENES).write_text(scenes, encoding="utf-8")
    read = cases.read_cases(tmp_path)
    assert [(case.scene, case.edited) for case in read] == [("mug", False), ("mug", True), ("mug", True)]
    own = training.fold_of("mug")
    for case in read:
        for firsts in ({}, dict.fromkeys(training.SPLITS, CALM)):
            sample = training.sampled(case, firsts)
            assert len(sample.rows) >= training.EVEN_CELLS
            assert sample.edited.any() == case.edited
            assert not sample.used[:, own].any()
            users = sample.used.sum(1)
            assert set(users) == ({1, training.FOLDS} if firsts else {training.FOLDS})
            assert not sample.edited[users == 1].any()


def test_what_is_pasted_in_comes_from_a_photo_of_the_same_fold(
    tmp_path: Path, benchmark_of: Callable[[str], Any], draw_scene: Callable[..., NDArray[np.uint8]],
    save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    cases, edits = benchmark_of("edit_cases"), benchmark_of("edit_generator")
    bases = [
        cases.Base(kind="small", path=save(draw_scene(seed, 640, 480), tmp_path / f"{seed}.png"), fold=seed % 2)
        for seed in range(6)
    ]
    donors: list[bytes] = []

    def splice(rgb: NDArray[np.uint8], donor: NDArray[np.uint8], *_: object) -> tuple[NDArray[np.uint8], Any]:
        donors.append(donor.tobytes())
        return rgb, np.zeros(rgb.shape[:2], np.uint8)

    monkeypatch.setattr(edits, "EDITS", {"splice": splice})
    monkeypatch.setattr(cases, "KINDS", ("splice",))
    for number in range(20):
        cases.make(bases, 1, number, edited=True, turn=1)
    assert set(donors) == {cases.read(base.path).tobytes() for base in bases if base.fold == 1}


def test_places_of_a_scene_are_used_by_no_forest_that_judges_it(
    benchmark_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    training = benchmark_of("train_edit_map")
    count = 3 * training.FOLDS
    rows = np.zeros((2 * count, len(PLACE)), np.float32)
    rows[:, 0] = np.repeat(np.arange(count), 2)
    share = np.tile(np.array([0.1, 0.5], np.float32), count)  # hardly hit is neither
    fold = np.arange(count) % training.FOLDS
    table = training.Table(
        rows=rows, share=share, picture=np.repeat(np.arange(count), 2), edited=np.ones(count, np.float32), fold=fold
    )
    used: list[NDArray[np.float32]] = []

    def grow(rows: NDArray[np.float32], hit: NDArray[np.float32], *_: object) -> Trees:
        used.append(rows[:, 0])
        assert hit.all()
        return replace(CALM, names=PLACE)

    monkeypatch.setattr(training, "grow", grow)
    monkeypatch.setattr(training, "SEEDS", 1)
    for split in training.SPLITS:
        table.forest(split)
        seen = set(used[-1].astype(int).tolist())
        assert seen == {one for one in range(count) if fold[one] != split}


def test_a_picture_scores_as_its_most_suspect_place_and_chances_are_calibrated(
    benchmark_of: Callable[[str], Any],
) -> None:
    training = benchmark_of("train_edit_map")
    by_rank = Trees(
        feature=np.zeros((1, 2**DEPTH - 1), np.int16),
        threshold=np.full((1, 2**DEPTH - 1), 0.5, np.float32),
        leaf=np.repeat(np.array([[-1, 2]], np.float32), 2 ** (DEPTH - 1), axis=1),
        names=PLACE,
    )
    rows = np.zeros((40, len(PLACE)), np.float32)
    rows[1:30:2, 0] = 1  # the second place of the first 15 of 20 pictures
    edited = np.array([1] * 12 + [0] * 8, np.float32)
    table = training.Table(
        rows=rows, share=np.zeros(40, np.float32), picture=np.repeat(np.arange(20), 2), edited=edited,
        fold=np.zeros(20, np.intp),
    )  # fmt: skip
    score = table.scores(dict.fromkeys(training.SPLITS, by_rank))
    assert score.tolist() == [2.0] * 15 + [-1.0] * 5
    noisy = np.append(score, [-1.0, -1.0])  # some edits missed, too
    told = training.calibrated(by_rank, noisy, np.append(edited, [1.0, 1.0]))
    high, low = 1 / (1 + np.exp(-told.logit(rows[[1, 0]])))
    assert high == pytest.approx((12 / 14) / (12 / 14 + 3 / 8), abs=1e-3)  # among as many genuine ones as edited
    assert low == pytest.approx((2 / 14) / (2 / 14 + 5 / 8), abs=1e-3)


def test_a_photo_that_was_not_looked_at_for_its_scene_is_not_learned_from(
    tmp_path: Path, benchmark_of: Callable[[str], Any], photo: Path
) -> None:
    cases = benchmark_of("edit_cases")
    cases.Picture(path=photo, mask=None, base="new.jpg", kind="genuine", chain="camera").write(tmp_path, "round1-0")
    (tmp_path / cases.SCENES).write_text("base,scene\nold.jpg,old\n", encoding="utf-8")
    with pytest.raises(KeyError, match=r"new\.jpg"):
        cases.read_cases(tmp_path)


def test_photos_of_one_scene_are_found_under_different_names(
    tmp_path: Path,
    benchmark_of: Callable[[str], Any],
    draw_scene: Callable[..., NDArray[np.uint8]],
    save: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = draw_scene(5, 900, 700)
    for name, rgb in (("a.jpg", scene), ("b.jpg", scene[60:, 40:800]), ("other.jpg", draw_scene(6, 900, 700))):
        save(rgb, tmp_path / "photos" / name)
    monkeypatch.setattr("sys.argv", ["edit_scenes.py", str(tmp_path), f"{tmp_path / 'photos'}=photo"])
    benchmark_of("edit_scenes").main()
    assert (tmp_path / "scenes.csv").read_text(encoding="utf-8").split() == [
        "base,scene",
        "a.jpg,a.jpg",
        "b.jpg,a.jpg",
        "other.jpg,other.jpg",
    ]


def test_what_is_detected_lies_above_all_but_so_many_genuine_pictures(benchmark_of: Callable[[str], Any]) -> None:
    detection = benchmark_of("detection")
    genuine = [0.1] * 98 + [0.6, 0.9]
    assert detection.detected([0.5, 0.6, 0.7, 0.95], genuine, 0.01) == 0.5
    assert detection.detected([0.5, 0.6, 0.7, 0.95], genuine, 0.02) == 1
    assert detection.detected([0.5, 0.6, 0.7, 0.95], genuine, 0.001) == 0.25
    assert detection.detected([0.6], [0.6, 0.6], 0.5) == 0
    assert detection.auc([0.6, 0.95], genuine) == pytest.approx((98.5 + 100) / 200)
