"""Calibration tables: how often a check's score is reached on genuine photos. Data, with how it was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One check's measured steps, by rising score: (score, share of genuine photos that reach it)."""

    steps: tuple[tuple[float, float], ...]
    photos: int
    how: str

    def rate(self, score: float) -> float | None:
        """Return the measured false-alarm rate of findings at `score` or above, or None below the first step."""
        reached = [rate for step, rate in self.steps if score >= step]
        return reached[-1] if reached else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A named set of rows, one per check."""

    name: str
    rows: Mapping[str, Row]

    def rate(self, check: str, score: float, *, comparisons: int = 1) -> float | None:
        """Return the false-alarm rate after so many comparisons, or None when uncalibrated at this score."""
        row = self.rows.get(check)
        single = row.rate(score) if row else None
        return None if single is None else min(1.0, single * comparisons)


def parse(text: str) -> Calibration:
    """Read a table from JSON. Raises ValueError when steps do not fall as scores rise."""
    data = json.loads(text)
    rows = {}
    for check, row in data["tables"].items():
        steps = tuple((float(score), float(rate)) for score, rate in row["steps"])
        if list(steps) != sorted(steps) or [r for _, r in steps] != sorted((r for _, r in steps), reverse=True):
            raise ValueError(f"calibration of {check}: scores must rise and rates must fall")
        rows[check] = Row(steps=steps, photos=int(row["photos"]), how=str(row["how"]))
    return Calibration(name=str(data["name"]), rows=rows)


def shipped() -> Calibration:
    """Return the table that comes with the program."""
    return parse(resources.files(__package__).joinpath("calibration.json").read_text(encoding="utf-8"))
