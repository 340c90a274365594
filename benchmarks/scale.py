"""Search among many: does the source still come up, how long does it take, how much memory does it need.

    python benchmarks/scale.py FOLDER [--size 100000] [--each 2]

Real pictures are known first, then distractors are added until the index holds `--size`: features of real pictures,
changed and dealt anew, with hashes of their own. Prints recall among the candidates that are aligned before and after,
processor time per search, and the memory that the index needs per picture, as it grew and as loaded again.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import faiss
import numpy as np
import psutil
from attacks import KINDS, Tools, attack
from match import split
from material import corpus
from memory import reduced
from numpy.typing import NDArray

from evidencecheck.matching.compare import MOST_ALIGNED
from evidencecheck.matching.fingerprint import Fingerprint, fingerprint
from evidencecheck.matching.index import Index

DEALT = 290  # features of a distractor, the mean of real pictures


def distractor(
    codes: NDArray[np.uint8], places: NDArray[np.uint8], like: Fingerprint, rng: np.random.Generator
) -> Fingerprint:
    """Return a fingerprint of no picture: features from everywhere, a quarter of their bytes changed."""
    rows = rng.integers(0, len(codes), DEALT)
    mine = codes[rows].copy()
    changed = rng.random(mine.shape) < 0.25
    mine[changed] = rng.integers(0, 256, int(changed.sum()))
    return dataclasses.replace(
        like, codes=mine.tobytes(), places=places[rng.integers(0, len(places), DEALT)].tobytes(),
        pdq=rng.integers(0, 256, 256).astype(np.uint8).tobytes(),
        phash=rng.integers(0, 256, 8).astype(np.uint8).tobytes(),
    )  # fmt: skip


def resident() -> int:
    """Return the process's memory, bytes."""
    return int(psutil.Process().memory_info().rss)


def held_when_loaded(path: Path) -> int:
    """Return the memory that a saved index takes up, bytes; for a process of its own."""
    before = resident()
    index = Index.load(path)
    return (resident() - before) if len(index) else 0


def measure(index: Index, asked: list[tuple[int, Fingerprint]]) -> None:
    found, times = [], []
    for number, one in asked:
        started = time.process_time()
        hits = index.search(one, MOST_ALIGNED)
        times.append((time.process_time() - started) * 1000)
        found.append(number in {hit.number for hit in hits})
    print(f"{len(index):7d} pictures: source among the first {MOST_ALIGNED} for {np.mean(found):.4f} of {len(asked)}; "
          f"{np.median(times):.0f} ms median, {np.quantile(times, 0.95):.0f} ms for 95 %", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=2)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    inside, _, paste = split(corpus(args.folder))
    rng = np.random.default_rng(5)
    tools = Tools(rng, [item.rgb for item in paste])
    empty = resident()
    index = Index()
    prints = [fingerprint(reduced(item.rgb)) for item in inside]
    for number, one in enumerate(prints):
        index.add(number, one)
    asked = []
    for kind in KINDS:
        for _ in range(args.each):
            number = int(rng.integers(len(inside)))
            asked.append((number, fingerprint(reduced(attack(inside[number].rgb, kind, tools)[0].rgb))))
    measure(index, asked)
    codes = np.concatenate([one.feature_codes for one in prints])
    places = np.concatenate([one.feature_places for one in prints])
    for size in (1000, args.size):
        started, before = time.process_time(), len(index)
        for number in range(before, size):
            index.add(number, distractor(codes, places, prints[0], rng))
        print(f"added in {(time.process_time() - started) / max(1, size - before) * 1000:.2f} ms each")
        measure(index, asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        grown, size = resident() - empty, len(index)
        saved = path.stat().st_size
        print(f"{saved / size / 1024:.2f} KB a picture saved, {grown / size / 1024:.2f} KB in memory as it grew")
        started = time.process_time()
        index.remove([17])
        print(f"one removed in {(time.process_time() - started) * 1000:.0f} ms")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
            held = fresh.submit(held_when_loaded, path).result()
        print(f"{held / size / 1024:.2f} KB a picture in memory, in a process that loads it")


if __name__ == "__main__":
    main()
