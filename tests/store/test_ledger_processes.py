"""The ledger under kill -9, and copied while it is written: nothing told as done is lost, and the log stays whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from evidencecheck.store import Store
from evidencecheck.store.facts import Attached, Decided, Submitted

WRITER = Path(__file__).with_name("ledger_writer.py")
KILLS = int(os.environ.get("EVIDENCECHECK_KILLS", "8"))  # 50 and more by hand


def start(folder: Path, first: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(WRITER), str(folder), str(first)], stdout=subprocess.PIPE, text=True)


def whole(folder: Path) -> None:
    """Check the log, and that every case holds what its writer did up to some moment, in the writer's order."""
    with Store.open(folder) as store:
        assert store.ledger.audit().flaws == ()
        rows = [row[0] for row in store._db.execute("PRAGMA integrity_check")]
        assert rows == ["ok"]
        assert store._db.execute("PRAGMA foreign_key_check").fetchall() == []
        steps = ["exported", "taken-in", "judged", "attached", "decided", "packaged", "submitted"]
        for line in store.ledger.cases(with_exports=True):
            kinds = [entry.kind for entry in store.ledger.entries(line.order) if entry.kind != "purged"]
            assert kinds == steps[: len(kinds)], line.order
            case = store.ledger.case(line.order)
            assert len(case.of(Attached)) == len(case.of(Decided)), "half of a batch"
            assert len(case.attachments) == len(case.of(Attached))


def test_killed_at_random_moments_nothing_told_is_lost(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - moments to kill at
    first = 0
    for _ in range(KILLS):
        told = -1
        with start(tmp_path, first) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 30)):
                told = int(process.stdout.readline())
            time.sleep(chance.random() / 50)
            process.kill()
            rest = process.stdout.read().split("\n")
        told = max([told, *(int(line) for line in rest[:-1])])
        with Store.open(tmp_path / "store") as store:
            for number in range(first, told + 1):
                assert store.ledger.case(f"251103-{number}").of(Submitted), "what was told as done is there"
        whole(tmp_path / "store")
        if (tmp_path / "backup" / "record.sqlite").exists():
            whole(tmp_path / "backup")
        first = told + 2  # the one after may be half done


def test_a_backup_made_during_writes_is_whole(tmp_path: Path) -> None:
    with start(tmp_path, 1) as process:
        assert process.stdout is not None
        for turn in range(4):
            told = [int(process.stdout.readline()) for _ in range(7)][-1]
            with Store.open(tmp_path / "store") as store:
                store.backup(tmp_path / f"copy {turn % 2}")
            whole(tmp_path / f"copy {turn % 2}")
            with Store.open(tmp_path / f"copy {turn % 2}") as copy:
                assert copy.ledger.case(f"251103-{told}").of(Submitted)
        assert process.poll() is None, "it was at work all the time"
        process.kill()
