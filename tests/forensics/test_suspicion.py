import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES, LOWS
from evidencecheck.forensics.suspicion import SUMMARY, Cells, Suspicion, summary


def described(odds: NDArray[np.float32], features: NDArray[np.float32] | None = None) -> dict[str, float]:
    rows, columns = odds.shape
    cells = Cells(
        features=np.zeros((rows, columns, len(FEATURES)), np.float32) if features is None else features,
        lows=np.arange(len(LOWS), dtype=np.float32),
        every=1,
        top=0,
        left=0,
        rows=rows,
        columns=columns,
    )
    return dict(zip(SUMMARY, summary(Suspicion(odds=odds, cells=cells)).tolist(), strict=True))


def test_one_strong_place_leads_and_two_equal_ones_do_not() -> None:
    odds = np.full((60, 80), -4, np.float32)
    odds[10:20, 10:25] = 2
    one = described(odds)
    odds[40:50, 50:65] = 2
    two = described(odds)
    assert one["peak_lead@3"] == 6
    assert one["peak_lead@5"] == 6
    assert one["peak_share@3"] == 1
    assert one["peak_fill@3"] > 0.9
    assert two["peak_lead@3"] == 0
    assert two["peak_mean_lead@3"] <= 0
    assert two["peak_share@3"] == 0.5
    assert two["peak_area@3"] == one["peak_area@3"]


def test_a_map_that_is_the_same_everywhere_has_no_leader() -> None:
    flat = described(np.full((20, 30), -2, np.float32))
    assert flat["peak_lead@5"] == 0
    assert flat["peak_share@5"] == 1
    assert all(np.isfinite(value) for value in flat.values())


def test_the_lowest_windows_are_handed_on_by_name() -> None:
    seen = described(np.zeros((20, 30), np.float32))
    assert [seen[name] for name in LOWS] == list(range(len(LOWS)))


def test_the_traces_of_the_strongest_place_are_handed_on_by_name() -> None:
    odds = np.full((60, 80), -4, np.float32)
    odds[10:20, 10:25] = 2
    cells = np.zeros((60, 80, len(FEATURES)), np.float32)
    light, noise, quality = (FEATURES.index(name) for name in ("light:raw", "noise:7", "quality:fact"))
    cells[..., light], cells[..., noise], cells[..., quality] = 100, 1, 95
    cells[9:21, 9:26, light], cells[9:21, 9:26, noise] = 180, 3  # as far as the peak reaches, which is smoothed
    seen = described(odds, cells)
    assert seen["peak_light:raw"] == 180
    assert seen["peak_noise:7"] == 3
    assert seen["peak_light:raw:beside"] == 80
    assert "peak_quality:fact" not in seen
