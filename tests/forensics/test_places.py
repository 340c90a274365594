import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics.context import FEATURES, LOWS
from evidencecheck.forensics.places import MOST, PLACE, Places
from evidencecheck.forensics.suspicion import Cells, Suspicion, places, score
from evidencecheck.forensics.trees import DEPTH, Trees

STRONG = (slice(10, 20), slice(10, 25))


def seen_in(odds: NDArray[np.float32], features: NDArray[np.float32] | None = None) -> Suspicion:
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
    return Suspicion(odds=odds, cells=cells)


def described(found: Places, place: int = 0) -> dict[str, float]:
    return dict(zip(PLACE, found.rows[place].tolist(), strict=True))


def one_place() -> NDArray[np.float32]:
    odds = np.full((60, 80), -4, np.float32)
    odds[STRONG] = 2
    return odds


def test_one_strong_place_leads_and_two_equal_ones_do_not() -> None:
    alone = places(seen_in(one_place()))
    both = one_place()
    both[40:50, 50:65] = 2
    twins = places(seen_in(both))
    one, two = described(alone), described(twins)
    assert (one["rank"], one["peak"], one["lead"], one["share_of_high"]) == (0, 2, 6, 1)
    assert one["fill"] > 0.9
    assert two["lead"] == 0
    assert two["share_of_high"] == 0.5
    assert two["cells"] == one["cells"]
    assert len(twins.rows) == 2 == len(twins.inside)
    assert described(twins, 1)["rank"] == 1
    assert not (twins.inside[0] & twins.inside[1]).any()
    assert twins.inside[:, 45, 57].sum() == 1


def test_a_map_that_is_the_same_everywhere_is_one_place_without_a_lead() -> None:
    flat = places(seen_in(np.full((20, 30), -2, np.float32)))
    assert len(flat.rows) == 1
    assert described(flat)["lead"] == 0
    assert np.isfinite(flat.rows).all()


def test_a_restless_map_has_no_more_than_so_many_places() -> None:
    odds = np.random.default_rng(3).normal(-3, 2, (60, 80)).astype(np.float32)
    found = places(seen_in(odds))
    peaks = found.rows[:, PLACE.index("peak")]
    assert len(peaks) == MOST
    assert (np.diff(peaks) <= 0).all()


def test_a_place_at_the_border_says_so() -> None:
    odds = np.full((60, 80), -4, np.float32)
    odds[30:40, 70:80] = 2
    assert described(places(seen_in(odds)))["border"] == 0
    assert described(places(seen_in(one_place())))["border"] == 10


def test_the_lowest_windows_are_handed_on_by_name() -> None:
    seen = described(places(seen_in(np.zeros((20, 30), np.float32))))
    assert [seen[name] for name in LOWS] == list(range(len(LOWS)))


def test_the_traces_of_a_place_are_handed_on_by_name_and_less_those_beside_it() -> None:
    cells = np.zeros((60, 80, len(FEATURES)), np.float32)
    light, noise, quality = (FEATURES.index(name) for name in ("light:raw", "noise:7", "quality:fact"))
    cells[..., light], cells[..., noise], cells[..., quality] = 100, 1, 95
    cells[(*STRONG, light)], cells[(*STRONG, noise)] = 180, 3
    seen = described(places(seen_in(one_place(), cells)))
    assert seen["light:raw"] == 180
    assert seen["noise:7"] == 3
    assert (seen["light:raw:beside"], seen["noise:7:beside"]) == (80, 2)
    assert "quality:fact" not in seen


def test_a_picture_is_as_suspect_as_its_most_suspect_place_whatever_its_rank() -> None:
    weaker_by_rank = Trees(
        feature=np.full((1, 2**DEPTH - 1), PLACE.index("rank"), np.int16),
        threshold=np.full((1, 2**DEPTH - 1), 0.5, np.float32),
        leaf=np.repeat(np.array([[-3, 1]], np.float32), 2 ** (DEPTH - 1), axis=1),
        names=PLACE,
    )
    odds = one_place()
    assert score(seen_in(odds), weaker_by_rank) == 1 / (1 + np.exp(3))
    odds[40:50, 50:65] = 1
    assert score(seen_in(odds), weaker_by_rank) == 1 / (1 + np.exp(-1))
