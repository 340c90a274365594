"""Where the numbered circles go: an outline snug around each region, and a number beside it that hides nothing.

Everything is in upright photo pixels, so the same layout serves the page's SVG and pictures drawn for a complaint.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.model import Finding, PhotoReport, Point, Strength

# The number's radius: a share of the picture's mean side (28 px across on a phone showing a 3:4 photo 360 px wide),
# more in a panorama or a long screenshot, which a phone fits to its width or height.
RADIUS_SHARE, RADIUS_SHARE_OF_WIDTH, RADIUS_SHARE_OF_HEIGHT = 0.034, 0.030, 0.020
# Free space between a region and its outline, same measure.
PADDING_SHARE = 0.010
# An ellipse reads best, but on a long thin region it would circle much that was not found.
ELLIPSE_AREA_LIMIT = 1.9
OUTLINE_POINTS = 40

_RANK = {Strength.DOCUMENTED: 0, Strength.SUPPORTED: 1, Strength.POSSIBLE: 2, None: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One numbered place. `outline` is closed (last point joins the first); `label` is the number's centre, which may
    lie in the margin beside the picture; `leader` is the outline's point nearest to it."""

    number: int
    outline: tuple[Point, ...]
    label: Point
    leader: Point
    radius: float
    weak: bool  # only findings at "possible" or below: drawn dashed


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places of one photo and the picture area with any margin needed for numbers: x, y, width, height."""

    places: tuple[Place, ...]
    frame: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A finding, the check it came from, and the numbers of its regions in the photo."""

    check: str
    finding: Finding
    numbers: tuple[int, ...]


def rank(report: PhotoReport, wanted: Callable[[Finding], bool] = lambda _: True) -> tuple[Ranked, ...]:
    """Return the photo's wanted findings, strongest first, with places numbered from 1 in that order.

    Two findings that name the same polygon share one number.
    """
    found = [(outcome.check, finding) for outcome in report.outcomes for finding in outcome.findings if wanted(finding)]
    found.sort(key=lambda pair: (_RANK[pair[1].strength], -pair[1].score))
    numbers: dict[tuple[Point, ...], int] = {}
    return tuple(
        Ranked(
            check=check,
            finding=finding,
            numbers=tuple(numbers.setdefault(region.polygon, len(numbers) + 1) for region in finding.regions),
        )
        for check, finding in found
    )


def lay_out(ranked: Sequence[Ranked], width: int, height: int) -> Layout:
    """Return outlines and number positions for every place of a photo of `width` by `height` px."""
    polygons: dict[int, tuple[tuple[Point, ...], bool]] = {}
    for each in ranked:
        weak = each.finding.strength not in {Strength.DOCUMENTED, Strength.SUPPORTED}
        for number, region in zip(each.numbers, each.finding.regions, strict=True):
            polygons.setdefault(number, (region.polygon, weak))
    side = math.sqrt(width * height)
    radius = max(RADIUS_SHARE * side, RADIUS_SHARE_OF_WIDTH * width, RADIUS_SHARE_OF_HEIGHT * height)
    outlines = {number: outline(polygon, width, height) for number, (polygon, _) in polygons.items()}
    boxes = [_box(points) for points in outlines.values()]
    places: list[Place] = []
    for number, points in outlines.items():
        taken = [place.label for place in places]
        label = _label_spot(_box(points), boxes, taken, radius, (width, height))
        leader = _nearest(points, label)
        weak = polygons[number][1]
        places.append(Place(number=number, outline=points, label=label, leader=leader, radius=radius, weak=weak))
    return Layout(places=tuple(places), frame=_frame(places, width, height))


def outline(polygon: Sequence[Point], width: int, height: int) -> tuple[Point, ...]:
    """Return a closed outline around `polygon` with a little space: an ellipse where that is snug, else its hull."""
    points = np.asarray(polygon, dtype=np.float32)  # (N, 2)
    pad = PADDING_SHARE * math.sqrt(width * height)
    ellipse = _ellipse(points, pad)
    hull = _padded_hull(points, pad)
    inside = bool((ellipse >= 0).all() and (ellipse <= (width - 1, height - 1)).all())
    snug = cv2.contourArea(ellipse) <= ELLIPSE_AREA_LIMIT * cv2.contourArea(hull)
    chosen = ellipse if inside and snug else np.clip(hull, 0, (max(width - 1, 1), max(height - 1, 1)))
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in chosen)


def _ellipse(points: NDArray[np.float32], pad: float) -> NDArray[np.float32]:
    """Return (N, 2) points of an ellipse in the proportions of the region's smallest rectangle, around all points."""
    (cx, cy), (long, short), degrees = cv2.minAreaRect(points)
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    half = np.maximum(np.array([long, short]) / 2, 1.0)
    local = (points - (cx, cy)) @ turn  # along the rectangle's axes
    reach = max(float(np.sqrt(((local / half) ** 2).sum(axis=1)).max()), 1.0)
    axes = half * reach + pad
    steps = np.linspace(0, 2 * math.pi, OUTLINE_POINTS, endpoint=False)
    circle = np.column_stack([np.cos(steps), np.sin(steps)]) * axes
    return np.asarray(circle @ turn.T + (cx, cy), dtype=np.float32)


def _padded_hull(points: NDArray[np.float32], pad: float) -> NDArray[np.float32]:
    """Return (N, 2) points of the convex hull, pushed out by `pad` with round corners."""
    hull = cv2.convexHull(points).reshape(-1, 2)
    steps = np.linspace(0, 2 * math.pi, 16, endpoint=False)
    offsets = np.column_stack([np.cos(steps), np.sin(steps)]) * pad
    grown = (hull[:, None, :] + offsets[None, :, :]).reshape(-1, 2).astype(np.float32)
    return np.asarray(cv2.convexHull(grown).reshape(-1, 2), dtype=np.float32)


Box = tuple[float, float, float, float]  # left, top, right, bottom


def _label_spot(box: Box, boxes: Sequence[Box], taken: Sequence[Point], radius: float, size: tuple[int, int]) -> Point:
    """Return a centre for the number: near its box, over no place and no other number; in the margin if need be."""
    width, height = size
    inside: Box = (radius, radius, width - radius, height - radius)
    free = [
        spot
        for spot in _spots_around(box, radius)
        if all(math.dist(spot, other) >= 2.2 * radius for other in taken)
        and not any(_touches(spot, radius, other) for other in boxes)
    ]
    for spot in free:
        if inside[0] <= spot[0] <= inside[2] and inside[1] <= spot[1] <= inside[3]:
            return spot
    # Beside the picture: walk along the left and right margins, nearest height first.
    middle = (box[1] + box[3]) / 2
    rows = [middle + sign * step * radius for step in range(0, 400, 2) for sign in (1, -1)]
    columns = (-1.3 * radius, width + 1.3 * radius)
    columns = columns if (box[0] + box[2]) / 2 < width / 2 else columns[::-1]
    for y in rows:
        for x in columns:
            if radius <= y <= max(height - radius, radius) and all(
                math.dist((x, y), other) >= 2.2 * radius for other in taken
            ):
                return (round(x, 1), round(y, 1))
    return (round(columns[0], 1), round(middle, 1))


def _spots_around(box: Box, radius: float) -> Iterator[Point]:
    """Yield centres around a box: corners first (they hide the least), then the sides, then further off."""
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for gap in (1.15, 1.8, 2.8, 4.2):
        dx, dy = (box[2] - box[0]) / 2 + gap * radius, (box[3] - box[1]) / 2 + gap * radius
        corner = 1 - 0.29 * radius * gap / max(dx, dy)
        for ux, uy in ((-1, -1), (1, -1), (-1, 1), (1, 1), (0, -1), (-1, 0), (1, 0), (0, 1)):
            pull = corner if ux and uy else 1.0
            yield (round(cx + ux * dx * pull, 1), round(cy + uy * dy * pull, 1))


def _touches(spot: Point, radius: float, box: Box) -> bool:
    nearest = (min(max(spot[0], box[0]), box[2]), min(max(spot[1], box[1]), box[3]))
    return math.dist(spot, nearest) < radius


def _box(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys))


def _nearest(points: Sequence[Point], spot: Point) -> Point:
    """Return the point of a closed outline nearest to `spot`."""
    starts = np.asarray(points, dtype=np.float64)
    sides = np.roll(starts, -1, axis=0) - starts
    lengths = np.maximum((sides**2).sum(axis=1), 1e-9)
    along = np.clip(((np.asarray(spot) - starts) * sides).sum(axis=1) / lengths, 0, 1)
    feet = starts + along[:, None] * sides
    x, y = feet[((feet - spot) ** 2).sum(axis=1).argmin()]
    return (round(float(x), 1), round(float(y), 1))


def _frame(places: Sequence[Place], width: int, height: int) -> tuple[float, float, float, float]:
    """Return the picture area, widened where a number lies outside it."""
    outside = [
        (place.label[0], place.label[1], 1.3 * place.radius)
        for place in places
        if min(place.label[0], place.label[1], width - place.label[0], height - place.label[1]) < 0.99 * place.radius
    ]
    left = min([0.0, *(x - r for x, _, r in outside)])
    top = min([0.0, *(y - r for _, y, r in outside)])
    right = max([float(width), *(x + r for x, _, r in outside)])
    bottom = max([float(height), *(y + r for _, y, r in outside)])
    return (round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))
