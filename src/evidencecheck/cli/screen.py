"""`evidencecheck screen`: a folder of photos in, a report out."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from evidencecheck.cli.console import Language, progress, say, warn
from evidencecheck.cli.exits import ExitCode, plain_errors

if TYPE_CHECKING:
    from evidencecheck.acquire.orders import OrderBook
    from evidencecheck.report.output import Summary


TOLD = 10  # orders named in one line on the screen


class FailLevel(StrEnum):
    """From which verdict up the exit code is 1."""

    DOCUMENTED = "documented"
    SUPPORTED = "supported"
    POSSIBLE = "possible"


class Engine(StrEnum):
    """Where the work runs."""

    LOCAL = "local"
    DASK = "dask"


def screen(  # noqa: PLR0913 - one parameter per option of the contract
    folder: Annotated[Path, typer.Argument(help="Photos: one sub-folder per order, or files named after orders.")],
    *,
    store: Annotated[str, typer.Option(help="Store folder.", show_default="your user data folder")] = "",
    orders: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Order export, CSV or Excel; may be repeated."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Report folder.", show_default="evidencecheck-report")] = None,
    jsonl: Annotated[str, typer.Option(help="Also write one JSON line per photo here; - is stdout.")] = "",
    only: Annotated[str, typer.Option(help="Only these checks or groups, comma-separated.")] = "",
    skip: Annotated[str, typer.Option(help="Not these checks or groups, comma-separated.")] = "",
    fail_level: Annotated[FailLevel, typer.Option(help="Exit with 1 from this verdict up.")] = FailLevel.SUPPORTED,
    trust_list: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Certificates (PEM) of signers whose credentials you trust."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language the report opens in.")] = Language.ZH,
    channel: Annotated[str, typer.Option(help="How the photos came (chat, after-sales page …), for the ledger.")] = "",
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one per processor core.")] = 0,
    engine: Annotated[Engine, typer.Option(help="Where the work runs.")] = Engine.LOCAL,
    profile: Annotated[str, typer.Option(help="Platform: pdd, generic, or a .toml file.")] = "pdd",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the report in --out.")] = False,
) -> None:
    """核查一个文件夹里的照片，生成报告。 Screen a folder of photos and write a report."""
    with plain_errors(), ExitStack() as stack:
        from evidencecheck import pipeline
        from evidencecheck.check import select_checks
        from evidencecheck.model import Settings
        from evidencecheck.report.profile import load_profile
        from evidencecheck.store.location import store_folder

        if engine is Engine.DASK:
            raise ValueError("--engine dask is not available in this version; use --engine local with --jobs")
        out = out or report_folder(resume=resume)
        run = pipeline.Screening(
            folder=folder,
            out=out,
            store=store_folder(store),
            checks=select_checks(names(only), names(skip)),
            settings=Settings(trust_anchors=certificates(trust_list)),
            jobs=jobs or os.cpu_count() or 1,
            profile=load_profile(profile),
            lang=lang.value,
            resume=resume,
            channel=channel.strip() or "screen",
            jsonl=_stream(jsonl, out, stack, resume=resume),
        )
        pipeline.keep_apart(run)
        if orders:
            run = replace(run, orders=_orders(orders, run.store))
        with progress() as tell:
            summary = pipeline.screen(run, tell)
        _say(summary)
        if orders:
            _tell_missing(summary)
        raise typer.Exit(exit_code(summary, fail_level))


def report_folder(*, resume: bool) -> Path:
    """Return `evidencecheck-report`, or when there is one already, the next free number behind it."""
    folder, number = Path("evidencecheck-report"), 2
    while folder.exists() and not resume:
        folder, number = Path(f"evidencecheck-report-{number}"), number + 1
    return folder


def exit_code(summary: Summary, fail_level: FailLevel) -> ExitCode:
    """Return 1 when a photo reached `fail_level` or could not be read, else 0."""
    from evidencecheck.model import Level

    levels = list(Level)
    alarming = levels[levels.index(Level(fail_level.value)) :]  # `unreadable` is last, so it always counts
    found = any(summary.levels.get(level, 0) for level in alarming)
    return ExitCode.SOMETHING_FOUND if found else ExitCode.NOTHING_FOUND


def _orders(exports: list[Path], store: Path) -> OrderBook:
    """Read the exports with the store's own key for buyers, and tell what is wrong in them."""
    from evidencecheck.acquire.orders import read_orders
    from evidencecheck.store import Store

    with Store.open(store) as memory:
        book = read_orders(exports, buyer_key=memory.buyer_key())
    for problem in book.problems:
        warn(f"{problem.file}:{problem.line}: {problem.text.zh} / {problem.text.en}")
    return book


def names(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated option."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def certificates(trust_list: Path | None) -> str:
    """Return the list's PEM text; raises ValueError for a file that holds no certificate."""
    text = trust_list.read_text(encoding="utf-8", errors="replace") if trust_list else ""
    if trust_list and "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError(
            f"{trust_list}: 里面没有证书（要 PEM 格式，以 -----BEGIN CERTIFICATE----- 开头）"
            f" / holds no certificate in PEM form (beginning with -----BEGIN CERTIFICATE-----)"
        )
    return text


def _stream(jsonl: str, out: Path, stack: ExitStack, *, resume: bool) -> BinaryIO | None:
    if jsonl == "-":
        return sys.stdout.buffer
    if not jsonl:
        return None
    if Path(jsonl).resolve() == (out / "photos.jsonl").resolve():
        raise ValueError(f"{jsonl}: the run's own record is written there anyway; give --jsonl another name")
    return stack.enter_context(Path(jsonl).open("wb" if resume else "xb"))


def _say(summary: Summary) -> None:
    from evidencecheck.model import Level

    counts = ", ".join(f"{summary.levels[level]} {level}" for level in Level if summary.levels.get(level))
    photos = sum(summary.levels.values())
    say(f"{photos} 张照片，{summary.cases} 个订单 / {photos} photos, {summary.cases} orders: {counts}")
    if " + " in summary.calibration:  # the seller's own measurements are part of it
        say(f"误报率表 / calibration table: {summary.calibration}")
    say(f"报告 / report: {summary.index}")


def _tell_missing(summary: Summary) -> None:
    """Say which orders are in no export; other folders are none that an export could hold."""
    from evidencecheck.acquire.orders import ORDER_NUMBER

    numbers = [case for case in summary.without_order if ORDER_NUMBER.fullmatch(case)]
    if numbers:
        first = ", ".join(numbers[:TOLD]) + (" …" if len(numbers) > TOLD else "")
        warn(
            f"{len(numbers)} 个订单不在导出里，照片照样检查了，只是没有核对日期和单号 / in no export; the photos "
            f"were screened all the same, without dates and numbers to compare: {first}"
        )
