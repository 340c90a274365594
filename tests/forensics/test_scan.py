import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.forensics.context import LOWS, RAW, SCANNED, TRACES, Inputs, Sweep
from evidencecheck.forensics.scan import SIDES, middle_of, scan

NOISE = np.random.default_rng(5).normal(0.3, 3, (60, 80)).astype(np.float32)  # a third of a nat of evidence a block
CLEAR = np.zeros_like(NOISE)


def sweep_of(seen: NDArray[np.float32]) -> Sweep:
    return Sweep.over(Inputs(seen=seen, odd=np.zeros((0, *seen.shape[1:]), np.float32), facts=np.zeros(0, np.float32)))


def test_a_place_without_evidence_stands_out_in_windows_of_its_size_but_not_block_by_block() -> None:
    nats = NOISE.copy()
    nats[20:34, 30:44] -= 1.5
    assert np.median(nats[20:34, 30:44]) > np.quantile(NOISE, 0.2)
    windows = dict(zip(SIDES, scan(nats, CLEAR), strict=True))
    away = windows[13].away
    top, left = np.unravel_index(away.argmin(), away.shape)
    assert nats[top, left] != NOISE[top, left]
    assert windows[13].least == (windows[13].total.min(), away.min())
    assert away.min() < -5
    assert windows[13].total.min() < -100
    calm = dict(zip(SIDES, scan(NOISE, CLEAR), strict=True))
    assert calm[13].away.min() > -4.5


def test_clipped_blocks_count_neither_way() -> None:
    nats, clipped = NOISE.copy(), CLEAR.copy()
    nats[20:34, 30:44], clipped[20:34, 30:44] = -50, 1
    windows = dict(zip(SIDES, scan(nats, clipped), strict=True))[13]
    assert windows.total.min() > -100
    assert windows.away.min() > -5
    assert not windows.total[27, 37]
    assert not windows.valid[27, 37]
    assert middle_of(nats, clipped) == np.median(NOISE[clipped == 0])


def test_where_all_that_counts_speaks_for_a_save_the_least_is_what_counts() -> None:
    clipped = CLEAR.copy()
    clipped[:20] = 1
    windows = next(scan(np.abs(NOISE) + 1, clipped))
    assert windows.least is not None
    assert windows.least[0] > 6
    assert windows.total.min() == 0


def test_a_side_without_windows_does_not_count_as_the_least() -> None:
    seen = np.zeros((len(TRACES) + len(RAW), 18, 60), np.float32)  # lower than the largest window
    seen[len(TRACES) + RAW.index("nonzero_own")] = 2 + np.abs(NOISE[:18, :60])
    lows = dict(zip(LOWS, sweep_of(seen).lows, strict=True))
    assert lows["nonzero_own:least_sum"] == lows["nonzero_own:least_sum_3"] > 12


def test_a_picture_with_nothing_that_counts_says_nothing() -> None:
    all_clipped = np.ones_like(NOISE)
    assert [windows.least for windows in scan(NOISE, all_clipped)] == [None] * len(SIDES)
    assert middle_of(NOISE, all_clipped) == 0


def test_pictures_smaller_than_a_window_say_nothing_at_it() -> None:
    few = list(scan(NOISE[:10, :12], CLEAR[:10, :12]))
    assert len(few) == len(SIDES)
    assert few[0].total.any()
    assert not few[2].total.any()
    assert not few[3].away.any()


def test_lows_are_named_by_the_likelihood_they_are_of() -> None:
    seen = np.zeros((len(TRACES) + len(RAW), 60, 80), np.float32)
    level = {name: place + 1 for place, name in enumerate(SCANNED)}  # in no order that the planes have
    for name, nats in level.items():
        seen[len(TRACES) + RAW.index(name)] = nats / SCANNED[name]
    lows = dict(zip(LOWS, sweep_of(seen).lows, strict=True))
    for name, nats in level.items():
        assert lows[f"{name}:median"] == pytest.approx(nats)
        assert lows[f"{name}:least_sum_3"] == pytest.approx(lows[f"{name}:least_sum"])
        assert 6 * nats <= lows[f"{name}:least_sum_3"] <= 9.001 * nats


def test_planes_of_a_sweep_are_named_by_likelihood_side_and_kind() -> None:
    names = [(name, side, kind) for name in SCANNED for side in SIDES for kind in ("sum", "away")]
    seen = np.zeros((len(TRACES) + len(RAW), 60, 80), np.float32)
    for place, name in enumerate(SCANNED):
        seen[len(TRACES) + RAW.index(name)] = (place + 1) / SCANNED[name] / 10
    middle = dict(zip(names, sweep_of(seen).planes[:, 30, 40], strict=True))
    for place, name in enumerate(SCANNED):
        for side in SIDES:
            assert middle[name, side, "sum"] == pytest.approx((place + 1) / 10 * side * side, rel=1e-3)
            assert middle[name, side, "away"] == pytest.approx(0, abs=1e-3)
