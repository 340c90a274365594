"""The seller's own table: exact bounds, and never milder than the shipped one unless it rests on many photos."""

from dataclasses import replace
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencecheck.decide import Calibration, OwnRow, OwnTable, in_use, joined, read_own, shipped, write_own
from evidencecheck.decide.binomial import upper_bound
from evidencecheck.decide.calibration import Row
from evidencecheck.decide.judge import SUPPORTED_RATE

BASE = Calibration(name="base", rows={"one": Row(steps=((0.5, 0.01), (0.9, 0.004)), photos=300, how="test")})
GRID = [number / 1000 for number in range(1001)]


def own(photos: int, *scores: float, check: str = "one", version: str = "1") -> OwnTable:
    row = OwnRow(photos=photos, scores=tuple(sorted(scores)))
    return OwnTable(made_on="2025-11-03", version=version, photos=photos, rows={check: row})


def test_none_of_sixty_allows_five_percent() -> None:
    assert upper_bound(0, 60) == pytest.approx(1 - 0.05 ** (1 / 60))  # Clopper and Pearson's closed form for none


def test_at_the_bound_so_few_are_seen_one_time_in_twenty() -> None:
    bound = upper_bound(3, 200)
    chance = sum(comb(200, k) * bound**k * (1 - bound) ** (200 - k) for k in range(4))
    assert chance == pytest.approx(0.05)


def test_all_of_them_is_every_one_and_more_is_impossible() -> None:
    assert upper_bound(7, 7) == 1
    with pytest.raises(ValueError, match="8 of 7"):
        upper_bound(8, 7)


def test_a_few_quiet_photos_change_nothing() -> None:
    table = joined(BASE, own(20), "1")
    assert [table.rate("one", score) for score in GRID] == [BASE.rate("one", score) for score in GRID]


def test_a_genuine_photo_that_alarmed_makes_its_score_and_those_below_stricter() -> None:
    table = joined(BASE, own(20, 0.7), "1")
    assert table.rate("one", 0.6) == table.rate("one", 0.7) == upper_bound(1, 20)
    assert table.rate("one", 0.72) == 0.01
    assert table.rate("one", 0.95) == 0.004


def test_many_photos_stand_alone() -> None:
    table = joined(BASE, own(3000, 0.8), "1")
    assert table.rate("one", 0.2) == table.rate("one", 0.8) == upper_bound(1, 3000)
    assert table.rate("one", 0.95) == upper_bound(0, 3000)


def test_many_photos_measured_by_another_version_only_make_it_stricter() -> None:
    assert joined(BASE, own(3000, version="0"), "1").rate("one", 0.95) == 0.004


@pytest.mark.parametrize(("photos", "speaks"), [(999, False), (1000, True)])
def test_a_check_without_a_shipped_rate_speaks_only_after_many_photos(photos: int, speaks: bool) -> None:
    rate = joined(BASE, own(photos, check="new"), "1").rate("new", 0.9)
    assert (rate is not None) is speaks


@settings(deadline=None)
@given(st.integers(1, 5000), st.lists(st.floats(0, 1), max_size=5))
def test_no_folder_makes_anything_supported_before_three_thousand_photos(photos: int, scores: list[float]) -> None:
    table = joined(BASE, own(max(photos, len(scores)), *scores), "1")
    rates = [table.rate("one", score) for score in GRID]
    if photos < 2900:
        assert all(rate is None or rate > SUPPORTED_RATE for rate in rates)
    for score, rate in zip(GRID, rates, strict=True):
        base = BASE.rate("one", score)
        if photos < 1000:
            assert rate == base or (rate is not None and base is not None and rate >= base)


@settings(deadline=None)
@given(st.integers(10, 3000), st.lists(st.floats(0, 1), max_size=8))
def test_rates_fall_as_scores_rise_and_steps_say_the_same(photos: int, scores: list[float]) -> None:
    table = own(photos, *scores)
    both = joined(BASE, table, "1")
    known = [rate for score in GRID if (rate := both.rate("one", score)) is not None]
    assert known == sorted(known, reverse=True)
    score, count, rate = table.rows["one"].steps()[0]
    assert (score, count, rate) == (0.0, len(scores), upper_bound(len(scores), photos))


def test_the_name_tells_two_measurements_apart() -> None:
    names = {joined(BASE, each, "1").name for each in (own(20), own(20, 0.7), own(20, 0.71), own(21))}
    assert len(names) == 4
    assert all(name.startswith("base + own 2025-11-03 (2") for name in names)


def test_what_is_written_is_read_back() -> None:
    table = replace(own(20, 0.7), rows={"one": OwnRow(photos=20, scores=(0.123456789, 0.7), facts=3)})
    assert read_own(write_own(table)) == table
    assert in_use(None, "1") == shipped()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"schema": "other/1"}', write_own(own(1)).replace('"scores": []', '"scores": [1, 1]')],
)
def test_a_damaged_table_names_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="calibrate --forget"):
        read_own(text)
