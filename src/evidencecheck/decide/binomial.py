"""How high a rate can be when so many of so many were counted: exact bounds, without a statistics library."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95
_HALVINGS = 60  # of the interval 0-1: far finer than any rate that is shown


def upper_bound(count: int, of: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided upper bound, 0-1, of a rate of which `count` of `of` independent trials were seen.

    At the bound, so few or fewer are seen with a chance of 1 - confidence. Raises ValueError for an impossible count.
    Source: C. J. Clopper, E. S. Pearson, Biometrika 26(4), 1934.
    """
    if not 0 <= count <= of or of < 1:
        raise ValueError(f"{count} of {of} cannot have been counted")
    if count == of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(count, of, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(count: int, of: int, rate: float) -> float:
    """Return the chance of `count` or fewer of `of` at a rate strictly between 0 and 1; logarithms do not overflow."""
    return sum(
        exp(lgamma(of + 1) - lgamma(seen + 1) - lgamma(of - seen + 1) + seen * log(rate) + (of - seen) * log1p(-rate))
        for seen in range(count + 1)
    )
