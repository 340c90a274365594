"""Train the two forests of edit-map from cached cases, cross-validated by scene, and write them as .npz.

    edit_cases.py CACHE FOLDER=KIND ..      # makes and caches the cases, 0.3 s each on one quiet core
    train_edit_map.py CACHE [--write]       # needs lightgbm, which the program itself does not

--beside judges the pictures of a folder with manifest.csv, each by forests that never saw its scene.
--share is the share of cases whose cells are learned from, --judged that of cases whose maps the second forest sees.

Only photos whose licence allows it may be in CACHE; docs/edit-map-model.md lists those behind the shipped weights.
"""

from __future__ import annotations

import argparse
import importlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from edit_cases import GENUINE, Case, read_cases
from edits_unseen import judge_folder
from numpy.typing import NDArray

import evidencecheck.forensics
from evidencecheck.forensics.context import FEATURES
from evidencecheck.forensics.suspicion import SUMMARY, Cells, cells_from, summary, suspicion
from evidencecheck.forensics.trees import DEPTH, Trees

Rows = NDArray[np.float32]

FOLDS = 3
CELLS_A_CASE = 80  # edited blocks taken of each case, and as many untouched ones
HARD = {True: 40, False: 60}  # of the untouched ones, those that a first forest suspects, in edited and genuine cases
HARD_SHARE = 1 / 40  # they are drawn from the most suspect blocks, so many of all
FIRST: dict[str, Any] = {"trees": 100, "learning_rate": 0.12}  # that first forest; else as BLOCKS
BLOCKS: dict[str, Any] = {
    "trees": 320,
    "num_leaves": 56,
    "learning_rate": 0.06,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.4,
}
PICTURES: dict[str, Any] = {
    "trees": 400,
    "num_leaves": 8,
    "learning_rate": 0.03,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.3,
}
STEPS = (0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.955, 0.965, 0.975, 0.985)
SEEDS = 5  # forests averaged for pictures: there are few


def fold_of(scene: str) -> int:
    """Pictures made from one photo are always on one side of a split."""
    return zlib.crc32(scene.encode()) % FOLDS


def grow(  # noqa: PLR0913, PLR0917 - a table is three arrays
    rows: Rows, edited: Rows, weight: Rows, names: tuple[str, ...], options: dict[str, Any], seed: int = 0
) -> Trees:
    """Train with LightGBM and return the same forest as plain arrays."""
    lightgbm: Any = importlib.import_module("lightgbm")
    settings = {
        "objective": "binary", "max_depth": DEPTH, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0,
        "max_bin": 63, "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1, "seed": seed,
        **{key: value for key, value in options.items() if key != "trees"},
    }  # fmt: skip
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, edited, weight=weight, params=settings), options["trees"])
    return as_arrays(booster.dump_model()["tree_info"], names)


def as_arrays(trees: list[dict[str, Any]], names: tuple[str, ...]) -> Trees:
    feature = np.zeros((len(trees), 2**DEPTH - 1), np.int16)
    threshold = np.full((len(trees), 2**DEPTH - 1), np.inf, np.float32)
    leaf = np.zeros((len(trees), 2**DEPTH), np.float32)

    def walk(number: int, node: dict[str, Any], place: int, level: int) -> None:
        if level == DEPTH:
            leaf[number, place - (2**DEPTH - 1)] = node["leaf_value"]
            return
        children = (node, node) if "leaf_value" in node else (node["left_child"], node["right_child"])
        if "leaf_value" not in node:
            feature[number, place] = node["split_feature"]
            exact = np.float64(node["threshold"])
            rounded = np.float32(exact)  # never above the exact one, so that equal values still go left
            threshold[number, place] = rounded if rounded <= exact else np.nextafter(rounded, np.float32(-np.inf))
        walk(number, children[0], 2 * place + 1, level + 1)
        walk(number, children[1], 2 * place + 2, level + 1)

    for number, tree in enumerate(trees):
        walk(number, tree["tree_structure"], 0, 0)
    return Trees(feature=feature, threshold=threshold, leaf=leaf, names=names)


def cells_in(case: Case) -> Cells:
    return cells_from(case.planes.astype(np.float32), case.facts)


def sampled(case: Case, rng: np.random.Generator, first: Trees | None) -> tuple[Rows, Rows, Rows]:
    """Return rows, labels and weights of some cells of a case; untouched ones partly those that `first` suspects."""
    cells, marked = cells_in(case), case.marked.astype(np.float32)
    rows = cells.features.reshape(-1, len(FEATURES))
    share, around = (p[:: cells.every, :: cells.every].ravel() for p in (marked, cv2.blur(marked, (3, 3))))
    edited = np.flatnonzero(share >= 0.5)
    if case.edited and len(edited) < 8:  # lines and letters are thinner than a block
        edited = np.flatnonzero(around >= 0.25)
    edited = rng.permutation(edited)[:CELLS_A_CASE]
    calm = rng.permutation(np.flatnonzero(around < 0.01))
    if first is None:
        calm = calm[:CELLS_A_CASE]
    else:
        hard = HARD[case.edited]
        suspect = calm[np.argsort(-first.logit(rows[calm]))[: max(hard, int(len(calm) * HARD_SHARE))]]
        calm = np.concatenate((calm[: CELLS_A_CASE // 2], rng.permutation(suspect)[:hard]))
    labels = np.r_[np.ones(len(edited)), np.zeros(len(calm))].astype(np.float32)
    weights = np.r_[np.full(len(edited), (60 / max(len(edited), 1)) ** 0.5), np.ones(len(calm))].astype(np.float32)
    return rows[np.r_[edited, calm]].astype(np.float32), labels, weights


def balanced(edited: Rows) -> Rows:
    return np.where(edited == 1, 1.0, (edited == 1).sum() / max(1, (edited == 0).sum())).astype(np.float32)


def together(forests: list[Trees]) -> Trees:
    """Return the mean of forests as one."""
    feature, threshold = (np.concatenate([getattr(f, part) for f in forests]) for part in ("feature", "threshold"))
    leaf = np.concatenate([forest.leaf / len(forests) for forest in forests]).astype(np.float32)
    return Trees(feature=feature, threshold=threshold, leaf=leaf, names=forests[0].names)


def detection(score: Rows, edited: Rows) -> str:
    hit, calm = score[edited == 1], score[edited == 0]
    auc = (hit[:, None] > calm).mean() + 0.5 * (hit[:, None] == calm).mean()
    rates = [(hit > np.quantile(calm, 1 - share)).mean() for share in (0.01, 0.05)]
    return f"AUC {auc:.3f}, detected {rates[0]:.3f} at 1 % and {rates[1]:.3f} at 5 % false alarms"


def alarms(score: Rows, cases: list[Case]) -> None:
    """Print how many genuine pictures reach a score, which the calibration table states with its 95 % bound."""
    chance = 1 / (1 + np.exp(-score))
    calm = [(case, float(one)) for case, one in zip(cases, chance, strict=True) if not case.edited]
    print(f"genuine pictures of {len({case.scene for case, _ in calm})} scenes; scenes that reach", end=" ")
    print(", ".join(f"{step}: {len({case.scene for case, one in calm if one >= step})}" for step in STEPS))
    for name in (*GENUINE, *sorted({case.chain for case, _ in calm}), "all"):
        some = np.array([one for case, one in calm if name in {"all", case.kind, case.chain}])
        print(f"{name:20s}{len(some):5d}; reach", ", ".join(f"{step}: {(some >= step).sum()}" for step in STEPS))


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Cells to learn from: rows (n, features), whether each was edited, its weight, and the fold of its scene."""

    rows: Rows
    edited: Rows
    weight: Rows
    fold: NDArray[np.intp]

    @classmethod
    def of(cls, cases: list[Case], first: Trees | None = None) -> Sample:
        rng = np.random.default_rng(1)
        parts = [sampled(case, rng, first) for case in cases]
        folds = [np.full(len(part[0]), fold_of(case.scene)) for part, case in zip(parts, cases, strict=True)]
        rows, edited, weight = (np.concatenate([part[i] for part in parts]) for i in range(3))
        return cls(rows=rows, edited=edited, weight=weight, fold=np.concatenate(folds))

    def forest(self, without: int | None = None, **options: Any) -> Trees:
        """Grow a forest that judges blocks, from all folds or all but one."""
        use = self.fold != (FOLDS if without is None else without)
        return grow(self.rows[use], self.edited[use], self.weight[use], FEATURES, {**BLOCKS, **options})


def blocks_of(even: Sample, hard: Sample, without: int | None = None) -> Trees:
    """Return the mean of two forests: of blocks drawn evenly, and of those among which the suspect ones abound.

    The first keeps the map calm, the second tells edits from what looks like one.
    """
    return together([even.forest(without), hard.forest(without)])


@dataclass(frozen=True, kw_only=True)
class Table:
    """What the maps of pictures look like, each made by blocks that never saw its scene: (n, len(SUMMARY)) rows."""

    rows: Rows
    edited: Rows
    fold: NDArray[np.intp]

    @classmethod
    def of(cls, cases: list[Case], blocks: list[Trees]) -> Table:
        fold = np.array([fold_of(case.scene) for case in cases])
        rows = np.stack([summary(suspicion(cells_in(case), blocks[i])) for case, i in zip(cases, fold, strict=True)])
        return cls(rows=rows, edited=np.array([case.edited for case in cases], np.float32), fold=fold)

    def pictures(self, without: int | None = None) -> Trees:
        """Grow the forest that judges pictures, from all folds or all but one."""
        use = self.fold != (FOLDS if without is None else without)
        rows, edited = self.rows[use], self.edited[use]
        return together([grow(rows, edited, balanced(edited), SUMMARY, PICTURES, seed) for seed in range(SEEDS)])


def report(table: Table, pictures: list[Trees], cases: list[Case]) -> None:
    """Print what forests that never saw a picture's scene say about it: detection by chain, false alarms."""
    score = np.zeros(len(cases), np.float32)
    for fold, forest in enumerate(pictures):
        score[table.fold == fold] = forest.logit(table.rows[table.fold == fold])
    print(f"{len(cases)} cases, cross-validated: {detection(score, table.edited)}")
    for chain in sorted({case.chain for case in cases if case.edited}):
        some = np.array([case.chain == chain or not case.edited for case in cases])
        print(f"  {chain:14s} {detection(score[some], table.edited[some])}")
    alarms(score, cases)


def write(blocks: Trees, pictures: Trees) -> None:
    """Replace the shipped weights."""
    folder = Path(evidencecheck.forensics.__path__[0])
    for name, forest in (("blocks", blocks), ("pictures", pictures)):
        np.savez_compressed(
            folder / f"edit_map_{name}.npz",
            feature=forest.feature,
            threshold=forest.threshold,
            leaf=forest.leaf,
            names=np.array(forest.names),
            base=np.float32(0),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--judged", type=float, default=1.0)
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="judge its pictures too, by forests new to them")
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    cases, rng = read_cases(args.cache), np.random.default_rng(0)
    learned = [case for case in cases if rng.random() < args.share]
    even = Sample.of(learned)
    hard = Sample.of(learned, even.forest(**FIRST))
    judged = [case for case in cases if rng.random() < args.judged]
    blocks = [blocks_of(even, hard, fold) for fold in range(FOLDS)]
    table = Table.of(judged, blocks)
    pictures = [table.pictures(without=fold) for fold in range(FOLDS)]
    report(table, pictures, judged)
    if args.beside:
        scenes = {case.base.rpartition("__")[2]: case.scene for case in cases}
        judge_folder(
            args.beside, list(zip(blocks, pictures, strict=True)), lambda name: fold_of(scenes.get(name, name))
        )
    if args.write:
        write(blocks_of(even, hard), table.pictures())


if __name__ == "__main__":
    main()
