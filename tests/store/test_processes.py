"""Real processes on one folder: killed at random moments, and at work at the same time."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from evidencecheck.model import ReferenceKind
from evidencecheck.store import Store

WRITER = Path(__file__).with_name("writer.py")
CLAIMS = frozenset({ReferenceKind.CLAIM})
ALL = frozenset(ReferenceKind)


def start(folder: Path, first: int, last: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), str(first), str(last)], stdout=subprocess.PIPE, text=True
    )


def test_a_writer_killed_at_any_moment_leaves_a_whole_store(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - moments to kill at
    first, told = 0, -1
    for _ in range(5):
        with start(tmp_path, first, first + 100_000) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 60)):
                told = int(process.stdout.readline())
            time.sleep(chance.random() / 50)
            process.kill()
            rest = process.stdout.read().split("\n")
        told = max([told, *(int(line) for line in rest[:-1])])
        first = told + 2  # the one after may be stored or not
        with Store.open(tmp_path) as store:
            assert [one for one in store.verify() if one.kind not in ("missing", "preview")] == []
            known = store.known_images()
            numbers = {reference.sha256 for reference in store.references()}
            orders = {int(order.removeprefix("order ")) for order in store.orders()}
            assert told in orders, "what was told as stored is stored"
            assert numbers <= {f"{number:064x}" for number in orders}, "a reference without the photo of the same write"
            assert known.count(CLAIMS) == len(orders)
    db = sqlite3.connect(tmp_path / "record.sqlite")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    previews = {path.stem for path in tmp_path.glob("previews/*/*.jpg")}
    assert {row[0] for row in db.execute("SELECT sha256 FROM picture")} <= previews
    db.close()


def test_two_writers_and_a_reader_at_once(tmp_path: Path) -> None:
    writers = [start(tmp_path, 0, 150), start(tmp_path, 1000, 1150)]
    seen = 0
    with Store.open(tmp_path) as reader:
        while any(process.poll() is None for process in writers):
            count = reader.known_images().count(CLAIMS)
            assert count >= seen
            seen = count
            time.sleep(0.02)
        for process in writers:
            process.communicate()
            assert process.returncode == 0
        assert reader.known_images().count(CLAIMS) == 300
        assert len(reader.orders()) == 300
        assert len(list(reader.references())) == 300 - 60
        assert [one for one in reader.verify() if one.kind != "missing"] == []
        index = reader._index
        assert index is not None
        assert (len(index.parts["photos"]), len(index.parts["corpus"])) == (300, 240)


def test_two_processes_may_make_the_same_new_store(tmp_path: Path) -> None:
    processes = [start(tmp_path / "new", number * 10, number * 10 + 3) for number in range(3)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with Store.open(tmp_path / "new") as store:
        assert len(store.orders()) == 9
