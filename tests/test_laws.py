"""The laws of every check: it ends, repeats itself, writes nothing, stays inside the picture, and has one name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.intake import intake
from evidencecheck.check import all_checks, run_check, select_checks
from evidencecheck.decide import shipped
from evidencecheck.model import Check, Exhibit, Finding, Intake, Lab, Order, Received, Settings, Status, Unreadable
from evidencecheck.store import Store

ROOT = Path(__file__).parent.parent
CHECKS = all_checks()
Rgb = NDArray[np.uint8]


def degenerate() -> dict[str, Rgb]:
    rng = np.random.default_rng(1)
    ramp = np.tile(np.linspace(0, 255, 640).astype(np.uint8), (480, 1))
    return {
        "one-pixel": np.full((1, 1, 3), 127, np.uint8),
        "one-row": rng.integers(0, 256, (1, 700, 3)).astype(np.uint8),
        "one-column": rng.integers(0, 256, (700, 1, 3)).astype(np.uint8),
        "seven-by-nine": rng.integers(0, 256, (7, 9, 3)).astype(np.uint8),
        "white": np.full((600, 800, 3), 255, np.uint8),
        "black": np.zeros((600, 800, 3), np.uint8),
        "noise": rng.integers(0, 256, (500, 400, 3)).astype(np.uint8),
        "ramp": np.dstack([ramp] * 3),
        "checkerboard": np.kron(np.indices((30, 40)).sum(0) % 2, np.ones((16, 16)))[..., None]
        .repeat(3, 2)
        .astype(np.uint8)
        * np.uint8(255),
        "very-wide": rng.integers(0, 256, (20, 3000, 3)).astype(np.uint8),
    }


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory, draw_scene: Callable[..., Rgb]
) -> Iterator[tuple[dict[str, Exhibit], Lab]]:
    """Degenerate and ordinary photos, all of them known to the store from another order too."""
    folder = tmp_path_factory.mktemp("laws")
    pictures = {**degenerate(), "scene": draw_scene(5), "scene-as-png": draw_scene(6, 500, 400)}
    exhibits: dict[str, Exhibit] = {}
    with Store.open(folder / "store") as store:
        for name, rgb in pictures.items():
            path = folder / f"{name}.{'png' if 'png' in name or rgb.shape[0] < 10 else 'jpg'}"
            cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
            received = Received(case="251103-1", name=path.name, path=path)
            taken, exhibit = intake(received, Settings()), open_exhibit(received, Settings())
            assert isinstance(taken, Intake)
            assert not isinstance(exhibit, Unreadable)
            store.remember(taken, "251101-2")
            exhibits[name] = exhibit
        lab = Lab(known=store.known_images(), order=Order(number="251103-1"))
        yield exhibits, lab


PICTURES = (*degenerate(), "scene", "scene-as-png")


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_ends_repeats_itself_and_stays_inside(
    check: Check, name: str, bench: tuple[dict[str, Exhibit], Lab]
) -> None:
    exhibits, lab = bench
    exhibit = exhibits[name]
    before = hashlib.sha256(exhibit.rgb.tobytes()).digest(), exhibit.photo.path.read_bytes()
    first, second = run_check(check, exhibit, lab), run_check(check, exhibit, lab)
    assert first.outcome.status in (Status.DONE, Status.NOT_APPLICABLE), first.outcome.reason
    assert replace(first.outcome, seconds=0) == replace(second.outcome, seconds=0)
    assert [p.data for p in first.pictures] == [p.data for p in second.pictures]
    assert (hashlib.sha256(exhibit.rgb.tobytes()).digest(), exhibit.photo.path.read_bytes()) == before
    for edit_map in first.edit_maps:
        assert edit_map.mask.shape == (exhibit.photo.height, exhibit.photo.width)
        assert 0 <= edit_map.score <= 1
    for finding in first.outcome.findings:
        _assert_sound(finding, exhibit)


def _assert_sound(finding: Finding, exhibit: Exhibit) -> None:
    assert 0 <= finding.score <= 1
    assert finding.strength is None
    assert finding.summary.zh
    assert finding.summary.en
    assert "prove" not in finding.summary.en.lower()
    for region in finding.regions:
        assert len(region.polygon) >= 3
        for x, y in region.polygon:
            assert 0 <= x <= exhibit.photo.width
            assert 0 <= y <= exhibit.photo.height


def test_the_photo_cannot_be_written_to(bench: tuple[dict[str, Exhibit], Lab]) -> None:
    for exhibit in bench[0].values():
        for view in (exhibit.rgb, exhibit.gray):
            with pytest.raises(ValueError, match="read-only"):
                view[0, 0] = 0


def test_a_check_that_crashes_is_a_failed_outcome(bench: tuple[dict[str, Exhibit], Lab]) -> None:
    def crash(exhibit: Exhibit, lab: Lab) -> Iterator[Finding]:
        raise MemoryError("no room\x1b[31m")
        yield

    ran = run_check(replace(CHECKS[0], run=crash), bench[0]["scene"], bench[1])
    assert ran.outcome.status is Status.FAILED
    assert "no room" in ran.outcome.reason


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_one_name(check: Check) -> None:
    module = check.id.replace("-", "_")
    assert (ROOT / f"src/evidencecheck/check/{module}.py").is_file()
    assert (ROOT / f"tests/check/test_{module}.py").is_file()
    page = ROOT / f"docs/checks/{check.id}.md"
    assert page.read_text(encoding="utf-8").startswith(f"# {check.id}\n")
    assert check.run.__name__ == module


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_group_is_selectable_and_every_check_can_be_left_out(check: Check) -> None:
    assert check in select_checks(only=[check.group])
    assert check not in select_checks(skip=[check.id])
    assert select_checks(only=[check.id]) == (check,)


def test_the_shipped_table_names_only_checks_that_exist() -> None:
    assert set(shipped().rows) <= {check.id for check in CHECKS}
