"""The verbs of `evidencecheck ledger` that write: what the seller decided, handed in, heard, and added."""

from __future__ import annotations

import os
from datetime import datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import Language, printable, warn
from evidencecheck.cli.corpus_options import LangOption, StoreOption, date, opened
from evidencecheck.cli.exits import ExitCode, plain_errors

if TYPE_CHECKING:
    from evidencecheck.store import Store
    from evidencecheck.store.audit import Entry
    from evidencecheck.store.ledger import CaseFile


class DecisionWord(StrEnum):
    """What the seller decides."""

    REPORT = "report"
    DISMISS = "dismiss"
    LATER = "later"


class FilingWord(StrEnum):
    """What is handed in: a report 反馈虚假售后凭证, an appeal 维权申诉, platform intervention 平台介入."""

    REPORT = "report"
    APPEAL = "appeal"
    INTERVENTION = "intervention"


class ResultWord(StrEnum):
    """How it ended."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    NO_ANSWER = "no-answer"


OrderArgument = Annotated[str, typer.Argument(help="Order number.")]
NoteOption = Annotated[str, typer.Option(help="Your note. No buyer data: the log cannot be shortened.")]
WhenOption = Annotated[str, typer.Option(help="When, '2025-11-08 12:00'.", show_default="now")]
FilingOption = Annotated[FilingWord, typer.Option(help="Which of the three it is about.")]


def decide_command(  # noqa: PLR0913 - one parameter per option
    order: OrderArgument,
    decision: Annotated[DecisionWord, typer.Argument(help="What you decided.")],
    *,
    photo: Annotated[str, typer.Option(help="Only this photo: its name or SHA-256.", show_default="whole case")] = "",
    note: NoteOption = "",
    by: Annotated[str, typer.Option(help="Who decided.", show_default="your user name")] = "",
    store: StoreOption = "",
) -> None:
    """记下决定：举报、不举报、以后再看。 Record what you decided."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.store.facts import Decided, Decision

        known_case(memory, order)
        sha256 = _photo(memory, order, photo) if photo else ""
        fact = Decided(
            order=order, decision=Decision(decision), photo=sha256, note=_safe(note), by=_safe(by or _user())
        )
        told(memory.ledger.record(fact))


def submit_command(  # noqa: PLR0913 - one parameter per option
    order: OrderArgument,
    *,
    filing: FilingOption = FilingWord.REPORT,
    kind: Annotated[str, typer.Option(help="web-image, edited …", show_default="of the latest package")] = "",
    entry: Annotated[str, typer.Option(help="Entry used: A chat page, B phone app, C after-sales page.")] = "",
    when: WhenOption = "",
    note: NoteOption = "",
    store: StoreOption = "",
    lang: LangOption = Language.ZH,
) -> None:
    """记下已提交。 Record what was handed in; a second report of an order warns, and ends with 1."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.cli.ledger_words import cap_warning, word
        from evidencecheck.store.facts import Filing, Packaged, Submitted

        case = known_case(memory, order)
        kind = kind or next((made.kind for made in reversed(case.of(Packaged))), "")
        fact = Submitted(
            order=order,
            when=moment(when),
            filing=Filing(filing),
            kind=_safe(kind),
            entry=_safe(entry),
            note=_safe(note),
        )
        told(memory.ledger.record(fact))
        if filing is FilingWord.REPORT and case.reports:
            warn(word(cap_warning(order, len(case.reports)), lang))
            raise typer.Exit(ExitCode.SOMETHING_FOUND)


def outcome_command(  # noqa: PLR0913 - one parameter per option
    order: OrderArgument,
    result: Annotated[ResultWord, typer.Argument(help="How it ended.")],
    *,
    filing: FilingOption = FilingWord.REPORT,
    when: WhenOption = "",
    note: NoteOption = "",
    store: StoreOption = "",
) -> None:
    """记下结果（平台不会通知，由您填写）。 Record an outcome, as you saw it: the platform sends none."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.store.facts import Answered, Filing, Result

        known_case(memory, order)
        fact = Answered(order=order, result=Result(result), when=moment(when), filing=Filing(filing), note=_safe(note))
        told(memory.ledger.record(fact))


def deadline_command(
    order: OrderArgument,
    until: Annotated[str, typer.Argument(help="2025-11-20, '2025-11-20 18:00', or none.")],
    *,
    filing: FilingOption = FilingWord.APPEAL,
    store: StoreOption = "",
) -> None:
    """设定期限，以您在后台看到的为准。 Set a deadline, as you read it on the platform; none is assumed."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.store.facts import DeadlineSet, Filing

        known_case(memory, order)
        end = None if until.strip().lower() == "none" else moment(until, end_of_day=True)
        told(memory.ledger.record(DeadlineSet(order=order, until=end, filing=Filing(filing))))


def known_case(memory: Store, order: str) -> CaseFile:
    """Return a case that is known. Raises ValueError for an order that was neither screened nor exported."""
    case = memory.ledger.case(order)
    if not case.log:
        raise ValueError(
            f"{printable(order)}: 没有这个订单；请先运行 screen 或 ledger import（同一个 --store）"
            " / unknown; run screen or ledger import first, with the same --store"
        )
    return case


def moment(text: str, *, end_of_day: bool = False) -> datetime:
    """Return a time as typed, in the platform's time zone unless it names its own; "" is now."""
    from zoneinfo import ZoneInfo

    from evidencecheck.model import Settings

    zone = ZoneInfo(Settings().time_zone)
    if not text:
        return datetime.now(zone).replace(microsecond=0)
    typed = date(text)
    when = datetime.fromisoformat(typed)
    if end_of_day and "T" not in typed:
        when = datetime.combine(when, time(23, 59, 59))
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _photo(memory: Store, order: str, wanted: str) -> str:
    """Return the SHA-256 of a photo named by its name, its last part, or the first digits of its hash."""
    reports = memory.reports(order)
    found = {
        report.sha256
        for report in reports
        if wanted in {report.photo, report.photo.rsplit("/", 1)[-1]}
        or (len(wanted) >= 8 and report.sha256.startswith(wanted.lower()))
    }
    if len(found) != 1:
        names = ", ".join(printable(report.photo) for report in reports)
        raise ValueError(f"--photo {printable(wanted)}: name one of / 请写明其中一张: {names}")
    return found.pop()


def _safe(text: str) -> str:
    """Mask phone numbers in what the seller types: the log cannot be shortened later."""
    from evidencecheck.report.safe import private

    return private(text.strip())


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME", "")


def told(entry: Entry) -> None:
    """Print what was written, on stdout: the row's number and hash, as `ledger audit` prints the last one."""
    typer.echo(f"{entry.number} {entry.hash}")
