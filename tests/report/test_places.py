import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencecheck.model import (
    Basis,
    Claim,
    Finding,
    Level,
    Outcome,
    PhotoReport,
    Point,
    Region,
    Status,
    Strength,
    Text,
)
from evidencecheck.report.places import Layout, Ranked, lay_out, outline, rank

WIDTH, HEIGHT = 900, 1200
FOUND = Finding(claim=Claim.EDITED, score=0.5, summary=Text(zh="一", en="one"), basis=Basis.MEASURED)


def box(left: float, top: float, right: float, bottom: float) -> Region:
    return Region(polygon=((left, top), (right, top), (right, bottom), (left, bottom)), label="x")


def finding(strength: Strength | None, score: float, *regions: Region) -> Finding:
    return replace(FOUND, strength=strength, score=score, regions=regions)


def report(*findings: Finding) -> PhotoReport:
    outcome = Outcome(check="copy-move", status=Status.DONE, findings=findings)
    return PhotoReport(
        case="1", photo="1/1.jpg", sha256="", size_bytes=1, format="JPEG", width=WIDTH, height=HEIGHT,
        verdict=Level.POSSIBLE, outcomes=(outcome,),
    )  # fmt: skip


def laid_out(*regions: Region) -> Layout:
    ranked = Ranked(
        check="x", finding=finding(Strength.SUPPORTED, 1, *regions), numbers=tuple(range(1, len(regions) + 1))
    )
    return lay_out([ranked], WIDTH, HEIGHT)


def contains(points: tuple[Point, ...], point: Point) -> bool:
    return cv2.pointPolygonTest(np.array(points, np.float32), point, False) >= 0


def test_the_strongest_finding_is_numbered_first_and_a_shared_place_once() -> None:
    shared, other = box(10, 10, 60, 60), box(300, 300, 380, 420)
    ranked = rank(
        report(
            finding(Strength.POSSIBLE, 0.9, shared, other),
            finding(Strength.DOCUMENTED, 0.2, shared),
            finding(None, 1.0, box(500, 500, 600, 600)),
        )
    )
    assert [each.finding.strength for each in ranked] == [Strength.DOCUMENTED, Strength.POSSIBLE, None]
    assert [each.numbers for each in ranked] == [(1,), (1, 2), (3,)]
    assert [place.weak for place in lay_out(ranked, WIDTH, HEIGHT).places] == [False, True, True]


boxes = st.tuples(
    st.integers(0, WIDTH - 40), st.integers(0, HEIGHT - 40), st.integers(2, 500), st.integers(2, 500)
).map(lambda v: box(v[0], v[1], min(v[0] + v[2], WIDTH - 1), min(v[1] + v[3], HEIGHT - 1)))


def test_a_picture_for_a_complaint_numbers_only_what_it_shows() -> None:
    whole, edited = box(0, 0, WIDTH, HEIGHT), box(10, 10, 60, 60)
    web = replace(finding(Strength.DOCUMENTED, 1, whole), claim=Claim.WEB_IMAGE)
    (only,) = rank(report(web, finding(Strength.SUPPORTED, 0.9, edited)), lambda one: one.claim is Claim.EDITED)
    assert only.numbers == (1,)


@settings(max_examples=80, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=6))
def test_a_number_never_hides_a_place_nor_another_number(regions: list[Region]) -> None:
    layout = laid_out(*regions)
    left, top, width, height = layout.frame
    for place in layout.places:
        x, y = place.label
        assert left <= x - place.radius
        assert x + place.radius <= left + width
        assert top <= y - place.radius
        assert y + place.radius <= top + height
        for other in layout.places:
            gap = -cv2.pointPolygonTest(np.array(other.outline, np.float32), place.label, True)
            assert gap >= place.radius - 1, (place.number, other.number)
            if other is not place:
                assert math.dist(place.label, other.label) >= 2 * place.radius


@settings(max_examples=80, deadline=None)
@given(boxes)
def test_an_outline_is_snug_and_inside_the_picture(region: Region) -> None:
    points = outline(region.polygon, WIDTH, HEIGHT)
    xs, ys = np.array(points).T
    assert xs.min() >= 0
    assert xs.max() <= WIDTH - 1
    assert ys.min() >= 0
    assert ys.max() <= HEIGHT - 1
    for x, y in region.polygon:
        assert cv2.pointPolygonTest(np.array(points, np.float32), (x, y), True) > -1
    pad = 0.010 * math.sqrt(WIDTH * HEIGHT)
    (left, top), (right, bottom) = region.polygon[0], region.polygon[2]
    around = (right - left + 2 * pad) * (bottom - top + 2 * pad)
    assert cv2.contourArea(np.array(points, np.float32)) <= 1.95 * around


def test_a_compact_place_gets_an_ellipse_and_a_place_at_the_edge_its_hull() -> None:
    assert len(outline(box(300, 300, 400, 380).polygon, WIDTH, HEIGHT)) == 40
    edge = outline(box(0, 0, 100, 80).polygon, WIDTH, HEIGHT)
    assert len(edge) != 40
    assert contains(edge, (50, 40))


def test_a_place_over_the_whole_picture_is_numbered_in_the_margin() -> None:
    layout = laid_out(box(0, 0, WIDTH - 1, HEIGHT - 1))
    assert layout.places[0].label[0] < 0 or layout.places[0].label[0] > WIDTH
    assert layout.frame[2] > WIDTH


def test_without_places_the_frame_is_the_picture() -> None:
    assert laid_out() == Layout(places=(), frame=(-0.0, 0.0, WIDTH, HEIGHT))


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (20000, 20)])
def test_odd_pictures_are_laid_out_too(size: tuple[int, int]) -> None:
    width, height = size
    region = Region(polygon=((0, 0), (width - 1, 0), (width - 1, height - 1)), label="")
    layout = lay_out([Ranked(check="x", finding=finding(None, 0, region), numbers=(1,))], width, height)
    assert len(layout.places) == 1
    assert all(math.isfinite(value) for value in layout.frame)


@pytest.mark.parametrize("size", [(900, 1200), (1200, 900), (1080, 1080), (3000, 700), (600, 3000)])
def test_numbers_are_large_enough_on_a_phone(size: tuple[int, int]) -> None:
    width, height = size
    shown = min(360 / width, 560 / height)  # the page fits a photo to a phone's width and most of its height
    ranked = Ranked(check="x", finding=finding(None, 0, box(300, 300, 400, 400)), numbers=(1,))
    assert 2 * lay_out([ranked], width, height).places[0].radius * shown >= 20


def test_a_leader_ends_on_the_outline_nearest_to_its_number() -> None:
    place = laid_out(box(0, 0, WIDTH - 1, HEIGHT - 1)).places[0]
    assert place.leader[1] == pytest.approx(place.label[1], abs=1)
    assert abs(cv2.pointPolygonTest(np.array(place.outline, np.float32), place.leader, True)) < 1
