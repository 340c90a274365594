"""How seldom chance alone gives so many: the binomial tail of a-contrario tests."""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log10


@lru_cache(maxsize=4096)
def log10_at_least(count: int, of: int, chance: float) -> float:
    """Return log10 of the binomial probability of `count` or more of `of`; `chance` lies strictly between 0 and 1."""
    if count <= 0:
        return 0.0
    terms = [
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(chance) + (of - k) * log(1 - chance)
        for k in range(count, of + 1)
    ]
    largest = max(terms)
    return largest / log(10) + log10(sum(exp(term - largest) for term in terms))
