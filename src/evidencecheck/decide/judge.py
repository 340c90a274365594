"""Outcomes to a verdict: strengths by measured false-alarm rates, and the level of the whole photo. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from evidencecheck.decide.calibration import Calibration
from evidencecheck.model import Basis, Claim, Finding, Level, Note, Outcome, Region, Status, Strength, Verdict

SUPPORTED_RATE = 0.001  # DESIGN section 5
POSSIBLE_RATE = 0.02
SAME_PLACE_SHARE = 0.3  # of the larger box that two findings must share to speak of one place

RANK: Mapping[Strength, int] = {strength: rank for rank, strength in enumerate(Strength)}


def judge(
    outcomes: Sequence[Outcome], calibration: Calibration, families: Mapping[str, str]
) -> tuple[tuple[Outcome, ...], Verdict]:
    """Return the outcomes with every finding's strength and rate set, and the photo's verdict.

    `families` maps check ids to the kind of trace they read; agreement counts only between families. A finding whose
    measured rate is too high for any strength becomes a note: it is shown, and alarms nobody.
    """
    graded = _agreements([_grade(outcome, calibration) for outcome in outcomes], families)
    return tuple(graded), _verdict(graded)


def _grade(outcome: Outcome, calibration: Calibration) -> Outcome:
    findings, notes = [], list(outcome.notes)
    for finding in outcome.findings:
        rate = calibration.rate(outcome.check, finding.score, comparisons=finding.comparisons)
        strength = _strength(finding, rate)
        if strength is None:
            notes.append(_as_note(finding, rate))
        else:
            findings.append(replace(finding, strength=strength, false_alarm_rate=rate))
    return replace(outcome, findings=tuple(findings), notes=tuple(notes))


def _strength(finding: Finding, rate: float | None) -> Strength | None:
    if rate is None or rate > POSSIBLE_RATE:
        return None
    if finding.basis is Basis.FACT:
        reached = Strength.DOCUMENTED
    else:
        reached = Strength.SUPPORTED if rate <= SUPPORTED_RATE else Strength.POSSIBLE
    return min(reached, finding.ceiling, key=RANK.__getitem__)


def _as_note(finding: Finding, rate: float | None) -> Note:
    measured = "not measured" if rate is None else rate
    return Note(
        summary=finding.summary,
        measurements={**finding.measurements, "score": finding.score, "false_alarm_rate": measured},
        reference=finding.reference,
    )


def _agreements(outcomes: list[Outcome], families: Mapping[str, str]) -> list[Outcome]:
    """Raise `possible` to `supported` where two families see an edit in one place with a joint rate <= 0.1 %.

    A finding that may never be more than possible neither rises nor lifts another: its joint rates were not measured.
    """
    edits = [
        (families.get(outcome.check, outcome.check), finding)
        for outcome in outcomes
        for finding in outcome.findings
        if finding.claim is Claim.EDITED and finding.regions and finding.ceiling is not Strength.POSSIBLE
    ]

    def raised(family: str, finding: Finding) -> Finding:
        if (finding.claim, finding.strength) != (
            Claim.EDITED,
            Strength.POSSIBLE,
        ) or finding.ceiling is Strength.POSSIBLE:
            return finding
        for other_family, other in edits:
            joint = (finding.false_alarm_rate or 0.0) * (other.false_alarm_rate or 0.0)
            if other_family != family and joint <= SUPPORTED_RATE and _same_place(finding.regions, other.regions):
                return replace(finding, strength=Strength.SUPPORTED)
        return finding

    return [
        replace(o, findings=tuple(raised(families.get(o.check, o.check), finding) for finding in o.findings))
        for o in outcomes
    ]


def _same_place(some: Iterable[Region], others: Sequence[Region]) -> bool:
    return any(_shared(_box(a), _box(b)) >= SAME_PLACE_SHARE for a in some for b in others)


def _box(region: Region) -> tuple[float, float, float, float]:
    xs, ys = zip(*region.polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _shared(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Return the boxes' intersection as a share of the larger one: a whole-picture box agrees with nothing small."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    larger = max((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(0.0, width) * max(0.0, height) / larger if larger > 0 else 0.0


def _verdict(outcomes: Sequence[Outcome]) -> Verdict:
    best: dict[Claim, Strength] = {}
    for finding in (finding for outcome in outcomes for finding in outcome.findings):
        strength = finding.strength or Strength.POSSIBLE
        best[finding.claim] = max(best.get(finding.claim, strength), strength, key=RANK.__getitem__)
    if best:
        level = Level(max(best.values(), key=RANK.__getitem__))
        claims = sorted(best, key=lambda claim: (-RANK[best[claim]], list(Claim).index(claim)))
        return Verdict(level=level, claims=tuple(claims))
    if any(outcome.status is Status.FAILED or outcome.blind for outcome in outcomes):
        return Verdict(level=Level.INCONCLUSIVE)
    return Verdict(level=Level.NONE)
