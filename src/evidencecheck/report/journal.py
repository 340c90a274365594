"""The run's own record: `photos.jsonl` in the output folder, one line per photo as it is decided.

It is what `--resume` continues from: a run killed at any moment has lost at most the photo it was working on. One run
at a time writes in an output folder: the operating system's lock on `.lock` goes with the process that holds it, also
by kill -9 or a power cut, so no stale lock is ever left (https://py-filelock.readthedocs.io).
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from filelock import FileLock, Timeout

from evidencecheck.model import Photo, PhotoReport, Unreadable
from evidencecheck.report.growing import tidy, whole_lines
from evidencecheck.report.jsonl import decode, encode

NAME = "photos.jsonl"
LOCK = ".lock"


class OutputExistsError(FileExistsError):
    """The output folder already holds a report and `--resume` was not given."""


class OutputBusyError(OSError):
    """Another run is writing in the output folder at this moment."""


class MadeWith(NamedTuple):
    """What a report rests on beside the photo: program version, calibration table, and basis (see PhotoReport)."""

    version: str
    calibration: str
    basis: str


class Journal:
    """Appends reports; hands out those of an earlier run that still hold."""

    def __init__(
        self, file: Path, lock: FileLock, earlier: dict[tuple[str, str], PhotoReport] | None, *, new: bool
    ) -> None:
        """`earlier` None: the record grows, and is tidied instead of being replaced."""
        self._file = file
        self._lock = lock
        self._growing = earlier is None
        self._earlier = earlier or {}
        self._lines: list[bytes] = []
        self._stream: BinaryIO = file.open("xb" if new else "ab")

    @classmethod
    def open(cls, out: Path, *, resume: bool) -> Journal:
        """Start a run in `out`, or continue one.

        Raises OutputExistsError rather than overwrite a report, OutputBusyError when another run is at work in `out`.
        """
        file = out / NAME
        lock = locked(out)
        try:
            earlier = {(report.photo, report.sha256): report for report in _read(file)} if resume else {}
            return cls(file, lock, earlier, new=not resume)
        except FileExistsError as error:
            lock.release()
            said = f"{out} already holds a report; name another folder with --out, or add --resume"
            raise OutputExistsError(said) from error
        except BaseException:
            lock.release()
            raise

    @classmethod
    def grow(cls, out: Path) -> Journal:
        """Go on with the record in `out`, or begin one: nothing earlier is handed out, and `finish` drops no order.

        Raises OutputBusyError when another run is at work in `out`.
        """
        lock = locked(out)
        try:
            tidy(out / NAME)
            return cls(out / NAME, lock, None, new=False)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._lock.release()

    def earlier(self, item: Photo | Unreadable, check_ids: Collection[str], made_with: MadeWith) -> PhotoReport | None:
        """Return the earlier run's report on the same bytes, by the same checks and with the same knowledge, if any."""
        report = self._earlier.get((item.name, item.sha256))
        if report is None or report.case != item.case:
            return None
        if made_with != MadeWith(report.version, report.calibration, report.basis):
            return None
        if isinstance(item, Photo) and {outcome.check for outcome in report.outcomes} != set(check_ids):
            return None
        return report

    def add(self, report: PhotoReport) -> None:
        """Write a report down before the next photo is looked at."""
        line = encode(report) + b"\n"
        if self._earlier:
            self._lines.append(line)
        if self._earlier.get((report.photo, report.sha256)) is not report:
            self._stream.write(line)
            self._stream.flush()

    def sync(self) -> None:
        """Return when everything added is on the disk."""
        os.fsync(self._stream.fileno())

    def finish(self) -> None:
        """Leave exactly this run's reports, in order: a resumed run may have appended behind stale ones."""
        if self._growing:
            self._stream.close()
            tidy(self._file)
        if not self._earlier:
            return
        part = self._file.with_name(NAME + ".part")
        with part.open("wb") as stream:
            stream.writelines(self._lines)
            stream.flush()
            os.fsync(stream.fileno())
        self._stream.close()
        part.replace(self._file)


def locked(out: Path) -> FileLock:
    """Make the folder if need be and lock it for this process. Raises OutputBusyError."""
    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise OutputBusyError(
            f"{out}: 另一次核查正在写这个文件夹；等它结束，或用 --out 另给一个文件夹"
            " / another run is writing in this folder; wait until it ends, or name another folder with --out"
        ) from error
    return lock


def _read(file: Path) -> list[PhotoReport]:
    """Return the reports of a journal; a last line cut short by a kill is dropped."""
    whole_lines(file)
    return [decode(line) for line in file.read_bytes().splitlines() if line] if file.exists() else []
