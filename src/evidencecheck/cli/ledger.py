"""`evidencecheck ledger`: what is known and was done of each case."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import Language, printable, say, warn
from evidencecheck.cli.corpus_options import LangOption, StoreOption, opened
from evidencecheck.cli.exits import ExitCode, plain_errors
from evidencecheck.cli.ledger_attach import attach_command
from evidencecheck.cli.ledger_entry import (
    deadline_command,
    decide_command,
    outcome_command,
    submit_command,
)

if TYPE_CHECKING:
    from evidencecheck.model import Order
    from evidencecheck.store.ledger import CaseFile
    from evidencecheck.store.queue import CaseLine

app = typer.Typer(help="台账：每个案子的进度、决定、提交、期限。 The ledger of cases.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
def list_command(
    *,
    every: Annotated[bool, typer.Option("--all", help="Also orders known only from exports.")] = False,
    only_open: Annotated[bool, typer.Option("--open", help="Only cases that are not closed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per case.")] = False,
    store: StoreOption = "",
    lang: LangOption = Language.ZH,
) -> None:
    """列出案子，最急的在前。 List the cases, most pressing first: strength x amount x nearness of the deadline."""
    with plain_errors(), opened(store) as memory:
        lines = memory.ledger.cases(with_exports=every)
        lines = tuple(line for line in lines if not (only_open and line.closed))
        if as_json:
            from evidencecheck.cli.ledger_words import plain

            for line in lines:
                typer.echo(json.dumps(asdict(line), default=plain))
        else:
            _table(lines, lang)


@app.command("show")
def show_command(
    order: Annotated[str, typer.Argument(help="Order number.")],
    *,
    as_json: JsonOption = False,
    store: StoreOption = "",
    lang: LangOption = Language.ZH,
) -> None:
    """一个案子的全部记录。 Everything recorded of one order."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.cli.ledger_entry import known_case

        case = known_case(memory, order)
        if as_json:
            from evidencecheck.cli.ledger_words import plain
            from evidencecheck.store.facts import NAMES

            log = [{**asdict(each), "kind": NAMES[type(each.fact)]} for each in case.log]
            said = {**asdict(case), "log": log}
            if case.exported:
                del said["exported"]["buyer"]  # of use only inside the store
            typer.echo(json.dumps(said, default=plain))
        else:
            _show(case, lang)


@app.command("import")
def import_command(
    exports: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Order exports, CSV or Excel.")],
    *,
    store: StoreOption = "",
) -> None:
    """读入订单导出，更新金额、时间和退款状态。 Read order exports without screening photos."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.acquire.orders import read_orders

        book = read_orders(exports, buyer_key=memory.buyer_key())
        for problem in book.problems:
            warn(f"{problem.file}:{problem.line}: {problem.text.zh} / {problem.text.en}")
        changed = memory.save_orders(book.orders.values())
        say(f"订单 {len(book.orders)}，有更新 {changed} / orders {len(book.orders)}, new or changed {changed}")
        raise typer.Exit(ExitCode.SOMETHING_FOUND if book.problems else ExitCode.NOTHING_FOUND)


@app.command("audit")
def audit_command(
    *,
    expect: Annotated[str, typer.Option(help="A hash printed earlier: it must still be in the log.")] = "",
    as_json: JsonOption = False,
    store: StoreOption = "",
    lang: LangOption = Language.ZH,
) -> None:
    """核对台账有没有被改过。 Recompute the audit log's hash chain."""
    with plain_errors(), opened(store) as memory:
        found = memory.ledger.audit(expect.strip())
        if as_json:
            typer.echo(json.dumps(asdict(found)))
        else:
            for flaw in found.flaws:
                typer.echo(printable(flaw.text.zh if lang is Language.ZH else flaw.text.en))
            typer.echo(f"{found.entries} {found.head}")
        if not found.flaws:
            say("记录完整；请把最后一条的校验值记在别处，下次用 --expect 核对 / whole; note the last hash elsewhere,")
            say("then check with --expect: somebody who makes the whole chain anew is found only that way")
        raise typer.Exit(ExitCode.SOMETHING_FOUND if found.flaws else ExitCode.NOTHING_FOUND)


@app.command("purge")
def purge_command(
    *,
    older_than: Annotated[int, typer.Option(min=0, help="Days since the photo was taken in.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be purged.")] = False,
    as_json: JsonOption = False,
    store: StoreOption = "",
) -> None:
    """清理旧照片：图片和路径删除，校验值和决定保留。 Delete old pictures and paths; hashes and decisions stay."""
    with plain_errors(), opened(store) as memory:
        before = datetime.now().astimezone() - timedelta(days=older_than)
        done = memory.purge(before, dry_run=dry_run)
        if as_json:
            typer.echo(json.dumps({**asdict(done), "before": before.isoformat(timespec="seconds")}))
        for order in done.waiting:
            warn(f"{order}: 期限未到，没有清理 / its deadline lies ahead, left alone")
        say(
            f"{'将清理 / would purge' if dry_run else '已清理 / purged'}: {done.photos} 张照片 / photos, "
            f"{done.attachments} 个附件 / attachments, {done.orders} 个订单 / orders. "
            "报告文件夹和材料文件夹请自行删除 / delete report and package folders yourself"
        )


@app.command("backup")
def backup_command(
    target: Annotated[Path, typer.Argument(file_okay=False, help="A new folder, or an earlier backup.")],
    *,
    store: StoreOption = "",
) -> None:
    """备份整个资料库，使用中也可以。 Copy the whole store to a folder while it is in use."""
    with plain_errors(), opened(store) as memory:
        memory.backup(target)
        say(f"备份完成 / backed up: {printable(str(target))}")


app.command("decide")(decide_command)
app.command("submit")(submit_command)
app.command("outcome")(outcome_command)
app.command("deadline")(deadline_command)
app.command("attach")(attach_command)


def _table(lines: Iterable[CaseLine], lang: Language) -> None:
    from evidencecheck.cli.ledger_words import HEADINGS, cells

    if not sys.stdout.isatty():
        for line in lines:
            typer.echo("\t".join(printable(cell) for cell in cells(line, lang)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    table = Table(*HEADINGS[lang])
    for line in lines:
        style = "dim" if line.closed else ""
        table.add_row(*(Plain(printable(cell)) for cell in cells(line, lang)), style=style)
    Console().print(table)


def _show(case: CaseFile, lang: Language) -> None:
    from evidencecheck.cli.ledger_story import story
    from evidencecheck.cli.ledger_words import ROLES, STILL_OPEN, cap_warning, clock, word
    from evidencecheck.model import Text
    from evidencecheck.store.queue import refunded

    if case.exported:
        _show_order(case.exported, lang)
    if case.exported and refunded(case.exported):
        typer.echo(word(STILL_OPEN, lang))
    if case.same_buyer:
        others = len(case.same_buyer)
        said = Text(zh=f"与另外 {others} 个订单是同一买家：", en=f"same buyer as {others} other order(s): ")
        typer.echo(word(said, lang) + ", ".join(printable(number) for number in case.same_buyer))
    for each in case.log:
        typer.echo(printable(f"{clock(each.at)}  {word(story(each.fact), lang)}"))
    for attachment in case.attachments:
        made = clock(attachment.made_at) if attachment.made_at else "-"
        typer.echo(printable(f"{made}  {word(ROLES[attachment.role], lang)}  {attachment.path or attachment.name}"))
    if case.reports:
        warn(word(cap_warning(case.order, len(case.reports)), lang))


def _show_order(order: Order, lang: Language) -> None:
    """Print what the exports say of the order, by the columns' names; never the buyer's hash."""
    from dataclasses import fields

    from evidencecheck.acquire.order_problems import NAMES
    from evidencecheck.cli.ledger_words import clock, word

    for each in fields(order):
        value = getattr(order, each.name)
        if each.name in NAMES and each.name != "buyer" and value not in {"", None}:
            said = clock(value) if isinstance(value, datetime) else str(value)
            typer.echo(printable(f"{word(NAMES[each.name], lang)}: {said}"))
