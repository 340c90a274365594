"""Measure copy-move on honest repetition, and on parts that were really copied.

    repetition.py FOLDER [FOLDER ..] [--each 10] [--longest 1600] [--seed 0]

Makes each kind of picture of drawn_marks.py and repeated_parts.py from the photos of the folders and saves it as PNG,
JPEG 95, 85, 75 or as a chat does, by turns. Prints, by kind, how many are reported and how many are likely. Parts that
were really copied, in bare photos and under marks drawn afterwards, count only where they are found at their place.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import drawn_marks as marks
import edit_generator as made_by
import numpy as np
import repeated_parts as parts
from PIL import Image, ImageOps

from evidencecheck.check.copy_move import LIKELY, SHOWN
from evidencecheck.forensics.copies import find_copies, score

Draw = Callable[[marks.Rgb, marks.Rng], marks.Rgb]
CHAINS = ("png", "q95", "q85", "q75", "chat")
CHAT_PX, CHAT_QUALITY = 1280, 75
LEAST_AT_PLACE = 0.2  # share of a found copy, both places, that must lie where the part was pasted
DRAWN: dict[str, Draw] = {
    "see-through mark, tiled": marks.tiled_mark,
    "the same, the sheet turned": marks.turned_tiles,
    "mark at two or three places": marks.two_marks,
    "date and time twice": marks.timestamps,
    "flat stickers": marks.stickers,
    "shaded stickers with a shadow": marks.shaded_stickers,
    "false colours with spot meters": marks.thermal,
    "an app's buttons and status bar": marks.buttons,
    "red rings and arrows": marks.rings,
    "ornament in four corners": marks.corners,
    "chat with one avatar": parts.chat,
    "shop page with equal tags and buttons": parts.cards,
    "equal goods, photographed": parts.equal_goods,
    "collage: one photo twice (a copy)": parts.collage,
}
DRAWN_ON_COPIES = (
    "see-through mark, tiled",
    "mark at two or three places",
    "flat stickers",
    "an app's buttons and status bar",
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A saved picture, what was drawn into it, and where a part of the photo was pasted."""

    kind: str
    data: bytes
    place: parts.Box | None  # of the copied part; None where nothing was copied


def saved(rgb: marks.Rgb, chain: str) -> bytes:
    if chain == "png":
        return made_by.png(rgb)
    if chain == "chat":
        shrink = min(1.0, CHAT_PX / max(rgb.shape[:2]))
        rgb = np.asarray(cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        return made_by.jpeg(rgb, CHAT_QUALITY)
    return made_by.jpeg(rgb, int(chain.removeprefix("q")))


def kinds() -> Iterator[tuple[str, Draw | None, bool | None]]:
    """Yield a kind's name, what is drawn, and whether the copied part is turned (None: nothing is copied)."""
    for name, draw in DRAWN.items():
        yield name, draw, None
    yield "part copied", None, False
    yield "part copied and turned", None, True
    for name in DRAWN_ON_COPIES:
        yield f"part copied, then: {name}", DRAWN[name], False


def cases(photos: list[Path], each: int, longest: int, seed: int) -> Iterator[Case]:
    """Yield `each` pictures of every kind; the same ones for the same photos and seed."""
    for number, (kind, draw, turned) in enumerate(kinds()):
        for k in range(each):
            rng = np.random.default_rng((seed, number, k))
            photo = Image.open(photos[(number * 7 + k * 5 + seed) % len(photos)]).convert("RGB")
            rgb, place = np.asarray(ImageOps.contain(photo, (longest, longest))), None
            if turned is not None:
                rgb, place = parts.copied(rgb, rng, turned=turned)
            rgb = draw(rgb, rng) if draw else rgb
            yield Case(kind=kind, data=saved(rgb, CHAINS[k % len(CHAINS)]), place=place)


def judged(case: Case) -> float:
    """Return the highest score; of a picture with a copied part, the highest of what lies at least partly there."""
    gray, best = np.asarray(cv2.cvtColor(made_by.decode(case.data), cv2.COLOR_RGB2GRAY), np.uint8), 0.0
    for copy in find_copies(gray):
        both = copy.source | copy.target
        if case.place is not None:
            height, width = both.shape
            left, top, right, bottom = (round(v * (width, height)[i % 2]) for i, v in enumerate(case.place))
            if both[top:bottom, left:right].sum() < LEAST_AT_PLACE * both.sum():
                continue
        best = max(best, score(copy))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=10, help="pictures of a kind")
    parser.add_argument("--longest", type=int, default=1600, help="longest side of a photo before anything is drawn")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    photos = [path for folder in args.folders for path in sorted(folder.iterdir()) if path.is_file()]
    scores = defaultdict(list)
    for case in cases(photos, args.each, args.longest, args.seed):
        scores[case.kind].append(judged(case))
    for kind, some in scores.items():
        got = np.array(some)
        counts = f"reported {(got >= SHOWN).sum():3d}  likely {(got >= LIKELY).sum():3d}  highest {got.max():.2f}"
        print(f"{kind:50s}{len(got):4d}  {counts}", flush=True)


if __name__ == "__main__":
    main()
