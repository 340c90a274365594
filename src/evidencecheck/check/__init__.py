"""One file is one check, found automatically.

A check module holds `CHECK` and a generator of results. Dropping a file in this folder adds the check; `run_check` is
the only place that catches what a check does wrong.
"""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evidencecheck.model import (
    Check,
    CheckResult,
    EditMap,
    Exhibit,
    Finding,
    Group,
    Lab,
    MetadataRow,
    NotApplicable,
    Note,
    Outcome,
    Picture,
    Point,
    Region,
    Status,
    Text,
)


class UnknownCheckError(ValueError):
    """A name given to --only or --skip is neither a check id nor a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one check gave on one photo; pictures and maps are still in memory and not yet in the outcome."""

    outcome: Outcome
    pictures: tuple[Picture, ...] = ()
    edit_maps: tuple[EditMap, ...] = ()


def all_checks() -> tuple[Check, ...]:
    """Return every check in this folder, by id."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(module.CHECK for module in modules)


def select_checks(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Check, ...]:
    """Return the checks named by id or group in `only` (all when empty), without those in `skip`.

    Raises UnknownCheckError for a name that is neither.
    """
    checks, only, skip = all_checks(), frozenset(only), frozenset(skip)
    known = {check.id for check in checks} | set(Group)
    if unknown := sorted((only | skip) - known):
        raise UnknownCheckError(f"no check or group named {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return tuple(c for c in checks if (not only or {c.id, c.group} & only) and not {c.id, c.group} & skip)


def run_check(check: Check, exhibit: Exhibit, lab: Lab) -> Ran:
    """Run one check on one photo; whatever happens, the answer is an Outcome."""
    started = time.perf_counter()
    try:
        results = tuple(check.run(exhibit, lab))
        ran = _gather(check, results, (exhibit.photo.width, exhibit.photo.height))
    except Exception as error:  # noqa: BLE001 - a crashing check is a result of that check, and the batch goes on
        ran = Ran(outcome=failed(check.id, f"{type(error).__name__}: {error}"))
    return replace(ran, outcome=replace(ran.outcome, seconds=round(time.perf_counter() - started, 4)))


def failed(check_id: str, reason: str) -> Outcome:
    """Return the outcome of a check that crashed, ran out of memory or out of time."""
    reason = " ".join(reason.split())[:500]
    return Outcome(
        check=check_id,
        status=Status.FAILED,
        reason=reason,
        explanation=Text(zh=f"这项检查没有完成：{reason}", en=f"this check did not finish: {reason}"),
    )


def _gather(check: Check, results: tuple[CheckResult, ...], size: tuple[int, int]) -> Ran:
    for result in results:
        if isinstance(result, NotApplicable):
            if len(results) > 1:
                raise TypeError("a check that is not applicable must say nothing else")
            outcome = Outcome(
                check=check.id,
                status=Status.NOT_APPLICABLE,
                reason=result.reason.en,
                explanation=result.reason,
                blind=result.blind,
            )
            return Ran(outcome=outcome)
    outcome = Outcome(
        check=check.id,
        status=Status.DONE,
        findings=tuple(_inside(r, size) for r in results if isinstance(r, Finding)),
        notes=tuple(r for r in results if isinstance(r, Note)),
        metadata=tuple(r for r in results if isinstance(r, MetadataRow)),
    )
    return Ran(
        outcome=outcome,
        pictures=tuple(r for r in results if isinstance(r, Picture)),
        edit_maps=tuple(r for r in results if isinstance(r, EditMap)),
    )


def _inside(finding: Finding, size: tuple[int, int]) -> Finding:
    """Clip the finding's regions to the picture: outlines of warped pictures may reach over its border."""
    return replace(finding, regions=tuple(_clip(region, size) for region in finding.regions))


def _clip(region: Region, size: tuple[int, int]) -> Region:
    width, height = size
    points: tuple[Point, ...] = tuple(
        (round(min(max(x, 0.0), width), 1), round(min(max(y, 0.0), height), 1)) for x, y in region.polygon
    )
    return replace(region, polygon=points)
