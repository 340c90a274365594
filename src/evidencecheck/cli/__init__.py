"""One file per verb. Nothing heavy is imported here: `evidencecheck --help` answers in under 0.3 s."""

from __future__ import annotations

import traceback
from typing import Annotated

import typer

from evidencecheck import __version__
from evidencecheck.cli import corpus, ledger
from evidencecheck.cli.calibrate import calibrate
from evidencecheck.cli.demo import demo
from evidencecheck.cli.doctor import doctor
from evidencecheck.cli.exits import ExitCode
from evidencecheck.cli.package import package
from evidencecheck.cli.screen import screen
from evidencecheck.cli.watch import watch

app = typer.Typer(
    name="evidencecheck",
    help="核查退款照片，生成举报材料。 Screens buyers' refund photos and prepares the seller's report.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"evidencecheck {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """核查退款照片，生成举报材料。 Screens buyers' refund photos and prepares the seller's report."""


app.command()(demo)
app.command()(screen)
app.command()(watch)
app.add_typer(corpus.app, name="corpus")
app.command()(package)
app.add_typer(ledger.app, name="ledger")
app.command()(calibrate)
app.command()(doctor)


def main() -> None:
    """Run the command line; the exit code is 0 nothing found, 1 something to look at, 2 usage or I/O error.

    A defect of the program keeps its traceback but must not end with 1, as Python would: 1 says "something found".
    """
    try:
        app()
    except Exception as error:
        traceback.print_exc()
        raise SystemExit(ExitCode.TROUBLE) from error
