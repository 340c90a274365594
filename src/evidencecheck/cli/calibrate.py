"""`evidencecheck calibrate`: how often the checks alarm on photos the seller knows to be genuine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evidencecheck import __version__
from evidencecheck.cli.console import Language, printable, progress, say, warn
from evidencecheck.cli.corpus_options import LangOption, StoreOption, opened
from evidencecheck.cli.exits import ExitCode, plain_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencecheck.cli.calibrate_photos import Measured
    from evidencecheck.decide import OwnTable
    from evidencecheck.model import Level

PIPE_WIDTH = 120  # characters, where there is no terminal to ask
MOST_NAMED = 20  # alarms named on the terminal; the JSON names all


def calibrate(  # noqa: PLR0913 - one parameter per option
    folder: Annotated[
        Path | None, typer.Argument(help="Photos you know to be genuine.", show_default="show the table in use")
    ] = None,
    *,
    store: StoreOption = "",
    only: Annotated[str, typer.Option(help="Only these checks or groups, comma-separated.")] = "",
    skip: Annotated[str, typer.Option(help="Not these checks or groups, comma-separated.")] = "",
    count_facts: Annotated[
        bool, typer.Option("--count-facts", help="Count labels and editors' traces as false alarms too.")
    ] = False,
    json_file: Annotated[str, typer.Option("--json", help="Also write the result as JSON here; - is stdout.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Take your own table away again.")] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one per processor core.")] = 0,
    lang: LangOption = Language.ZH,
) -> None:
    """用自己确认没问题的照片测误报率。 Measure false alarms on photos you know to be genuine."""
    with plain_errors(), opened(store) as kept:
        from evidencecheck.decide import as_json, read_own

        if forget:
            if folder:
                raise ValueError("--forget takes no folder / --forget 后面不要写文件夹")
            there = kept.forget_calibration()
            say("已去掉，改回随附的误报率表 / taken away" if there else "没有自测的误报率表 / there was none")
            return
        if folder is None:
            text = kept.calibration()
            if text is None:
                say("还没有自测，用的是随附的误报率表 / nothing measured here; the shipped table is in use")
                return
            table = read_own(text)
            _write(json_file, as_json(table), lambda: _print_table(table, lang))
            return
        from evidencecheck.cli.calibrate_photos import Measuring, checks_to_measure, measure

        checks = checks_to_measure(_names(only), _names(skip))
        asked = Measuring(folder=folder, checks=checks, jobs=jobs or os.cpu_count() or 1, count_facts=count_facts)
        with progress() as tell:
            measured = measure(asked, kept, tell)
        _write(json_file, _whole(measured), lambda: _print_table(measured.table, lang))
        _say(measured)
        raise typer.Exit(ExitCode.SOMETHING_FOUND if measured.unreadable else ExitCode.NOTHING_FOUND)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _whole(measured: Measured) -> dict[str, Any]:
    from evidencecheck.decide import as_json

    return {
        **as_json(measured.table),
        "alarms": [{"photo": a.photo, "check": a.check, "score": a.score, "fact": a.fact} for a in measured.alarms],
        "unreadable": [{"photo": one.name, "reason": one.reason.en} for one in measured.unreadable],
        "verdicts": {"shipped": dict(measured.before), "joined": dict(measured.after)},
    }


def _write(json_file: str, data: dict[str, Any], print_table: Callable[[], None]) -> None:
    """Write JSON where it is wanted, and the table unless stdout is taken."""
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if json_file == "-":
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        return
    if json_file:
        Path(json_file).write_text(text, encoding="utf-8", errors="backslashreplace")
    print_table()


def _print_table(table: OwnTable, lang: Language) -> None:
    """Print one line per check on stdout: what was counted, and what it means for the verdict."""
    from rich.console import Console
    from rich.table import Table

    from evidencecheck.check import all_checks
    from evidencecheck.decide import joined, shipped

    zh = lang is Language.ZH
    titles = {check.id: check.title.zh if zh else check.title.en for check in all_checks()}
    words = ("检查", "照片", "误报", "95% 上限", "事实", "结果") if zh else (
        "check", "photos", "alarms", "at most (95 %)", "facts", "result"
    )  # fmt: skip
    drawn = Table()
    for word, right in zip(words, (False, True, True, True, True, False), strict=True):
        drawn.add_column(word, justify="right" if right else "left", overflow="fold")
    before, after = shipped(), joined(shipped(), table, __version__)
    for check, row in sorted(table.rows.items()):
        if check not in after.rows:
            continue  # it raises no alarms: a picture or a fact for the reviewer
        name = f"{titles.get(check, check)} {check}" if zh else check
        effect = _effect(before.rows[check].steps if check in before.rows else (), after.rows[check].steps, zh=zh)
        drawn.add_row(
            printable(name), f"{row.photos}", f"{len(row.scores)}", f"{row.rate(0.0):.2%}", f"{row.facts}", effect
        )
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(drawn)


def _effect(before: tuple[tuple[float, float], ...], after: tuple[tuple[float, float], ...], *, zh: bool) -> str:
    """Say from which score the check speaks now, where that changed."""
    from evidencecheck.decide.judge import POSSIBLE_RATE

    was, now = (next((score for score, rate in steps if rate <= POSSIBLE_RATE), None) for steps in (before, after))
    if before == after:
        return "不变" if zh else "unchanged"
    if now is None:
        return "不再报警，只作备注" if zh else "alarms no more; shown as a note"
    if was != now:
        first = "–" if was is None else f"{was:.2f}"
        return f"报警起点 {first} → {now:.2f}" if zh else f"speaks from score {now:.2f}, was {first}"
    return "误报率更新，起点不变" if zh else "other rates; speaks from the same score"


def _say(measured: Measured) -> None:
    from evidencecheck.decide.own import LARGE_PHOTOS

    for alarm in measured.alarms[:MOST_NAMED]:
        kind = "事实 fact" if alarm.fact else "误报 alarm"
        say(f"{kind}: {alarm.photo}: {alarm.check} {alarm.score:.2f}")
    if len(measured.alarms) > MOST_NAMED:
        say(f"… 共 / in all {len(measured.alarms)}（--json 列出全部 / lists them all）")
    for one in measured.unreadable:
        warn(f"{one.name}: {one.reason.zh} / {one.reason.en}")
    say(f"随附的表 / shipped table: {_counts(measured.before)}")
    say(f"现在用的表 / table in use now: {_counts(measured.after)}")
    say(f"误报率表 / calibration table: {measured.table.name}")
    if measured.table.photos < LARGE_PHOTOS:
        say(
            f"不到 {LARGE_PHOTOS} 张照片：只会让误报过的分数更严，不会放宽"
            f" / under {LARGE_PHOTOS} photos: scores that alarmed are trusted less, nothing is trusted more"
        )


def _counts(levels: Mapping[Level, int]) -> str:
    from evidencecheck.model import Level

    return ", ".join(f"{levels[level]} {level}" for level in Level if levels.get(level))
