"""Which orders of a folder have come to rest: no file added, removed, grown or touched for some seconds.

Looked at again and again rather than told by the system: inotify, FSEvents and ReadDirectoryChangesW stay silent on
network shares and lose events when their buffers overflow, and a message that a file was created does not say when it
is whole (docs/decisions/0010-watch.md).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from evidencecheck.acquire.find import find_photos
from evidencecheck.model import Received

# Names of downloads and copies that are still running: browsers, download managers, rsync, office programs' owners.
UNFINISHED_SUFFIXES = (
    ".part", ".partial", ".crdownload", ".download", ".downloading", ".opdownload", ".tmp", ".temp", ".aria2",
    ".filepart", ".td", ".xltd", ".!ut", ".!qb", ".bc!",
)  # fmt: skip
UNFINISHED_PREFIXES = ("~$", ".~", ".com.google.chrome.", ".unfinished-")

FileState = tuple[str, int, int]  # name, size in bytes, time of change in ns since 1970; -1 where it cannot be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An order as it lay in the folder at one look. `unfinished` files keep it from resting; they are not received."""

    case: str
    received: tuple[Received, ...]
    files: tuple[FileState, ...]  # of `received`, in its order
    unfinished: tuple[FileState, ...] = ()


def look(folder: Path) -> list[Seen]:
    """Return the orders of a folder as they lie there now, by name. Raises FolderError as `find_photos` does."""
    received: dict[str, list[Received]] = defaultdict(list)
    unfinished: dict[str, list[FileState]] = defaultdict(list)
    for each in find_photos(folder):
        if is_unfinished(each.path.name):
            unfinished[each.case].append(_state(each))
        else:
            received[each.case].append(each)
    return [
        Seen(
            case=case,
            received=tuple(received.get(case, ())),
            files=tuple(map(_state, received.get(case, ()))),
            unfinished=tuple(unfinished.get(case, ())),
        )
        for case in sorted(received.keys() | unfinished.keys())
    ]


def is_unfinished(name: str) -> bool:
    """Return whether a file of this name is a download or copy that has not ended."""
    lower = name.lower()
    return lower.endswith(UNFINISHED_SUFFIXES) or lower.startswith(UNFINISHED_PREFIXES)


class Settling:
    """Remembers since when each order has been as it is."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._since: dict[str, tuple[Seen, float]] = {}

    def at_rest(self, orders: Iterable[Seen]) -> list[Seen]:
        """Return those of the orders seen now that have not changed for `seconds`, by looks at this very folder."""
        now = self._clock()
        since: dict[str, tuple[Seen, float]] = {}
        for seen in orders:
            before = self._since.get(seen.case)
            since[seen.case] = (seen, before[1] if before and before[0] == seen else now)
        self._since = since
        return [seen for seen, start in since.values() if now - start >= self._seconds]


def _state(received: Received) -> FileState:
    try:
        found = received.path.stat()
    except OSError:  # gone since, or a link that leads nowhere
        return received.name, -1, -1
    return received.name, found.st_size, found.st_mtime_ns
