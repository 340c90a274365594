"""Measure how often known-photo and reused raise a false alarm, and print their rows for decide/calibration.json.

    python benchmarks/calibrate_match.py FOLDER [--queries 300] [--copies 300] [--seed 21] [--out FILE.json]

Two things are measured on FOLDER (corpus/, sources.csv): the score of pairs of different photos, hard ones most of all
(each candidate that the search brings up and that was compared counts as one comparison; made-up other photos of one
print among them; pairs measured by train_fusion.py can be added with --measured, scored by cross-validation), and the
score of `edited` findings on copies that were re-saved, resized, filtered, turned or cropped
but not edited. Where no different pair reached a score, the rate is read off an exponential tail fitted to the highest
tenth of scores, its mean taken two standard errors high.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import faiss
import numpy as np
from attacks import KINDS, SINGLE, Tools, attack
from match import split
from material import corpus
from memory import MemoryExhibit, MemoryImages
from negatives import other_photo_of_print
from numpy.typing import NDArray
from train_fusion import different_scores

from evidencecheck.matching.compare import compare
from evidencecheck.matching.edits import edits_of
from evidencecheck.matching.proof import Kinship, hypotheses, prove, view
from evidencecheck.model import ReferenceKind

WEB = frozenset({ReferenceKind.WEB})
UNEDITED = (
    "blur", "bright", "contrast_sat", "crop10", "crop30", "crop50", "gray", "hflip", "jpeg30", "jpeg60", "noise",
            "persp", "photo_screen", "resize025", "resize05", "resize2", "rot90", "rot_small", "temp", "wechat",
            "wechat_small", "border", "screenshot", "collage")  # fmt: skip
MATCH_STEPS = (0.6, 0.7, 0.9, 0.97, 0.99)
EDIT_STEPS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)


def different(folder: Path, count: int, seed: int) -> tuple[list[float], int]:
    """Return the score of every comparison of different photos, and how many photos were asked about."""
    items = corpus(folder)
    inside, kept_out, paste = split(items)
    rng = np.random.default_rng(seed)
    tools = Tools(rng, [item.rgb for item in paste])
    known = MemoryImages()
    for item in inside:
        known.add(item.name, item.rgb)
    scores: list[float] = []
    for number in range(count):
        pool = (inside, kept_out, paste)[number % 3]
        item = pool[int(rng.integers(len(pool)))]
        if number % 6 == 0:
            shot = other_photo_of_print(item.rgb, tools)
        else:
            shot = attack(item.rgb, str(rng.choice(KINDS)), tools)[0].rgb
        exhibit = MemoryExhibit.of(shot)
        photo = view(exhibit.gray, exhibit.fingerprint, shot.shape[1])
        for candidate in known.search(exhibit.fingerprint, WEB)[:10]:
            if candidate.reference.id == item.name and number % 6:
                continue
            maps = hypotheses(exhibit.fingerprint, candidate.fingerprint)
            picture = known.picture(candidate.reference) if maps else None
            if picture is not None:
                gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
                proof = prove(photo, view(gray, candidate.fingerprint, candidate.reference.width), maps)
                scores.append(proof.score if proof else 0.0)
                if scores[-1] > 0.3:
                    print(f"  {scores[-1]:.3f} {item.name} -> {candidate.reference.id}", flush=True)
    return scores, count


def unedited(folder: Path, count: int, seed: int) -> list[float]:
    """Return the score of the edited finding on unedited copies, 0 where there is none."""
    items = corpus(folder)
    rng = np.random.default_rng(seed)
    tools = Tools(rng, [item.rgb for item in items])
    scores: list[float] = []
    for number in range(count):
        item = items[int(rng.integers(len(items)))]
        kind = UNEDITED[number % len(UNEDITED)]
        shot, _ = attack(item.rgb, kind, tools)
        shot = SINGLE["wechat"](shot, tools) if rng.random() < 0.5 else shot
        known = MemoryImages()
        known.add(item.name, item.rgb)
        exhibit = MemoryExhibit.of(shot.rgb)
        for match in compare(exhibit, known, WEB).of(Kinship.SAME_PHOTO):
            edits = edits_of(exhibit, known, match)
            scores.append(edits.score if edits else 0.0)
            if scores[-1] > 0:
                print(f"  edited {scores[-1]:.3f} {kind} {item.name}", flush=True)
    return scores


def rates(scores: list[float], steps: tuple[float, ...]) -> list[tuple[float, float]]:
    """Return (score, rate) steps: counted where seen, else from the fitted tail, see the module's docstring."""
    values = np.clip(np.array(scores), 1e-6, 1 - 1e-6)
    logit = np.log(values / (1 - values))
    tail = np.quantile(logit, 0.9)
    above = logit[logit > tail] - tail
    slope = float(above.mean()) * (1 + 2 / np.sqrt(len(above)))  # upper end of what the tail may be
    done, last = [], 1.0
    for step in steps:
        fitted = 0.1 * float(np.exp(-max(0.0, np.log(step / (1 - step)) - tail) / slope))
        last = min(last, float(f"{max(fitted, (values >= step).mean()):.3g}"))
        done.append((step, last))
    return done


def counted(scores: list[float], steps: tuple[float, ...]) -> list[tuple[float, float]]:
    values: NDArray[np.float64] = np.array(scores)
    return [(s, float(f"{max((values >= s).mean(), 1 / max(1, len(values))):.3g}")) for s in steps]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--copies", type=int, default=300)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--measured", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    pairs, asked = different(args.folder, args.queries, args.seed)
    print(
        f"{len(pairs)} comparisons of different photos from {asked} photos;"
        f" {sum(s >= 0.6 for s in pairs)} at 0.6 or above"
    )
    pairs += different_scores(args.measured) if args.measured else []
    copies = unedited(args.folder, args.copies, args.seed)
    print(f"{len(copies)} unedited copies; {sum(s > 0 for s in copies)} with an edited finding")
    matched = rates(pairs, MATCH_STEPS)
    how = f"benchmarks/calibrate_match.py: per comparison, {len(pairs)} of different photos, hard ones included"
    told = how + f"; scores below 0.6 are edited findings, on {len(copies)} unedited copies"
    table: dict[str, Any] = {
        "known-photo": {"steps": counted(copies, EDIT_STEPS) + matched, "photos": len(copies) + asked, "how": told},
        "reused": {"steps": matched, "photos": asked, "how": how},
    }
    for row in table.values():  # one table: what is said of lower scores must never be milder than of higher ones
        steps = row["steps"]
        row["steps"] = [[score, max(rate for _, rate in steps[i:])] for i, (score, _) in enumerate(steps)]
    text = json.dumps(table, indent=1)
    print(text)
    if args.out:
        args.out.write_text(text)


if __name__ == "__main__":
    main()
