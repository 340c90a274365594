"""Matching, measured beside other libraries on the same pictures in one run.

    python benchmarks/match.py FOLDER [--each 3] [--seed 11] [--peers] [--out FILE.json]

FOLDER holds corpus/, queries/, truth.csv and sources.csv (pictures of your own will do). Besides its queries, `--each`
attacked pictures of each of 37 kinds are generated, and negatives: pictures kept out of the corpus whose goods are in
it, and made-up other photos of one print. Prints micro average precision over all (query, picture, score) pairs as in
DISC21, recall per attack, false matches, how far the outline lies off, and cost.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import faiss
import numpy as np
from attacks import KINDS, Shot, Tools, attack
from material import Item, corpus, queries, read
from memory import MemoryExhibit, MemoryImages
from negatives import other_photo_of_print
from numpy.typing import NDArray
from peers import PEERS

from evidencecheck.matching.compare import compare
from evidencecheck.matching.proof import Kinship
from evidencecheck.model import ReferenceKind

WEB = frozenset({ReferenceKind.WEB})
Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Question:
    """A photo to look up: `answer` is the right picture's name or "", `ignored` count neither way."""

    kind: str
    rgb: Rgb
    answer: str
    ignored: tuple[str, ...] = ()
    shot: Shot | None = None


@dataclass
class Tally:
    """What one method answered."""

    pairs: list[tuple[float, bool, bool]] = field(default_factory=list)  # score, right, of a negative question
    found: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    add_ms: list[float] = field(default_factory=list)
    ask_ms: list[float] = field(default_factory=list)
    placed: list[float] = field(default_factory=list)
    positives: int = 0


def split(items: Sequence[Item]) -> tuple[list[Item], list[Item], list[Item]]:
    """Return the corpus, pictures kept out whose goods are in it, and pictures to paste whose goods are not."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.group].append(item)
    inside: list[Item] = []
    kept_out: list[Item] = []
    paste: list[Item] = []
    for i, members in enumerate(groups[name] for name in sorted(groups)):
        if len(members) == 1 and i % 4 == 0:
            paste += members
        elif len(members) > 1:
            out = max(1, len(members) // 4)
            kept_out += members[:out]
            inside += members[out:]
        else:
            inside += members
    return inside, kept_out, paste


def ask(inside: list[Item], kept_out: list[Item], paste: list[Item], each: int, seed: int) -> Iterator[Question]:
    """Yield generated questions, the same for every method."""
    rng = np.random.default_rng(seed)
    tools = Tools(rng, [item.rgb for item in paste])
    for kind in KINDS:
        for _ in range(each):
            item = inside[int(rng.integers(len(inside)))]
            shot, _ = attack(item.rgb, kind, tools)
            yield Question(kind, shot.rgb, item.name, (), shot)
    for _ in range(each * 10):
        item = kept_out[int(rng.integers(len(kept_out)))]
        kind = str(rng.choice(KINDS))
        yield Question("negative-hard", attack(item.rgb, kind, tools)[0].rgb, "")
        yield Question("negative-print", other_photo_of_print(inside[int(rng.integers(len(inside)))].rgb, tools), "")
    for _ in range(each * 5):
        item = paste[int(rng.integers(len(paste)))]
        yield Question("negative-easy", attack(item.rgb, str(rng.choice(KINDS)), tools)[0].rgb, "")


def from_folder(folder: Path) -> Iterator[Question]:
    for query in queries(folder):
        yield Question(query.transform, read(query.path), query.reference, query.also)


def run_ours(items: list[Item], questions: Iterator[Question], tally: Tally, rows: list[dict[str, Any]]) -> None:
    known = MemoryImages()
    for item in items:
        started = time.process_time()
        known.add(item.name, item.rgb)
        tally.add_ms.append((time.process_time() - started) * 1000)
    sizes = {item.name: item.rgb.shape for item in items}
    for question in questions:
        exhibit = MemoryExhibit.of(question.rgb)
        started = time.process_time()
        result = compare(exhibit, known, WEB)
        tally.ask_ms.append((time.process_time() - started) * 1000)
        same = {m.reference.id: m for m in result.of(Kinship.SAME_PHOTO)}
        scores = {m.reference.id: m.score for m in result.matches}
        count(tally, question, scores, set(same))
        rows += [
            {"kind": question.kind, "right": name == question.answer, "negative": not question.answer, "score": score,
             "proved": result.proved} for name, score in scores.items() if name not in question.ignored
        ]  # fmt: skip
        if question.shot is not None and question.answer in same:
            tally.placed.append(misplaced(same[question.answer].matched.homography, question, sizes[question.answer]))


def misplaced(homography: Any, question: Question, size: tuple[int, ...]) -> float:
    """Return how far the worst corner of the source's outline lies off, as a share of the photo's diagonal."""
    assert question.shot is not None
    h, w = size[:2]
    corners = np.array([[[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]]], np.float64)
    true = cv2.perspectiveTransform(corners, question.shot.homography)
    told = cv2.perspectiveTransform(corners, np.linalg.inv(np.array(homography)))
    return float(np.hypot(*(true - told)[0].T).max() / np.hypot(*question.rgb.shape[:2]))


def count(tally: Tally, question: Question, scores: dict[str, float], sure: set[str]) -> None:
    tally.positives += bool(question.answer)
    for name, score in scores.items():
        if name not in question.ignored:
            tally.pairs.append((score, name == question.answer, not question.answer))
    if question.answer:
        tally.found[question.kind].append(question.answer in sure)
    tally.wrong[question.kind].append(bool(sure - {question.answer} - set(question.ignored)))


def run_peer(
    items: list[Item], questions: Iterator[Question], tally: Tally, peer: tuple[Callable[..., Any], Callable[..., Any]]
) -> None:
    take, near = peer
    known = []
    for item in items:
        started = time.process_time()
        known.append(take(item.rgb))
        tally.add_ms.append((time.process_time() - started) * 1000)
    for question in questions:
        started = time.process_time()
        scores = near(question.rgb, known)
        tally.ask_ms.append((time.process_time() - started) * 1000)
        count(tally, question, {item.name: float(s) for item, s in zip(items, scores, strict=True)}, set())


def precision(tally: Tally) -> tuple[float, float, float]:
    """Return micro average precision, recall at one false pair in 10,000, and recall at 1 % of negatives."""
    ranked = sorted(tally.pairs, key=lambda pair: -pair[0])
    hits, total = 0, 0.0
    for rank, (_, right, _) in enumerate(ranked, 1):
        hits += right
        total += hits / rank if right else 0.0
    false = sorted((score for score, right, _ in ranked if not right), reverse=True)
    from_negatives = sorted((score for score, right, negative in ranked if not right and negative), reverse=True)

    def recall(limit: float) -> float:
        return sum(right and score > limit for score, right, _ in ranked) / max(1, tally.positives)

    rare = false[len(ranked) // 10_000] if len(false) > len(ranked) // 10_000 else -1e9
    negatives = sum(len(v) for k, v in tally.wrong.items() if k.startswith("negative"))
    one = from_negatives[negatives // 100] if len(from_negatives) > negatives // 100 else -1e9
    return total / max(1, tally.positives), recall(rare), recall(one)


def show(name: str, tally: Tally) -> None:
    average, rare, one = precision(tally)
    cost = f"{np.mean(tally.add_ms):6.1f} ms to add, {np.mean(tally.ask_ms):6.1f} ms to ask (processor time)"
    print(f"{name:28s} uAP {average:.4f}  recall at 1e-4 {rare:.3f}  at 1 % of negatives {one:.3f}  {cost}")


def details(tally: Tally) -> None:
    for kind in sorted(tally.wrong):
        found = tally.found.get(kind)
        share = f"{np.mean(found):.3f}" if found else "  -  "
        print(f"  {kind:16s} {len(tally.wrong[kind]):4d}  recall {share}  wrong {sum(tally.wrong[kind])}")
    every = [f for found in tally.found.values() for f in found]
    print(f"  recall {np.mean(every):.4f} of {len(every)}")
    if tally.placed:
        off = np.array(tally.placed)
        print(f"  outline within 3 % of diagonal: {(off < 0.03).mean():.4f} of {len(off)}; median {np.median(off):.5f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    items = corpus(args.folder)
    inside, kept_out, paste = split(items)
    sets: dict[str, tuple[list[Item], Callable[[], Iterator[Question]]]] = {}
    if (args.folder / "truth.csv").exists():
        sets["queries of the folder"] = (items, lambda: from_folder(args.folder))
    if args.each:
        sets["generated attacks"] = (inside, lambda: ask(inside, kept_out, paste, args.each, args.seed))
    rows: list[dict[str, Any]] = []
    for title, (known, questions) in sets.items():
        print(f"\n{title}: {len(known)} known pictures")
        tally = Tally()
        run_ours(known, questions(), tally, rows)
        show("evidencecheck", tally)
        details(tally)
        for name, load in PEERS.items() if args.peers else ():
            peer = load()
            if peer is None:
                print(f"{name:28s} not installed")
                continue
            other = Tally()
            run_peer(known, questions(), other, peer)
            show(name, other)
    if args.out:
        args.out.write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
