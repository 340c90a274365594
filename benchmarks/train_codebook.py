"""Train matching/codebook.npz from pictures whose licence allows it (CC0, MIT, "free to use however you wish").

python benchmarks/train_codebook.py FOLDER_WITH_SOURCES_CSV
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import cv2
import faiss
import numpy as np
from attacks import Tools, attack
from material import read
from numpy.typing import NDArray

from evidencecheck.matching.codebook import CODE_BYTES, DIMENSIONS, PART
from evidencecheck.matching.descriptor import mirrored
from evidencecheck.matching.features import extract
from evidencecheck.matching.fingerprint import working_gray

ALLOWED = ("CC0", "MIT", "free to use")
CELLS = 128  # words per half: 128 x 128 cells
OUT = Path(__file__).parents[1] / "src/evidencecheck/matching/codebook.npz"


def main() -> None:
    folder = Path(sys.argv[1])
    rows = [r for r in csv.DictReader((folder / "sources.csv").open()) if r["licence"].startswith(ALLOWED)]
    rng = np.random.default_rng(0)
    pictures = [read(folder / "corpus" / row["file"]) for row in rows]
    found = []
    for i, picture in enumerate(pictures):
        tools = Tools(rng, pictures[i - 1 : i])
        for kind in ("", "wechat_small", "chain2"):
            shot = attack(picture, kind, tools)[0].rgb if kind else picture
            gray = np.asarray(cv2.cvtColor(shot, cv2.COLOR_RGB2GRAY), np.uint8)
            found.append(extract(working_gray(gray), 600).descriptors)
    data = np.concatenate(found)
    data = np.concatenate([data, mirrored(data)])
    print(f"{len(pictures)} pictures, {len(data)} descriptors")
    mean = data.mean(axis=0)
    basis, sign, variance = symmetric_basis(data - mean)
    order = balanced(variance)
    basis, sign = basis[:, order], sign[order]
    vectors = np.ascontiguousarray((data - mean) @ basis)
    quantiser = faiss.ProductQuantizer(DIMENSIONS, CODE_BYTES, 8)
    quantiser.train(vectors)
    words = faiss.vector_to_array(quantiser.centroids).reshape(CODE_BYTES, 256, PART)
    half = DIMENSIONS // 2
    coarse = []
    for part in (vectors[:, :half], vectors[:, half:]):
        means = faiss.Kmeans(half, CELLS, niter=20, seed=1)
        means.train(np.ascontiguousarray(part))
        coarse.append(means.centroids)
    np.savez_compressed(
        OUT,
        mean=mean,
        basis=basis,
        sign=sign.astype(np.int8),
        words=words.astype(np.float16),
        coarse=np.array(coarse, np.float16),
    )
    left = 1 - variance[order].sum() / ((data - mean) ** 2).sum(axis=1).mean()
    coded = words[np.arange(CODE_BYTES), quantiser.compute_codes(vectors)].reshape(len(vectors), -1)
    lost = ((vectors - coded) ** 2).sum(1).mean() / (vectors**2).sum(1).mean()
    print(f"variance left out {left:.3f}, lost in coding {lost:.3f}")


def symmetric_basis(data: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return (128, 64) orthonormal vectors that mirroring keeps (sign 1) or turns (sign -1), and their variances."""
    turn = mirrored(np.eye(128, dtype=np.float32))
    covariance = data.T @ data / len(data)
    parts = []
    for sign in (1, -1):
        projector = (np.eye(128) + sign * turn) / 2
        values, vectors = np.linalg.eigh(projector @ covariance @ projector)
        inside = np.linalg.norm(projector @ vectors, axis=0) > 0.9
        parts += [(value, sign, vector) for value, vector in zip(values[inside], vectors.T[inside], strict=True)]
    parts = sorted(parts, key=lambda part: -part[0])[:DIMENSIONS]
    basis = np.array([p[2] for p in parts], np.float32).T
    return basis, np.array([p[1] for p in parts], np.float32), np.array([p[0] for p in parts], np.float32)


def balanced(variance: NDArray[np.float32]) -> NDArray[np.int64]:
    """Deal components to bytes so that every byte, and both halves, carry the same product of variances."""
    groups: list[list[int]] = [[] for _ in range(CODE_BYTES)]
    load = np.zeros(CODE_BYTES)
    for component in np.argsort(-variance):
        open_groups = [g for g in range(CODE_BYTES) if len(groups[g]) < PART]
        target = min(open_groups, key=lambda g: (load[g], g))
        groups[target].append(int(component))
        load[target] += np.log(variance[component] / variance.min() + 1)
    return np.array([c for g in [*range(0, CODE_BYTES, 2), *range(1, CODE_BYTES, 2)] for c in groups[g]], np.int64)


if __name__ == "__main__":
    main()
