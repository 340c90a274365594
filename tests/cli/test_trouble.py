"""Trouble that is not the photos': exit code 2 and one line that names it, never 1 and never a verdict."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray

from evidencecheck import cli
from evidencecheck.acquire.workers import WorkerError
from evidencecheck.cli.exits import plain_errors
from evidencecheck.examination import _write
from evidencecheck.report.journal import Journal, OutputBusyError, OutputExistsError

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def photos(tmp_path: Path, draw_scene: Callable[..., NDArray[np.uint8]], save: Callable[..., Path]) -> Path:
    """A folder with one order of one photo."""
    save(draw_scene(3, 120, 160), tmp_path / "photos" / "251103-1" / "1.jpg")
    return tmp_path / "photos"


def screened(
    run_command: Run, photos: Path, option: str = "", value: object = ""
) -> subprocess.CompletedProcess[bytes]:
    place = photos.parent
    given: dict[str, object] = {"--store": place / "store", "--out": place / "out", "--only": "encoder"}
    given |= {option: value} if option else {}
    return run_command("screen", photos, *(word for pair in given.items() for word in pair))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite3.OperationalError("database or disk is full"), 2),
        (sqlite3.OperationalError("database is locked"), 2),
        (WorkerError("a worker process did not start"), 2),
        (OSError(28, "No space left on device"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_trouble_is_one_line(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as raised, plain_errors():
        raise error
    assert raised.value.exit_code == code
    assert capsys.readouterr().err.count("\n") == 1


def test_messages_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), plain_errors():
        raise FileNotFoundError(2, "No such file", "\x1b[2Jname\n")
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "name\\n" in said


def test_a_defect_does_not_look_like_something_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 2
    assert "a defect" in capsys.readouterr().err


def test_an_output_folder_that_cannot_be_written_is_no_verdict_on_the_photo(photos: Path, run_command: Run) -> None:
    out = photos.parent / "out"
    out.mkdir()
    (out / "previews").touch()  # a file where a folder must be
    done = screened(run_command, photos)
    assert done.returncode == 2
    assert "previews" in done.stderr.decode()
    assert (out / "photos.jsonl").read_bytes() == b""


@pytest.mark.parametrize("option", ["--out", "--store"])
def test_neither_report_nor_store_lies_among_the_photos(photos: Path, run_command: Run, option: str) -> None:
    done = screened(run_command, photos, option, photos / "inside")
    assert done.returncode == 2
    assert option in done.stderr.decode()
    assert [path.name for path in photos.iterdir()] == ["251103-1"]


def test_a_trust_list_without_a_certificate_is_said_before_anything_is_written(photos: Path, run_command: Run) -> None:
    (photos.parent / "list.pem").write_text("no certificate")
    done = screened(run_command, photos, "--trust-list", photos.parent / "list.pem")
    assert done.returncode == 2
    assert "list.pem" in done.stderr.decode()
    assert not (photos.parent / "out").exists()


def test_jsonl_cannot_overwrite_the_record_that_resume_needs(photos: Path, run_command: Run) -> None:
    assert screened(run_command, photos).returncode == 0
    record = photos.parent / "out" / "photos.jsonl"
    before = record.read_bytes()
    done = run_command(
        "screen", photos, "--store", photos.parent / "store", "--out", record.parent, "--jsonl", record, "--resume"
    )
    assert done.returncode == 2
    assert record.read_bytes() == before


def test_two_workers_may_write_the_same_picture_at_once(tmp_path: Path) -> None:
    """A buyer sends one photo with two orders."""
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: _write(tmp_path, "previews/same.jpg", b"x" * 100_000), range(200)))
    assert set(names) == {"previews/same.jpg"}
    assert [path.name for path in (tmp_path / "previews").iterdir()] == ["same.jpg"]


def test_of_two_runs_that_start_at_once_only_one_gets_the_output_folder(tmp_path: Path) -> None:
    def start(_: int) -> bool:
        try:
            with Journal.open(tmp_path / "out", resume=False):
                return True
        except (OutputBusyError, OutputExistsError):  # while the one that got it writes, and after
            return False

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(start, range(16))).count(True) == 1
