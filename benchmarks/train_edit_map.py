"""Train the two forests of edit-map from cached cases, cross-validated by scene, and write them as .npz.

    edit_scenes.py CACHE FOLDER=KIND ..     # says which of the photos show one scene
    edit_cases.py CACHE FOLDER=KIND ..      # makes and caches the cases, 0.3 s each on one quiet core
    train_edit_map.py CACHE [--write]       # needs lightgbm, which the program itself does not

Untouched blocks that look edited are mined by a first forest (hard negatives: P. Felzenszwalb et al., IEEE TPAMI
32(9), 2010).

--beside judges the pictures of a folder with manifest.csv, each by forests that never saw its scene.
--share is the share of cases whose cells are learned from, --judged that of cases whose places the second forest sees.

Only photos whose licence allows it may be in CACHE; docs/edit-map-model.md lists those behind the shipped weights.
"""

from __future__ import annotations

import argparse
import importlib
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from detection import figures
from edit_cases import FOLDS, GENUINE, Case, fold_of, read_cases
from edits_unseen import judge_folder
from numpy.typing import NDArray

import evidencecheck.forensics
from evidencecheck.forensics.context import FEATURES
from evidencecheck.forensics.places import PLACE
from evidencecheck.forensics.suspicion import Cells, cells_from, places, suspicion
from evidencecheck.forensics.trees import DEPTH, Trees

Rows = NDArray[np.float32]

Split = int  # the fold that forests are to judge and must not have seen, or ALL for those that are shipped

ALL = FOLDS
SPLITS = (*range(FOLDS), ALL)
EDITED_CELLS = 80  # at most, of each case
EVEN_CELLS = 80  # untouched blocks of each case, drawn evenly
CALM_CELLS = 40  # the same where suspect ones are added
HARD_CELLS = {True: 40, False: 60}  # untouched blocks that a first forest suspects, in edited and genuine cases
HARD_SHARE = 1 / 40  # they are drawn from the most suspect blocks, so many of all
FIRST: dict[str, Any] = {"trees": 100, "learning_rate": 0.12}  # that first forest; else as BLOCKS
BLOCKS: dict[str, Any] = {
    "trees": 320,
    "num_leaves": 56,
    "learning_rate": 0.06,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.4,
}
PLACES: dict[str, Any] = {
    "trees": 1200,
    "num_leaves": 16,
    "learning_rate": 0.03,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.15,
}
HIT = 0.25  # share of a place's cells that were edited from which it is an edit; with fewer it is neither
MARKED = 0.3  # share of a block from which it was edited
CALM_WEIGHT = {True: 0.1, False: 0.8}  # of places without an edit, in edited and in genuine pictures
STEPS = (0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.955, 0.965, 0.975, 0.985)
SEEDS = 3  # forests averaged for places: there are few


def grow(  # noqa: PLR0913, PLR0917 - a table is three arrays
    rows: Rows, edited: Rows, weight: Rows, names: tuple[str, ...], options: dict[str, Any], seed: int = 0
) -> Trees:
    """Train with LightGBM and return the same forest as plain arrays."""
    lightgbm: Any = importlib.import_module("lightgbm")
    settings = {
        "objective": "binary", "max_depth": DEPTH, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0,
        "max_bin": 63, "deterministic": True, "force_row_wise": True, "verbose": -1, "seed": seed,
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


def cells_in(case: Case) -> tuple[Cells, Rows]:
    """Return the cells of a case, and the share of each of its blocks that was edited."""
    given, marked = case.load()
    return cells_from(given), marked


def spread(work: Callable[..., Any], cases: list[Case], *more: Any) -> list[Any]:
    """Return what `work(case, *more)` gives for every case, in order, worked out on all cores."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(work, cases, *([one] * len(cases) for one in more), chunksize=16))


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Cells to learn from: rows (n, features), whether each was edited, its weight; `used` (n, splits) who may see it.

    Cells of a fold are never used by the forests that judge it, and those that a first forest suspected only by the
    forests of its own split.
    """

    rows: Rows
    edited: Rows
    weight: Rows
    used: NDArray[np.bool_]

    @classmethod
    def of(cls, cases: list[Case], firsts: dict[Split, Trees]) -> Sample:
        parts: list[Sample] = spread(sampled, cases, firsts)
        return cls(
            **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)}
        )

    def forest(self, split: Split, **options: Any) -> Trees:
        """Grow a forest that judges blocks of the split."""
        use = self.used[:, split]
        return grow(self.rows[use], self.edited[use], self.weight[use], FEATURES, {**BLOCKS, **options})


def sampled(case: Case, firsts: dict[Split, Trees]) -> Sample:
    """Return some cells of a case: edited ones, untouched ones, and untouched ones that each of `firsts` suspects."""
    rng = np.random.default_rng(zlib.crc32(case.file.name.encode()))
    cells, marked = cells_in(case)
    rows = cells.features.reshape(-1, len(FEATURES))
    share, around = (p[:: cells.every, :: cells.every].ravel() for p in (marked, cv2.blur(marked, (3, 3))))
    edited = np.flatnonzero(share >= 0.5)
    if case.edited and len(edited) < 8:  # lines and letters are thinner than a block
        edited = np.flatnonzero(around >= 0.25)
    edited = rng.permutation(edited)[:EDITED_CELLS]
    calm = rng.permutation(np.flatnonzero(around < 0.01))
    splits = [split for split in SPLITS if split != fold_of(case.scene)]
    drawn = [(edited, splits), (calm[: CALM_CELLS if firsts else EVEN_CELLS], splits)]
    hard = HARD_CELLS[case.edited]
    for split in splits if firsts else ():
        order = np.argsort(-firsts[split].logit(rows[calm]))
        suspect = calm[order[: max(hard, int(len(calm) * HARD_SHARE))]]
        drawn.append((rng.permutation(suspect)[:hard], [split]))
    place = np.concatenate([places for places, _ in drawn])
    label = np.arange(len(place)) < len(edited)
    return Sample(
        rows=rows[place],
        edited=label.astype(np.float32),
        weight=np.where(label, (60 / max(len(edited), 1)) ** 0.5, 1).astype(np.float32),
        used=np.concatenate([np.tile(np.isin(SPLITS, users), (len(places), 1)) for places, users in drawn]),
    )


def together(forests: list[Trees]) -> Trees:
    """Return the mean of forests as one."""
    feature, threshold = (np.concatenate([getattr(f, part) for f in forests]) for part in ("feature", "threshold"))
    leaf = np.concatenate([forest.leaf / len(forests) for forest in forests]).astype(np.float32)
    base = sum(forest.base for forest in forests) / len(forests)
    return Trees(feature=feature, threshold=threshold, leaf=leaf, names=forests[0].names, base=base)


def detection(score: Rows, edited: Rows) -> str:
    auc, at_1, at_5 = figures(score[edited == 1], score[edited == 0])
    return f"AUC {auc:.3f}, detected {at_1:.3f} at 1 % and {at_5:.3f} at 5 % false alarms"


def alarms(score: Rows, cases: list[Case]) -> None:
    """Print how many genuine pictures reach a score, which the calibration table states with its 95 % bound."""
    chance = 1 / (1 + np.exp(-score))
    calm = [(case, float(one)) for case, one in zip(cases, chance, strict=True) if not case.edited]
    print(f"genuine pictures of {len({case.scene for case, _ in calm})} scenes; scenes that reach", end=" ")
    print(", ".join(f"{step}: {len({case.scene for case, one in calm if one >= step})}" for step in STEPS))
    for name in (*GENUINE, *sorted({case.chain for case, _ in calm}), "all"):
        some = np.array([one for case, one in calm if name in {"all", case.kind, case.chain}])
        print(f"{name:20s}{len(some):5d}; reach", ", ".join(f"{step}: {(some >= step).sum()}" for step in STEPS))


def blocks_of(even: Sample, hard: Sample, split: Split) -> Trees:
    """Return the mean of two forests: of blocks drawn evenly, and of those among which the suspect ones abound.

    The first keeps the map calm, the second tells edits from what looks like one.
    """
    return together([even.forest(split), hard.forest(split)])


def described(case: Case, blocks: dict[Split, Trees]) -> tuple[Rows, Rows]:
    """Return the places of a case's map, and the share of each one's cells that were edited."""
    cells, marked = cells_in(case)
    found = places(suspicion(cells, blocks[fold_of(case.scene)]))
    # of larger pictures, a cell counts as edited where its block was, or the one above, left of it, or between these
    edited = cv2.dilate(marked, np.ones((cells.every, cells.every), np.uint8))[:: cells.every, :: cells.every] >= MARKED
    return found.rows, np.array([edited[inside].mean() for inside in found.inside], np.float32)


@dataclass(frozen=True, kw_only=True)
class Table:
    """The strongest places of pictures, each found by blocks that never saw its scene: (n, len(PLACE)) rows, the share
    of each that was edited, the number of its picture; of each picture, whether it was edited, and its fold.

    A forest of places for one split learns from maps of the other folds, whose blocks have learned from this fold's
    cells and their labels: blocks for every pair of folds would be the whole remedy, and are left out for time.
    """

    rows: Rows
    share: Rows
    picture: NDArray[np.intp]
    edited: Rows
    fold: NDArray[np.intp]

    @classmethod
    def of(cls, cases: list[Case], blocks: dict[Split, Trees]) -> Table:
        parts = spread(described, cases, blocks)
        return cls(
            rows=np.concatenate([rows for rows, _ in parts]),
            share=np.concatenate([share for _, share in parts]),
            picture=np.repeat(np.arange(len(cases)), [len(share) for _, share in parts]),
            edited=np.array([case.edited for case in cases], np.float32),
            fold=np.array([fold_of(case.scene) for case in cases]),
        )

    def forest(self, split: Split) -> Trees:
        """Grow the forest that judges places and has not seen the fold of the split."""
        use = (self.fold[self.picture] != split) & ((self.share == 0) | (self.share >= HIT))
        rows, hit = self.rows[use], (self.share[use] >= HIT).astype(np.float32)
        calm = np.where(self.edited[self.picture[use]] == 1, CALM_WEIGHT[True], CALM_WEIGHT[False])
        weight = np.where(hit == 1, 1, calm).astype(np.float32)
        return together([grow(rows, hit, weight, PLACE, PLACES, seed) for seed in range(SEEDS)])

    def scores(self, forests: dict[Split, Trees]) -> Rows:
        """Return the log-odds of each picture: of its most suspect place, by forests that never saw its scene."""
        odds, fold = np.zeros(len(self.rows), np.float32), self.fold[self.picture]
        for one in range(FOLDS):
            odds[fold == one] = forests[one].logit(self.rows[fold == one])
        highest = np.full(len(self.fold), -np.inf, np.float32)
        np.maximum.at(highest, self.picture, odds)
        return highest


def calibrated(forest: Trees, score: Rows, edited: Rows) -> Trees:
    """Return the forest with its log-odds mapped so that they are those of "edited" among as many genuine pictures.

    Two numbers for all folds, which do not change the order within one. Logistic regression on cross-validated scores
    (J. Platt, "Probabilistic outputs for support vector machines", 1999), by Newton's method.
    """
    columns = np.stack((score, np.ones_like(score)), 1).astype(np.float64)
    weight = np.where(edited == 1, 0.5 / (edited == 1).mean(), 0.5 / (edited == 0).mean())
    slope = np.array([1.0, 0.0])
    for _ in range(20):
        chance = 1 / (1 + np.exp(-columns @ slope))
        bend = columns.T @ (columns * (weight * chance * (1 - chance))[:, None])
        slope += np.linalg.solve(bend, columns.T @ (weight * (edited - chance)))
    return replace(forest, leaf=(forest.leaf * slope[0]).astype(np.float32), base=float(slope[1]))


def report(score: Rows, cases: list[Case]) -> None:
    """Print what forests that never saw a picture's scene say about it: detection by chain, false alarms."""
    edited = np.array([case.edited for case in cases], np.float32)
    print(f"{len(cases)} cases, cross-validated: {detection(score, edited)}")
    for chain in sorted({case.chain for case in cases if case.edited}):
        some = np.array([case.chain == chain or not case.edited for case in cases])
        print(f"  {chain:14s} {detection(score[some], edited[some])}")
    alarms(score, cases)


def write(blocks: Trees, judging: Trees) -> None:
    """Replace the shipped weights."""
    folder = Path(evidencecheck.forensics.__path__[0])
    for name, forest in (("blocks", blocks), ("places", judging)):
        np.savez_compressed(
            folder / f"edit_map_{name}.npz",
            feature=forest.feature,
            threshold=forest.threshold,
            leaf=forest.leaf,
            names=np.array(forest.names),
            base=np.float32(forest.base),
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
    judged = [case for case in cases if rng.random() < args.judged]
    even = Sample.of(learned, {})
    hard = Sample.of(learned, {split: even.forest(split, **FIRST) for split in SPLITS})
    blocks = {split: blocks_of(even, hard, split) for split in SPLITS}
    table = Table.of(judged, blocks)
    grown = {split: table.forest(split) for split in SPLITS}
    score = table.scores(grown)
    found = {split: calibrated(forest, score, table.edited) for split, forest in grown.items()}
    report(table.scores(found), judged)
    if args.beside:
        judge_folder(args.beside, [(blocks[fold], found[fold]) for fold in range(FOLDS)], folds_of_rows(cases))
    if args.write:
        write(blocks[ALL], found[ALL])


def folds_of_rows(cases: list[Case]) -> Callable[[dict[str, str]], int]:
    """Return what tells the fold of a row of manifest.csv: of its source's scene where its set is behind the cases."""
    folds = {case.base: fold_of(case.scene) for case in cases}

    def fold_of_row(row: dict[str, str]) -> int:
        if row["set"] != "synth":  # for choosing only, never learned from: any forest will do
            return fold_of(row["file"])
        return folds[row["source"]]

    return fold_of_row


if __name__ == "__main__":
    main()
