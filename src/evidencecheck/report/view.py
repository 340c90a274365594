"""What the page of one order shows, worked out before any markup: plain values for the templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from evidencecheck.model import (
    CaseReport,
    Finding,
    Level,
    Measurement,
    MetadataRow,
    Note,
    Order,
    Outcome,
    PhotoReport,
    PictureFile,
    Status,
    Text,
)
from evidencecheck.report import measurements, text
from evidencecheck.report.compare import Matches, MatchView, Row
from evidencecheck.report.pictures import Pictures, Shown
from evidencecheck.report.places import Layout, Ranked, lay_out, rank

# Most worrying first: the order in which a reviewer wants the queue, and how an order's own level is chosen.
ALARM = (Level.DOCUMENTED, Level.SUPPORTED, Level.POSSIBLE, Level.INCONCLUSIVE, Level.UNREADABLE, Level.NONE)

_PRIVATE_FIELD = re.compile(r"gps|latitude|longitude|location|owner|artist|byline", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A finding with everything the reader needs to judge it."""

    anchor: str
    check: str
    title: Text
    finding: Finding
    claim: Text
    strength: Text
    rate: Text
    numbers: tuple[tuple[int, str], ...]  # number in the picture, the check's own label where it says more
    measurements: tuple[Row, ...]
    match: MatchView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A remark of a check that supports no claim."""

    title: Text
    note: Note
    measurements: tuple[Row, ...]
    match: MatchView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """One line of the table of checks. `kind` is "found", "nothing", "not-applicable", "blind" or "failed"."""

    check: str
    title: Text
    kind: str
    words: Text
    seconds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoView:
    """One received file, numbered from 1 within its order."""

    number: int
    report: PhotoReport
    level: Level
    claims: tuple[tuple[str, Text], ...]
    picture: Shown | None
    layout: Layout
    findings: tuple[FindingView, ...]
    notes: tuple[NoteView, ...]
    outcomes: tuple[OutcomeView, ...]
    metadata: tuple[MetadataRow, ...]
    extra_pictures: tuple[tuple[PictureFile, Shown], ...]
    size: str


def case_level(case: CaseReport) -> Level:
    """Return the most worrying level among the photos; an order without any photo is inconclusive."""
    present = {photo.verdict for photo in case.photos}
    return next((level for level in ALARM if level in present), Level.INCONCLUSIVE)


def order_events(order: Order | None) -> tuple[tuple[Text, str, str], ...]:
    """Return the order's known times, earliest first: name, time for the reader, machine-readable time."""
    if order is None:
        return ()
    known: list[tuple[Text, datetime | None]] = [
        (Text(zh="付款", en="Paid"), order.paid_at),
        (Text(zh="发货", en="Shipped"), order.shipped_at),
        (Text(zh="确认收货", en="Received"), order.received_at),
        (Text(zh="申请售后", en="Claimed"), order.claimed_at),
        (Text(zh="退款", en="Refunded"), order.refunded_at),
    ]
    times = [(name, when) for name, when in known if when is not None]
    times.sort(key=lambda event: event[1].timestamp())
    return tuple((name, _clock(when), when.isoformat()) for name, when in times)


def order_zone(order: Order | None) -> str:
    """Return the time zones of the order's times, for example "UTC+08:00"."""
    if order is None:
        return ""
    times = (order.paid_at, order.shipped_at, order.received_at, order.claimed_at, order.refunded_at)
    zones = sorted({when.strftime("%z") for when in times if when is not None and when.tzinfo is not None})
    return ", ".join(f"UTC{zone[:3]}:{zone[3:5]}" for zone in zones)


def photo_view(number: int, report: PhotoReport, pictures: Pictures, titles: Mapping[str, Text]) -> PhotoView:
    """Return everything the page shows of one received file."""
    ranked = rank(report)
    describe = _Describe(number, report, pictures, titles)
    findings = tuple(describe.finding(index, each) for index, each in enumerate(ranked, start=1))
    remarks = [(outcome.check, note) for outcome in report.outcomes for note in outcome.notes]
    beside = ((each, pictures.beside(each.file)) for outcome in report.outcomes for each in outcome.pictures)
    return PhotoView(
        number=number,
        report=report,
        level=report.verdict,
        claims=tuple((claim.value, text.CLAIM_NAMES[claim]) for claim in report.claims),
        picture=pictures.photo(report),
        layout=lay_out(ranked, max(report.width, 1), max(report.height, 1)),
        findings=findings,
        notes=tuple(describe.note(index, check, note) for index, (check, note) in enumerate(remarks, start=1)),
        outcomes=tuple(_outcome_view(outcome, titles) for outcome in report.outcomes),
        metadata=tuple(_without_places(row) for outcome in report.outcomes for row in outcome.metadata),
        extra_pictures=tuple((each, shown) for each, shown in beside if shown is not None),
        size=text.file_size(report.size_bytes),
    )


class _Describe:
    """Describes the findings and notes of one photo."""

    def __init__(self, number: int, report: PhotoReport, pictures: Pictures, titles: Mapping[str, Text]) -> None:
        self._number = number
        self._titles = titles
        self._matches = Matches(report, pictures)

    def finding(self, index: int, ranked: Ranked) -> FindingView:
        anchor = f"p{self._number}-f{index}"
        finding = ranked.finding
        return FindingView(
            anchor=anchor,
            check=ranked.check,
            title=_title(ranked.check, self._titles),
            finding=finding,
            claim=text.CLAIM_NAMES[finding.claim],
            strength=text.strength_name(finding.strength),
            rate=text.rate_in_words(finding),
            numbers=tuple(zip(ranked.numbers, _labels(finding), strict=True)),
            measurements=_measurements(finding.measurements),
            match=self._matches.view(anchor, finding.reference),
        )

    def note(self, index: int, check: str, note: Note) -> NoteView:
        return NoteView(
            title=_title(check, self._titles),
            note=note,
            measurements=_measurements(note.measurements),
            match=self._matches.view(f"p{self._number}-n{index}", note.reference),
        )


def _outcome_view(outcome: Outcome, titles: Mapping[str, Text]) -> OutcomeView:
    kind, words = _outcome_words(outcome)
    title = _title(outcome.check, titles)
    return OutcomeView(check=outcome.check, title=title, kind=kind, words=words, seconds=f"{outcome.seconds:.2f} s")


def _outcome_words(outcome: Outcome) -> tuple[str, Text]:
    why = outcome.explanation or Text(zh=outcome.reason or "原因没有记录", en=outcome.reason or "no reason recorded")
    if outcome.status is Status.FAILED:
        return "failed", Text(zh=f"没有成功：{why.zh}", en=f"Failed: {why.en}")
    if outcome.status is Status.NOT_APPLICABLE and outcome.blind:
        return "blind", Text(zh=f"看不出来：{why.zh}", en=f"Could not see: {why.en}")
    if outcome.status is Status.NOT_APPLICABLE:
        return "not-applicable", Text(zh=f"不适用：{why.zh}", en=f"Not applicable: {why.en}")
    found, noted = len(outcome.findings), len(outcome.notes)
    if found:
        return "found", Text(zh=f"{found} 项发现", en=f"{found} finding{'s' * (found != 1)}")
    if noted:
        return "nothing", Text(
            zh=f"没有发现问题，{noted} 条备注", en=f"Nothing found, {noted} note{'s' * (noted != 1)}"
        )
    return "nothing", Text(zh="没有发现问题", en="Nothing found")


def _measurements(measured: Mapping[str, Measurement]) -> tuple[Row, ...]:
    return tuple((measurements.name_of(key), measurements.amount(value)) for key, value in measured.items())


def _title(check: str, titles: Mapping[str, Text]) -> Text:
    return titles.get(check, Text(zh=check, en=check))


def _without_places(row: MetadataRow) -> MetadataRow:
    """Return the row without a position or a name. Checks mask them already; this page does not rely on it."""
    return replace(row, value="…") if _PRIVATE_FIELD.search(row.field) else row


def _labels(finding: Finding) -> tuple[str, ...]:
    """Return the label shown beside each number: none that is only another number; one shared by all only once."""
    labels = ["" if region.label.strip().isdigit() else region.label for region in finding.regions]
    if len(set(labels)) == 1:
        labels = [*[""] * (len(labels) - 1), labels[0]]
    return tuple(labels)


def _clock(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")
