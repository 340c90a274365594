"""Corrupt files at random and run every file check on them: how many fail, and how long the slowest takes.

    python benchmarks/files_corrupted.py SECONDS FOLDER [FOLDER ...] [--seed N]

The folders hold pictures of any kind; those under 400 kB are used. Prints each failure, then the counts and the worst.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from evidencecheck.acquire.container import read_blocks
from evidencecheck.check import run_check, select_checks
from evidencecheck.model import Settings

MOST_BYTES = 400_000
CHECKS = [check for check in select_checks(only=("file",)) if check.id != "visible-label"]  # that one reads pixels
COUNTS = (
    b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"\x80\0\0\0", b"\xff\xd8", b"\xff\xda",
    b"\xff\xe1\xff\xff", b"\0\x10\0\0", b"<", b"{", b"\x9f", b"\xbf",
)  # fmt: skip


def corrupted(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """One to eight changes, most of them in the headers, which are in front."""
    for _ in range(chance.randint(1, 8)):
        at = int(chance.random() ** 3 * len(data))
        match chance.choice(("count", "count", "noise", "repeat", "delete", "bit", "splice")):
            case "count":
                piece = chance.choice(COUNTS)
                data = data[:at] + piece + data[at + len(piece) :]
            case "noise":
                piece = chance.randbytes(chance.randint(1, 16))
                data = data[:at] + piece + data[at + len(piece) :]
            case "repeat":
                data = data[:at] + data[max(0, at - chance.randint(1, 300)) : at] * chance.randint(1, 60) + data[at:]
            case "delete":
                data = data[:at] + data[at + chance.randint(1, 200) :]
            case "bit":
                data = data[:at] + bytes(b ^ 1 << chance.randrange(8) for b in data[at : at + 1]) + data[at + 1 :]
            case "splice":
                start = int(chance.random() ** 3 * len(other))
                data = data[:at] + other[start : start + chance.randint(1, 4000)] + data[at:]
    return data


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    files = [p for f in args.folders for p in sorted(f.rglob("*")) if p.is_file() and p.stat().st_size < MOST_BYTES]
    chance = random.Random(args.seed)  # noqa: S311 - repeatable, not secret
    lab: Any = SimpleNamespace(settings=Settings(), order=None)
    photo = SimpleNamespace(name="x.jpg", width=9, height=9)
    tried = failed = 0
    slowest, which = 0.0, ""
    until = time.monotonic() + args.seconds
    while time.monotonic() < until:
        path = chance.choice(files)
        data = corrupted(path.read_bytes(), chance.choice(files).read_bytes(), chance)
        started = time.process_time()
        exhibit: Any = SimpleNamespace(blocks=read_blocks(data), data=data, photo=photo)
        for check in CHECKS:
            outcome = run_check(check, exhibit, lab).outcome
            if outcome.status == "failed":
                failed += 1
                print("FAILED", path.name, check.id, outcome.reason)
        took = time.process_time() - started
        slowest, which = max((slowest, which), (took, path.name))
        tried += 1
    print(f"{tried} corrupted files; {failed} checks failed; slowest {slowest:.2f} s of processor time ({which})")


if __name__ == "__main__":
    main()
