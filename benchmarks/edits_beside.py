"""Run other packages' edit detectors on a folder as benchmarks/edits.py reads it: what they find, and what they cost.

    edits_beside.py FOLDER [--method ELA ..] [--every N]

pyIFD, deeptrace-ela and authentica come from the Python package index and are installed for the benchmark only, in an
environment of their own (pyIFD was written for numpy 1.23), which needs neither evidencecheck nor its packages. pyIFD's
methods draw maps and give no score: each map is read in every way of map_readings.py, and the best for each method is
chosen with hindsight, in its favour. Times are processor seconds with the decoding of the file.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from map_readings import best, readings
from numpy.typing import NDArray

BLOCK_PX = 8
PYIFD = {
    "ADQ1": "detectDQ", "ADQ2": "getJmap", "ADQ3": "BenfordDQ", "NADQ": "NADQ", "DCT": "DCT", "BLK": "GetBlockGrid",
    "GHOST": "GHOST", "ELA": "ELA", "CAGI": "CAGI", "CFA1": "CFA1", "CFA2": "CFA2", "NOI1": "GetNoiseMap",
    "NOI2": "GetNoiseMaps", "NOI4": "MedFiltForensics", "NOI5": "PCANoise",
}  # fmt: skip
JPEG_ONLY = {"ADQ2", "ADQ3", "NADQ"}
SCORED = ("deeptrace-ela", "authentica")


def maps(method: str, path: Path) -> list[NDArray[Any]]:
    """Return the maps that the method offers for the photo; none where it cannot work."""
    if method in JPEG_ONLY and path.suffix.lower() not in {".jpg", ".jpeg"}:
        return []
    found = getattr(importlib.import_module(f"pyIFD.{method}"), PYIFD[method])(str(path))
    if method == "GHOST":  # one map a quality; its ghosts are the local minima of the error
        return [found[2][int(place) - 1] for place in found[3]]
    found = found[0] if isinstance(found, list) else found
    return [found] if np.ndim(found) == 2 else []


def scores(method: str, path: Path, size: tuple[int, int]) -> Mapping[str, float]:
    """Return every reading of the strongest map, or the score that the package itself gives."""
    if method == "deeptrace-ela":
        return {"its verdict": float(importlib.import_module("deeptrace_ela").analyze_ela(path).is_suspicious)}
    if method == "authentica":
        analyzer = importlib.import_module("authentica.forensics").ForensicsAnalyzer()
        return {"its anomaly score": float(analyzer.analyze(path).anomaly_score)}
    out: dict[str, float] = {}
    for one in maps(method, path):
        plane = np.nan_to_num(np.asarray(one, np.float32), nan=float(np.nanmedian(one)))
        shrink = plane.shape[0] > size[1]
        blocks = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
        for name, value in readings(np.asarray(blocks, np.float32)).items():
            out[name] = max(out.get(name, value), value)
    return out


def measure(method: str, rows: list[dict[str, str]], folder: Path) -> str:
    calm: list[Mapping[str, float]] = []
    hit: list[Mapping[str, float]] = []
    seconds = megapixels = silent = 0.0
    for row in rows:
        path = (folder / row["file"]).resolve()
        picture = cv2.imread(str(path))
        assert picture is not None, path
        size = (max(8, picture.shape[1] // BLOCK_PX), max(8, picture.shape[0] // BLOCK_PX))
        started = time.process_time()
        try:
            said = scores(method, path, size)
        except Exception as error:  # noqa: BLE001 - another package's failure is a photo without an answer
            said = {}
            print(f"# {method} {row['file']}: {type(error).__name__}")
        seconds, megapixels = seconds + time.process_time() - started, megapixels + picture[..., 0].size / 1e6
        silent += not said
        (hit if row["label"] == "1" else calm).append(said)
    how = best(calm, hit)
    rates = f"AUC {how.auc:.3f} {how.at_1:.3f} {how.at_5:.3f}"
    cost = f"{seconds / megapixels:.2f} s a megapixel"
    return f"{method:14s}{len(calm)} genuine, {len(hit)} edited, {silent:.0f} silent  {rates}  {cost}  {how.reading}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--method", nargs="+", default=[*PYIFD, *SCORED])
    parser.add_argument("--every", type=int, default=1, help="only every Nth picture")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    folder = args.folder.resolve()
    rows = list(csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")))[:: args.every]
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)  # pyIFD's ELA leaves its trial save in the current folder
        for method in args.method:
            print(measure(method, rows, folder), flush=True)


if __name__ == "__main__":
    main()
