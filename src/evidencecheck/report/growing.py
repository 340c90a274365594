"""A record that grows for weeks: `photos.jsonl` of `watch`, where an order screened again is written down again.

An order's lines stand together, and its last lines count. A line begins a new block when its order differs from the
line before, or when its photo already stands in the block: what a kill cut short is followed by the whole order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from evidencecheck.model import PhotoReport
from evidencecheck.report.jsonl import decode


class _Name(msgspec.Struct):
    """What is needed of a line to tell where it belongs."""

    case: str
    photo: str


_name = msgspec.json.Decoder(_Name)
Block = tuple[int, int]  # first byte and end


def tidy(file: Path) -> None:
    """Leave only the lines that count, also after a kill at any moment."""
    whole_lines(file)
    if not file.exists():
        return
    blocks = sorted(_last_blocks(file).values())
    if sum(end - start for start, end in blocks) == file.stat().st_size:
        return
    part = file.with_name(file.name + ".part")
    with file.open("rb") as old, part.open("wb") as new:
        for start, end in blocks:
            old.seek(start)
            new.write(old.read(end - start))
        new.flush()
        os.fsync(new.fileno())
    part.replace(file)


def written_cases(file: Path) -> Iterator[tuple[PhotoReport, ...]]:
    """Yield the reports of each order in a tidy record; memory holds one order."""
    if not file.exists():
        return
    with file.open("rb") as stream:
        for start, end in sorted(_last_blocks(file).values()):
            stream.seek(start)
            yield tuple(decode(line) for line in stream.read(end - start).splitlines())


def whole_lines(file: Path) -> None:
    """Drop a last line that a kill cut short, so that the next one begins on a line of its own."""
    if not file.exists():
        return
    with file.open("rb+") as stream:
        whole = end = 0
        for line in stream:
            end += len(line)
            whole = end if line.endswith(b"\n") else whole
        if whole != end:
            stream.truncate(whole)


def _last_blocks(file: Path) -> dict[str, Block]:
    last: dict[str, Block] = {}
    case, photos, start, end = "", set[str](), 0, 0
    with file.open("rb") as stream:
        for line in stream:
            name = _name.decode(line)
            if name.case != case or name.photo in photos:
                case, photos, start = name.case, set(), end
            photos.add(name.photo)
            end += len(line)
            last[case] = start, end
    return last
