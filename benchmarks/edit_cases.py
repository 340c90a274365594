"""Block planes of generated edits and genuine pictures, cached for training: the slow half of train_edit_map.py.

    edit_cases.py CACHE FOLDER=KIND [FOLDER=KIND ..] [--round N]

KIND says what the photos in the folder are: `camera` (originals, kept at full size and on their grid), `photo` (any
larger photo: resized, given sensor noise and a camera-like save), `small` (product pictures, used as they are), `made`
(pictures made before, the set `synth` of a manifest.csv as benchmarks/edits.py reads it). Of the first two, 30 of 100
are developed as a phone does instead. Every photo is a base of several pictures; the plan is PLAN. Every case is a line
of a .jsonl file, and a .npz file of what features are made of, and of the share of each block edited. Which photos show
one scene is for edit_scenes.py to say first: what is pasted in comes from a photo of the same fold (in pictures made
before, from any).
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import edit_generator as made_by
import numpy as np
from examine import opened, photos_in, written
from numpy.typing import NDArray
from PIL import Image, ImageOps

from evidencecheck.forensics.context import Inputs, inputs
from evidencecheck.forensics.dct import BLOCK_PX
from evidencecheck.forensics.planes import BlockPlanes, block_planes
from evidencecheck.forensics.source import last_save

Rgb = NDArray[np.uint8]
PLAN = {"camera": (10, 10), "photo": (5, 5), "small": (2, 3)}  # edited and genuine pictures a base
CHAIN_SHARES = (0.2, 0.1, 0.14, 0.12, 0.12, 0.14, 0.08, 0.1)  # as made_by.CHAINS
GENUINE = ("genuine", "filtered", "screenshot")
KINDS = (
    *made_by.EDITS,
    "crack",
    "text",
    "stain",
    "clone",
)  # the hardest, and the most likely, are drawn twice as often
FOLDS = 5  # of the cross-validation
SCENES = "scenes.csv"  # in the cache: base, scene
LEAST_MARKED = 0.3  # of some block: an edit smaller than this is no use


@dataclass(frozen=True, kw_only=True)
class Case:
    """One picture as training sees it; its planes stay on the disk until they are used."""

    file: Path
    facts: NDArray[np.float32]
    base: str  # the photo it was made from
    scene: str  # that the photo shows: pictures of one scene are never on both sides of a split
    kind: str
    chain: str
    edited: bool

    def load(self) -> tuple[Inputs, NDArray[np.float32]]:
        """Return what features are made of, and the share (rows, columns) of each block edited."""
        with np.load(self.file) as data:
            seen, odd, marked = (data[name].astype(np.float32) for name in ("seen", "odd", "marked"))
        return Inputs(seen=seen, odd=odd, facts=self.facts), marked


def fold_of(scene: str) -> int:
    """Pictures made from one photo are always on one side of a split."""
    return zlib.crc32(scene.encode()) % FOLDS


def read_scenes(folder: Path) -> dict[str, str]:
    """Return the scene of each base."""
    with (folder / SCENES).open(encoding="utf-8") as table:
        return {row["base"]: row["scene"] for row in csv.DictReader(table)}


def read_cases(folder: Path) -> list[Case]:
    """Return all cases of a cache. Raises KeyError where edit_scenes.py has not seen a base."""
    scenes, cases = read_scenes(folder), []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            known = json.loads(line)
            file, facts = folder / known.pop("file"), np.array(known.pop("facts"), np.float32)
            cases.append(Case(file=file, facts=facts, scene=scenes[known["base"]], **known))
    return cases


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A file made from a base, and where it was edited: 0 or 255 (H, W), None where all of it is genuine."""

    path: Path
    mask: NDArray[np.uint8] | None
    base: str
    kind: str
    chain: str

    def write(self, folder: Path, name: str) -> None:
        """Add its case to the cache; nothing where it is too small, or the edit is."""
        planes = planes_of(self.path)
        if planes is None:
            return
        marked = np.zeros(planes.values.shape[1:], np.float16)
        if self.mask is not None:
            marked = marked_blocks(self.mask, planes)
            if marked.max() < LEAST_MARKED:
                return
        given = inputs(planes)
        seen, odd = (part.astype(np.float16) for part in (given.seen, given.odd))
        np.savez(folder / f"{name}.npz", seen=seen, odd=odd, marked=marked)
        known = {"file": f"{name}.npz", "base": self.base, "kind": self.kind, "chain": self.chain}
        line = json.dumps({**known, "edited": self.mask is not None, "facts": given.facts.tolist()}, ensure_ascii=False)
        with (folder / f"{name.partition('-')[0]}.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(line + "\n")


@dataclass(frozen=True, kw_only=True)
class Base:
    """A photo to make pictures from."""

    kind: str
    path: Path
    fold: int


def read(path: Path) -> Rgb:
    return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"), np.uint8)


def planes_of(path: Path) -> BlockPlanes | None:
    exhibit = opened(path)
    return block_planes(exhibit.rgb, exhibit.gray, last_save(exhibit))


def marked_blocks(mask: NDArray[np.uint8], planes: BlockPlanes) -> NDArray[np.float16]:
    rows, columns = planes.values.shape[1:]
    part = mask[planes.top : planes.top + BLOCK_PX * rows, planes.left : planes.left + BLOCK_PX * columns]
    share = cv2.resize(part.astype(np.float32) / 255, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float16)


def original(base: Base, rng: made_by.Rng) -> Rgb:
    """Return the base as a camera original would be decoded."""
    rgb = read(base.path)
    if base.kind == "small":
        return rgb
    if rng.random() < 0.3:
        return _developed(rgb, rng)
    if base.kind == "camera":
        return _crop(rgb, (1600, 1200) if rng.random() < 0.3 else (1024, 768), rng, on_grid=True)
    if max(rgb.shape) < 1800 and rng.random() < 0.5:
        return _crop(rgb, (1024, 768), rng, on_grid=True)  # as received, its own save underneath
    scale = rng.uniform(0.35, 0.8) if max(rgb.shape) > 1800 else rng.uniform(0.6, 1.0)
    rgb = np.asarray(made_by.resize(rgb, (int(rgb.shape[1] * scale), int(rgb.shape[0] * scale)), rng), np.uint8)
    rgb = _crop(rgb, (1024, 768), rng, on_grid=False)
    if rng.random() < 0.5:
        rgb = np.clip(rgb + rng.normal(0, rng.uniform(0.5, 3.5), rgb.shape), 0, 255).astype(np.uint8)
    return made_by.decode(made_by.jpeg(rgb, int(rng.integers(85, 99)), rng)) if rng.random() < 0.8 else rgb


def _developed(rgb: Rgb, rng: made_by.Rng) -> Rgb:
    """Return the photo as a phone develops it: smaller, strong in colour and contrast, sharpened; its whites and pure
    colours are clipped before the save and once more after it, which takes that save's marks away there.
    """
    scale = rng.uniform(0.4, 0.8)
    rgb = np.asarray(made_by.resize(rgb, (int(rgb.shape[1] * scale), int(rgb.shape[0] * scale)), rng), np.uint8)
    work = _crop(rgb, (1024, 768), rng, on_grid=False).astype(np.float32)
    gray = work.mean(2, keepdims=True)
    work = (gray + (work - gray) * np.float32(rng.uniform(1, 1.6))) * np.float32(rng.uniform(0.9, 1.25))
    work = 128 + (work - 128) * np.float32(rng.uniform(1, 1.25))
    work += np.float32(rng.uniform(0, 1)) * (work - cv2.GaussianBlur(work, (0, 0), rng.uniform(0.6, 2)))
    work += rng.normal(0, rng.uniform(0, 2), work.shape).astype(np.float32)
    return made_by.decode(made_by.jpeg(np.clip(work, 0, 255).astype(np.uint8), int(rng.integers(85, 99)), rng))


def _crop(rgb: Rgb, size: tuple[int, int], rng: made_by.Rng, *, on_grid: bool) -> Rgb:
    height, width = rgb.shape[:2]
    wide, tall = size if width >= height else size[::-1]
    top, left = (int(rng.integers(0, max(0, room) + 1)) for room in (height - tall, width - wide))
    if on_grid:
        top, left = top // BLOCK_PX * BLOCK_PX, left // BLOCK_PX * BLOCK_PX
    return np.ascontiguousarray(rgb[top : top + tall, left : left + wide])


def make(bases: list[Base], index: int, number: int, *, edited: bool, turn: int) -> made_by.Made:
    """Make one picture; the same arguments make the same one."""
    rng = np.random.default_rng([turn, index, int(edited), number])
    rgb = original(bases[index], rng)
    chain = str(rng.choice(made_by.CHAINS, p=CHAIN_SHARES))
    if not edited:
        return made_by.genuine(rgb, str(rng.choice(GENUINE, p=(0.5, 0.25, 0.25))), chain, rng)
    donors = [base for base in bases if base.fold == bases[index].fold]
    donor = original(donors[int(rng.integers(len(donors)))], rng)
    if min(donor.shape[:2]) < 300:
        donor = rgb[::-1, ::-1]
    return made_by.edited(rgb, np.ascontiguousarray(donor), str(rng.choice(KINDS)), chain, rng)


def made_now(bases: list[Base], turn: int) -> Iterator[Picture]:
    jobs = [
        (index, number, edited)
        for index, base in enumerate(bases)
        for edited, count in zip((True, False), PLAN[base.kind], strict=True)
        for number in range(count)
    ]
    with tempfile.TemporaryDirectory() as work:
        for place in np.random.default_rng(turn).permutation(len(jobs)):
            index, number, edited = jobs[int(place)]
            made = make(bases, index, number, edited=edited, turn=turn)
            mask = made.mask if edited else None
            yield Picture(
                path=written(made.data, Path(work)),
                mask=mask,
                base=bases[index].path.name,
                kind=made.kind,
                chain=made.chain,
            )


def made_before(folder: Path) -> Iterator[Picture]:
    for row in csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")):
        if row["set"] == "synth":
            mask = np.asarray(Image.open(folder / row["mask"]).convert("L")) if row["label"] == "1" else None
            path = folder / row["file"]
            yield Picture(path=path, mask=mask, base=row["source"], kind=row["kind"], chain=row["chain"])


def folders_of(words: list[str]) -> list[tuple[Path, str]]:
    """Return folder and kind of each FOLDER=KIND."""
    return [(Path(folder), kind) for folder, _, kind in (word.rpartition("=") for word in words)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("folders", nargs="+", help="FOLDER=KIND")
    parser.add_argument("--round", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    folders, scenes = folders_of(args.folders), read_scenes(args.cache)
    bases = [
        Base(kind=kind, path=path, fold=fold_of(scenes[path.name]))
        for folder, kind in folders
        if kind != "made"
        for path in photos_in(folder)
    ]
    before = (picture for folder, kind in folders if kind == "made" for picture in made_before(folder))
    (args.cache / f"round{args.round}.jsonl").unlink(missing_ok=True)
    for count, picture in enumerate(chain(made_now(bases, args.round), before)):
        picture.write(args.cache, f"round{args.round}-{count:06d}")


if __name__ == "__main__":
    main()
