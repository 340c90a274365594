"""Outcomes to a verdict, by measured false-alarm rates. Pure."""

from evidencecheck.decide.calibration import Calibration, parse, shipped
from evidencecheck.decide.judge import judge

__all__ = ["Calibration", "judge", "parse", "shipped"]
