"""`evidencecheck corpus`: the pictures known from elsewhere, and where each comes from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import Language, printable, say
from evidencecheck.cli.corpus_exchange import export_command, import_command
from evidencecheck.cli.corpus_options import (
    KindOption,
    LangOption,
    SkuOption,
    StoreOption,
    date,
    opened,
    progress,
    reference_kind,
    teller,
)
from evidencecheck.cli.exits import ExitCode, plain_errors

if TYPE_CHECKING:
    from evidencecheck.model import Reference

app = typer.Typer(
    help="管理已知图片。 Manage the known pictures: web pictures and the shop's own.", no_args_is_help=True
)


app.command("export")(export_command)
app.command("import")(import_command)


@app.command("add")
def add_command(  # noqa: PLR0913 - one parameter per option of the contract
    paths: Annotated[list[Path] | None, typer.Argument(help="Pictures, folders, or img2dataset's .tar files.")] = None,
    *,
    kind: KindOption = None,
    source: Annotated[str, typer.Option(help="Web address, or app and account.", show_default=False)] = "",
    sku: SkuOption = "",
    first_seen: Annotated[str, typer.Option(help="When it was first seen, 2025-01-31.", show_default=False)] = "",
    captured_at: Annotated[str, typer.Option(help="When it was taken or captured.", show_default=False)] = "",
    title: Annotated[str, typer.Option(help="Title of the listing or post.", show_default=False)] = "",
    licence: Annotated[str, typer.Option(help="Licence of the picture.", show_default=False)] = "",
    manifest: Annotated[Path | None, typer.Option(help="CSV with one row per picture; see docs/corpus.md.")] = None,
    store: StoreOption = "",
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one per processor core.")] = 0,
    lang: LangOption = Language.ZH,
) -> None:
    """添加图片及其来源。 Add pictures, with where and when each was seen."""
    with plain_errors(), opened(store) as corpus:
        from evidencecheck.cli.corpus_add import Addition, add
        from evidencecheck.model import ReferenceKind

        if not paths and manifest is None:
            raise ValueError("name the pictures or a folder, or give --manifest CSV / 请给出图片、文件夹或清单")
        stated = {"source": source, "sku": sku, "title": title, "licence": licence}
        addition = Addition(
            paths=paths or [],
            kind=ReferenceKind(kind) if kind else None,
            stated={**stated, "first_seen": date(first_seen), "captured_at": date(captured_at)},
            manifest=manifest,
            jobs=jobs or os.cpu_count() or 1,
        )
        with progress() as tell:
            counts = add(addition, corpus, teller(lang), tell)
        if lang is Language.ZH:
            words = {"added": "新增", "updated": "更新", "unchanged": "未变", "failed": "失败"}
        else:
            words = {name: name for name in ("added", "updated", "unchanged", "failed")}
        say(", ".join(f"{word} {counts[name]}" for name, word in words.items()))
        raise typer.Exit(ExitCode.SOMETHING_FOUND if counts["failed"] else ExitCode.NOTHING_FOUND)


@app.command("list")
def list_command(
    *,
    kind: KindOption = None,
    sku: SkuOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per picture.")] = False,
    store: StoreOption = "",
) -> None:
    """列出已知图片。 List the known pictures."""
    with plain_errors(), opened(store) as corpus:
        from evidencecheck.store.references import Selection

        references = corpus.references(Selection(kind=reference_kind(kind), sku=sku))
        if as_json:
            for reference in references:
                typer.echo(json.dumps(asdict(reference), ensure_ascii=True))
        elif sys.stdout.isatty():
            _table(references)
        else:
            for reference in references:
                typer.echo("\t".join(printable(cell) for cell in _cells(reference)))


@app.command("remove")
def remove_command(
    what: Annotated[list[str], typer.Argument(help="Ids, first 8 or more digits of a SHA-256, files or folders.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    store: StoreOption = "",
) -> None:
    """从资料库移除；原始文件不动。 Remove from the store; the files themselves are not touched."""
    with plain_errors(), opened(store) as corpus:
        found: dict[str, Reference] = {}
        for text in what:
            matches = corpus.find(text)
            if not matches:
                raise ValueError(f"{printable(text)}: not in the corpus; nothing is removed. See: corpus list")
            found.update((reference.id, reference) for reference in matches)
        for reference in found.values():
            typer.echo("\t".join(printable(cell) for cell in _cells(reference)))
        if not dry_run:
            corpus.remove(list(found))
        say(f"{'would remove 将移除' if dry_run else 'removed 已移除'} {len(found)}")


@app.command("stats")
def stats_command(
    *, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, store: StoreOption = ""
) -> None:
    """资料库里有多少。 Say how much the store holds."""
    with plain_errors(), opened(store) as corpus:
        stats = corpus.stats()
        if as_json:
            typer.echo(json.dumps(asdict(stats)))
            return
        for name, value in asdict(stats).items():
            typer.echo(f"{name:14s} {value}")


@app.command("verify")
def verify_command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per problem.")] = False,
    lang: LangOption = Language.ZH,
    store: StoreOption = "",
) -> None:
    """检查原始文件是否还在、是否未变，资料库是否完好。 Check the files and the store itself."""
    with plain_errors(), opened(store) as corpus:
        count = 0
        for problem in corpus.verify():
            count += 1
            if as_json:
                typer.echo(json.dumps(asdict(problem), ensure_ascii=True))
            else:
                text = problem.text.zh if lang is Language.ZH else problem.text.en
                typer.echo(f"{problem.kind}\t{printable(problem.file)}\t{text}")
        say(f"{corpus.stats()}; 问题 / problems: {count}")
        raise typer.Exit(ExitCode.SOMETHING_FOUND if count else ExitCode.NOTHING_FOUND)


def _cells(reference: Reference) -> tuple[str, ...]:
    when = f"{reference.first_seen} ({reference.first_seen_how})"
    return (reference.id, reference.kind, reference.file, reference.sku, reference.source, when)


def _table(references: Iterator[Reference]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    table = Table("id", "kind", "file", "sku", "source", "first seen")
    for reference in references:
        table.add_row(*(Plain(printable(cell)) for cell in _cells(reference)))  # as Text: brackets are no markup
    Console().print(table)
