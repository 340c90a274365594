"""The pictures of a manifest.csv, judged by forests that never saw their scenes: the honest rows of the model card.

`train_edit_map.py CACHE --beside FOLDER` prints them. "with copies" is the larger of edit-map's and copy-move's score
(the program's edit_score is the largest of every check's), a rate at 1 % is that above the score of the genuine picture
so many from the top, and F1 is that of edit-map's map at half brightness, on a grid of 384 px.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from detection import figures
from examine import asked, opened
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.check import select_checks
from evidencecheck.check.edit_map import BORDER
from evidencecheck.forensics.planes import block_planes
from evidencecheck.forensics.source import last_save
from evidencecheck.forensics.suspicion import cells_of, score, suspicion
from evidencecheck.forensics.trees import Trees
from evidencecheck.model import Exhibit

SIDE_PX = 384
BORDERS = tuple(BORDER + more for more in (-32, -16, 0, 16, 32))  # mask levels; the program draws at the middle one
NO_F1 = np.full(len(BORDERS), np.nan)
CLEAR = ("png", "camera")  # chains that keep an earlier save's marks


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One picture's row of the manifest, its scores, and the F1 of its map at each of BORDERS (nan without an edit)."""

    row: dict[str, str]
    alone: float
    both: float
    f1: NDArray[np.float64]


def judge_folder(folder: Path, forests: list[tuple[Trees, Trees]], fold_of: Callable[[dict[str, str]], int]) -> None:
    """Judge every picture by the (blocks, places) of the fold of its row, and print the rows."""
    rows = list(csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")))
    seen = [_judge(row, folder, *forests[fold_of(row)]) for row in rows]
    calm = [one for one in seen if one.row["label"] == "0"]
    print(f"{len(seen)} pictures of {folder.name}, {len(calm)} genuine; AUC, detected at 1 %, at 5 %; map F1")
    edits = [one for one in seen if one.row["label"] == "1"]
    _print("edit-map alone", [one.alone for one in edits], [one.alone for one in calm], [one.f1 for one in edits])
    groups = {"all": edits, "png and camera": [one for one in edits if one.row["chain"] in CLEAR]}
    for field in ("set", "chain", "kind"):
        for name in sorted({one.row[field] for one in edits}):
            groups[f"{field} {name}"] = [one for one in edits if one.row[field] == name]
    for name, some in groups.items():
        _print(name, [one.both for one in some], [one.both for one in calm], [one.f1 for one in some])
    for one in sorted(calm, key=lambda one: -one.both)[:5]:
        print(f"  highest genuine: {one.row['file']} {one.row['chain']} {one.alone:.3f}, with copies {one.both:.3f}")
    if edits:
        at_borders = np.nanmean([one.f1 for one in edits], axis=0).tolist()
        print(f"  F1 at borders {', '.join(f'{b}: {f1:.3f}' for b, f1 in zip(BORDERS, at_borders, strict=True))}")


def _judge(row: dict[str, str], folder: Path, blocks: Trees, pictures: Trees) -> Judged:
    exhibit = opened(folder / row["file"])
    copy_move = asked(select_checks(only=["copy-move"])[0], exhibit)
    copied = max((found.score for found in copy_move.edit_maps), default=0.0)
    planes = block_planes(exhibit.rgb, exhibit.gray, last_save(exhibit))
    if planes is None:
        return Judged(row=row, alone=0.0, both=copied, f1=NO_F1)
    seen = suspicion(cells_of(planes), blocks)
    alone = score(seen, pictures)
    f1 = _f1(seen.heat(*exhibit.gray.shape), exhibit, folder / row["mask"]) if row["mask"] else NO_F1
    return Judged(row=row, alone=alone, both=max(alone, copied), f1=f1)


def _f1(heat: NDArray[np.uint8], exhibit: Exhibit, mask: Path) -> NDArray[np.float64]:
    scale = min(1.0, SIDE_PX / max(exhibit.photo.width, exhibit.photo.height))
    size = (max(1, round(exhibit.photo.width * scale)), max(1, round(exhibit.photo.height * scale)))
    small = np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BOX))
    drawn = Image.open(mask).convert("L")
    assert drawn.size == (exhibit.photo.width, exhibit.photo.height), mask
    truth = np.asarray(drawn.resize(size, Image.Resampling.BOX)) >= BORDER
    if not truth.any():
        return NO_F1
    return np.array([2 * ((small >= b) & truth).sum() / ((small >= b).sum() + truth.sum()) for b in BORDERS])


def _print(name: str, edited: list[float], genuine: list[float], f1: list[NDArray[np.float64]]) -> None:
    if not edited:
        return
    half = float(np.nanmean(np.stack(f1)[:, BORDERS.index(BORDER)])) if np.isfinite(f1).any() else float("nan")
    told = (*figures(edited, genuine), half)
    print(f"{name:22s}{len(edited):4d}  {'  '.join(f'{one:.3f}' for one in told)}")
