"""`evidencecheck watch`: screens every order of a folder once its files have come to rest."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from evidencecheck.cli.console import Language, say, warn
from evidencecheck.cli.exits import ExitCode, plain_errors
from evidencecheck.cli.screen import FailLevel, certificates, exit_code, names

if TYPE_CHECKING:
    from evidencecheck.acquire.find import FolderError
    from evidencecheck.acquire.order_problems import RowProblem
    from evidencecheck.acquire.settle import Seen
    from evidencecheck.report.output import Summary
    from evidencecheck.watching import Watch

OUT = "evidencecheck-watch"


def watch(  # noqa: PLR0913 - one parameter per option
    folder: Annotated[Path, typer.Argument(help="Photos: one sub-folder per order, or files named after orders.")],
    *,
    store: Annotated[str, typer.Option(help="Store folder.", show_default="your user data folder")] = "",
    orders: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Order export; may be repeated; read again when it changes."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Report folder; the next watch goes on with it.")] = Path(OUT),
    jsonl: Annotated[str, typer.Option(help="Add one JSON line per photo to this file; - is stdout.")] = "",
    only: Annotated[str, typer.Option(help="Only these checks or groups, comma-separated.")] = "",
    skip: Annotated[str, typer.Option(help="Not these checks or groups, comma-separated.")] = "",
    profile: Annotated[str, typer.Option(help="Platform: pdd, generic, or a .toml file.")] = "pdd",
    trust_list: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Certificates (PEM) of signers whose credentials you trust."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language the report opens in.")] = Language.ZH,
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one per processor core.")] = 0,
    settle: Annotated[float, typer.Option(min=0, help="Seconds an order's files must stay unchanged.")] = 10.0,
    poll: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks at the folder.")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Screen what is there and new, then end.")] = False,
    fail_level: Annotated[FailLevel, typer.Option(help="With --once: exit with 1 from this verdict up.")] = (
        FailLevel.SUPPORTED
    ),
) -> None:
    """看着一个文件夹，新订单的照片放好就核查。 Watch a folder and screen each order once its photos are there."""
    with plain_errors(), ExitStack() as stack:
        from evidencecheck.check import select_checks
        from evidencecheck.model import Settings
        from evidencecheck.pipeline import Screening
        from evidencecheck.report.profile import load_profile
        from evidencecheck.store.location import store_folder
        from evidencecheck.watching import Watch
        from evidencecheck.watching import watch as run

        stack.enter_context(_stopping_when_told(ExitCode.INTERRUPTED if once else ExitCode.NOTHING_FOUND))
        screening = Screening(
            folder=folder,
            out=out,
            store=store_folder(store),
            checks=select_checks(names(only), names(skip)),
            settings=Settings(trust_anchors=certificates(trust_list)),
            jobs=jobs or os.cpu_count() or 1,
            lang=lang.value,
            jsonl=_stream(jsonl, folder, out, stack),
            channel="watch",
            profile=load_profile(profile),
        )
        said = Watch(
            run=screening,
            exports=tuple(orders or ()),
            settle_seconds=settle,
            poll_seconds=min(poll, settle) if once and settle else poll,
            once=once,
        )
        summary = run(said, _Teller(said))
        raise typer.Exit(exit_code(summary, fail_level))


class _Teller:
    """Says on stderr what the watch does."""

    def __init__(self, said: Watch) -> None:
        self._folder = said.run.folder
        self._once = said.once
        self._exports = bool(said.exports)

    def watching(self, orders: int) -> None:
        end = "" if self._once else "；按 Ctrl-C 停止 / stop with Ctrl-C"
        say(f"看着 / watching {self._folder}，已核查 {orders} 个订单 / {orders} orders screened before{end}")

    def folder_trouble(self, error: FolderError) -> None:
        warn(f"{error.reason.zh} / {error.reason.en}")

    def export_problem(self, problem: RowProblem) -> None:
        warn(f"{problem.file}:{problem.line}: {problem.text.zh} / {problem.text.en}")

    def screened(self, order: Seen, *, order_known: bool) -> None:
        line = f"{order.case}: {len(order.received)} 张照片 / photos"
        if self._exports and not order_known:
            line += "；不在导出里，没有核对日期和单号 / in no export: no dates and numbers to compare"
        if count := len(order.unfinished):
            line += f"；还有 {count} 个文件没下载完 / {count} files still downloading"
        say(line)

    def published(self, summary: Summary) -> None:
        say(f"报告 / report: {summary.index}")


@contextmanager
def _stopping_when_told(code: ExitCode) -> Iterator[None]:
    """End in order when the system or a service manager asks: that is how a watch ends.

    Windows has no such request for console programs except Ctrl-Break; closing the window kills, which is safe too.
    """

    def stop(*_: object) -> None:
        raise SystemExit(code)

    asked = [getattr(signal, name) for name in ("SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {each: signal.signal(each, stop) for each in asked}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _stream(jsonl: str, folder: Path, out: Path, stack: ExitStack) -> BinaryIO | None:
    """Open the file for JSON lines to go on with. Raises ValueError for one that the watch itself reads or writes."""
    from evidencecheck.report.growing import whole_lines

    if jsonl == "-":
        return sys.stdout.buffer
    if not jsonl:
        return None
    file = Path(jsonl).resolve()
    if file.is_relative_to(folder.resolve()) or file == (out / "photos.jsonl").resolve():
        raise ValueError(
            f"{jsonl}: 这个文件在照片文件夹里，或是报告自己的记录；请给 --jsonl 换一个地方"
            " / lies among the photos, or is the report's own record; give --jsonl another place"
        )
    whole_lines(file)
    return stack.enter_context(file.open("ab"))
