"""What each pixel trace finds by itself: the table of docs/decisions/0009-traces-left-out.md.

    traces_alone.py FOLDER [--made PHOTOS] [--count 150]

FOLDER is one with a manifest as benchmarks/edits.py reads it. With --made, edited and genuine pictures made from a
folder of photos (edit_cases.py, every other one edited) come on top. Each trace that the edit map is made of is
compared with like blocks of its photo, averaged and read in every way of map_readings.py; error-level's picture is read
in the same ways, and jpeg-grid by its own score. Of a trace's planes and readings the one with the highest AUC is
shown, chosen with hindsight: what a check of this trace alone could find at the very best.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from edit_cases import Base, make
from examine import asked, opened, photos_in, written
from map_readings import Told, best, readings
from numpy.typing import NDArray

from evidencecheck.check import Ran, select_checks
from evidencecheck.forensics import patterns
from evidencecheck.forensics.context import TRACES, inputs
from evidencecheck.forensics.planes import GHOST_QUALITIES, block_planes
from evidencecheck.forensics.source import last_save

PATTERNS = tuple(name for name in patterns.NAMES if "_own_" in name)  # distances beside the photo's own
FAMILIES = {
    "noise level against the photo's own": ("noise", "noise_floor", "high", "middle", "median_residual"),
    "colour noise": ("noise_cb", "noise_cr"),
    "JPEG ghosts, nine qualities": tuple(f"ghost_{quality}" for quality in GHOST_QUALITIES),
    "edge contrast on either grid": ("edge_own", "edge_other"),
    "double compression (DCT histograms)": ("double_own", "double_other", "nonzero_own", "double_colour", "zeros"),
    "correlation between colours": ("red_green", "blue_green"),
    "sharpness, resampling": ("across", "down", "sharp"),
    "painted steps, fine colour": ("step", "fine_colour"),
    "patterns of the finest detail": PATTERNS,
    "error level (error-level's picture)": ("error-level",),
    "grid votes (jpeg-grid's score)": ("jpeg-grid",),
}
CHECKS = [select_checks(only=[check_id])[0] for check_id in ("jpeg-grid", "error-level")]
GROUPS = {
    "text replaced on labels": ("text",),
    "inpainting": ("inpaint",),
    "clone brush": ("clone",),
}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture's readings, by "plane: reading"; `kind` is what was done to it."""

    edited: bool
    kind: str
    readings: dict[str, float]


def picture_of(path: Path, kind: str, *, edited: bool) -> Picture | None:
    exhibit = opened(path)
    planes = block_planes(exhibit.rgb, exhibit.gray, last_save(exhibit))
    if planes is None:
        return None
    given = inputs(planes)
    maps = dict(zip(TRACES, given.seen, strict=False))  # the planes that follow are no deviations
    maps |= {name: plane for name, plane in zip(patterns.NAMES, given.odd, strict=True) if name in PATTERNS}
    votes, levels = (asked(check, exhibit) for check in CHECKS)
    maps["error-level"] = _blocks(levels, maps["noise"].shape)
    found = {"jpeg-grid: score": max((one.score for one in votes.edit_maps), default=0.0)}
    for name, plane in maps.items():
        found |= {f"{name}: {reading}": value for reading, value in readings(plane).items()}
    return Picture(edited=edited, kind=kind, readings=found)


def _blocks(levels: Ran, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return error-level's picture as one level a block."""
    drawn = cv2.imdecode(np.frombuffer(levels.pictures[0].data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert drawn is not None
    return np.asarray(cv2.resize(drawn.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def received(folder: Path) -> Iterator[Picture | None]:
    for row in csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")):
        yield picture_of(folder / row["file"], row["kind"], edited=row["label"] == "1")


def made(photos: Path, count: int) -> Iterator[Picture | None]:
    bases = [Base(kind="photo", path=path, fold=0) for path in photos_in(photos)]
    with tempfile.TemporaryDirectory() as work:
        for number in range(count):
            index, edited = number // 2 % len(bases), number % 2 == 0
            one = make(bases, index, number, edited=edited, turn=9)
            yield picture_of(written(one.data, Path(work)), one.kind, edited=edited)


def strongest(names: tuple[str, ...], pictures: list[Picture]) -> Told:
    """Return the best of all readings of these planes."""
    sides = [
        [
            {k: v for k, v in one.readings.items() if k.partition(":")[0] in names}
            for one in pictures
            if one.edited is way
        ]
        for way in (False, True)
    ]
    return best(*sides)


def line(name: str, one: Told) -> str:
    return f"| {name} | {one.at_1:.3f} | {one.at_5:.3f} | {one.auc:.3f} | {one.reading} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--made", type=Path, help="a folder of photos to make more pictures from")
    parser.add_argument("--count", type=int, default=150, help="how many to make")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = [one for one in received(args.folder) if one is not None]
    if args.made:
        pictures += [one for one in made(args.made, args.count) if one is not None]
    hit = sum(one.edited for one in pictures)
    print(f"{len(pictures) - hit} genuine, {hit} edited pictures\n")
    print("| trace | finds at 1 % false alarms | at 5 % | AUC | by |\n|---|---|---|---|---|")
    for name, planes in FAMILIES.items():
        print(line(name, strongest(planes, pictures)))
    for name, kinds in GROUPS.items():
        some = [one for one in pictures if not one.edited or one.kind in kinds]
        count = sum(one.edited for one in some)
        print(f"\n{name}, {count} pictures, every trace for itself:")
        for family, planes in FAMILIES.items() if count else ():
            print(line(family, strongest(planes, some)))


if __name__ == "__main__":
    main()
