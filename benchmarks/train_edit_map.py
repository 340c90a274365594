"""Train the two forests of edit-map from cached cases, cross-validated by scene, and write them as .npz.

    edit_cases.py CACHE FOLDER=KIND ..      # makes and caches the cases, 0.3 s each on one quiet core
    train_edit_map.py CACHE [--write]       # needs lightgbm, which the program itself does not

--share is the share of cases whose cells are learned from, --judged that of cases whose maps the second forest sees.

Only photos whose licence allows it may be in CACHE; docs/edit-map-model.md lists those behind the shipped weights.
"""

from __future__ import annotations

import argparse
import importlib
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from edit_cases import GENUINE, Case, read_cases
from numpy.typing import NDArray

import evidencecheck.forensics
from evidencecheck.forensics.context import FEATURES
from evidencecheck.forensics.suspicion import SUMMARY, Cells, cells_from, summary, suspicion
from evidencecheck.forensics.trees import DEPTH, Trees

Rows = NDArray[np.float32]

FOLDS = 3
CELLS_A_CASE = (80, 80)  # edited and untouched blocks taken of each case
BLOCKS: dict[str, Any] = {
    "trees": 320,
    "num_leaves": 56,
    "learning_rate": 0.06,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.4,
}
PICTURES: dict[str, Any] = {
    "trees": 200,
    "num_leaves": 4,
    "learning_rate": 0.05,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.35,
}
STEPS = (0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.955, 0.97)
SEEDS = 3  # forests averaged for pictures: there are few


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


def sampled(case: Case, rng: np.random.Generator) -> tuple[Rows, Rows, Rows]:
    """Return rows, labels and weights of some cells of a case."""
    cells, marked = cells_in(case), case.marked.astype(np.float32)
    rows = cells.features.reshape(-1, len(FEATURES))
    share, around = (p[:: cells.every, :: cells.every].ravel() for p in (marked, cv2.blur(marked, (3, 3))))
    edited = np.flatnonzero(share >= 0.5)
    if case.edited and len(edited) < 8:  # lines and letters are thinner than a block
        edited = np.flatnonzero(around >= 0.25)
    edited = rng.permutation(edited)[: CELLS_A_CASE[0]]
    calm = rng.permutation(np.flatnonzero(around < 0.01))[: CELLS_A_CASE[1]]
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
    print(f"genuine pictures of {len({case.scene for case, _ in calm})} scenes")
    for name in (*GENUINE, *sorted({case.chain for case, _ in calm}), "all"):
        some = np.array([one for case, one in calm if name in {"all", case.kind, case.chain}])
        print(f"{name:20s}{len(some):5d}; reach", ", ".join(f"{step}: {(some >= step).sum()}" for step in STEPS))


def maps_described(cases: list[Case], places: list[int], trees: Trees) -> Rows:
    return np.stack([summary(suspicion(cells_in(cases[i]), trees)) for i in places])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--judged", type=float, default=1.0)
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    cases = read_cases(args.cache)
    rng = np.random.default_rng(0)
    learned = np.flatnonzero(rng.random(len(cases)) < args.share)
    parts = [sampled(cases[i], rng) for i in learned]
    folds = np.array([fold_of(case.scene) for case in cases])
    place = np.concatenate([np.full(len(part[0]), folds[i]) for part, i in zip(parts, learned, strict=True)])
    rows, labels, weights = (np.concatenate([part[i] for part in parts]) for i in range(3))
    judged = np.flatnonzero(rng.random(len(cases)) < args.judged)
    judged = judged[np.argsort(folds[judged], kind="stable")]
    tables = []
    for fold in range(FOLDS):  # every case gets its map from trees that never saw its scene
        use = place != fold
        trees = grow(rows[use], labels[use], weights[use], FEATURES, BLOCKS)
        tables.append(maps_described(cases, judged[folds[judged] == fold].tolist(), trees))
    table, side = np.concatenate(tables), folds[judged]
    seen = [cases[i] for i in judged]
    edited = np.array([case.edited for case in seen], np.float32)
    score = np.zeros(len(seen), np.float32)
    for fold in range(FOLDS):
        use = side != fold
        forests = [
            grow(table[use], edited[use], balanced(edited[use]), SUMMARY, PICTURES, seed) for seed in range(SEEDS)
        ]
        score[~use] = together(forests).logit(table[~use])
    print(f"{len(seen)} of {len(cases)} cases, cross-validated: {detection(score, edited)}")
    for chain in sorted({case.chain for case in seen if case.edited}):
        some = np.array([case.chain == chain or not case.edited for case in seen])
        print(f"  {chain:14s} {detection(score[some], edited[some])}")
    alarms(score, seen)
    if args.write:
        folder = Path(evidencecheck.forensics.__path__[0])
        pictures = together([grow(table, edited, balanced(edited), SUMMARY, PICTURES, seed) for seed in range(SEEDS)])
        blocks = grow(rows, labels, weights, FEATURES, BLOCKS)
        for name, forest in (("blocks", blocks), ("pictures", pictures)):
            np.savez_compressed(
                folder / f"edit_map_{name}.npz",
                feature=forest.feature,
                threshold=forest.threshold,
                leaf=forest.leaf,
                names=np.array(forest.names),
                base=np.float32(0),
            )


if __name__ == "__main__":
    main()
