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
        n = rows.shape[0]
        flat = np.ascontiguousarray(rows.T).ravel()  # one column after another: taking by number beats taking by pair
        begins, each = self.feature.astype(np.intp) * n, np.arange(n)
        total = np.full(n, self.base, np.float32)
        for begin, threshold, leaf in zip(begins, self.threshold, self.leaf, strict=True):
            node = (flat[begin[0] : begin[0] + n] > threshold[0]) + np.intp(1)  # all rows ask the root's question
            for _ in range(1, DEPTH):
                right = flat.take(begin.take(node) + each) > threshold.take(node)
                node = 2 * node + 1 + right
            total += leaf.take(node - (2**DEPTH - 1))
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
