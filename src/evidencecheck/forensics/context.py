"""What a block looks like against its picture: each trace beside blocks equally bright and textured, at four scales.

Traces depend on content before they depend on editing: noise grows with brightness, ghosts with texture. So each plane
is first compared with the picture's own blocks of like brightness and texture (the idea of Noisesniffer: M. Gardella
et al., IPOL 2021), in robust deviations, and only then averaged over neighbourhoods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.forensics import patterns
from evidencecheck.forensics.history import FREQUENCIES
from evidencecheck.forensics.planes import NAMES, BlockPlanes
from evidencecheck.forensics.scan import SIDES, middle_of, scan

DENSE_BLOCKS = 8000  # smaller pictures are looked at block by block, larger ones at every second block
LIGHT_BINS = 5
TEXTURE_BINS = 8
BLOCKS_A_BIN = 40  # fewer bins in small pictures, so that each median rests on so many blocks
SAMPLE_BLOCKS = 40_000  # statistics of larger pictures come from an even sample
DEVIATION_LIMIT = 8.0
LEAST_DEVIATION = 0.02  # of logarithms and correlations: a plane that hardly varies says nothing

CONTENT = ("light", "texture", "saturated")
TRACES = tuple(name for name in NAMES if name not in CONTENT)
RAW = (
    *CONTENT,
    "noise",
    "high",
    "zeros",
    "double_own",
    "double_other",
    "edge_own",
    "edge_other",
    "step",
    "nonzero_own",
    "double_own_paired",
    "double_other_paired",
    "nonzero_own_paired",
    "double_colour_paired",
)
THIN = ("double_own", "nonzero_own", "double_colour", "step", "fine_colour", "high", "zeros", "noise_floor", "ghost_95")
FACTS = ("quality", "own_grid", "other_grid", "double_own", "double_other")
_NEAR = np.ones((3, 3), np.uint8)
MEDIANS = ("light", "texture", "noise", "noise_cb", "sharp", "edge_own", "zeros")

# likelihoods that are scanned, and the nats a block that one of their units is; colour's blocks are four of luma's
SCANNED = {
    "nonzero_own": 1.0,
    "nonzero_own_paired": 1.0,
    "double_own": float(FREQUENCIES),
    "double_own_paired": float(FREQUENCIES),
    "double_other_paired": float(FREQUENCIES),
    "double_colour_paired": FREQUENCIES / 4,
}
LOWS = tuple(
    f"{name}:{low}" for name in SCANNED for low in ("least_sum", "least_away", f"least_sum_{SIDES[0]}", "median")
)

FEATURES = (
    *(f"{name}:{scale}" for name in TRACES for scale in ("3", "7", "3-15", "7-31")),
    *(f"{name}:{end}" for name in THIN for end in ("least", "most")),
    *(f"{name}:raw" for name in RAW),
    *(f"{name}:fact" for name in FACTS),
    *(f"{name}:median" for name in MEDIANS),
    *(f"{name}:{kind}_{side}" for name in SCANNED for side in SIDES for kind in ("sum", "away")),
    *patterns.NAMES,
)

WHOLE = (":fact", ":median")  # features that are one number for the whole picture
LOCAL = [place for place, name in enumerate(FEATURES) if not name.endswith(WHOLE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What features are made of: deviations of TRACES, then RAW planes, of every block (n, h, w); patterns of every
    so-many-th block each way (len(patterns.NAMES), ..); facts of the picture.
    """

    seen: NDArray[np.float32]
    odd: NDArray[np.float32]
    facts: NDArray[np.float32]

    @property
    def every(self) -> int:
        """Every block of a small picture is a cell that is judged, every second one of a larger."""
        return every_of(*self.seen.shape[1:])


def every_of(rows: int, columns: int) -> int:
    """Return the blocks from cell to cell of a picture of so many."""
    return 1 if rows * columns < DENSE_BLOCKS else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Every likelihood of SCANNED through every window: planes (n, h, w) of every so-many-th block; LOWS of all."""

    planes: NDArray[np.float32]
    lows: NDArray[np.float32]

    @classmethod
    def over(cls, given: Inputs) -> Sweep:
        """Scan a picture's blocks."""
        every, raw = given.every, dict(zip(RAW, given.seen[len(TRACES) :], strict=True))
        planes: list[NDArray[np.float32]] = []
        lows: list[float] = []
        for name, unit in SCANNED.items():
            nats, least = raw[name] * np.float32(unit), []
            for windows in scan(nats, raw["saturated"]):
                planes += [plane[::every, ::every].copy() for plane in (windows.total, windows.away)]
                least.append(windows.least)
            counted = [one for one in least if one] or [(0.0, 0.0)]
            sums, aways = zip(*counted, strict=True)
            lows += [min(sums), min(aways), (least[0] or counted[0])[0], middle_of(nats, raw["saturated"])]
        return cls(planes=np.stack(planes), lows=np.array(lows, np.float32))


def inputs(planes: BlockPlanes) -> Inputs:
    """Compare a picture's blocks with their like in it."""
    values = planes.values.reshape(len(NAMES), -1)
    likes = _bins(values[NAMES.index("light")], values[NAMES.index("texture")])
    raw = planes.values[[NAMES.index(name) for name in RAW]]
    medians = (float(np.median(planes.plane(name))) for name in MEDIANS)
    return Inputs(
        seen=np.concatenate((_deviations(planes, likes), raw)),
        odd=patterns.odd_patterns(planes.patterns, likes, every_of(*planes.values.shape[1:])),
        facts=np.array([*(planes.facts[name] for name in FACTS), *medians], np.float32),
    )


def _deviations(planes: BlockPlanes, likes: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return (len(TRACES), h, w): each trace minus the median of like blocks, in their median absolute deviations."""
    traces = planes.values.reshape(len(NAMES), -1)[[NAMES.index(name) for name in TRACES]]
    every = max(1, traces.shape[1] // SAMPLE_BLOCKS)
    out = np.empty_like(traces)
    order = np.argsort(likes, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(likes[order])) + 1):
        sample = traces[:, members[::every]]
        middle = np.median(sample, axis=1, keepdims=True)
        spread = 1.4826 * np.median(np.abs(sample - middle), axis=1, keepdims=True) + LEAST_DEVIATION
        out[:, members] = (traces[:, members] - middle) / spread
    np.clip(out, -DEVIATION_LIMIT, DEVIATION_LIMIT, out=out)
    return out.reshape(len(TRACES), *planes.values.shape[1:])


def _bins(light: NDArray[np.float32], texture: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return a bin per block: quantiles of brightness, and within each of texture."""
    count = light.size
    light_bins = int(np.clip(count // (4 * BLOCKS_A_BIN), 1, LIGHT_BINS))
    texture_bins = int(np.clip(count // (light_bins * BLOCKS_A_BIN), 1, TEXTURE_BINS))
    bins = np.empty(count, np.intp)
    by_light = np.argsort(light, kind="stable")
    for i, members in enumerate(np.array_split(by_light, light_bins)):
        by_texture = members[np.argsort(texture[members], kind="stable")]
        for j, few in enumerate(np.array_split(by_texture, texture_bins)):
            bins[few] = i * texture_bins + j
    return bins


def features(given: Inputs, sweep: Sweep) -> NDArray[np.float32]:
    """Return (ceil(h / every), ceil(w / every), len(FEATURES)) for the cells of a picture.

    `sweep` is of the same blocks. Each feature lies in one piece in memory, as the trees read it.
    """
    out = np.empty((len(FEATURES), *given.odd.shape[1:]), np.float32)
    for column, plane in zip(out, _columns(given, sweep), strict=True):
        column[...] = plane
    return np.moveaxis(out, 0, -1)


def _columns(given: Inputs, sweep: Sweep) -> Iterator[NDArray[np.float32] | np.float32]:
    """Yield the plane of each of FEATURES, or the one number that it is everywhere."""
    every = given.every
    deviation, raw = given.seen[: len(TRACES)], given.seen[len(TRACES) :]
    for plane in deviation:
        near, wide, far, whole = (_blur(plane, side)[::every, ::every] for side in (3, 7, 15, 31))
        yield from (near, wide, near - far, wide - whole)
    for name in THIN:  # cracks and letters are narrower than a neighbourhood: its extremes keep them
        plane = deviation[TRACES.index(name)]
        yield from (
            np.asarray(extreme(plane, _NEAR), np.float32)[::every, ::every] for extreme in (cv2.erode, cv2.dilate)
        )
    yield from (_blur(plane, 5)[::every, ::every] for plane in raw)
    yield from given.facts
    yield from sweep.planes
    yield from given.odd


def _blur(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)
