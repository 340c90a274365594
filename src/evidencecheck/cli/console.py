"""What the program says while it works: on stderr, so that stdout stays free for data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import typer

STAGES = {"take in": "读取照片 / taking in", "examine": "检查照片 / examining"}


class Language(StrEnum):
    """The language the report opens in; both are always in it."""

    ZH = "zh"
    EN = "en"


def say(text: str) -> None:
    """Print one line of result on stderr."""
    typer.echo(printable(text), err=True)


def warn(text: str) -> None:
    """Print one line of warning on stderr."""
    typer.secho(printable(text), err=True, fg=typer.colors.YELLOW)


def printable(text: str) -> str:
    """Return text that cannot steer a terminal: control characters are shown escaped (file names may hold any)."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function (stage, done, total) that draws progress bars, silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {stage: bars.add_task(label, total=None) for stage, label in STAGES.items()}
        yield lambda stage, done, total: bars.update(tasks[stage], completed=done, total=total)
