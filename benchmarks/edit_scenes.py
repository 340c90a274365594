"""Which photos show one scene, so that training never has it on both sides of a split: writes CACHE/scenes.csv.

    edit_scenes.py CACHE FOLDER=KIND ..      # the same folders as edit_cases.py

Photos of one scene have the same name up to "__"; besides, two photos show one scene where their layouts are almost the
same, or where SIFT features of one (D. Lowe, IJCV 60(2), 2004) lie on those of the other by one affine map (RANSAC:
M. Fischler, R. Bolles, CACM 24(6), 1981). Each photo is compared with the photos most like it in layout; a mirrored one
is not known again. Pairs are printed: look at them.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from edit_cases import SCENES, folders_of, made_before, read
from examine import photos_in
from numpy.typing import NDArray

LAYOUT = (12, 12)  # cells of a photo's layout
NEIGHBOURS = 12  # photos compared with each by features
SAME_LAYOUT = 0.985  # correlation of layouts from which nothing more is asked
SIDE_PX = 640  # longest side that features are looked for in
RATIO = 0.75  # Lowe's
AGREEING = 20  # features from which it is one scene
FEATURES = 1500  # at most, of each photo


def layout(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    cells = cv2.cvtColor(cv2.resize(rgb, LAYOUT, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB).astype(np.float32)
    cells -= cells.mean((0, 1))
    return np.asarray(cells.ravel() / max(float(np.linalg.norm(cells)), 1e-6), np.float32)


@dataclass(frozen=True, kw_only=True)
class Described:
    """A photo's layout, and its SIFT features: places (n, 2) in pixels of a small copy, descriptors (n, 128)."""

    layout: NDArray[np.float32]
    places: NDArray[np.float32]
    descriptors: NDArray[np.float32]


def described(rgb: NDArray[np.uint8]) -> Described:
    gray, scale = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), SIDE_PX / max(rgb.shape[:2])
    gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    points, descriptors = cv2.SIFT.create(FEATURES).detectAndCompute(gray, None)
    places = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
    found = np.zeros((0, 128)) if descriptors is None else descriptors
    return Described(layout=layout(rgb), places=places, descriptors=np.asarray(found, np.float32))


def agreeing(one: Described, other: Described) -> int:
    """Return how many features, each the other's nearest, lie where one affine map takes them."""
    if min(len(one.places), len(other.places)) < AGREEING:
        return 0
    there = dict(_nearest(one, other))
    pairs = np.array([(i, j) for j, i in _nearest(other, one) if there.get(i) == j], np.intp)
    if len(pairs) < AGREEING:
        return 0
    _, fits = cv2.estimateAffine2D(one.places[pairs[:, 0]], other.places[pairs[:, 1]], ransacReprojThreshold=4.0)
    return int(fits.sum()) if fits is not None else 0


def _nearest(one: Described, other: Described) -> Iterator[tuple[int, int]]:
    for first, second in cv2.BFMatcher().knnMatch(one.descriptors, other.descriptors, 2):
        if first.distance < RATIO * second.distance:
            yield first.queryIdx, first.trainIdx


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("folders", nargs="+", help="FOLDER=KIND")
    args = parser.parse_args()
    cv2.setRNGSeed(0)
    photos = [(base, described(read(path))) for base, path in pictures_in(args.folders)]
    layouts = np.stack([photo.layout for _, photo in photos])
    scene = {base: base.partition("__")[0] for base, _ in photos}
    for (base, photo), alike in zip(photos, layouts @ layouts.T, strict=True):
        strangers = [int(j) for j in np.argsort(-alike) if scene[photos[j][0]] != scene[base]]
        for j in strangers[:NEIGHBOURS]:
            other, count = photos[j][0], agreeing(photo, photos[j][1])
            if alike[j] >= SAME_LAYOUT or count >= AGREEING:
                print(f"{base} | {other}: layout {alike[j]:.3f}, {count} features")
                kept, gone = sorted((scene[base], scene[other]))
                scene = {name: kept if one == gone else one for name, one in scene.items()}
    args.cache.mkdir(parents=True, exist_ok=True)
    with (args.cache / SCENES).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("base", "scene"))
        table.writerows(sorted(scene.items()))
    print(f"{len(scene)} bases, {len(set(scene.values()))} scenes")


def pictures_in(folders: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield each base with pictures of it; screenshots are left out, whose frames are alike whatever they show."""
    for folder, kind in folders_of(folders):
        if kind == "made":
            yield from ((made.base, made.path) for made in made_before(folder) if made.kind != "screenshot")
        else:
            yield from ((path.name, path) for path in photos_in(folder))


if __name__ == "__main__":
    main()
