"""`calibrate` through the real command: counted, kept, used by `screen`, shown, and taken away."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.decide import shipped

Rgb = NDArray[np.uint8]
Run = Callable[..., subprocess.CompletedProcess[bytes]]
ONLY = ("--only", "copy-move,editor-trace", "--jobs", 1)


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory,
    draw_scene: Callable[..., Rgb],
    save: Callable[..., Path],
    run_command: Run,
) -> Path:
    """Photos the seller calls genuine: one alarms, one carries an editor's name, one comes twice, one is damaged."""
    folder = tmp_path_factory.mktemp("calibrate")
    repeats = draw_scene(11, 900, 700)
    repeats[420:580, 600:800] = repeats[60:220, 100:300]
    save(repeats, folder / "genuine" / "repeats.jpg", 85)
    plain = save(draw_scene(13, 500, 400), folder / "genuine" / "plain.jpg")
    (folder / "genuine" / "again.jpg").write_bytes(plain.read_bytes())
    exif = Image.Exif()
    exif[0x0131] = "Adobe Photoshop 25.0 (Windows)"
    Image.fromarray(draw_scene(14, 500, 400)).save(folder / "genuine" / "saved.jpg", exif=exif.tobytes())
    (folder / "genuine" / "damaged.jpg").write_bytes(plain.read_bytes()[:900])
    (folder / "photos" / "251103-1").mkdir(parents=True)
    (folder / "photos" / "251103-1" / "1.jpg").write_bytes((folder / "genuine" / "repeats.jpg").read_bytes())
    return folder


def calibrated(run_command: Run, shop: Path, *options: object, folder: str = "genuine") -> dict[str, Any]:
    done = run_command("calibrate", shop / folder, "--store", shop / "store", "--json", "-", *ONLY, *options)
    assert done.returncode == 1, done.stderr.decode()  # one file is damaged
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def screened(run_command: Run, shop: Path, out: str, *options: object) -> dict[str, Any]:
    done = run_command("screen", shop / "photos", "--store", shop / "store", "--out", shop / out, *ONLY, *options)
    assert done.returncode == 0, done.stderr.decode()
    record: dict[str, Any] = json.loads((shop / out / "photos.jsonl").read_text(encoding="utf-8"))
    return record


def test_the_alarm_is_counted_and_the_screening_that_follows_is_stricter(shop: Path, run_command: Run) -> None:
    before = screened(run_command, shop, "before")
    assert (before["verdict"], before["calibration"]) == ("possible", shipped().name)
    data = calibrated(run_command, shop)
    assert (data["photos"], [one["photo"] for one in data["unreadable"]]) == (3, ["damaged.jpg"])
    copy_move, editor_trace = data["checks"]["copy-move"], data["checks"]["editor-trace"]
    assert (copy_move["photos"], copy_move["alarms"], copy_move["steps"][0]["alarms"]) == (3, 1, 1)
    assert copy_move["steps"][0]["at_most"] == pytest.approx(0.8647, abs=1e-4)  # Clopper-Pearson, 1 of 3
    assert (editor_trace["alarms"], editor_trace["facts"]) == (0, 1)
    assert {(a["photo"], a["check"], a["fact"]) for a in data["alarms"]} == {
        ("repeats.jpg", "copy-move", False),
        ("saved.jpg", "editor-trace", True),
    }
    after = screened(run_command, shop, "before", "--resume")  # what the old table said does not stay
    assert after["verdict"] == "none"
    assert after["calibration"].startswith(f"{shipped().name} + own ")
    assert after["calibration"] in (shop / "before" / "cases" / "251103-1.html").read_text(encoding="utf-8")
    assert (data["verdicts"]["shipped"]["possible"], data["verdicts"]["joined"].get("possible", 0)) == (2, 1)


def test_facts_count_only_when_asked_for(shop: Path, run_command: Run) -> None:
    data = calibrated(run_command, shop, "--count-facts")
    assert (data["checks"]["editor-trace"]["alarms"], data["checks"]["editor-trace"]["facts"]) == (1, 0)


def test_it_is_shown_and_can_be_taken_away(shop: Path, run_command: Run) -> None:
    calibrated(run_command, shop)
    shown = run_command("calibrate", "--store", shop / "store")
    assert shown.returncode == 0
    assert "copy-move" in shown.stdout.decode()
    assert f"calibration {shipped().name} + own " in run_command("doctor", "--store", shop / "store").stdout.decode()
    assert run_command("calibrate", "--forget", "--store", shop / "store").returncode == 0
    assert screened(run_command, shop, "forgotten")["calibration"] == shipped().name
    assert run_command("calibrate", "--store", shop / "store").stdout == b""


def test_a_damaged_table_stops_the_screening_and_says_what_to_do(shop: Path, run_command: Run) -> None:
    table = shop / "store" / "calibration.json"
    table.write_bytes(b"{\xff")
    done = run_command("screen", shop / "photos", "--store", shop / "store", "--out", shop / "no", *ONLY)
    assert (done.returncode, b"calibrate --forget" in done.stderr) == (2, True)
    assert run_command("doctor", "--store", shop / "store").returncode == 2
    table.unlink()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("photos", "--only", "known-photo"), b"known-photo"),
        (("photos", "--only", "nothing"), b"nothing"),
        (("missing",), b"missing"),
        (("photos", "--forget"), b"--forget"),
    ],
)
def test_what_cannot_be_measured_ends_with_two(
    shop: Path, run_command: Run, words: tuple[str, ...], said: bytes
) -> None:
    done = run_command("calibrate", shop / words[0], *words[1:], "--store", shop / "store")
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_folder_without_any_photo_leaves_the_table_alone(shop: Path, run_command: Run) -> None:
    calibrated(run_command, shop)
    kept = (shop / "store" / "calibration.json").read_bytes()
    (shop / "none").mkdir()
    (shop / "none" / "note.txt").write_text("no photo")
    done = run_command("calibrate", shop / "none", "--store", shop / "store", *ONLY)
    assert done.returncode == 2
    assert (shop / "store" / "calibration.json").read_bytes() == kept
