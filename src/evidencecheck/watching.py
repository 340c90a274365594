"""A folder watched for weeks: every order is screened once its files have come to rest, and again when they change.

What was done is written down order by order, behind the results: a watch killed at any moment begins again with the
order it was at, and asks nobody.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import msgspec

from evidencecheck.acquire.find import FolderError, order_number
from evidencecheck.acquire.order_problems import RowProblem
from evidencecheck.acquire.orders import read_orders
from evidencecheck.acquire.settle import FileState, Seen, Settling, look
from evidencecheck.model import CaseReport
from evidencecheck.pipeline import Screening, keep_apart, output_of, screen_lot
from evidencecheck.report.growing import whole_lines, written_cases
from evidencecheck.report.journal import NAME, Journal
from evidencecheck.report.output import Output, Summary
from evidencecheck.store import Store

RECORD = "watched.jsonl"
MOST_AT_ONCE = 50  # orders: their results, the index and the record of them are written before the next ones begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to watch, and how. `run` says what `screen` would be told; `exports` are read again when they change."""

    run: Screening
    exports: tuple[Path, ...] = ()
    settle_seconds: float = 10.0
    poll_seconds: float = 5.0
    once: bool = False  # end when everything that is there now has been screened


class Listener(Protocol):
    """Is told what happens."""

    def watching(self, orders: int) -> None:
        """The watch begins; `orders` orders were screened before."""

    def folder_trouble(self, error: FolderError) -> None:
        """The folder is empty or cannot be read now; it is looked at again. Told once until it is back."""

    def export_problem(self, problem: RowProblem) -> None:
        """A row or file of the exports is wrong."""

    def screened(self, order: Seen, *, order_known: bool) -> None:
        """An order is in the report; `order_known`: an export has told of it."""

    def published(self, summary: Summary) -> None:
        """The report's index shows everything so far."""


class Done(msgspec.Struct, frozen=True):
    """One line of the record: an order as it was when it was screened."""

    case: str
    files: tuple[FileState, ...]
    order_known: bool  # an export had told of it
    at: str  # ISO 8601


def watch(said: Watch, listener: Listener) -> Summary:
    """Screen orders as they come to rest; ends only with `once`, or by an exception such as KeyboardInterrupt.

    Raises what `screen` raises for a store or output folder that cannot be used, FolderError when there is no folder at
    the start.
    """
    keep_apart(said.run)
    if not said.run.folder.is_dir():
        look(said.run.folder)  # raises: a folder that is not there is a mistake only at the start
    with Journal.grow(said.run.out) as journal, Record.open(said.run.out / RECORD) as record:
        output = output_of(said.run, journal)
        _list_earlier(said.run, output, record)
        output.publish()
        listener.watching(len(record.done))
        settling = Settling(said.settle_seconds)
        exports = Exports(said.exports, said.run.store, listener)
        trouble = False
        while True:
            exports.read_if_changed()
            try:
                there, trouble = look(said.run.folder), False
            except FolderError as error:
                if not trouble:
                    listener.folder_trouble(error)
                there, trouble = [], True
            at_rest = settling.at_rest(there)
            due = iter(record.due(at_rest, said.run.store))
            while lot := tuple(islice(due, MOST_AT_ONCE)):
                listener.published(_screen(said.run, lot, output, record, listener))
            if said.once and len(at_rest) == len(there):
                return output.finish()
            time.sleep(said.poll_seconds)


def _screen(run: Screening, lot: Sequence[Seen], output: Output, record: Record, listener: Listener) -> Summary:
    """Screen some orders; they are recorded as done only when all that is said of them has been written."""
    with Store.open(run.store) as store:
        screen_lot(run, [received for seen in lot for received in seen.received], store, output)
        summary = output.publish()
        known = {seen.case for seen in lot if store.order(seen.case)}
    for seen in lot:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        record.add(Done(case=seen.case, files=seen.files, order_known=seen.case in known, at=at))
        listener.screened(seen, order_known=seen.case in known)
    return summary


def _list_earlier(run: Screening, output: Output, record: Record) -> None:
    """Put the orders screened before into the index."""
    with Store.open(run.store) as store:
        for photos in written_cases(run.out / NAME):
            case = photos[0].case
            if case in record.done:
                output.list_case(CaseReport(case=case, order=store.order(case), photos=photos))


class Record:
    """`watched.jsonl`: which orders were screened, and as what they lay there."""

    def __init__(self, done: dict[str, Done], stream: BinaryIO) -> None:
        self._done = done
        self._stream = stream

    @classmethod
    def open(cls, file: Path) -> Self:
        """Go on with a record, or begin one. The last line of an order counts."""
        whole_lines(file)
        lines = file.read_bytes().splitlines() if file.exists() else []
        done = {each.case: each for each in map(msgspec.json.Decoder(Done).decode, lines)}
        if len(lines) > 2 * len(done):
            part = file.with_name(file.name + ".part")
            part.write_bytes(b"".join(map(_line, done.values())))
            part.replace(file)
        return cls(done, file.open("ab"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    @property
    def done(self) -> Mapping[str, Done]:
        """The orders screened, by name."""
        return self._done

    def add(self, done: Done) -> None:
        """Write down that an order was screened; it is on the disk when this returns."""
        self._stream.write(_line(done))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._done[done.case] = done

    def due(self, orders: Sequence[Seen], store: Path) -> Iterator[Seen]:
        """Yield the orders that were not screened as they lie there now, or that an export has told of since."""
        late = self._told_of_since(orders, store)
        for seen in orders:
            done = self._done.get(seen.case)
            if seen.received and (done is None or done.files != seen.files or seen.case in late):
                yield seen

    def _told_of_since(self, orders: Sequence[Seen], store: Path) -> frozenset[str]:
        waiting = [
            seen.case
            for seen in orders
            if (done := self._done.get(seen.case)) and not done.order_known and order_number(seen.case) == seen.case
        ]
        if not waiting:
            return frozenset()
        with Store.open(store) as opened:
            return frozenset(case for case in waiting if opened.order(case))


class Exports:
    """The order exports named on the command line: into the store at the start, and again whenever one changes."""

    def __init__(self, paths: Sequence[Path], store: Path, listener: Listener) -> None:
        self._paths = paths
        self._store = store
        self._listener = listener
        self._read: list[tuple[int, int]] = []

    def read_if_changed(self) -> None:
        """Read them if any is new or changed. An export that is away for a moment is waited for."""
        try:
            now = [(found.st_size, found.st_mtime_ns) for found in (path.stat() for path in self._paths)]
        except OSError:
            return
        if now == self._read:  # also when there are none
            return
        with Store.open(self._store) as store:
            book = read_orders(self._paths, buyer_key=store.buyer_key())
            store.save_orders(book.orders.values())
        for problem in book.problems:
            self._listener.export_problem(problem)
        self._read = now


def _line(done: Done) -> bytes:
    return msgspec.json.encode(done) + b"\n"
