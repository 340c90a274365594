"""Measure the edit checks on a folder with manifest.csv (file, mask, set, label, kind, chain): scores, places, time.

    edits.py FOLDER [--check edit-map ..] [--every N]

Per check: AUC and detection at 1 % and 5 % false alarms of its edit_score, per set, chain and kind; F1 of the circles
it draws; scores of genuine pictures at the quantiles that calibration needs; processor seconds a megapixel.
Pictures behind the shipped weights (the `synth` set) are seen data here: for them train_edit_map.py's cross-validated
figures are the honest ones.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from detection import figures
from examine import asked, opened
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.check import Ran, select_checks
from evidencecheck.model import Exhibit, Region

QUANTILES = (0.5, 0.9, 0.95, 0.98, 0.99, 0.995)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one check said about one picture."""

    row: dict[str, str]
    score: float
    circles: float  # F1; nan where there is no truth or no circle
    seconds: float
    megapixels: float


def f1_of(regions: list[Region], truth: NDArray[np.bool_]) -> float:
    if not regions or not truth.any():
        return float("nan")
    drawn = np.zeros(truth.shape, np.uint8)
    for region in regions:
        cv2.fillPoly(drawn, [np.array(region.polygon).round().astype(np.int32)], 1)
    return float(2 * (drawn.astype(bool) & truth).sum() / (drawn.sum() + truth.sum()))


def look(row: dict[str, str], folder: Path, checks: list[str]) -> dict[str, Seen]:
    exhibit = opened(folder / row["file"])
    mask = Image.open(folder / row["mask"]).convert("L") if row["mask"] else None
    truth = np.asarray(mask) > 127 if mask is not None else np.zeros(exhibit.gray.shape, bool)
    assert exhibit.blocks is not None  # views are made before the clock starts
    found = {}
    for check in select_checks(only=checks):
        started = time.process_time()  # of this process alone, whatever else the machine does
        one = asked(check, exhibit)
        found[check.id] = seen(one, time.process_time() - started, row, exhibit, truth)
    return found


def seen(one: Ran, seconds: float, row: dict[str, str], exhibit: Exhibit, truth: NDArray[np.bool_]) -> Seen:
    regions = [region for finding in one.outcome.findings for region in finding.regions]
    return Seen(
        row=row,
        score=max((edit_map.score for edit_map in one.edit_maps), default=0.0),
        circles=f1_of(regions, truth) if truth.shape == exhibit.gray.shape else float("nan"),
        seconds=seconds,
        megapixels=exhibit.gray.size / 1e6,
    )


def print_table(name: str, all_seen: list[Seen]) -> None:
    calm = np.array([s.score for s in all_seen if s.row["label"] == "0"])
    rate = sum(s.seconds for s in all_seen) / sum(s.megapixels for s in all_seen)
    print(f"\n{name}: {rate:.2f} s a megapixel; genuine {len(calm)}:", end=" ")
    print(", ".join(f"{q:g}: {v:.3f}" for q, v in zip(QUANTILES, np.quantile(calm, QUANTILES), strict=True)))
    for field in ("all", "set", "chain", "kind"):
        groups = defaultdict(list)
        for s in all_seen:
            if s.row["label"] == "1":
                groups["all" if field == "all" else s.row[field]].append(s)
        for group, some in sorted(groups.items()):
            hit = [s.score for s in some]
            circles = [s.circles for s in some if not np.isnan(s.circles)]
            f1 = f"{np.mean(circles):.3f} on {len(circles)}" if circles else "-"
            told = "  ".join(f"{one:.3f}" for one in figures(hit, calm))
            print(f"{field:6s}{group:14s}{len(some):4d}  AUC {told}  circles {f1}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", nargs="+", default=["edit-map", "copy-move", "save-chain"])
    parser.add_argument("--every", type=int, default=1, help="only every Nth picture")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    started = time.perf_counter()
    rows = list(csv.DictReader((args.folder / "manifest.csv").open(encoding="utf-8")))[:: args.every]
    looks = [look(row, args.folder, args.check) for row in rows]
    for check in args.check:
        print_table(check, [one[check] for one in looks])
    print(f"\n{len(rows)} pictures in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
