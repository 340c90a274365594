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
    MatchedReference,
    Measurement,
    MetadataRow,
    Note,
    Order,
    Outcome,
    PhotoReport,
    PictureFile,
    ReferenceKind,
    Status,
    Text,
)
from evidencecheck.report import text
from evidencecheck.report.draw import project
from evidencecheck.report.pictures import Pictures, Shown
from evidencecheck.report.places import Layout, Ranked, lay_out, rank
from evidencecheck.report.safe import last_part, mask_orders, web_link

# Most worrying first: the order in which a reviewer wants the queue, and how an order's own level is chosen.
ALARM = (Level.DOCUMENTED, Level.SUPPORTED, Level.POSSIBLE, Level.INCONCLUSIVE, Level.UNREADABLE, Level.NONE)

_PRIVATE_FIELD = re.compile(r"gps|latitude|longitude|location|owner|artist|byline", re.IGNORECASE)

Row = tuple[Text, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """A known picture beside the photo: shown at its first appearance under a photo, later ones link to `anchor`."""

    anchor: str
    repeated: bool
    kind: Text
    reference: Shown | None
    aligned: Shown | None
    outline: tuple[tuple[float, float], ...]
    outline_on_reference: tuple[tuple[float, float], ...]
    overlap_percent: str
    transform: Text
    first_seen: str
    first_seen_how: str
    source: str
    link: str | None
    rows: tuple[Row, ...]


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
    """Describes the findings and notes of one photo; remembers which matches the reader has seen already."""

    def __init__(self, number: int, report: PhotoReport, pictures: Pictures, titles: Mapping[str, Text]) -> None:
        self._number = number
        self._report = report
        self._pictures = pictures
        self._titles = titles
        self._seen: dict[tuple[object, ...], str] = {}

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
            numbers=tuple(zip(ranked.numbers, (_said(region.label) for region in finding.regions), strict=True)),
            measurements=_measurements(finding.measurements),
            match=self._match(anchor, finding.reference),
        )

    def note(self, index: int, check: str, note: Note) -> NoteView:
        return NoteView(
            title=_title(check, self._titles),
            note=note,
            measurements=_measurements(note.measurements),
            match=self._match(f"p{self._number}-n{index}", note.reference),
        )

    def _match(self, anchor: str, reference: MatchedReference | None) -> MatchView | None:
        if reference is None:
            return None
        key = (reference.kind, reference.id, reference.homography)
        repeated = key in self._seen
        source = mask_orders(reference.source) if reference.kind is ReferenceKind.CLAIM else reference.source
        return MatchView(
            anchor=self._seen.setdefault(key, f"{anchor}-match"),
            repeated=repeated,
            kind=text.KIND_NAMES[reference.kind],
            reference=None if repeated else self._pictures.reference(reference),
            aligned=None if repeated else self._pictures.aligned(reference, self._report),
            outline=reference.outline,
            outline_on_reference=project(reference.outline, reference.homography),
            overlap_percent=f"{100 * reference.overlap:.0f} %",
            transform=reference.transform,
            first_seen=reference.first_seen,
            first_seen_how=reference.first_seen_how,
            source=source,
            link=web_link(source),
            rows=_reference_rows(reference),
        )


def _reference_rows(reference: MatchedReference) -> tuple[Row, ...]:
    """Return provenance lines, unknown ones left out. Another order's number and local folders are not shown."""
    claim = reference.kind is ReferenceKind.CLAIM
    file = last_part(reference.file)
    size = f"{reference.width} × {reference.height}" if reference.width and reference.height else ""
    rows = [
        ("其他订单", "Other order", mask_orders(reference.order)),
        ("标题", "Title", mask_orders(reference.title) if claim else reference.title),
        ("商品编码", "SKU", reference.sku),
        ("文件", "File", mask_orders(file) if claim else file),
        ("尺寸", "Size", size),
        ("拍摄时间", "Captured", reference.captured_at),
        ("SHA-256", "SHA-256", reference.sha256),
    ]
    return tuple((Text(zh=zh, en=en), Text(zh=value, en=value)) for zh, en, value in rows if value)


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


def _measurements(measurements: Mapping[str, Measurement]) -> tuple[Row, ...]:
    return tuple((text.measurement_name(key), text.amount(value)) for key, value in measurements.items())


def _title(check: str, titles: Mapping[str, Text]) -> Text:
    return titles.get(check, Text(zh=check, en=check))


def _without_places(row: MetadataRow) -> MetadataRow:
    """Return the row without a position or a name. Checks mask them already; this page does not rely on it."""
    return replace(row, value="…") if _PRIVATE_FIELD.search(row.field) else row


def _said(label: str) -> str:
    """Return a region's label unless it is only another number, which would compete with the number in the picture."""
    return "" if label.strip().isdigit() else label


def _clock(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")
