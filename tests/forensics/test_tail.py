from math import comb, log10

import pytest

from evidencecheck.forensics.tail import log10_at_least


@pytest.mark.parametrize(("count", "of", "chance"), [(1, 10, 0.3), (7, 64, 1 / 64), (64, 64, 0.02), (30, 64, 0.5)])
def test_it_is_the_sum_of_the_upper_terms(count: int, of: int, chance: float) -> None:
    exact = sum(comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(count, of + 1))
    assert log10_at_least(count, of, chance) == pytest.approx(log10(exact))


def test_none_or_more_is_certain_and_tiny_chances_do_not_vanish() -> None:
    assert log10_at_least(0, 64, 0.5) == 0
    assert log10_at_least(256, 256, 1 / 64) == pytest.approx(-256 * log10(64))
