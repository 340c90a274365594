"""What the checks that read single traces answer, chain by chain: genuine photos, or a folder of known pictures.

    trace_answers.py PHOTO_OR_FOLDER [..] [--check jpeg-grid ..]

A folder with a manifest.csv (as benchmarks/edits.py reads it) is taken as it is. Any other photo is genuine: it is
looked at as received, and once through each chain of edit_generator.py, plain, filtered or as a screenshot by turns.
Prints, per check and chain, how many it calls edited, notes, is silent on or cannot judge, and what save-chain says.
Photos of one scene have the same name up to "__".
"""

from __future__ import annotations

import argparse
import csv
import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import edit_generator as made_by
import numpy as np
from examine import asked, photos_in
from numpy.typing import NDArray
from PIL import Image, ImageOps

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import select_checks
from evidencecheck.model import Outcome, Received, Settings, Status, Unreadable

Rgb = NDArray[np.uint8]
CHECKS = ("jpeg-grid", "recapture", "thumbnail", "save-chain", "error-level")
KINDS = ("genuine", "filtered", "genuine", "screenshot")
LONGEST_PX = 1600
CROP_PX = 1024  # a multiple of 8: the crop stays on its own grid
AS_RECEIVED = "as received"


def taken(path: Path, rng: made_by.Rng) -> Rgb:
    """Return the photo's pixels as an app would open them: a crop in full resolution, or the whole made smaller."""
    with Image.open(path) as image:
        rgb = np.asarray(ImageOps.exif_transpose(image).convert("RGB"), np.uint8)
    if max(rgb.shape) <= LONGEST_PX:
        return rgb
    if rng.random() < 0.5:
        return np.ascontiguousarray(rgb[:CROP_PX, :CROP_PX])
    return made_by.to_longest(rgb, np.zeros(rgb.shape[:2], np.uint8), LONGEST_PX, rng)[0]


def known(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (chain, file) of a folder with a manifest."""
    for row in csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")):
        yield f"{row['chain']}, {'edited' if row['label'] == '1' else 'genuine'}", folder / row["file"]


def made(photos: list[Path]) -> Iterator[tuple[str, Path]]:
    """Yield (chain, file): each photo itself, and what each chain makes of it."""
    with tempfile.TemporaryDirectory() as work:
        for number, photo in enumerate(photos):
            yield AS_RECEIVED, photo
            for turn, chain in enumerate(made_by.CHAINS):
                rng = np.random.default_rng([29, number, turn])
                one = made_by.genuine(taken(photo, rng), KINDS[(number + turn) % len(KINDS)], chain, rng)
                suffix = "png" if one.data.startswith(b"\x89PNG") else "jpg"
                path = Path(work) / f"{photo.stem}.{suffix}"
                path.write_bytes(one.data)
                yield one.chain.replace("screen_", "screenshot, "), path


def answer(outcome: Outcome) -> str:
    """Return what the check says, in one word; the save chain in its own words."""
    if outcome.status is Status.FAILED:
        return "failed"
    if outcome.findings:
        return "edited"
    if outcome.blind:
        return "blind"
    if outcome.status is Status.NOT_APPLICABLE:
        return "not applicable"
    if outcome.notes and outcome.check == "save-chain":
        return outcome.notes[0].summary.en.partition("; ")[2]
    return "noted" if outcome.notes else "silent"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--check", nargs="+", default=CHECKS)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    checks = select_checks(only=args.check)
    listed = [folder for folder in args.photos if (folder / "manifest.csv").is_file()]
    photos = [path for folder in args.photos if folder not in listed for path in photos_in(folder)]
    said: dict[str, dict[str, Counter[str]]] = {check.id: defaultdict(Counter) for check in checks}
    for chain, path in itertools.chain(made(photos), *(known(folder) for folder in listed)):
        exhibit = open_exhibit(Received(case="case", name=path.name, path=path), Settings())
        if isinstance(exhibit, Unreadable):
            continue
        for check in checks:
            word = answer(asked(check, exhibit).outcome)
            said[check.id][chain][word] += 1
            if word in {"edited", "failed"} or (check.id == "recapture" and word == "noted"):
                print(f"# {check.id} {word}: {path.name}, {chain}", flush=True)
    print(f"{len(photos)} photos of {len({photo.stem.partition('__')[0] for photo in photos})} scenes")
    for check_id, by_chain in said.items():
        print(f"\n{check_id}: {dict(sum(by_chain.values(), Counter()))}")
        for chain, words in sorted(by_chain.items()):
            print(f"  {chain:26s}{dict(words)}")


if __name__ == "__main__":
    main()
