"""Work on untrusted files in child processes that can be killed: per item a time and a memory limit.

Why not a library's pool: docs/decisions/0001-killable-workers.md.
"""

from __future__ import annotations

import pickle
import queue
import signal
import sys
import threading
import types
from collections import deque
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import psutil

from evidencecheck.acquire.limits import Kind, Limits
from evidencecheck.acquire.worker_process import last_line, phase, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from evidencecheck.model import Settings

__all__ = ["Trouble", "WorkerError", "Workers", "phase"]

T = TypeVar("T")
R = TypeVar("R")
ItemT_co = TypeVar("ItemT_co", covariant=True)

_LOOK_AHEAD = 2  # items in flight per job beyond the one waited for; results are small, so a slow reader costs little
_WATCH_S = 0.05  # how often memory and time are looked at: a process touches at most some 200 MB in that time
_LOCK = threading.Lock()  # starting a process looks at the process-wide `__main__`


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Generic[ItemT_co]):
    """A worker had to be given up on this item. `phase` is what the task last said it was doing ("" at its start)."""

    item: ItemT_co
    kind: Kind
    phase: str
    detail: str


class WorkerError(OSError):
    """No worker could be started at all: nothing to do with any item."""


@dataclass(frozen=True, slots=True)
class _Job:
    task: Callable[[Any], Any]
    item: Any
    done: Future[Any]
    given_up: threading.Event  # the reader went away: stop, nobody wants the answer


class Workers:
    """Up to `jobs` child processes, started when first needed, kept warm between items and between calls of `map`.

    `start` runs once in each child before its first item, without limits; like tasks it must be importable by name.
    Use as a context manager: leaving it kills the children.
    """

    def __init__(self, jobs: int, settings: Settings, start: Callable[[], None] | None = None) -> None:
        self._jobs = max(1, jobs)
        self._settings = settings
        self._start = start
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for _thread in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def map(self, task: Callable[[T], R], items: Iterable[T]) -> Iterator[R | Trouble[T]]:
        """Yield the task's result for each item, or Trouble, in the items' order, reading only a little ahead.

        Raises WorkerError when no child can be started. Closing the iterator early kills the children at work.
        """
        waiting: deque[_Job] = deque()
        given_up = threading.Event()
        source = iter(items)
        try:
            while True:
                for item in islice(source, self._jobs * _LOOK_AHEAD + 1 - len(waiting)):
                    waiting.append(_Job(task, item, Future(), given_up))
                    self._submit(waiting[-1])
                if not waiting:
                    return
                result: R | Trouble[T] = _result(waiting[0].done)
                waiting.popleft()
                yield result
        finally:
            given_up.set()
            for job in waiting:
                job.done.cancel()

    def _submit(self, job: _Job) -> None:
        if self._closing.is_set():
            raise WorkerError("these workers are closed")
        self._queue.put(job)
        if len(self._threads) < self._jobs:
            thread = threading.Thread(target=self._attend, name="worker", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _attend(self) -> None:
        """Look after one child, in a thread of its own: hand it items, watch it, replace it when killed."""
        if hasattr(signal, "pthread_sigmask"):  # children inherit the mask: no traceback if Ctrl-C comes at their start
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        child: _Child | None = None
        while (job := self._queue.get()) is not None:
            if self._closing.is_set() or not job.done.set_running_or_notify_cancel():
                continue
            try:
                child = child or _Child(self._settings, self._start, self._closing)
                answer, alive = child.run(job)
            except Exception as error:  # noqa: BLE001 - whatever it is, the reader must hear of it or wait for ever
                if child:
                    child.kill()
                child = None
                job.done.set_exception(error)
                continue
            child = child if alive else None
            job.done.set_result(answer)
        if child:
            child.kill()


class _Child:
    """A child process and its pipe, as its thread sees them."""

    def __init__(self, settings: Settings, start: Callable[[], None] | None, closing: threading.Event) -> None:
        self._settings = settings
        self._closing = closing
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, start, Path.cwd(), settings.max_seconds, settings.max_memory_bytes)
        self._process = context.Process(target=serve, args=arguments, daemon=True)
        try:
            with _LOCK, _no_main():
                self._process.start()
            theirs.close()
            refused = self._wait_until_ready()
        except (EOFError, OSError):
            refused = self._ended()
        except Exception as error:  # noqa: BLE001 - a `start` that cannot be pickled raises anything
            refused = last_line(error)
        if refused:
            self.kill()
            raise WorkerError(f"a worker process did not start: {refused}")

    def _wait_until_ready(self) -> str:
        """Return "" when the child is ready, else what went wrong."""
        while not self._pipe.poll(_WATCH_S):
            if self._closing.is_set():
                return "these workers are closed"
        kind, value = self._pipe.recv()
        return "" if kind == "ready" else str(value)

    def run(self, job: _Job) -> tuple[object, bool]:
        """Return the answer to one item, and whether the child lives on."""
        at = ""

        def trouble(kind: Kind, detail: str) -> Trouble[object]:
            return Trouble(item=job.item, kind=kind, phase=at, detail=detail)

        try:
            self._pipe.send_bytes(pickle.dumps((job.task, job.item)))
            limits = Limits(self._process.pid, self._settings)
            while True:
                if self._pipe.poll(_WATCH_S):
                    kind, value = self._pipe.recv()
                    if kind != "phase":
                        return (value if kind == "result" else trouble(kind, value)), True
                    at = value
                if job.given_up.is_set() or self._closing.is_set():
                    self.kill()
                    return trouble("crash", "given up by the caller"), False
                if over := limits.broken():
                    self.kill()
                    return trouble(*over), False
        except (EOFError, OSError, psutil.Error):
            return trouble("crash", self._ended()), False
        except Exception as error:  # noqa: BLE001 - an item or answer that cannot be pickled is that item's trouble
            self.kill()
            return trouble("crash", last_line(error)), False

    def kill(self) -> None:
        """End the child at once, whatever it is doing."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join(timeout=5)
        self._pipe.close()

    def _ended(self) -> str:
        """Say how a child that went away ended, and clear up after it."""
        self._process.join(timeout=1)
        code = self._process.exitcode
        self.kill()
        if code is not None and code < 0:
            return f"the worker process was ended by {signal.Signals(-code).name}"
        return f"the worker process ended with exit code {code}"


def _result(done: Future[R]) -> R:
    """Wait in short steps: Windows delivers Ctrl-C only between them."""
    while True:
        try:
            return done.result(timeout=0.2)
        except TimeoutError:
            continue


@contextmanager
def _no_main() -> Iterator[None]:
    """Hide the program's `__main__` while a child starts, so that the child does not run it again.

    `spawn` would import it, which costs time and starts the whole program over if it lacks the `if __name__` guard.
    Tasks are imported by name, never from `__main__`.
    """
    program = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program
