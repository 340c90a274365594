from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.matching.fingerprint import Fingerprint, fingerprint
from evidencecheck.matching.index import Index

Rgb = NDArray[np.uint8]


@pytest.fixture(scope="module")
def prints(draw_scene: Callable[..., Rgb]) -> list[Fingerprint]:
    return [fingerprint(draw_scene(seed, 480, 640)) for seed in range(12)]


@pytest.fixture
def index(prints: list[Fingerprint]) -> Index:
    done = Index()
    for number, one in enumerate(prints):
        done.add(number, one)
    return done


def first(index: Index, picture: Rgb) -> int | None:
    hits = index.search(fingerprint(np.ascontiguousarray(picture)))
    return hits[0].number if hits else None


@pytest.mark.parametrize(
    "attack",
    [
        lambda p: p,
        lambda p: p[:, ::-1],
        np.rot90,
        lambda p: p[200:520, 100:400],
        lambda p: cv2.resize(p, (120, 160), interpolation=cv2.INTER_AREA),
        lambda p: cv2.GaussianBlur(p, (0, 0), 3),
    ],
    ids=["copy", "mirrored", "turned", "cropped", "quarter size", "blurred"],
)
def test_the_source_comes_first(index: Index, draw_scene: Callable[..., Rgb], attack: Callable[[Rgb], Rgb]) -> None:
    assert first(index, attack(draw_scene(7, 480, 640))) == 7


def test_every_tile_of_a_collage_comes_up(index: Index, draw_scene: Callable[..., Rgb]) -> None:
    tiles = [cv2.resize(draw_scene(seed, 480, 640), (300, 400)) for seed in (2, 5, 8, 11)]
    collage = np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])]).astype(np.uint8)
    assert {2, 5, 8, 11} <= {hit.number for hit in index.search(fingerprint(collage))[:6]}


def test_a_removed_picture_is_not_found_and_can_come_back(index: Index, prints: list[Fingerprint]) -> None:
    index.remove([7, 99])
    assert 7 not in index
    assert len(index) == 11
    assert all(hit.number != 7 for hit in index.search(prints[7]))
    index.add(7, prints[7])
    assert index.search(prints[7])[0].number == 7


def test_only_wanted_numbers_are_returned(index: Index, prints: list[Fingerprint]) -> None:
    hits = index.search(prints[7], keep=lambda number: number != 7)
    assert all(hit.number != 7 for hit in hits)


def test_a_number_is_taken_once_and_has_bounds(index: Index, prints: list[Fingerprint]) -> None:
    for number in (7, -1, 2**31):
        with pytest.raises(ValueError, match="number"):
            index.add(number, prints[0])


def test_blank_pictures_match_nothing(index: Index, draw_scene: Callable[..., Rgb]) -> None:
    white = fingerprint(np.full((600, 800, 3), 255, np.uint8))
    index.add(50, white)
    assert index.search(white) == []
    assert first(index, draw_scene(7, 480, 640)) == 7


def test_a_photo_whose_features_have_no_neighbours_finds_nothing(prints: list[Fingerprint]) -> None:
    def alone(one: Fingerprint) -> Fingerprint:
        return replace(one, quality=0, places=one.places[:6], codes=one.codes[:16])

    index = Index()
    index.add(0, alone(prints[1]))
    assert index.search(alone(prints[2])) == []


def test_it_is_saved_and_loaded(index: Index, prints: list[Fingerprint], tmp_path: Path) -> None:
    index.save(tmp_path / "one.index")
    again = Index.load(tmp_path / "one.index")
    assert len(again) == len(index)
    assert again.search(prints[3]) == index.search(prints[3])
    again.add(77, prints[3])
    again.remove([3])
    assert again.search(prints[3])[0].number == 77


@pytest.mark.parametrize("keep", [0, 5, 40, 2000])
def test_a_damaged_file_is_refused(index: Index, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "one.index"
    index.save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"one\.index"):
        Index.load(path)


def test_a_file_of_another_format_is_refused(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "one.index"
    index.save(path)
    path.write_bytes(path.read_bytes().replace(Index.FORMAT.encode(), b"x" * len(Index.FORMAT), 1))
    with pytest.raises(ValueError, match="format"):
        Index.load(path)
