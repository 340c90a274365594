"""Time and memory that one item may take in a child process, as seen from the parent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import psutil

if TYPE_CHECKING:
    from evidencecheck.model import Settings

Kind = Literal["timeout", "memory", "crash"]


class Limits:
    """Time and memory that one item may take, counted from here."""

    def __init__(self, pid: int | None, settings: Settings) -> None:
        self._process = psutil.Process(pid)
        self._settings = settings
        self._before_bytes = self._process.memory_info().rss  # libraries and the index loaded earlier do not count
        self._deadline = time.monotonic() + settings.max_seconds

    def broken(self) -> tuple[Kind, str] | None:
        """Return which limit is exceeded now, if any."""
        if time.monotonic() > self._deadline:
            return "timeout", f"no answer within {self._settings.max_seconds:g} s"
        if self._process.memory_info().rss - self._before_bytes > self._settings.max_memory_bytes:
            return "memory", f"more than {self._settings.max_memory_bytes / 2**20:.0f} MiB of memory"
        return None
