"""The pictures of a manifest.csv, judged by forests that never saw their scenes: the honest rows of the model card.

`train_edit_map.py CACHE --beside FOLDER` prints them. edit_score is the larger of edit-map's
and copy-move's, a rate at 1 % is that above the score of the genuine picture so many from the top, and F1 is that of
edit-map's map at half brightness, on a grid of 384 px.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from edits import NothingKnown
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import run_check, select_checks
from evidencecheck.forensics.planes import block_planes
from evidencecheck.forensics.source import last_save
from evidencecheck.forensics.suspicion import cells_of, score, suspicion
from evidencecheck.forensics.trees import Trees
from evidencecheck.model import Exhibit, Lab, Received, Settings, Unreadable

SIDE_PX = 384
BORDER = 128
CLEAR = ("png", "camera")  # chains that keep an earlier save's marks


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One picture's row of the manifest, its scores, and the F1 of its map (nan without an edit)."""

    row: dict[str, str]
    alone: float
    both: float
    f1: float


def judge_folder(folder: Path, forests: list[tuple[Trees, Trees]], fold_of: Callable[[str], int]) -> None:
    """Judge every picture by the (blocks, pictures) of `fold_of` its source, or file name, and print the rows."""
    rows = list(csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")))
    seen = [_judge(row, folder, *forests[fold_of(row["source"] or row["file"])]) for row in rows]
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


def _judge(row: dict[str, str], folder: Path, blocks: Trees, pictures: Trees) -> Judged:
    exhibit = open_exhibit(Received(case="case", name=row["file"], path=folder / row["file"]), Settings())
    assert not isinstance(exhibit, Unreadable), row["file"]
    copy_move = run_check(select_checks(only=["copy-move"])[0], exhibit, Lab(known=NothingKnown()))
    copied = max((found.score for found in copy_move.edit_maps), default=0.0)
    planes = block_planes(exhibit.rgb, exhibit.gray, last_save(exhibit))
    if planes is None:
        return Judged(row=row, alone=0.0, both=copied, f1=float("nan"))
    seen = suspicion(cells_of(planes), blocks)
    alone = score(seen, pictures)
    f1 = _f1(seen.heat(*exhibit.gray.shape), exhibit, folder / row["mask"]) if row["mask"] else float("nan")
    return Judged(row=row, alone=alone, both=max(alone, copied), f1=f1)


def _f1(heat: NDArray[np.uint8], exhibit: Exhibit, mask: Path) -> float:
    scale = min(1.0, SIDE_PX / max(exhibit.photo.width, exhibit.photo.height))
    size = (max(1, round(exhibit.photo.width * scale)), max(1, round(exhibit.photo.height * scale)))
    guess = np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BOX)) >= BORDER
    truth = np.asarray(Image.open(mask).convert("L").resize(size, Image.Resampling.BOX)) >= BORDER
    return float(2 * (guess & truth).sum() / max(1, guess.sum() + truth.sum())) if truth.any() else float("nan")


def _print(name: str, edited: list[float], genuine: list[float], f1: list[float]) -> None:
    hit, calm = np.array(edited), np.sort(genuine)[::-1]
    auc = float((hit[:, None] > calm).mean() + 0.5 * (hit[:, None] == calm).mean())
    at = [float((hit > calm[int(share * len(calm))]).mean()) for share in (0.01, 0.05)]
    mean = np.nanmean(f1) if np.isfinite(f1).any() else float("nan")
    print(f"{name:22s}{len(hit):4d}  {auc:.3f}  {at[0]:.3f}  {at[1]:.3f}  {mean:.3f}")
