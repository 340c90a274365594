"""How often same-order would accuse: what honest people do to a second photo, and changed copies that it should find.

    python benchmarks/siblings.py FOLDER [--photos 8]

Every photo is reduced until its own noise is gone, and given drawn noise: two exposures of one scene then differ in it,
as they do in a camera. A burst also moves by a few pixels, with some depth; a finger or a piece of another photo comes
in between. Each pair goes through three ways of saving.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from memory import MemoryExhibit, MemoryImages, Rgb, reduced
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.find import find_photos
from evidencecheck.check.same_order import same_order
from evidencecheck.model import Blocks, Candidate, Finding, Lab, ReferenceKind, Settings, Sibling, Strength, Unreadable

CLEAN_PX, WORK_PX = 700, 1600
WAYS = {"camera, q93": (93, 1600), "chat, 1280 px q80": (80, 1280), "chat, 1280 px q70": (70, 1280)}
COLOURS = {"red": (230, 20, 20), "blue": (30, 80, 230), "white": (255, 255, 255), "black": (0, 0, 0)}


class Order(MemoryImages):
    """The other photos of one order."""

    def of_order(self, order: str, *, but: str = "") -> Sequence[Candidate]:
        del order, but
        return [Candidate(reference, print_, None, 0) for reference, print_, _ in self._known]


def exposed(scene: Rgb, rng: np.random.Generator, levels: float = 3.5) -> Rgb:
    grain = cv2.GaussianBlur(rng.normal(0, 1, scene.shape).astype(np.float32), (0, 0), 0.7)
    return np.asarray(np.clip(scene + grain * (levels / grain.std()), 0, 255), np.uint8)


def moved(scene: Rgb, rng: np.random.Generator, amount: float) -> Rgb:
    """The scene from a hand that moved: a small tilt, and depth that shifts things against each other."""
    h, w = scene.shape[:2]
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    there = (corners + rng.normal(0, amount * 0.004 * max(h, w), (4, 2))).astype(np.float32)
    depth = cv2.GaussianBlur(rng.normal(0, 1, (h, w, 2)).astype(np.float32), (0, 0), max(h, w) / 12)
    grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1).astype(np.float32)
    places = np.asarray(grid + depth * (amount * 0.0015 * max(h, w) / float(np.std(depth))), np.float32)
    tilted = cv2.warpPerspective(
        scene, cv2.getPerspectiveTransform(corners, there), (w, h), borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(cv2.remap(tilted, places, np.empty(0), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.uint8)


def with_finger(scene: Rgb) -> Rgb:
    h, w = scene.shape[:2]
    mask = np.zeros((h, w), np.float32)
    cv2.ellipse(mask, (int(0.85 * w), int(0.75 * h)), (int(0.25 * w), int(0.05 * h)), 20, 0, 360, 1.0, -1)
    return blended(scene, np.full_like(scene, (200, 150, 125)), mask)


def with_piece(scene: Rgb, other: Rgb) -> Rgb:
    h, w = scene.shape[:2]
    mask = np.zeros((h, w), np.float32)
    cv2.ellipse(mask, (w // 2, h // 2), (w // 11, h // 16), 25, 0, 360, 1.0, -1)
    return blended(scene, np.asarray(cv2.resize(other, (w, h)), np.uint8), mask)


def blended(scene: Rgb, other: Rgb, mask: NDArray[np.float32]) -> Rgb:
    soft = cv2.GaussianBlur(mask, (0, 0), 3)[..., None]
    return np.asarray(np.clip(scene * (1 - soft) + other * soft, 0, 255), np.uint8)


def marked(shot: Rgb, kind: str) -> Rgb:  # noqa: C901 - one branch for each mark
    done, (h, w) = shot.copy(), shot.shape[:2]
    thick, box = max(3, w // 120), np.s_[int(h * 0.4) : int(h * 0.52), int(w * 0.3) : int(w * 0.6)]
    if kind.startswith("ring"):
        cv2.ellipse(done, (w // 2, h // 2), (w // 7, h // 10), 10, 0, 360, COLOURS[kind[5:]], thick)
    elif kind.startswith("arrow"):
        cv2.arrowedLine(done, (w // 5, h // 5), (w // 2, h // 2), COLOURS[kind[6:]], thick, tipLength=0.2)
    elif kind == "black box":
        done[box] = 0
    elif kind == "blurred place":
        done[box] = cv2.GaussianBlur(done[box], (0, 0), w / 60)
    elif kind == "mosaic":
        part, step = done[box], max(4, w // 50)
        few = cv2.resize(part, (part.shape[1] // step, part.shape[0] // step), interpolation=cv2.INTER_AREA)
        done[box] = cv2.resize(few, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    elif kind == "writing":
        cv2.putText(done, "broken here", (int(w * 0.3), h // 2), cv2.FONT_HERSHEY_SIMPLEX, w / 500, (255,) * 3, thick)
    elif kind == "sticker":
        cv2.circle(done, (w // 2, h // 2), w // 14, (255, 205, 60), -1)
        cv2.ellipse(done, (w // 2, h // 2 + w // 60), (w // 28, w // 40), 0, 0, 180, (150, 30, 30), -1)
    elif kind == "cropped":
        done = done[h // 10 : h * 8 // 10, w // 7 : w * 95 // 100]
    elif kind == "mirrored":
        done = done[:, ::-1]
    elif kind == "brighter":
        done = np.asarray(np.clip(done * 1.25 + 12.0, 0, 255), np.uint8)
    return np.ascontiguousarray(done)


MARKS = (
    *(f"ring {colour}" for colour in COLOURS),
    *(f"arrow {colour}" for colour in COLOURS),
    "black box", "blurred place", "mosaic", "writing", "sticker", "cropped", "mirrored", "brighter",
)  # fmt: skip


def pairs(scene: Rgb, other: Rgb, rng: np.random.Generator) -> dict[str, Callable[[], tuple[Rgb, Rgb]]]:
    """Return every kind of pair by name; those that begin with "changed" are to be found."""
    shot = exposed(scene, rng)
    piece = exposed(other, rng)
    second: dict[str, Callable[[], Rgb]] = {
        "changed copy": lambda: with_piece(shot, piece),
        "burst": lambda: exposed(moved(scene, rng, 1.0), rng),
        "burst, finger": lambda: exposed(with_finger(moved(scene, rng, 0.5)), rng),
        "still burst, finger": lambda: exposed(with_finger(moved(scene, rng, 0.1)), rng),
        "on a stand": lambda: exposed(scene, rng),
        "on a stand, finger": lambda: exposed(with_finger(scene), rng),
        "on a stand, thing moved": lambda: exposed(with_piece(scene, other), rng),
    }
    done: dict[str, Callable[[], tuple[Rgb, Rgb]]] = {name: partial(_both, shot, make) for name, make in second.items()}
    for kind in MARKS:
        done[kind] = partial(_both, shot, partial(marked, shot, kind))
        if kind not in {"cropped", "mirrored", "brighter"}:
            done[f"{kind}, on the other"] = partial(_both, marked(shot, kind), partial(shot.copy))
    return done


def _both(first: Rgb, make: Callable[[], Rgb]) -> tuple[Rgb, Rgb]:
    return first, make()


def sent(rgb: Rgb, quality: int, longest_px: int) -> Rgb:
    data = cv2.imencode(".jpg", reduced(rgb, longest_px), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def strongest(first: Rgb, second: Rgb, quality: int, longest_px: int) -> str:
    known, other = Order(), sent(first, quality, longest_px)
    known.add("1", other, ReferenceKind.CLAIM)
    beside = [Sibling(sha256="1", blocks=Blocks(), open=lambda: other)]
    exhibit = MemoryExhibit.of(sent(second, quality, longest_px))
    said = [one for one in same_order(exhibit, Lab(known=known, siblings=lambda: beside)) if isinstance(one, Finding)]
    if any(one.ceiling is Strength.DOCUMENTED for one in said):
        return "documented"
    return "possible" if said else "nothing"


def scenes(folder: Path, count: int) -> list[Rgb]:
    found: list[Rgb] = []
    for received in find_photos(folder):
        exhibit = open_exhibit(received, Settings())
        if len(found) < count and not isinstance(exhibit, Unreadable) and max(exhibit.rgb.shape) >= CLEAN_PX:
            clean = reduced(exhibit.rgb, CLEAN_PX)
            scale = WORK_PX / max(clean.shape)
            found.append(
                np.asarray(cv2.resize(clean, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=8)
    asked = parser.parse_args()
    tally: dict[str, Counter[str]] = {}
    found = scenes(asked.folder, asked.photos)
    for number, scene in enumerate(found):
        rng = np.random.default_rng(number)
        for name, make in pairs(scene, found[number - 1], rng).items():
            first, second = make()
            for way, (quality, longest_px) in WAYS.items():
                key = f"{name} | {way}" if name.startswith("changed") else name
                tally.setdefault(key, Counter())[strongest(first, second, quality, longest_px)] += 1
        print(f"{number + 1} photos", flush=True)
        for name, counted in tally.items():
            print(f"| {name} | {counted['documented']} | {counted['possible']} | {counted['nothing']} |", flush=True)
    honest = sum((counted for name, counted in tally.items() if not name.startswith("changed")), Counter())
    print(f"honest pairs: {dict(honest)}")


if __name__ == "__main__":
    main()
