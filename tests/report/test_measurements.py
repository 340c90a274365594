import pytest

from evidencecheck.report import measurements


@pytest.mark.parametrize(
    ("value", "en"),
    [
        (True, "yes"),
        (412, "412"),
        (12345, "12,345"),
        (0.97312, "0.9731"),
        (41.0, "41"),
        (2345.6, "2,346"),
        ("CRW", "CRW"),
        ("2025-10-21T14:15:30+08:00", "2025-10-21 14:15 (UTC+08:00)"),
    ],
)
def test_amounts_read_like_amounts(value: float | str | bool, en: str) -> None:
    assert measurements.amount(value).en == en


def test_amounts_that_are_no_numbers_do_not_break_the_page() -> None:
    assert measurements.amount(float("nan")).en == "nan"
    assert measurements.amount(float("inf")).en == "inf"


def test_an_unknown_measurement_reads_as_its_words() -> None:
    assert measurements.name_of("peak_shift").en == "peak shift"
    assert measurements.name_of("inliers").zh == "对上的特征点"
