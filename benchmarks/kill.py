"""Kills the program (kill -9, its process and its workers) at random moments and looks what is left.

    python benchmarks/kill.py [--kills 50] [--seed 1] [--folder /tmp/kill]

Screens, watches, packages and enters decisions on the demo's orders, one command a round, each killed after a random
share of the time it takes when left alone (one that had ended by then does not count). After every round: the store
opens, its audit log is whole and begins with what it held before, no report is lost, no page is cut off, every package
and zip is complete. At the end everything is run through once more, and nothing is missing and nothing is there twice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evidencecheck.cli.demo import demo_folder
from evidencecheck.store import Store

STAINED, STOLEN = "251104-330917264405518", "251103-104481726350417"
CHECKS = "match,exif,timeline,ai-label"  # enough for findings, cheap enough for many rounds


@dataclass(slots=True)
class Shop:
    """The demo's orders, exports and corpus below one folder."""

    folder: Path
    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)  # how long each command takes when left alone
    entries: tuple[str, ...] = ()  # hashes of the audit log
    reports: frozenset[tuple[str, str]] = frozenset()
    run: int = 0  # a screening that ended is followed by one into another folder

    @property
    def store(self) -> Path:
        return self.folder / "store"


def make_shop(folder: Path) -> Shop:
    """Lay out photos, exports and the known pictures."""
    with demo_folder() as data:
        shutil.copytree(data / "fixtures" / "cases", folder / "photos")
        shutil.copytree(data / "fixtures" / "orders", folder / "orders")
        manifest = data / "reference_images" / "manifest.csv"
        shop = Shop(folder)
        _left_alone(shop, "corpus", ["corpus", "add", "--manifest", str(manifest)])
    for name in COMMANDS:
        _left_alone(shop, name, words(shop, name))
    look(shop)
    return shop


COMMANDS = ("screen", "watch", "package", "decide", "import")


def words(shop: Shop, name: str) -> list[str]:
    """Return a command as it is typed, without --store."""
    exports = [str(path) for path in sorted((shop.folder / "orders").iterdir())]
    checks = ["--only", CHECKS, "--jobs", "2"]
    return {
        "screen": ["screen", "photos", "--out", f"report-{shop.run}", "--resume", *checks],
        "watch": ["watch", "photos", "--out", f"watch-{shop.run}", "--once", "--settle", "0", *checks],
        "package": ["package", STAINED, "--kind", "edited", "--out", "packages"],
        "decide": ["ledger", "decide", STOLEN, "report", "--by", "x"],
        "import": ["ledger", "import", *exports],
    }[name]


def kill_once(shop: Shop, name: str, share: float) -> None:
    """Run a command and kill it, with its workers, after `share` of the time it takes."""
    start, process = time.monotonic(), _start(shop, words(shop, name))
    try:
        process.wait(shop.seconds[name] * share)
        shop.ended[name] += 1
        shop.seconds[name] = time.monotonic() - start  # the computer has less to do than when it was measured
        shop.run += name in {"screen", "watch"}
    except subprocess.TimeoutExpired:
        _kill(process)
        shop.killed[name] += 1


def look(shop: Shop) -> None:
    """Raise AssertionError when anything is lost or half there."""
    with sqlite3.connect(shop.store / "record.sqlite") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store.open(shop.store) as store:
        entries = tuple(entry.hash for entry in store.ledger.entries())
        reports = frozenset((report.case, report.photo) for order in store.orders() for report in store.reports(order))
    assert entries[: len(shop.entries)] == shop.entries, "the audit log lost or changed a row"
    assert reports >= shop.reports, "a report was lost"
    shop.entries, shop.reports = entries, reports
    for page in shop.folder.glob("*/cases/*.html"):
        assert page.read_bytes().rstrip().endswith(b"</html>"), page
    for page in shop.folder.glob("*/index.html"):
        assert page.read_bytes().rstrip().endswith(b"</html>"), page
    for each in (shop.folder / "packages").iterdir():
        if not each.name.startswith("."):
            _look_at_package(each)


def finish(shop: Shop) -> None:
    """Let everything run through, and compare with what there is to do."""
    for name in COMMANDS:
        _left_alone(shop, name, words(shop, name))
    look(shop)
    files = sorted(path.relative_to(shop.folder / "photos").as_posix() for path in _files(shop.folder / "photos"))
    for kind in ("report", "watch"):
        lines = (shop.folder / f"{kind}-{shop.run}" / "photos.jsonl").read_bytes().splitlines()
        assert sorted(json.loads(line)["photo"] for line in lines) == files, kind
        orders = {file.partition("/")[0] for file in files}
        pages = {
            page.stem for page in (shop.folder / f"{kind}-{shop.run}" / "cases").iterdir() if page.suffix == ".html"
        }
        assert pages == orders, kind
    assert {photo for _, photo in shop.reports} == set(files)
    done = _start(shop, ["ledger", "audit"])
    assert done.wait() == 0, "ledger audit"


def _look_at_package(place: Path) -> None:
    if place.suffix == ".zip":
        with zipfile.ZipFile(place) as bundle:
            assert bundle.testzip() is None, place
            files = {Path(name).name: bundle.read(name) for name in bundle.namelist()}
    else:
        files = {path.name: path.read_bytes() for path in place.iterdir()}
    manifest = json.loads(files.pop("manifest.json"))
    told = {entry["file"]: entry["sha256"] for entry in manifest["files"]}
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}, place


def _left_alone(shop: Shop, name: str, typed: list[str]) -> None:
    start = time.monotonic()
    process = _start(shop, typed)
    code = process.wait()
    assert code in {0, 1}, (typed, code)
    shop.seconds[name] = time.monotonic() - start


def _start(shop: Shop, typed: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "evidencecheck", *typed, "--store", str(shop.store)]
    with (shop.folder / "said.txt").open("ab") as said:
        return subprocess.Popen(command, cwd=shop.folder, stdout=said, stderr=said, start_new_session=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    dice = random.Random(options.seed)  # noqa: S311 - moments, no secrets
    with tempfile.TemporaryDirectory() as scratch:
        shop = make_shop(options.folder or Path(scratch))
        shop.run += 1
        while shop.killed.total() < options.kills:
            name = dice.choices(COMMANDS, weights=(4, 3, 3, 1, 1))[0]
            kill_once(shop, name, dice.random())
            look(shop)
            print(shop.killed.total(), name, f"{len(shop.entries)} rows", flush=True)
        finish(shop)
        packages = sum(not path.name.startswith(".") for path in (shop.folder / "packages").iterdir())
    print(f"killed {dict(shop.killed)}, had ended before {dict(shop.ended)}; {packages} packages and zips, all whole")


if __name__ == "__main__":
    main()
