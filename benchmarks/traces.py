"""Measure recapture, jpeg-grid and thumbnail on pictures made here, and draw the pictures of the first two.

    traces.py PHOTO [PHOTO ..] [--draw]

Screens: each photo shown on a simulated screen (RGB stripes, dark gaps) and photographed (optics, Bayer mosaic, noise),
saved as the camera does and as a chat app does. Pastes: a square of one photo, decoded from JPEG, set into another at a
place that is no multiple of 8, saved as PNG and as JPEG at several qualities. Thumbnails: each photo edited in every
way of edit_generator.py, with its thumbnail from before the edit, and with a new one. Prints how many each check calls.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from itertools import pairwise
from pathlib import Path

import cv2
import edit_generator as made_by
import numpy as np
from edit_pictures import HERE, SIDE_PX, beside_map
from examine import examined, written
from numpy.typing import NDArray
from PIL import Image, ImageOps

Rgb = NDArray[np.uint8]
Rng = np.random.Generator
ZOOM = (1.3, 3.4)  # camera pixels a screen pixel
LONGEST_PX = 2200
FINE = 2  # the optics work on so many times finer a grid
AREAS_PERCENT = (0, 1, 3, 10, 100)  # of the photo that the edit covers
PASTE_PX = (96, 160, 256)
THUMBNAIL_TAG, THUMBNAIL_LENGTH_TAG = 513, 514  # JPEGInterchangeFormat and its length, in the block's second IFD
SAVES = ("png", 98, 95, 92, 90, 85)


def photographed_screen(rgb: Rgb, rng: Rng) -> Rgb:
    """Return what a camera sees of a screen that shows the picture."""
    height, width = rgb.shape[:2]
    zoom = float(rng.uniform(*ZOOM))
    scale = min(zoom, LONGEST_PX / max(height, width))
    size = int(width * scale), int(height * scale)
    y, x = np.mgrid[0 : size[1] * FINE, 0 : size[0] * FINE].astype(np.float32) / FINE
    x, y = x - size[0] / 2, y - size[1] / 2
    turn, tilt = np.deg2rad(rng.normal(0, 2.5)), rng.normal(0, 3e-5, 2)
    depth = (1 + tilt[0] * x + tilt[1] * y) * zoom
    u = (np.cos(turn) * x - np.sin(turn) * y) / depth + width / 2
    v = (np.sin(turn) * x + np.cos(turn) * y) / depth + height / 2
    gap = rng.uniform(0.05, 0.2)
    inside_u, inside_v = u - np.floor(u), v - np.floor(v)
    shown = (rgb.astype(np.float32) / 255) ** 2.2
    shown = shown[np.clip(v.astype(int), 0, height - 1), np.clip(u.astype(int), 0, width - 1)]
    rows = (inside_v > gap / 2) & (inside_v < 1 - gap / 2)
    for c in range(3):
        stripe = (inside_u >= c / 3 + gap / 6) & (inside_u < (c + 1) / 3 - gap / 6)
        shown[..., c] *= (stripe & rows) * np.float32(3 / (1 - gap) ** 1.5)
    light = cv2.GaussianBlur(shown, (0, 0), FINE * rng.uniform(0.45, 1.1))
    light = cv2.resize(light, size, interpolation=cv2.INTER_AREA) * np.float32(rng.uniform(0.5, 0.95))
    return _developed(np.asarray(light, np.float32), rng)


def _developed(light: NDArray[np.float32], rng: Rng) -> Rgb:
    """A Bayer sensor with noise, its demosaicing, gamma and some sharpening."""
    raw = light[..., 1].copy()
    raw[0::2, 0::2], raw[1::2, 1::2] = light[0::2, 0::2, 0], light[1::2, 1::2, 2]
    raw += rng.normal(0, 1, raw.shape) * np.sqrt(np.maximum(raw, 0) * 3e-4 + 1e-5) * rng.uniform(0.3, 1)
    colour = cv2.cvtColor((np.clip(raw, 0, 1) * 65535).astype(np.uint16), cv2.COLOR_BayerBG2RGB_EA)
    out = (colour.astype(np.float32) / 65535) ** (1 / 2.2) * 255
    out += rng.uniform(0, 0.8) * (out - cv2.GaussianBlur(out, (0, 0), 1))
    return np.clip(out, 0, 255).astype(np.uint8)


def pasted(rgb: Rgb, donor: Rgb, side: int, rng: Rng) -> Rgb:
    """Set a square of the donor into the picture, off its grid."""
    from_y, from_x = (int(rng.integers(0, length - side)) for length in donor.shape[:2])
    y, x = (int(rng.integers(0, length - side)) for length in rgb.shape[:2])
    while (y - from_y) % 8 == 0 or (x - from_x) % 8 == 0:
        y, x = (int(rng.integers(0, length - side)) for length in rgb.shape[:2])
    out = rgb.copy()
    out[y : y + side, x : x + side] = donor[from_y : from_y + side, from_x : from_x + side]
    return out


def with_thumbnail(rgb: Rgb, shown: Rgb) -> bytes:
    """Save as a camera does, with a thumbnail in the EXIF block that shows the second picture."""
    height, width = shown.shape[:2]
    small = cv2.resize(shown, (160, round(160 * height / width)), interpolation=cv2.INTER_AREA)
    block, tiny = io.BytesIO(), made_by.jpeg(np.asarray(small, np.uint8), 85)
    Image.fromarray(rgb).save(block, "JPEG", quality=92, exif=_block(tiny))
    return block.getvalue()


def _block(thumbnail: bytes) -> bytes:
    """Return an EXIF block that holds nothing but a thumbnail: an empty first IFD, and a second that points to it."""
    second = 8 + 2 + 4
    at = second + 2 + 2 * 12 + 4
    head = b"MM\x00\x2a" + (8).to_bytes(4) + (0).to_bytes(2) + second.to_bytes(4)
    entries = [(THUMBNAIL_TAG, at), (THUMBNAIL_LENGTH_TAG, len(thumbnail))]
    fields = b"".join(tag.to_bytes(2) + (4).to_bytes(2) + (1).to_bytes(4) + value.to_bytes(4) for tag, value in entries)
    return b"Exif\x00\x00" + head + len(entries).to_bytes(2) + fields + (0).to_bytes(4) + thumbnail


def speaks(data: bytes, check_id: str, work: Path) -> bool:
    """Tell whether the check finds or notes anything on a file of these bytes."""
    outcome = examined(written(data, work), check_id).outcome
    return bool(outcome.findings or outcome.notes)


def finds(data: bytes, check_id: str, work: Path) -> bool:
    """Tell whether the check calls a file of these bytes edited."""
    return bool(examined(written(data, work), check_id).outcome.findings)


def measure(photos: list[Path], work: Path) -> None:
    screens: dict[str, list[bool]] = {"camera": [], "chat": []}
    pastes: dict[str, list[bool]] = {f"{side} px, saved {save}": [] for side in PASTE_PX for save in SAVES}
    for number, path in enumerate(photos):
        rng = np.random.default_rng([9, number])
        rgb, donor = (read(each) for each in (path, photos[number - 1]))
        seen = photographed_screen(_at_most(rgb, int(rng.integers(700, 1100)), rng), rng)
        saves = {"camera": seen, "chat": _at_most(seen, int(rng.choice([1280, 1440, 1080])), rng)}
        for name, picture in saves.items():
            quality = int(rng.integers(88, 97) if name == "camera" else rng.integers(70, 84))
            screens[name].append(speaks(made_by.jpeg(picture, quality), "recapture", work))
        for side in PASTE_PX:
            if min(*rgb.shape[:2], *donor.shape[:2]) > side + 16:
                edit = pasted(rgb, donor, side, rng)
                for save in SAVES:
                    data = made_by.png(edit) if isinstance(save, str) else made_by.jpeg(edit, save)
                    pastes[f"{side} px, saved {save}"].append(speaks(data, "jpeg-grid", work))
    for name, scores in screens.items():
        print(f"recapture, {name}: {sum(scores)} of {len(scores)}")
    for name, scores in pastes.items():
        print(f"jpeg-grid, {name}: {sum(scores)} of {len(scores)}")


def measure_thumbnails(photos: list[Path], work: Path) -> None:
    old: dict[str, list[bool]] = {f"{low:g} to {high:g} %": [] for low, high in pairwise(AREAS_PERCENT)}
    renewed = []
    for number, path in enumerate(photos):
        rgb, donor = (read(each) for each in (path, photos[number - 1]))
        for turn, edit in enumerate(made_by.EDITS.values()):
            rng = np.random.default_rng([10, number, turn])
            area = float(np.exp(rng.uniform(np.log(0.004), np.log(0.15))))
            out, mask = edit(rgb, donor, rng, area)
            percent = 100 * float((mask > 0).mean())
            for (low, high), found in zip(pairwise(AREAS_PERCENT), old.values(), strict=True):
                if low <= percent < high:
                    found.append(finds(with_thumbnail(out, rgb), "thumbnail", work))
            renewed.append(finds(with_thumbnail(out, out), "thumbnail", work))
    for name, scores in old.items():
        print(f"thumbnail from before an edit of {name} of the photo: {sum(scores)} of {len(scores)}")
    print(f"thumbnail renewed: {sum(renewed)} of {len(renewed)}")


def read(path: Path) -> Rgb:
    """Return the picture as decoded from a JPEG of quality 85: the save before the edit."""
    rgb = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"), np.uint8)
    return made_by.decode(made_by.jpeg(_at_most(rgb, 1600, np.random.default_rng(0)), 85))


def _at_most(rgb: Rgb, longest: int, rng: Rng) -> Rgb:
    if max(rgb.shape) <= longest:
        return rgb
    return made_by.to_longest(rgb, np.zeros(rgb.shape[:2], np.uint8), longest, rng)[0]


def draw(photo: Path, work: Path) -> None:
    """Draw jpeg-grid with its map, and recapture with a magnified middle; speaking above, silent below."""
    rng = np.random.default_rng(4)
    rgb = read(photo)
    rows = [beside_map(np.ascontiguousarray(each[..., ::-1]), "jpeg-grid", work, 98) for each in (_moved(rgb), rgb)]
    cv2.imwrite(str(HERE / "jpeg-grid.jpg"), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 72])
    screen = photographed_screen(_at_most(rgb, 900, rng), rng)
    pairs = [_magnified(each) for each in (screen, rgb)]
    for name, each in (("screen", screen), ("photo", rgb)):
        print("recapture", name, speaks(made_by.jpeg(each, 92), "recapture", work))
    cv2.imwrite(str(HERE / "recapture.jpg"), np.vstack(pairs)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])


def _moved(rgb: Rgb) -> Rgb:
    """Cover a part of the photo with its neighbour, 3 and 5 pixels off the grid."""
    out = rgb.copy()
    height, width = rgb.shape[:2]
    top, left, side = height // 2, width // 3, min(height, width) // 4
    out[top + 3 : top + 3 + side, left + 5 : left + 5 + side] = rgb[
        top // 8 * 8 - side : top // 8 * 8, left // 8 * 8 : left // 8 * 8 + side
    ]
    return out


def _magnified(rgb: Rgb) -> Rgb:
    height, width = rgb.shape[:2]
    tall = round(SIDE_PX * height / width)
    whole = cv2.resize(rgb, (SIDE_PX, tall), interpolation=cv2.INTER_AREA)
    part = rgb[height // 2 - tall // 8 :][: tall // 4, width // 2 - SIDE_PX // 8 :][:, : SIDE_PX // 4]
    return np.hstack([whole, cv2.resize(part, (SIDE_PX, tall), interpolation=cv2.INTER_NEAREST)]).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--draw", action="store_true", help="draw the first photo instead")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as work:
        if args.draw:
            draw(args.photos[0], Path(work))
        else:
            measure(args.photos, Path(work))
            measure_thumbnails(args.photos, Path(work))


if __name__ == "__main__":
    main()
