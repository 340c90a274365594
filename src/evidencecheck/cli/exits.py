"""Exit codes, and how trouble is told: one line that names the thing and the remedy, never a traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from evidencecheck.cli.console import printable


class ExitCode(IntEnum):
    """What the program's exit code means, for every verb."""

    NOTHING_FOUND = 0
    SOMETHING_FOUND = 1
    TROUBLE = 2
    INTERRUPTED = 130  # by Ctrl-C; what shells expect


def stop(message: str) -> typer.Exit:
    """Say what is wrong on stderr and return the exception that ends the program with code 2."""
    typer.secho(f"evidencecheck: {printable(message)}", err=True, fg=typer.colors.RED)
    return typer.Exit(ExitCode.TROUBLE)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors about files, folders and options into a message and exit code 2; a defect keeps its traceback."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise stop(f"{where}{error.strerror or error}") from error
    except sqlite3.Error as error:  # disk full, or another program holds the record
        raise stop(f"the store cannot be read or written ({error}); check its disk, then run it again") from error
    except ValueError as error:
        raise stop(str(error)) from error
    except KeyboardInterrupt as error:
        typer.echo("evidencecheck: 已停止 / stopped", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from error
