"""`evidencecheck demo`: the bundled orders through the whole program, with a store of their own beside the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evidencecheck.cli.console import Language, printable, progress, say
from evidencecheck.cli.exits import ExitCode, plain_errors
from evidencecheck.cli.screen import report_folder

if TYPE_CHECKING:
    from evidencecheck.model import PhotoReport, Text

PIPE_WIDTH = 120  # characters, where there is no terminal to ask
COLUMNS = {"zh": ("订单", "照片", "结论", "类型"), "en": ("order", "photo", "verdict", "claims")}


def demo(
    *,
    out: Annotated[Path | None, typer.Option(help="Report folder.", show_default="evidencecheck-report")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the table and the report.")] = Language.ZH,
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one per processor core.")] = 0,
) -> None:
    """用自带的示例订单跑一遍，不联网。 Screen the bundled example orders, offline."""
    with plain_errors(), demo_folder() as data:
        from evidencecheck import pipeline
        from evidencecheck.acquire.orders import read_orders
        from evidencecheck.check import select_checks
        from evidencecheck.report.jsonl import decode

        folder = out or report_folder(resume=False)
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty; name another folder with --out / 文件夹不是空的，请换一个 --out")
        jobs = jobs or os.cpu_count() or 1
        store = folder / "store"  # of its own: `corpus list` and `package` can be tried on it
        _fill_corpus(store, data / "reference_images" / "manifest.csv", jobs)
        run = pipeline.Screening(
            folder=data / "fixtures" / "cases",
            out=folder,
            store=store,
            checks=select_checks((), ()),
            orders=read_orders(sorted((data / "fixtures" / "orders").glob("*.csv"))),
            jobs=jobs,
            lang=lang.value,
        )
        with progress() as tell:
            summary = pipeline.screen(run, tell)
        _print_table([decode(line) for line in (folder / "photos.jsonl").read_bytes().splitlines()], lang.value)
        say(f"报告 / report: {summary.index}")
        raise typer.Exit(ExitCode.NOTHING_FOUND)  # what it finds was put there to be found


@contextmanager
def demo_folder() -> Iterator[Path]:
    """Yield the folder of fixtures/cases, fixtures/orders and reference_images: in the package, or the source tree.

    Raises ValueError when this installation has neither.
    """
    from importlib.resources import as_file, files

    bundled = files("evidencecheck") / "demo_data"
    if bundled.is_dir():
        with as_file(bundled) as folder:
            yield folder
        return
    source = Path(__file__).resolve().parents[3]
    if not (source / "fixtures" / "cases").is_dir():
        raise ValueError("the demo's pictures are missing from this installation; install evidencecheck again")
    yield source


def _fill_corpus(store: Path, manifest: Path, jobs: int) -> None:
    """Add the example shop's own pictures and the web pictures, each with its source."""
    from evidencecheck.cli.corpus_add import Addition, add
    from evidencecheck.store import Store

    def complain(place: str, reason: Text) -> None:
        raise ValueError(f"{place}: {reason.zh} / {reason.en}")

    with Store.open(store) as corpus:
        addition = Addition(paths=(), kind=None, stated={}, manifest=manifest, jobs=jobs)
        add(addition, corpus, complain, lambda *_: None)


def _print_table(reports: Sequence[PhotoReport], lang: Literal["zh", "en"]) -> None:
    """Print one line per photo on stdout."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    from evidencecheck.report.text import CLAIM_NAMES, LEVEL_NAMES

    def word(text: Text) -> str:
        return text.zh if lang == "zh" else text.en

    table = Table()
    for heading in COLUMNS[lang]:
        table.add_column(heading, overflow="fold", no_wrap=heading == COLUMNS[lang][0])
    for report in reports:
        claims = ", ".join(word(CLAIM_NAMES[claim]) for claim in report.claims)
        name = report.photo.removeprefix(f"{report.case}/")
        cells = (report.case, name, word(LEVEL_NAMES[report.verdict]), claims)
        style = "bold" if report.claims else ""
        table.add_row(*(Plain(printable(cell)) for cell in cells), style=style)  # as Text: brackets are no markup
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)
