"""Tasks for the workers' tests, well-behaved and bad. Light to import: children do that on the clock."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from evidencecheck.acquire.workers import phase

_started = 0


def double(number: int) -> int:
    return 2 * number


def slow_first(number: int) -> int:
    time.sleep(0.3 if number == 0 else 0)
    return number


def process_id(_: object) -> int:
    return os.getpid()


def current_folder(_: object) -> Path:
    return Path.cwd()


def count_start() -> None:
    global _started  # noqa: PLW0603 - what is tested is state of the child process
    _started += 1


def starts(_: object) -> tuple[int, int]:
    return os.getpid(), _started


def fail_to_start() -> NoReturn:
    raise RuntimeError("the store is locked")


def die_at_start() -> NoReturn:
    os._exit(9)


def behave(how: str) -> object:
    phase(f"about to {how}")
    return _WAYS[how]()


def _eat() -> NoReturn:
    eaten = []
    while True:
        eaten.append(os.urandom(4_000_000))


def _raise() -> NoReturn:
    raise ValueError("not today")


def _flood() -> NoReturn:
    while True:
        phase("again")


_WAYS: dict[str, Callable[[], object]] = {
    "well": lambda: "well",
    "exit": lambda: os._exit(3),
    "segfault": lambda: ctypes.string_at(0),
    "hang": lambda: time.sleep(100),
    "hang in native code": lambda: ctypes.PyDLL(None).usleep(100_000_000),  # keeps the interpreter lock
    "eat memory": _eat,
    "ask for too much": lambda: bytearray(2**45),
    "raise": _raise,
    "answer with a lambda": lambda: lambda: None,
    "print": lambda: [os.write(1, b"noise"), os.write(2, b"noise"), sys.stdout.write("noise")],
    "flood": _flood,
}


def note_process_and_hang(file: Path) -> None:
    part = file.with_suffix(".part")
    part.write_text(str(os.getpid()), encoding="ascii")
    part.replace(file)
    time.sleep(100)
