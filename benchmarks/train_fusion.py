"""Measure pairs and fit matching/fusion.json: attacked pictures against their sources and whatever else comes up.

    python benchmarks/train_fusion.py measure FOLDER OUT.json [--each 8] [--seed 1]
    python benchmarks/train_fusion.py fit OUT.json...

Pictures to paste and host are never in the searched corpus, so that every candidate but the source is a negative. Pairs
of corpus pictures that are copies already are left
out. Cross-validation leaves out whole groups of goods.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import faiss
import numpy as np
from attacks import KINDS, Tools, attack
from material import Item, corpus
from negatives import other_photo_of_print
from numpy.typing import NDArray
from scipy.optimize import minimize

from evidencecheck.matching.fingerprint import fingerprint
from evidencecheck.matching.fusion import terms
from evidencecheck.matching.index import Index
from evidencecheck.matching.proof import Proof, View, evidence, hypotheses, prove, view

OUT = Path(__file__).parents[1] / "src/evidencecheck/matching/fusion.json"


def seen(rgb: NDArray[np.uint8]) -> View:
    """Return a picture as the checks see it."""
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    return view(gray, fingerprint(rgb), rgb.shape[1])


def compared(photo: View, known: View) -> Proof | None:
    return prove(photo, known, hypotheses(photo.fingerprint, known.fingerprint))


def measure(folder: Path, each: int, seed: int) -> list[dict[str, Any]]:
    items = corpus(folder)
    rng = np.random.default_rng(seed)
    groups = sorted({item.group for item in items})
    rng.shuffle(groups)
    half = {group for i, group in enumerate(groups) if i % 3}  # two thirds are known, the rest are pasted and host
    known = [item for item in items if item.group in half]
    others = [item.rgb for item in items if item.group not in half]
    views = {item.number: seen(item.rgb) for item in known}
    index = Index()
    for item in known:
        index.add(item.number, views[item.number].fingerprint)
    by_number = {item.number: item for item in known}
    alike = same_already(known, views, index)
    rows = []
    for kind in (*KINDS, *KINDS, "print"):
        for _ in range(each if kind != "print" else 6 * each):
            item = known[int(rng.integers(len(known)))]
            tools = Tools(rng, others)
            shot = other_photo_of_print(item.rgb, tools) if kind == "print" else attack(item.rgb, kind, tools)[0].rgb
            rows += pairs(kind, item, shot, index, views, by_number, alike)
    return rows


def same_already(known: list[Item], views: dict[int, View], index: Index) -> set[tuple[int, int]]:
    """Return pairs of corpus pictures that agree so far that truth does not say whether they are copies."""
    found = set()
    for item in known:
        for hit in index.search(views[item.number].fingerprint, 6):
            proof = compared(views[item.number], views[hit.number]) if hit.number != item.number else None
            if proof and proof.correlation * proof.agreement.tracked > 0.25:
                found |= {(item.number, hit.number), (hit.number, item.number)}
                print("alike", item.name, hit.number, round(proof.correlation, 2), round(proof.agreement.tracked, 2))
    return found


def pairs(  # noqa: PLR0913, PLR0917 - what a benchmark needs
    kind: str,
    item: Item,
    shot: NDArray[np.uint8],
    index: Index,
    views: dict[int, View],
    by_number: dict[int, Item],
    alike: set[tuple[int, int]],
) -> list[dict[str, Any]]:
    photo = seen(shot)
    rows = []
    for hit in index.search(photo.fingerprint, 10):
        if (item.number, hit.number) in alike:
            continue
        for measured in evidence(photo, views[hit.number]):
            same = hit.number == item.number and kind != "print"
            rows.append({"kind": kind, "group": item.group, "other": by_number[hit.number].group, "same": same,
                         "x": measured,
                         "query": f"{kind}/{item.number}/{shot.shape}"})  # fmt: skip
    return rows


def matrix(rows: list[dict[str, Any]]) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    full = [terms(row["x"]) for row in rows]
    names = sorted(full[0])
    return names, np.array([[t[n] for n in names] for t in full]), np.array([float(r["same"]) for r in rows])


def fit(x: NDArray[np.float64], y: NDArray[np.float64], ridge: float = 0.02) -> NDArray[np.float64]:
    weight = np.where(y > 0, 0.5 / max(y.sum(), 1), 0.5 / max((1 - y).sum(), 1)) * len(y)

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ w
        p = 1 / (1 + np.exp(-z))
        value = (weight * (np.logaddexp(0, z) - y * z)).mean() + ridge * (w**2).sum() / 100
        return float(value), x.T @ (weight * (p - y)) / len(y) + ridge * w / 50

    return np.asarray(minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 3000}).x)


def cross_validated(rows: list[dict[str, Any]], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each pair's logit under weights fitted without its group of goods."""
    fold = np.array([hash_group(r["group"]) for r in rows])
    score = np.zeros(len(y))
    for f in range(5):
        score[fold == f] = x[fold == f] @ fit(x[fold != f], y[fold != f])
    return score


def different_scores(paths: list[Path]) -> list[float]:
    """Return the cross-validated score of every pair of different photos, the best of its maps."""
    rows = [row for path in paths for row in json.loads(path.read_text())]
    _, x, y = matrix(rows)
    best: dict[str, float] = {}
    for row, value in zip(rows, cross_validated(rows, x, y), strict=True):
        if not row["same"]:
            key = f"{row['query']}/{row['other']}"
            best[key] = max(best.get(key, 0.0), float(1 / (1 + np.exp(-value))))
    return list(best.values())


def report(rows: list[dict[str, Any]], x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Leave one fold of groups out at a time; print what the weights do on goods they have not seen."""
    score = cross_validated(rows, x, y)
    best: dict[tuple[str, bool], float] = {}
    for row, s in zip(rows, score, strict=True):
        key = (row["query"] + "/" + row["other"], row["same"])
        best[key] = max(best.get(key, -99.0), float(s))
    good = np.array([s for (_, same), s in best.items() if same])
    bad = np.array([s for (_, same), s in best.items() if not same])
    print(f"cross-validated: {len(good)} pairs of one photo, {len(bad)} others")
    for limit in (-2.0, 0.0, 1.0, 2.0, 3.0, 4.0):
        print(
            f"  score {1 / (1 + np.exp(-limit)):.3f}: recall {(good > limit).mean():.4f}, others {(bad > limit).sum()}"
        )
    worst = sorted(zip(score, rows, strict=True), key=lambda p: p[0])
    for s, row in [p for p in worst if p[1]["same"]][:12]:
        print(f"  weak {s:6.2f} {row['query']:28s}", {k: round(v, 2) for k, v in row["x"].items()})
    for s, row in [p for p in worst[::-1] if not p[1]["same"]][:12]:
        print(f"  high {s:6.2f} {row['query']:28s}", row["other"], {k: round(v, 2) for k, v in row["x"].items()})


def hash_group(group: str) -> int:
    return sum(group.split("-")[1].encode() if "-" in group else group.encode()) % 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=("measure", "fit"))
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    if args.verb == "measure":
        rows = measure(args.paths[0], args.each, args.seed)
        args.paths[1].write_text(json.dumps(rows))
        return
    rows = [row for path in args.paths for row in json.loads(path.read_text())]
    names, x, y = matrix(rows)
    report(rows, x, y)
    weights = fit(x, y)
    shown = {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}
    print(shown)
    how = f"benchmarks/train_fusion.py on {int(y.sum())} pairs of one photo and {int((1 - y).sum())} others"
    OUT.write_text(json.dumps({"how": how, "weights": shown}, indent=1) + "\n")


if __name__ == "__main__":
    main()
