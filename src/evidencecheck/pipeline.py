"""The program on one page: find the photos, take them in, examine each, judge, report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Literal

from evidencecheck import __version__
from evidencecheck.acquire.find import find_photos
from evidencecheck.acquire.intake import intake
from evidencecheck.acquire.orders import OrderBook
from evidencecheck.acquire.workers import Trouble, Workers
from evidencecheck.decide import Calibration, in_use, judge
from evidencecheck.examination import Examined, NotWrittenError, Task, examine, settled, unreadable_after
from evidencecheck.model import (
    CaseReport,
    Check,
    Group,
    Intake,
    Level,
    Photo,
    PhotoReport,
    Received,
    Settings,
    Unreadable,
)
from evidencecheck.report.html import HtmlReport
from evidencecheck.report.journal import Journal, MadeWith
from evidencecheck.report.output import Output, Summary
from evidencecheck.report.profile import Profile, load_profile
from evidencecheck.store import Store

MOST_SIBLINGS = 24  # other photos of an order whose files are read beside each

Tell = Callable[[str, int, int], None]  # stage, photos done, photos in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """One run of `screen`. `out` is new or, with `resume`, an earlier run's folder; `jsonl` gets every record too."""

    folder: Path
    out: Path
    store: Path
    checks: tuple[Check, ...]
    orders: OrderBook = field(default_factory=lambda: OrderBook(orders={}, problems=()))
    settings: Settings = field(default_factory=Settings)
    jobs: int = 1
    lang: Literal["zh", "en"] = "zh"
    resume: bool = False
    jsonl: BinaryIO | None = None
    channel: str = "screen"  # how the photos came, for the ledger
    profile: Profile = field(default_factory=load_profile)  # the platform whose kinds the report names


def screen(run: Screening, tell: Tell = lambda *_: None) -> Summary:
    """Screen every photo of the folder; every file found is in the report.

    Raises what `find_photos` and `Store.open` raise for a folder or store that cannot be used, ValueError for an output
    or store folder among the photos or a damaged calibration of the seller's own, OSError when the output folder cannot
    be written or another run writes in it.
    """
    keep_apart(run)
    received = find_photos(run.folder)
    with Store.open(run.store) as store:
        in_use(store.calibration(), __version__)  # a damaged one is told before anything is written
        with Journal.open(run.out, resume=run.resume) as journal:
            output = output_of(run, journal)
            screen_lot(run, received, store, output, tell)
            return output.finish()


def screen_lot(
    run: Screening, received: Sequence[Received], store: Store, output: Output, tell: Tell = lambda *_: None
) -> None:
    """Screen some orders' photos, sorted by order, and add them to the output."""
    run = _with_known_orders(run, store, received)
    calibration = in_use(store.calibration(), __version__)
    with Workers(run.jobs, run.settings) as workers:
        taken = [*_take_in(run, workers, store, received, tell)]
        if _matches(run):
            store.known_images()  # bring the saved index up to date once, not in every worker
        reports = _reports(run, workers, output.journal, calibration, store.corpus_state(), taken)
        done = 0
        for case, group in groupby(reports, key=lambda photo: photo.case):
            photos = []
            for photo in group:
                photos.append(photo)
                output.add_photo(photo)
                store.save_report(photo)
                tell("examine", done := done + 1, len(taken))
            order = run.orders.orders.get(case)
            others = len(store.same_buyer(case))
            report = CaseReport(case=case, order=order, photos=tuple(photos), same_buyer=others)
            output.add_case(report, store.picture_of)


def output_of(run: Screening, journal: Journal) -> Output:
    """Return what the run writes to."""
    html = HtmlReport(run.out, run.lang, titles={check.id: check.title for check in run.checks}, profile=run.profile)
    return Output(journal, html, run.jsonl)


def _take_in(
    run: Screening, workers: Workers, store: Store, received: Sequence[Received], tell: Tell
) -> Iterator[Photo | Unreadable]:
    """Hash and fingerprint every photo and remember it, before any is examined: reuse within the batch is seen too."""
    results = workers.map(partial(intake, settings=run.settings, with_fingerprint=_matches(run)), received)
    for number, (item, result) in enumerate(zip(received, results, strict=True), 1):
        if isinstance(result, Intake):
            store.remember(result, item.case, channel=run.channel)
            yield result.photo
        else:
            yield unreadable_after(item, result, run.settings) if isinstance(result, Trouble) else result
        tell("take in", number, len(received))


def _with_known_orders(run: Screening, store: Store, received: Sequence[Received]) -> Screening:
    """Keep what the exports say; an order in none of this run's is looked up in those of earlier runs."""
    store.save_orders(run.orders.orders.values())
    orders = {number: order for item in received if (order := store.order(number := item.case))}
    return replace(run, orders=replace(run.orders, orders=orders))


def keep_apart(run: Screening) -> None:
    """Raise ValueError when the report or the store would lie among the photos: the next run would examine them."""
    photos = run.folder.resolve()
    for option, folder in (("--out", run.out), ("--store", run.store)):
        if folder.resolve().is_relative_to(photos):
            raise ValueError(
                f"{folder}: 在照片文件夹里，下次会被当成照片核查；请用 {option} 另给一个文件夹"
                f" / lies among the photos and would be examined next time; give another folder with {option}"
            )


def _matches(run: Screening) -> bool:
    return any(check.group in {Group.MATCH, Group.ORDER} for check in run.checks)


def _reports(  # noqa: PLR0913, PLR0917 - the run's parts, each used once
    run: Screening,
    workers: Workers,
    journal: Journal,
    calibration: Calibration,
    corpus_state: str,
    taken: Sequence[Photo | Unreadable],
) -> Iterator[PhotoReport]:
    """Yield one report per file taken in, in order; a resumed run examines only what its journal lacks."""
    families = {check.id: check.family for check in run.checks}
    together: dict[str, list[Photo]] = {}
    for item in taken:
        if isinstance(item, Photo):
            together.setdefault(item.case, []).append(item)

    def made_with(case: str) -> MadeWith:
        photos = sorted(photo.sha256 for photo in together.get(case, ()))
        basis = f"{corpus_state} {run.orders.orders.get(case)!r} {photos}"
        return MadeWith(__version__, calibration.name, sha256(basis.encode()).hexdigest()[:16])

    known = [journal.earlier(item, families, made_with(item.case)) for item in taken]
    tasks = [
        _task(run, item, together[item.case])
        for item, report in zip(taken, known, strict=True)
        if report is None and isinstance(item, Photo)
    ]
    results = zip(tasks, workers.map(examine, tasks), strict=True)
    for item, report in zip(taken, known, strict=True):
        if report is not None:
            yield report
        elif isinstance(item, Unreadable):
            yield replace(_unreadable_report(item), **made_with(item.case)._asdict())
        else:
            yield replace(_report(run, *next(results), calibration, families), **made_with(item.case)._asdict())


def _task(run: Screening, photo: Photo, together: Sequence[Photo]) -> Task:
    return Task(
        received=Received(case=photo.case, name=photo.name, path=photo.path),
        out=run.out,
        store=run.store,
        check_ids=tuple(check.id for check in run.checks),
        settings=run.settings,
        order=run.orders.orders.get(photo.case),
        siblings=tuple(other for other in together if other.sha256 != photo.sha256)[:MOST_SIBLINGS],
    )


def _report(
    run: Screening,
    task: Task,
    result: Examined | Unreadable | NotWrittenError | Trouble[Task],
    calibration: Calibration,
    families: Mapping[str, str],
) -> PhotoReport:
    seen: Examined | Unreadable | NotWrittenError = settled(examine, task, result, run.settings)
    if isinstance(seen, NotWrittenError):
        raise seen
    if isinstance(seen, Unreadable):
        return _unreadable_report(seen)
    outcomes, verdict = judge(seen.outcomes, calibration, families)
    return PhotoReport(
        case=seen.photo.case,
        photo=seen.photo.name,
        sha256=seen.photo.sha256,
        size_bytes=seen.photo.size_bytes,
        format=seen.photo.format,
        width=seen.photo.width,
        height=seen.photo.height,
        verdict=verdict.level,
        claims=verdict.claims,
        edit_score=seen.edit_score,
        edit_mask=seen.edit_mask,
        preview=seen.preview,
        outcomes=outcomes,
    )


def _unreadable_report(item: Unreadable) -> PhotoReport:
    return PhotoReport(
        case=item.case,
        photo=item.name,
        sha256=item.sha256,
        size_bytes=item.size_bytes,
        format="",
        width=0,
        height=0,
        verdict=Level.UNREADABLE,
        reason=item.reason.en,
        explanation=item.reason,
    )
