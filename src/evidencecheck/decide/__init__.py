"""Outcomes to a verdict, by measured false-alarm rates. Pure."""

from evidencecheck.decide.calibration import Calibration, parse, shipped
from evidencecheck.decide.judge import judge
from evidencecheck.decide.own import OwnRow, OwnTable, as_json, in_use, joined, read_own, write_own

__all__ = [
    "Calibration",
    "OwnRow",
    "OwnTable",
    "as_json",
    "in_use",
    "joined",
    "judge",
    "parse",
    "read_own",
    "shipped",
    "write_own",
]
