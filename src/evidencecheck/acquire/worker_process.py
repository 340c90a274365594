"""The child's side of a worker: take an item, say where it is, answer, and never outlive the parent."""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import threading
import traceback
from contextvars import ContextVar
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

_ORPHAN_GRACE_S = 60.0  # the parent kills at the limit; so much later a child may be sure that the parent is gone
_ADDRESS_SLACK_BYTES = 2 * 2**30  # libraries loaded later, thread stacks and arenas take addresses, not memory
_ONE_THREAD_EACH = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")  # the jobs are the parallelism

_tell: ContextVar[Callable[[str], None]] = ContextVar("tell", default=lambda _: None)


def phase(text: str) -> None:
    """Tell the parent what the task is doing now, for its report should it be killed. Outside a worker: nothing."""
    _tell.get()(text)


def serve(
    pipe: Connection, start: Callable[[], None] | None, folder: Path, max_seconds: float, max_memory_bytes: int
) -> None:
    """Answer items until the parent closes the pipe; relative paths start from `folder`, as they do in the parent.

    Messages to the parent are (kind, value): ready, phase, result, memory or crash.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides what ends
    for name in _ONE_THREAD_EACH:
        os.environ.setdefault(name, "1")
    os.chdir(folder)
    _mute()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _tell.set(lambda text: pipe.send(("phase", text)))
    try:
        if not _started(pipe, start):
            return
        _limit_address_space(max_memory_bytes)
        while True:
            pickled = pipe.recv_bytes()
            # A task that hangs in native code may hold the interpreter lock, and with it the thread that watches the
            # parent; faulthandler's clock needs no lock.
            faulthandler.dump_traceback_later(max_seconds + _ORPHAN_GRACE_S, exit=True, file=2)
            pipe.send_bytes(_answer(pickled))
            faulthandler.cancel_dump_traceback_later()
    except (EOFError, OSError):
        return  # the parent is gone, or done with this worker


def _started(pipe: Connection, start: Callable[[], None] | None) -> bool:
    try:
        if start:
            start()
    except Exception as error:  # noqa: BLE001 - `start` is the caller's; the parent raises what is sent here
        pipe.send(("crash", last_line(error)))
        return False
    pipe.send(("ready", None))
    return True


def _answer(pickled: bytes) -> bytes:
    try:
        task, item = pickle.loads(pickled)  # noqa: S301 - from the parent, through a private pipe
        return pickle.dumps(("result", task(item)))
    except MemoryError:
        return pickle.dumps(("memory", "the system gave no more memory"))
    except Exception as error:  # noqa: BLE001 - whatever a task raises is trouble with its item, not with the batch
        return pickle.dumps(("crash", last_line(error)))


def last_line(error: Exception) -> str:
    """Return the line a traceback ends with."""
    return traceback.format_exception_only(error)[-1].strip()


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _mute() -> None:
    """Send what native libraries print about broken pictures to nowhere; trouble travels through the pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _limit_address_space(max_memory_bytes: int) -> None:
    """Let one huge allocation fail at once, where the system can: the parent only sees memory already in use."""
    if sys.platform == "linux":
        import resource

        import psutil

        limit = psutil.Process().memory_info().vms + max_memory_bytes + _ADDRESS_SLACK_BYTES
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
