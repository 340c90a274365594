"""What `calibrate` does: every check of the photo alone on every genuine photo, its alarms counted into a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evidencecheck import __version__
from evidencecheck.acquire.find import find_photos
from evidencecheck.acquire.workers import Workers
from evidencecheck.check import select_checks
from evidencecheck.decide import OwnRow, OwnTable, in_use, judge, write_own
from evidencecheck.examination import Heard, Task, outcomes_only, settled
from evidencecheck.model import Basis, Check, Group, Level, Settings, Status, Unreadable
from evidencecheck.pipeline import Tell
from evidencecheck.store import Store

# Matches depend on what is known, and a genuine photo may well be known; order checks need an order's data.
FROM_THE_PHOTO_ALONE = (Group.EDITS, Group.FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A genuine photo on which a check spoke. A fact was only counted where the seller asked for that."""

    photo: str
    check: str
    score: float
    fact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of it. `before` and `after` count the photos by the verdict they get with the old and the new table."""

    table: OwnTable
    alarms: tuple[Alarm, ...]
    unreadable: tuple[Unreadable, ...]
    before: Mapping[Level, int]
    after: Mapping[Level, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What the seller asked for."""

    folder: Path
    checks: tuple[Check, ...]
    jobs: int
    count_facts: bool
    settings: Settings = field(default_factory=Settings)


def checks_to_measure(only: Sequence[str], skip: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks that look at the photo alone; raise ValueError for one that was named and does not."""
    checks = select_checks(only=only or FROM_THE_PHOTO_ALONE, skip=skip)
    if others := [check.id for check in checks if check.group not in FROM_THE_PHOTO_ALONE]:
        raise ValueError(
            f"{', '.join(others)}: depends on what is known or ordered and cannot be measured on photos alone"
            " / 这些检查要和已知图片或订单比对，不能只用照片自测"
        )
    return checks


def measure(asked: Measuring, store: Store, tell: Tell) -> Measured:
    """Run the checks on every photo, keep the table in the store and return it. A file received twice counts once.

    Raises what `find_photos` raises, and ValueError where not one photo could be read.
    """
    heard: dict[str, Heard] = {}
    unreadable = []
    for result in _results(asked, store.folder, tell):
        if isinstance(result, Unreadable):
            unreadable.append(result)
        else:
            heard.setdefault(result.photo.sha256, result)
    if not heard:
        raise ValueError(f"{asked.folder}: none of its files is a readable photo / 没有一张能读的照片")
    alarms = tuple(alarm for one in heard.values() for alarm in _alarms(one))
    table = OwnTable(
        made_on=date.today().isoformat(),  # noqa: DTZ011 - the seller's own calendar day
        version=__version__,
        photos=len(heard),
        rows=dict(_rows(asked, heard.values(), alarms)),
    )
    before = _verdicts(asked.checks, heard.values(), None)
    text = write_own(table)
    store.keep_calibration(text)
    return Measured(
        table=table,
        alarms=alarms,
        unreadable=tuple(unreadable),
        before=before,
        after=_verdicts(asked.checks, heard.values(), text),
    )


def _results(asked: Measuring, store: Path, tell: Tell) -> Iterator[Heard | Unreadable]:
    ids = tuple(check.id for check in asked.checks)
    tasks = [
        Task(received=received, out=store, store=store, check_ids=ids, settings=asked.settings)
        for received in find_photos(asked.folder)
    ]
    with Workers(asked.jobs, asked.settings) as workers:
        results = zip(tasks, workers.map(outcomes_only, tasks), strict=True)
        for number, (task, result) in enumerate(results, 1):
            yield settled(outcomes_only, task, result, asked.settings)
            tell("examine", number, len(tasks))


def _alarms(one: Heard) -> Iterator[Alarm]:
    """Yield a check's surest measured finding and its surest fact, as far as there are."""
    for outcome in one.outcomes:
        for fact in (False, True):
            scores = [finding.score for finding in outcome.findings if (finding.basis is Basis.FACT) is fact]
            if scores:
                yield Alarm(photo=one.photo.name, check=outcome.check, score=round(max(scores), 4), fact=fact)


def _rows(asked: Measuring, heard: Collection[Heard], alarms: Sequence[Alarm]) -> Iterator[tuple[str, OwnRow]]:
    """Yield a row for each check that could look at any of the photos."""
    done = Counter(o.check for one in heard for o in one.outcomes if o.status is Status.DONE)
    for check in asked.checks:
        surest: dict[str, float] = {}
        facts = {alarm.photo for alarm in alarms if alarm.check == check.id and alarm.fact}
        for alarm in alarms:
            if alarm.check == check.id and (asked.count_facts or not alarm.fact):
                surest[alarm.photo] = max(alarm.score, surest.get(alarm.photo, 0.0))
        if done[check.id]:
            scores = tuple(sorted(surest.values()))
            yield check.id, OwnRow(photos=done[check.id], scores=scores, facts=0 if asked.count_facts else len(facts))


def _verdicts(checks: Sequence[Check], heard: Collection[Heard], own: str | None) -> Counter[Level]:
    families = {check.id: check.family for check in checks}
    table = in_use(own, __version__)
    return Counter(judge(one.outcomes, table, families)[1].level for one in heard)
