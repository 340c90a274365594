"""What the program's verdict is on genuine photos, chain by chain, through the command as sellers run it.

    verdicts.py PHOTO_OR_FOLDER [..]

Each photo is screened as received, once through each chain of edit_generator.py (plain, filtered or as a screenshot by
turns), and as null edits: opened and saved again. Prints, per chain, how many are called edited, and how surely.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import edit_generator as made_by
import numpy as np
from examine import photos_in, written
from trace_answers import made, taken

NULL_QUALITIES = (80, 90, 95)
CALM = "not called edited"


def null_edits(photos: list[Path]) -> Iterator[tuple[str, Path]]:
    """Yield (chain, file): each photo opened and saved again, at each quality."""
    with tempfile.TemporaryDirectory() as work:
        for number, photo in enumerate(photos):
            rgb = taken(photo, np.random.default_rng([30, number]))
            for quality in NULL_QUALITIES:
                yield f"null edit, quality {quality}", written(made_by.jpeg(rgb, quality), Path(work))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=Path)
    args = parser.parse_args()
    photos = [path for folder in args.photos for path in photos_in(folder)]
    with tempfile.TemporaryDirectory() as work:
        chains, received, lines = {}, Path(work) / "photos", Path(work) / "screen.jsonl"
        for number, (chain, path) in enumerate(itertools.chain(made(photos), null_edits(photos))):
            order = f"{number:06d}"
            (received / order).mkdir(parents=True)
            shutil.copyfile(path, received / order / f"photo{path.suffix}")
            chains[order] = chain
        words = ("screen", received, "--only", "edits", "--out", Path(work) / "out", "--jsonl", lines)
        command = [sys.executable, "-m", "evidencecheck", *map(str, words)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        assert done.returncode in {0, 1}
        said: dict[str, Counter[str]] = defaultdict(Counter)
        for record in map(json.loads, lines.read_text(encoding="utf-8").splitlines()):
            order = Path(record["photo"]).parts[0]
            verdict = record["verdict"] if "edited" in record.get("claims", ()) else CALM
            for chain in (chains[order], "all"):
                said[chain][verdict] += 1
            if verdict != CALM:
                print(f"# {verdict}: {chains[order]}, picture {int(order)}")
    print(f"{len(photos)} photos")
    for chain, verdicts in said.items():
        print(f"{chain:32s}{verdicts.total():5d}  {', '.join(f'{name} {n}' for name, n in sorted(verdicts.items()))}")


if __name__ == "__main__":
    main()
