"""The seller's own table: how often each check's score is reached on photos the seller knows to be genuine.

How it joins the shipped table is `joined`; why so: docs/decisions/0007-own-calibration.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidencecheck.decide.binomial import upper_bound
from evidencecheck.decide.calibration import Calibration, Row, shipped

SCHEMA = "evidencecheck.calibration/1"
LARGE_PHOTOS = 1000  # from so many genuine photos on, the seller's own rates stand alone: at best 0.003 each
SCORE_STEPS = 100  # own scores are counted at steps of 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """One check on the genuine photos it could look at: the scores of those on which it raised an alarm.

    `facts` is the number of photos on which it reported a fact (a label, an editor's trace) that was not counted.
    """

    photos: int
    scores: tuple[float, ...]
    facts: int = 0

    def count(self, score: float) -> int:
        """Return on how many photos the score was reached."""
        return sum(reached >= score for reached in self.scores)

    def rate(self, score: float) -> float:
        """Return the 95 % upper bound of the share of genuine photos that reach the score; 1 when none was seen."""
        return upper_bound(self.count(score), self.photos) if self.photos else 1.0

    def steps(self) -> tuple[tuple[float, int, float], ...]:
        """Return (score, photos that reach it, 95 % bound) wherever the number changes, by rising score."""
        steps: list[tuple[float, int, float]] = []
        for score in (number / SCORE_STEPS for number in range(SCORE_STEPS + 1)):
            count = self.count(score)
            if not steps or steps[-1][1] != count:
                steps.append((score, count, self.rate(score)))
        return tuple(steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTable:
    """What was measured on one folder of genuine photos, when, and by which version of the program."""

    made_on: str  # ISO 8601 date
    version: str
    photos: int  # distinct files that were read
    rows: Mapping[str, OwnRow]

    @property
    def name(self) -> str:
        """What the report calls it; the last part changes with anything that was measured."""
        return f"own {self.made_on} ({self.photos} photos, {sha256(write_own(self).encode()).hexdigest()[:8]})"


def joined(base: Calibration, own: OwnTable, version: str) -> Calibration:
    """Return the table that `decide` goes by when both are there.

    A score that a genuine photo of the seller has reached is never milder than either table says; one that none has
    reached is as the shipped table says. Only from LARGE_PHOTOS on, and measured by this version, do the seller's own
    rates replace the shipped ones.
    """
    rows = dict(base.rows)
    for check, row in own.rows.items():
        alone = row.photos >= LARGE_PHOTOS and own.version == version
        if check not in rows and not alone:
            continue
        joint = rows.get(check, Row(steps=(), photos=0, how=""))
        scores = sorted({score for score, _ in joint.steps} | {score for score, _, _ in row.steps()})
        rates = ((score, row.rate(score) if alone else _stricter(joint.rate(score), row, score)) for score in scores)
        steps = tuple((score, rate) for score, rate in rates if rate is not None)
        rows[check] = Row(steps=steps, photos=max(joint.photos, row.photos), how=f"{joint.how}; {own.name}")
    return Calibration(name=f"{base.name} + {own.name}", rows=rows)


def _stricter(rate: float | None, row: OwnRow, score: float) -> float | None:
    """Return the higher of the two rates. Without an alarm a small number of photos says nothing against the other."""
    return rate if rate is None or not row.count(score) else max(rate, row.rate(score))


def in_use(own: str | None, version: str) -> Calibration:
    """Return the shipped table, joined by the seller's own where the store holds its text. Raises as `read_own`."""
    return joined(shipped(), read_own(own), version) if own is not None else shipped()


def write_own(table: OwnTable) -> str:
    """Return the table as JSON; steps are for readers, scores are what is read back."""
    return json.dumps(as_json(table), ensure_ascii=False, indent=1) + "\n"


def as_json(table: OwnTable) -> dict[str, Any]:
    """Return the table as plain values, with what follows from them."""
    rows = {
        check: {
            "photos": row.photos,
            "alarms": len(row.scores),
            "facts": row.facts,
            "scores": list(row.scores),
            "steps": [
                {"score": score, "alarms": count, "at_most": round(rate, 6)} for score, count, rate in row.steps()
            ],
        }
        for check, row in sorted(table.rows.items())
    }
    return {
        "schema": SCHEMA,
        "made_on": table.made_on,
        "version": table.version,
        "photos": table.photos,
        "checks": rows,
    }


def read_own(text: str) -> OwnTable:
    """Read what `write_own` wrote. Raises ValueError, with the remedy, for anything else."""
    try:
        return _parsed(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"the store's own calibration is damaged ({error!r}): run `evidencecheck calibrate FOLDER` again, "
            "or take it away with `evidencecheck calibrate --forget`"
            " / 自测的误报率表已损坏：请重新运行 calibrate，或用 --forget 去掉"
        ) from error


def _parsed(data: Mapping[str, Any]) -> OwnTable:
    if data["schema"] != SCHEMA:
        raise ValueError(f"not {SCHEMA}")
    rows = {}
    for check, row in data["checks"].items():
        scores = tuple(sorted(float(score) for score in row["scores"]))
        if len(scores) > int(row["photos"]):
            raise ValueError(f"{check}: more alarms than photos")
        rows[str(check)] = OwnRow(photos=int(row["photos"]), scores=scores, facts=int(row["facts"]))
    return OwnTable(made_on=str(data["made_on"]), version=str(data["version"]), photos=int(data["photos"]), rows=rows)
