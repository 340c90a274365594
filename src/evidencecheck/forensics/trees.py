"""Gradient-boosted trees, evaluated with NumPy. Trained elsewhere; shipped as plain arrays (.npz, no pickle)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

DEPTH = 6  # every tree is stored as a full binary tree of this depth; short branches repeat their leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """A sum of trees. Node i has children 2i+1 (value <= threshold) and 2i+2; leaves are numbered left to right."""

    feature: NDArray[np.int16]  # (trees, 2**DEPTH - 1)
    threshold: NDArray[np.float32]  # (trees, 2**DEPTH - 1)
    leaf: NDArray[np.float32]  # (trees, 2**DEPTH)
    names: tuple[str, ...]  # what the columns mean; checked against the caller's
    base: float = 0.0

    def logit(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,) log-odds for the (n, len(names)) rows."""
        columns = np.ascontiguousarray(rows.T)
        n = rows.shape[0]
        each = np.arange(n)
        total = np.full(n, self.base, np.float32)
        for feature, threshold, leaf in zip(self.feature, self.threshold, self.leaf, strict=True):
            node = np.zeros(n, np.int32)
            for level in range(DEPTH):
                if level == 0:  # all rows ask the root's question: no gathering
                    right = columns[feature[0]] > threshold[0]
                else:
                    right = columns[feature[node], each] > threshold[node]
                node = 2 * node + 1 + right
            total += leaf[node - (2**DEPTH - 1)]
        return total


def shipped(file: str, names: tuple[str, ...]) -> Trees:
    """Load the trees that come with the program. Raises ValueError when they were trained on other columns."""
    with resources.files(__package__).joinpath(file).open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        trees = Trees(
            feature=data["feature"],
            threshold=data["threshold"],
            leaf=data["leaf"],
            names=tuple(str(name) for name in data["names"]),
            base=float(data["base"]),
        )
    if trees.names != names:
        raise ValueError(f"{file} was trained on other features; train it again (benchmarks/train_edit_map.py)")
    return trees
