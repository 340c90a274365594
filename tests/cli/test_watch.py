"""`evidencecheck watch` through the real command: what it screens and when, and how it ends and begins again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.report.jsonl import schema
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Run = Callable[..., subprocess.CompletedProcess[bytes]]
FIRST, SECOND, THIRD = "251103-100000000001", "251103-100000000002", "251104-100000000003"
PATIENCE_S = 120
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal to a console program")


@pytest.fixture
def shop(tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path]) -> Path:
    for number, order in enumerate((FIRST, SECOND)):
        save(draw_scene(number, 300, 400), tmp_path / "photos" / order / "1.jpg")
    return tmp_path


def words(shop: Path, *options: object) -> list[str]:
    said = (
        "watch",
        shop / "photos",
        "--store",
        shop / "store",
        "--out",
        shop / "out",
        "--jsonl",
        "-",
        "--only",
        "file",
    )
    return [*map(str, said), "--settle", "0.3", "--poll", "0.1", "--jobs", "1", *map(str, options)]


def photos(lines: bytes) -> list[str]:
    return [json.loads(line)["photo"] for line in lines.splitlines()]


def once(run_command: Run, shop: Path, *options: object) -> list[str]:
    done = run_command(*words(shop, "--once", *options))
    assert done.returncode == 0, done.stderr.decode()
    return photos(done.stdout)


@contextmanager
def watching(shop: Path, *options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a watch whose stdout and stderr go to files below `shop`."""
    command = [sys.executable, "-m", "evidencecheck", *words(shop, *options)]
    with (shop / "stdout").open("ab") as stdout, (shop / "stderr").open("wb") as stderr:
        running = subprocess.Popen(command, stdout=stdout, stderr=stderr, start_new_session=os.name != "nt")
        try:
            yield running
        finally:
            running.kill()
            running.wait()


def until(reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def said(shop: Path) -> bytes:
    return (shop / "stdout").read_bytes() if (shop / "stdout").exists() else b""


def index_orders(shop: Path) -> set[str]:
    page = (shop / "out" / "index.html").read_text(encoding="utf-8")
    return set(re.findall(r'"case":"([^"]+)"', page))


def test_only_what_is_new_is_screened(
    shop: Path, run_command: Run, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    assert once(run_command, shop) == [f"{FIRST}/1.jpg", f"{SECOND}/1.jpg"]
    assert once(run_command, shop) == []
    save(draw_scene(5, 300, 400), shop / "photos" / SECOND / "2.jpg")
    (shop / "photos" / FIRST / "3.jpg.part").write_bytes(b"begun")
    save(draw_scene(6, 300, 400), shop / "photos" / THIRD / "1.jpg")
    assert once(run_command, shop) == [f"{SECOND}/1.jpg", f"{SECOND}/2.jpg", f"{THIRD}/1.jpg"]
    assert once(run_command, shop) == []
    assert index_orders(shop) == {FIRST, SECOND, THIRD}
    record = [json.loads(line) for line in (shop / "out" / "photos.jsonl").read_bytes().splitlines()]
    assert [each["photo"] for each in record][-3:] == [f"{SECOND}/1.jpg", f"{SECOND}/2.jpg", f"{THIRD}/1.jpg"]
    for each in record:
        jsonschema.validate(each, schema())
    with Store.open(shop / "store") as store:
        assert len(store.reports(SECOND)) == 2


@posix_only
def test_photos_are_screened_when_they_are_whole_and_ctrl_c_ends_it(
    shop: Path, run_command: Run, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    whole = save(draw_scene(7, 300, 400), shop / "elsewhere.jpg").read_bytes()
    arriving = shop / "photos" / THIRD / "1.jpg"
    arriving.parent.mkdir()
    with watching(shop) as running:
        for end in range(0, len(whole), len(whole) // 12):
            arriving.write_bytes(whole[:end])
            time.sleep(0.15)
        arriving.write_bytes(whole)
        until(lambda: said(shop).count(b"\n") == 3, "three photos")
        until(lambda: (shop / "out" / "watched.jsonl").read_bytes().count(b"\n") == 3, "the record of them")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
    assert sorted(photos(said(shop))) == [f"{FIRST}/1.jpg", f"{SECOND}/1.jpg", f"{THIRD}/1.jpg"]
    assert all(json.loads(line)["verdict"] != "unreadable" for line in said(shop).splitlines())
    assert "Traceback" not in (shop / "stderr").read_text(encoding="utf-8")
    assert once(run_command, shop) == []


@posix_only
def test_a_service_manager_s_stop_ends_it_with_0(shop: Path) -> None:
    with watching(shop) as running:
        until((shop / "out" / "watched.jsonl").exists, "the watch")
        os.killpg(running.pid, signal.SIGTERM)  # to the workers too, as systemd does
        assert running.wait(20) == 0
    assert "Traceback" not in (shop / "stderr").read_text(encoding="utf-8")
    assert all(json.loads(line)["verdict"] != "unreadable" for line in said(shop).splitlines())


@posix_only
def test_killed_at_any_moment_it_loses_nothing_and_doubles_nothing(
    shop: Path, run_command: Run, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    orders = [f"251105-{number:012d}" for number in range(12)]
    for number, order in enumerate(orders):
        save(draw_scene(number, 200, 300), shop / "photos" / order / "1.jpg")
        save(draw_scene(number + 50, 200, 300), shop / "photos" / order / "2.jpg")
    for lines in (1, 6, 11):
        with watching(shop) as running:
            until(lambda n=lines: said(shop).count(b"\n") >= n, f"{lines} photos")  # type: ignore[misc]
            os.killpg(running.pid, signal.SIGKILL)
    with (shop / "out" / "photos.jsonl").open("ab") as record, (shop / "out" / "watched.jsonl").open("ab") as done:
        record.write(b'{"schema": "evidencecheck.photo/1", "case": "2511')
        done.write(b'{"case": "25')
    once(run_command, shop)
    found = Counter(photos((shop / "out" / "photos.jsonl").read_bytes()))
    assert once(run_command, shop) == []
    assert set(found.values()) == {1}
    assert len(found) == 2 + 2 * len(orders)
    assert index_orders(shop) == {FIRST, SECOND, *orders}
    assert len(list((shop / "out" / "cases").glob("*.html"))) == 2 + len(orders)


def test_an_order_that_an_export_tells_of_later_is_screened_again(shop: Path, run_command: Run) -> None:
    export = shop / "orders.csv"
    export.write_text(f"订单号,发货时间\n{FIRST},2025-11-04 10:00:00\n", encoding="utf-8-sig")
    assert len(once(run_command, shop, "--orders", export)) == 2
    assert once(run_command, shop, "--orders", export) == []
    export.write_text(f"订单号,发货时间\n{SECOND},2025-11-05 10:00:00\n", encoding="utf-8-sig")
    assert once(run_command, shop, "--orders", export) == [f"{SECOND}/1.jpg"]
    assert once(run_command, shop, "--orders", export) == []


def test_json_lines_are_added_to_a_file_whose_last_line_a_kill_cut_short(shop: Path, run_command: Run) -> None:
    lines = shop / "lines.jsonl"
    lines.write_bytes(b'{"photo": "earlier"}\n{"pho')
    assert once(run_command, shop, "--jsonl", lines) == []
    assert photos(lines.read_bytes()) == ["earlier", f"{FIRST}/1.jpg", f"{SECOND}/1.jpg"]


@pytest.mark.parametrize("place", ["photos/lines.jsonl", "out/photos.jsonl"])
def test_json_lines_never_go_where_the_watch_reads_or_writes(shop: Path, run_command: Run, place: str) -> None:
    done = run_command(*words(shop, "--once", "--jsonl", shop / place))
    assert done.returncode == 2
    assert "--jsonl" in done.stderr.decode()
    assert not (shop / place).exists()


def test_an_empty_folder_is_waited_for_and_an_absent_one_is_a_mistake(tmp_path: Path, run_command: Run) -> None:
    (tmp_path / "photos").mkdir()
    empty = run_command(*words(tmp_path, "--once"))
    assert empty.returncode == 0, empty.stderr.decode()
    (tmp_path / "photos").rmdir()
    absent = run_command(*words(tmp_path, "--once"))
    assert absent.returncode == 2
    assert "Traceback" not in absent.stderr.decode()


@posix_only
def test_one_watch_at_a_time_writes_in_a_folder(shop: Path, run_command: Run) -> None:
    with watching(shop):
        until((shop / "out" / "watched.jsonl").exists, "the watch")
        second = run_command(*words(shop, "--once"))
    assert second.returncode == 2
    assert "--out" in second.stderr.decode()
