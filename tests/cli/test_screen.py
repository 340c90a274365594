"""The contract of `screen`, through the real command: layouts, exit codes, outputs, resume, hostile files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.report.jsonl import schema
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def shop(tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path]) -> Path:
    """A folder with one known web picture and two orders: one sends a crop of that picture, one an own photo."""
    save(draw_scene(11), tmp_path / "web" / "original.jpg")
    save(draw_scene(11)[150:1100, 60:860], tmp_path / "photos" / "251103-1" / "stolen.jpg", 75)
    save(draw_scene(12), tmp_path / "photos" / "251103-2" / "own.jpg")
    return tmp_path


def add_corpus(run_command: Run, shop: Path) -> None:
    done = run_command("corpus", "add", shop / "web", "--kind", "web", "--store", shop / "store")
    assert done.returncode == 0, done.stderr.decode()


def records(data: bytes) -> dict[str, dict[str, Any]]:
    return {record["photo"]: record for record in map(json.loads, data.splitlines())}


def screened(run_command: Run, shop: Path, *options: object, out: str = "out") -> subprocess.CompletedProcess[bytes]:
    return run_command("screen", shop / "photos", "--store", shop / "store", "--out", shop / out, "--jobs", 2, *options)


def test_a_web_picture_is_documented_and_an_own_photo_is_not(shop: Path, run_command: Run) -> None:
    add_corpus(run_command, shop)
    done = screened(run_command, shop, "--jsonl", "-")
    assert done.returncode == 1, done.stderr.decode()
    found = records(done.stdout)
    stolen, own = found["251103-1/stolen.jpg"], found["251103-2/own.jpg"]
    assert (stolen["verdict"], stolen["claims"]) == ("documented", ["web-image"])
    (match,) = [f for o in stolen["outcomes"] for f in o["findings"]]
    assert Path(match["reference"]["file"]).name == "original.jpg"
    assert own["verdict"] in ("none", "inconclusive")
    assert (shop / "out" / "index.html").is_file()
    for record in found.values():
        jsonschema.validate(record, schema())
        assert (shop / "out" / record["edit_mask"]).is_file()
        assert {outcome["status"] for outcome in record["outcomes"]} <= {"done", "not-applicable"}


def test_jsonl_goes_where_asked_and_stdout_stays_clean(shop: Path, run_command: Run) -> None:
    to_file = screened(run_command, shop, "--jsonl", shop / "lines.jsonl")
    to_stdout = screened(run_command, shop, "--jsonl", "-", "--store", shop / "other", out="out2")
    assert to_file.stdout == b""
    file, stdout = records((shop / "lines.jsonl").read_bytes()), records(to_stdout.stdout)
    assert set(file) == set(stdout) == {"251103-1/stolen.jpg", "251103-2/own.jpg"}
    assert records((shop / "out" / "photos.jsonl").read_bytes()) == file


@pytest.mark.parametrize(("level", "code"), [("documented", 1), ("supported", 1), ("possible", 1)])
def test_a_finding_at_or_above_the_fail_level_gives_1(shop: Path, run_command: Run, level: str, code: int) -> None:
    add_corpus(run_command, shop)
    assert screened(run_command, shop, "--fail-level", level).returncode == code


def test_a_finding_below_the_fail_level_gives_0(shop: Path, run_command: Run) -> None:
    """A declared editor is `possible`: it alarms only who asks for it."""
    from PIL import Image

    path = shop / "photos" / "251103-2" / "own.jpg"
    exif = Image.Exif()
    exif[0x0131] = "Adobe Photoshop 24.0 (Windows)"
    Image.open(path).save(path, quality=95, exif=exif)
    assert screened(run_command, shop, "--only", "file").returncode == 0
    assert screened(run_command, shop, "--only", "file", "--fail-level", "possible", out="out2").returncode == 1


def test_an_unreadable_file_gives_1_and_is_in_every_output(shop: Path, run_command: Run) -> None:
    (shop / "photos" / "251103-2" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    done = screened(run_command, shop, "--jsonl", "-")
    assert done.returncode == 1
    record = records(done.stdout)["251103-2/broken.jpg"]
    assert record["verdict"] == "unreadable"
    assert record["reason"]
    assert record["explanation"]["zh"]
    jsonschema.validate(record, schema())
    pages = [page.read_text(encoding="utf-8") for page in (shop / "out" / "cases").glob("*.html")]
    assert sum("broken.jpg" in page for page in pages) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("screen", "{}/nowhere"), "nowhere"),
        (("screen", "{}/photos", "--only", "no-such-check"), "no-such-check"),
        (("screen", "{}/photos", "--orders", "{}/no-orders.csv"), "no-orders.csv"),
        (("screen", "{}/photos", "--engine", "dask"), "dask"),
        (("screen", "{}/photos", "--fail-level", "none"), "fail-level"),
        (("screen", "{}/photos", "--store", "milvus://localhost:1/x"), "milvus"),
    ],
)
def test_usage_errors_give_2_and_name_the_trouble(
    shop: Path, run_command: Run, words: tuple[str, ...], said: str
) -> None:
    filled = [word.format(shop) for word in words]
    store = [] if "--store" in filled else ["--store", str(shop / "store")]
    done = run_command(*filled, *store, "--out", shop / "out")
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_nothing_is_overwritten(shop: Path, run_command: Run) -> None:
    assert screened(run_command, shop, "--only", "file").returncode == 0
    before = (shop / "out" / "photos.jsonl").read_bytes()
    again = screened(run_command, shop, "--only", "file")
    assert again.returncode == 2
    assert "--resume" in again.stderr.decode()
    assert (shop / "out" / "photos.jsonl").read_bytes() == before


def test_the_report_opens_in_the_language_asked_for(shop: Path, run_command: Run) -> None:
    screened(run_command, shop, "--only", "file", "--lang", "en")
    screened(run_command, shop, "--only", "file", "--lang", "zh", out="out2")
    assert '<html lang="en"' in (shop / "out" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="zh' in (shop / "out2" / "index.html").read_text(encoding="utf-8")


def test_only_and_skip_choose_checks(shop: Path, run_command: Run) -> None:
    done = screened(run_command, shop, "--only", "edits,exif", "--skip", "error-level", "--jsonl", "-")
    checks = {o["check"] for record in records(done.stdout).values() for o in record["outcomes"]}
    assert "exif" in checks
    assert not checks & {"error-level", "known-photo"}


def test_originals_are_never_touched(shop: Path, run_command: Run) -> None:
    def state() -> dict[Path, tuple[bytes, int]]:
        return {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in (shop / "photos").rglob("*.jpg")}

    before = state()
    screened(run_command, shop)
    assert state() == before


def test_a_killed_run_resumes_with_nothing_lost_or_doubled(
    tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path], run_command: Run
) -> None:
    for number in range(14):
        save(draw_scene(number, 300, 400), tmp_path / "photos" / f"251103-{number:02d}" / "1.jpg")
    words = ("screen", tmp_path / "photos", "--store", tmp_path / "store", "--out", tmp_path / "out", "--jobs", 1)
    command = [sys.executable, "-m", "evidencecheck", *map(str, words)]
    journal = tmp_path / "out" / "photos.jsonl"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 120
        while running.poll() is None and time.monotonic() < deadline:
            if journal.exists() and journal.read_bytes().count(b"\n") >= 3:
                running.kill()
            time.sleep(0.01)
    kept = journal.read_bytes()
    assert 3 <= kept.count(b"\n") < 14
    with journal.open("ab") as stream:
        stream.write(b'{"schema": "evidencecheck.photo/1", "cut')
    os.utime(journal)
    done = run_command(*words, "--resume", "--jsonl", tmp_path / "lines.jsonl")
    assert done.returncode in (0, 1), done.stderr.decode()
    lines = journal.read_bytes()
    assert lines.startswith(kept[: kept.rfind(b"\n") + 1])
    assert sorted(records(lines)) == [f"251103-{n:02d}/1.jpg" for n in range(14)]
    assert lines.count(b"\n") == 14
    assert (tmp_path / "lines.jsonl").read_bytes() == lines
    assert len(list((tmp_path / "out" / "cases").glob("*.html"))) == 14


def test_two_runs_never_write_one_report_at_once_and_a_killed_one_leaves_no_lock(
    tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path], run_command: Run
) -> None:
    for number in range(6):
        save(draw_scene(number, 300, 400), tmp_path / "photos" / f"251103-{number:02d}" / "1.jpg")
    words = ("screen", tmp_path / "photos", "--store", tmp_path / "store", "--out", tmp_path / "out", "--resume")
    command = [sys.executable, "-m", "evidencecheck", *map(str, (*words, "--jobs", 1))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 120
        while not (tmp_path / "out" / "photos.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        second = run_command(*words)
        assert running.poll() is None  # or the first was already done, and this tells nothing
        running.kill()
    assert second.returncode == 2
    assert "另一次核查正在写" in second.stderr.decode()
    assert "--out" in second.stderr.decode()
    assert run_command(*words).returncode in (0, 1)
    assert len(records((tmp_path / "out" / "photos.jsonl").read_bytes())) == 6


def test_resume_looks_again_at_a_photo_that_changed(
    shop: Path, run_command: Run, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    screened(run_command, shop, "--only", "file")
    first = records((shop / "out" / "photos.jsonl").read_bytes())
    save(draw_scene(13), shop / "photos" / "251103-2" / "own.jpg")
    assert screened(run_command, shop, "--only", "file", "--resume").returncode == 0
    second = records((shop / "out" / "photos.jsonl").read_bytes())
    assert first["251103-1/stolen.jpg"] == second["251103-1/stolen.jpg"]
    assert first["251103-2/own.jpg"]["sha256"] != second["251103-2/own.jpg"]["sha256"]


def test_resume_looks_again_when_the_corpus_has_grown(shop: Path, run_command: Run) -> None:
    assert screened(run_command, shop, "--only", "match").returncode == 0
    add_corpus(run_command, shop)
    assert screened(run_command, shop, "--only", "match", "--resume").returncode == 1
    again = records((shop / "out" / "photos.jsonl").read_bytes())
    assert again["251103-1/stolen.jpg"]["claims"] == ["web-image"]


def test_a_run_with_fewer_checks_does_not_make_package_forget(shop: Path, run_command: Run) -> None:
    screened(run_command, shop, "--only", "match,file")
    screened(run_command, shop, "--only", "file", out="out2")
    with Store.open(shop / "store") as store:
        (report,) = store.reports("251103-1")
    assert "known-photo" in {outcome.check for outcome in report.outcomes}


def test_a_photo_tried_in_some_folder_before_is_only_possible(shop: Path, run_command: Run) -> None:
    trial, real = shop / "photos" / "trial", shop / "photos" / "251103-104481726350417"
    trial.mkdir()
    shutil.copy(shop / "photos" / "251103-2" / "own.jpg", trial / "x.jpg")
    (shop / "photos" / "251103-2").rename(real)
    found = records(screened(run_command, shop, "--only", "match", "--jsonl", "-").stdout)
    assert found["251103-104481726350417/own.jpg"]["verdict"] == "possible"
    assert found["trial/x.jpg"]["verdict"] == "supported"  # which of the two came first is not known


def test_one_photo_used_for_two_orders_is_reported_in_both(shop: Path, run_command: Run) -> None:
    again = shop / "photos" / "251104-9" / "same.jpg"
    again.parent.mkdir()
    shutil.copy(shop / "photos" / "251103-2" / "own.jpg", again)
    done = screened(run_command, shop, "--only", "match", "--jsonl", "-")
    found = records(done.stdout)
    for name in ("251103-2/own.jpg", "251104-9/same.jpg"):
        assert found[name]["claims"] == ["reused"], name
    reference = next(f["reference"] for o in found["251104-9/same.jpg"]["outcomes"] for f in o["findings"])
    assert reference["kind"] == "claim"
    assert "251103-2" not in json.dumps(reference["order"])


def test_help_needs_no_heavy_import() -> None:
    heavy = ["numpy", "cv2", "faiss", "PIL", "imagehash", "exifread", "jinja2", "rich.console"]
    code = f"import sys\nfrom evidencecheck.cli import app\nprint(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
