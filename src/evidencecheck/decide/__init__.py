"""Outcomes to a verdict, by measured false-alarm rates. Pure."""
