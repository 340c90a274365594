from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from evidencecheck.acquire.workers import Trouble, WorkerError, Workers, phase
from evidencecheck.model import Settings

QUICK = Settings(max_seconds=2.0, max_memory_bytes=200 * 2**20)
POSIX = sys.platform != "win32"


def gone(pid: int, within_s: float = 5) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def wait_for(file: Path) -> int:
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline, "the worker never started"
        time.sleep(0.05)
    return int(file.read_text(encoding="ascii"))


def test_results_come_in_the_items_order(tasks: ModuleType) -> None:
    with Workers(2, Settings()) as workers:
        assert list(workers.map(tasks.slow_first, range(6))) == list(range(6))
        assert list(workers.map(tasks.double, [])) == []
        assert list(workers.map(tasks.double, [4])) == [8]


def test_endless_items_are_read_only_a_little_ahead(tasks: ModuleType) -> None:
    read = []

    def items() -> Iterator[int]:
        for number in count():
            read.append(number)
            yield number

    with Workers(1, Settings()) as workers:
        results = workers.map(tasks.double, items())
        assert [next(results) for _ in range(5)] == [0, 2, 4, 6, 8]
        assert len(read) < 10


def test_one_job_is_a_process_of_its_own_and_stays_warm(tasks: ModuleType) -> None:
    with Workers(1, Settings(), tasks.count_start) as workers:
        first, second = workers.map(tasks.starts, range(2))
        third = next(workers.map(tasks.starts, [0]))
    assert first == second == third
    assert not isinstance(first, Trouble)
    assert first[1] == 1
    assert first[0] != psutil.Process().pid
    assert gone(first[0])


def test_relative_paths_mean_the_same_in_a_worker(
    tasks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Workers(1, Settings()) as workers:
        assert list(workers.map(tasks.current_folder, [0])) == [tmp_path]


BAD = [
    ("exit", "crash", "exit code 3"),
    pytest.param("segfault", "crash", "SIGSEGV", marks=pytest.mark.skipif(not POSIX, reason="signals have names here")),
    ("hang", "timeout", "2 s"),
    pytest.param("hang in native code", "timeout", "2 s", marks=pytest.mark.skipif(not POSIX, reason="needs usleep")),
    ("flood", "timeout", "2 s"),
    ("eat memory", "memory", "200 MiB"),
    ("ask for too much", "memory", "memory"),
    ("raise", "crash", "ValueError: not today"),
    ("answer with a lambda", "crash", "pickle"),
]


@pytest.mark.parametrize(("how", "kind", "detail"), BAD)
def test_a_bad_item_is_trouble_of_that_item_only(tasks: ModuleType, how: str, kind: str, detail: str) -> None:
    settings = QUICK if kind != "memory" else Settings(max_seconds=30, max_memory_bytes=QUICK.max_memory_bytes)
    with Workers(1, settings) as workers:
        before, trouble, after = workers.map(tasks.behave, ["well", how, "well"])
    assert (before, after) == ("well", "well")
    assert isinstance(trouble, Trouble)
    assert (trouble.item, trouble.kind) == (how, kind)
    assert trouble.phase == ("again" if how == "flood" else f"about to {how}")
    assert detail in trouble.detail


def test_an_item_that_cannot_be_sent_is_trouble_of_that_item_only(tasks: ModuleType) -> None:
    with Workers(1, Settings()) as workers:
        trouble, after = workers.map(tasks.double, [lambda: 0, 3])
    assert isinstance(trouble, Trouble)
    assert trouble.kind == "crash"
    assert after == 6


def test_what_a_task_prints_reaches_nobody(tasks: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(1, Settings()) as workers:
        assert list(workers.map(tasks.behave, ["print"])) == [[5, 5, 5]]
    assert "noise" not in "".join(capfd.readouterr())


def test_a_start_that_fails_is_told_once_and_not_as_trouble_of_an_item(tasks: ModuleType) -> None:
    with (
        Workers(2, Settings(), tasks.fail_to_start) as workers,
        pytest.raises(WorkerError, match="the store is locked"),
    ):
        list(workers.map(tasks.double, range(4)))
    with Workers(1, Settings(), tasks.die_at_start) as workers, pytest.raises(WorkerError, match="exit code 9"):
        list(workers.map(tasks.double, range(4)))
    with Workers(1, Settings(), lambda: None) as workers, pytest.raises(WorkerError, match="pickle"):
        list(workers.map(tasks.double, range(4)))


@pytest.mark.skipif(not POSIX, reason="the test interrupts with a timer signal")
def test_closing_the_iterator_early_ends_the_work_and_the_workers_go_on(tasks: ModuleType, tmp_path: Path) -> None:
    with Workers(2, Settings()) as workers:
        results = workers.map(tasks.note_process_and_hang, [tmp_path / "a", tmp_path / "b"])
        started = time.monotonic()
        with pytest.raises(EnoughError):
            _interrupted(results, [tmp_path / "a", tmp_path / "b"])
        assert gone(wait_for(tmp_path / "a"))
        assert gone(wait_for(tmp_path / "b"))
        assert list(workers.map(tasks.double, range(3))) == [0, 2, 4]
        assert time.monotonic() - started < 20


class EnoughError(Exception):
    pass


def _interrupted(results: Iterator[object], files: list[Path]) -> None:
    """Break into the wait for a result, as Ctrl-C does, once every file is there."""

    def stop(*_: object) -> None:
        if all(file.exists() for file in files):
            raise EnoughError
        signal.setitimer(signal.ITIMER_REAL, 0.1)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        next(results)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_leaving_the_context_ends_children_at_work(tasks: ModuleType, tmp_path: Path) -> None:
    with Workers(1, Settings()) as workers:
        results = workers.map(tasks.process_id, [1])
        child = next(results)
        assert isinstance(child, int)
        hanging = workers.map(tasks.behave, ["well", "hang"])
        assert next(hanging) == "well"
        assert not gone(child, within_s=0.1)
    assert gone(child)
    with pytest.raises(WorkerError, match="closed"):
        next(workers.map(tasks.double, [1]))


SCRIPT = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
import worker_tasks
from evidencecheck.acquire.workers import Workers
from evidencecheck.model import Settings
print("main runs")
with Workers(1, Settings()) as workers:
    print(list(workers.map(worker_tasks.{task}, [{item}])))
"""


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return a function that writes a program without an `if __name__` guard."""

    def write(task: str, item: str) -> Path:
        file = tmp_path / "program.py"
        text = SCRIPT.format(path=[str(Path(__file__).parent)], task=task, item=item)
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_program_without_main_guard_works_and_runs_once(script: Callable[[str, str], Path]) -> None:
    done = subprocess.run(
        [sys.executable, script("double", "21")], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split("\n") == ["main runs", "[42]", ""]
    assert done.stderr == ""


@pytest.mark.parametrize("how", ["killed", pytest.param("ctrl-c", marks=pytest.mark.skipif(not POSIX, reason="POSIX"))])
def test_children_end_with_their_parent(script: Callable[[str, str], Path], tmp_path: Path, how: str) -> None:
    file = tmp_path / "pid"
    program = script("note_process_and_hang", f"Path({str(file)!r})")
    with subprocess.Popen([sys.executable, program], stderr=subprocess.PIPE, text=True) as parent:
        child = wait_for(file)
        if how == "killed":
            parent.kill()
        else:
            psutil.Process(child).send_signal(signal.SIGINT)  # as a terminal does: to the whole group
            parent.send_signal(signal.SIGINT)
        _, said = parent.communicate(timeout=10)
    assert gone(child)
    if how == "ctrl-c":
        assert said.count("KeyboardInterrupt") == 1


def test_phase_outside_a_worker_does_nothing() -> None:
    phase("nobody listens")
