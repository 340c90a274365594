import numpy as np

from evidencecheck.forensics.regions import LARGEST_SHARE, circled


def test_places_are_numbered_strongest_first_and_lie_around_the_marks() -> None:
    mask = np.zeros((100, 200), bool)
    mask[20:30, 10:40] = mask[60:90, 120:170] = True
    first, second = circled(mask, (800, 400))
    xs, ys = np.array(first.polygon).T
    assert (first.label, second.label) == ("1", "2")
    assert xs.min() < 480
    assert xs.max() > 680
    assert ys.min() < 240
    assert ys.max() > 360
    assert xs.max() - xs.min() < 200 * 1.5


def test_specks_and_whole_pictures_are_not_circled() -> None:
    speck = np.zeros((100, 200), bool)
    speck[50, 50] = True
    speck[10:40, 10:60] = True
    assert len(circled(speck, (200, 100))) == 1
    whole = np.ones((100, 200), bool)
    assert LARGEST_SHARE < 1
    assert circled(whole, (200, 100)) == ()


def test_outlines_stay_inside_the_picture() -> None:
    mask = np.zeros((50, 50), bool)
    mask[:20, :20] = True
    corners = np.array(circled(mask, (500, 500))[0].polygon)
    assert corners.min() >= 0
    assert corners.max() <= 500
