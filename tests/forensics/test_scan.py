import numpy as np

from evidencecheck.forensics.scan import SIDES, scan

NOISE = np.random.default_rng(5).normal(0.3, 3, (60, 80)).astype(np.float32)  # a third of a nat of evidence a block
CLEAR = np.zeros_like(NOISE)


def test_a_place_without_evidence_stands_out_in_windows_of_its_size_but_not_block_by_block() -> None:
    nats = NOISE.copy()
    nats[20:34, 30:44] -= 1.5
    assert np.median(nats[20:34, 30:44]) > np.quantile(NOISE, 0.2)
    windows = dict(zip(SIDES, scan(nats, CLEAR), strict=True))
    total, away = windows[13]
    top, left = np.unravel_index(away.argmin(), away.shape)
    assert nats[top, left] != NOISE[top, left]
    assert away.min() < -5
    assert total.min() < -100
    calm = dict(zip(SIDES, scan(NOISE, CLEAR), strict=True))
    assert calm[13][1].min() > -4.5


def test_clipped_blocks_count_neither_way() -> None:
    nats, clipped = NOISE.copy(), CLEAR.copy()
    nats[20:34, 30:44], clipped[20:34, 30:44] = -50, 1
    total, away = dict(zip(SIDES, scan(nats, clipped), strict=True))[13]
    assert total.min() > -100
    assert away.min() > -5
    assert not total[27, 37]


def test_pictures_smaller_than_a_window_say_nothing_at_it() -> None:
    few = list(scan(NOISE[:10, :12], CLEAR[:10, :12]))
    assert len(few) == len(SIDES)
    assert few[0][0].any()
    assert not few[2][0].any()
    assert not few[3][1].any()
