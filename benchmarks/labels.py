"""How often labels are read, and how often the label checks speak where they must not.

    python benchmarks/labels.py FOLDER...          # honest pictures; order numbers are invented
    python benchmarks/labels.py --labels 40        # drawn labels on noise: reading rates by what was done to them

Drawn labels carry the order's own number (nothing may be said against them), another number of the same courier (found
is right), or what else stands on parcels: an upstream warehouse's code, a phone number, a URL, an EAN, a route code.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import zxingcpp
from memory import MemoryExhibit, MemoryImages
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.find import find_photos
from evidencecheck.check.goods_label import goods_label
from evidencecheck.check.parcel_label import parcel_label
from evidencecheck.model import CheckResult, Finding, Lab, Note, Order, Settings, Strength, Unreadable
from evidencecheck.reading.codes import read_codes

Rgb = NDArray[np.uint8]
OWN = "YT8812345678901"
OTHER = "YT8855512340077"
EAN, OTHER_EAN = "6901234567892", "6923450657713"
ORDERS = tuple(
    Order(number="251103-1", tracking_number=number, barcode=EAN)
    for number in (OWN, "78123456789012", "SF1234567890123", "773412345678901", "JT5123456789012", "4312345678901")
)
BLANK = MemoryExhibit.of(np.full((64, 64, 3), 128, np.uint8))
DECOYS = ("JDVA00012345678", "251103-123456789012345", "13800138000", "SKU-RED-L-2025", "21B-07-C3", "987654321098")


def bars(text: str, form: zxingcpp.BarcodeFormat, width: int, height: int) -> Rgb:
    """Return a code drawn black on white with its quiet zone, (height, width, 3)."""
    drawn = np.array(zxingcpp.create_barcode(text, form).to_image(scale=4, add_quiet_zones=True))
    middle = drawn if drawn.shape[0] == drawn.shape[1] else drawn[drawn.shape[0] // 3 : drawn.shape[0] // 2]
    fitted = cv2.resize(middle, (width, height), interpolation=cv2.INTER_AREA)
    return np.repeat(np.asarray(fitted, np.uint8)[..., None], 3, axis=2)


def label(number: str, rng: np.random.Generator, *, decoys: bool = True) -> Rgb:
    """Return a waybill, 800 x 1200: the number twice as bars with its digits, a QR code, lines of print."""
    code, qr = zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode
    paper = np.full((1200, 800, 3), 246, np.uint8)
    for top, height in ((230, 150), (960, 90)):
        paper[top : top + height, 60:740] = bars(number, code, 680, height)
        cv2.putText(paper, number, (170, top + height + 45), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (20, 20, 20), 3)
    paper[620:860, 520:760] = bars(f"https://example.com/w?id={rng.integers(10**9)}", qr, 240, 240)
    for row in range(440, 900, 40):
        words = "".join(chr(int(c)) for c in rng.integers(65, 91, int(rng.integers(8, 22))))
        cv2.putText(paper, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 40, 40), 2)
    if decoys:
        decoy = str(rng.choice(DECOYS))
        paper[20:90, 60:560] = bars(decoy, code, 500, 70)
        paper[1100:1180, 420:740] = bars(OTHER_EAN, zxingcpp.BarcodeFormat.EAN13, 320, 80)
    return paper


def photographed(paper: Rgb, rng: np.random.Generator, *, share: float = 0.5, degrees: float = 0.0) -> Rgb:
    """Return a 3000 x 4000 photo of a label that takes `share` of its height, turned, seen a little aslant."""
    height, width = 4000, 3000
    ground = rng.uniform(70, 180, (9, 7, 3)).astype(np.float32)
    scene = cv2.resize(ground, (width, height), interpolation=cv2.INTER_CUBIC)
    tall = share * height
    wide = tall * paper.shape[1] / paper.shape[0]
    corners = np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2
    turn = np.radians(degrees)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    there = corners @ spin.T + (width / 2, height / 2) + rng.normal(0, 0.015 * wide, (4, 2))
    size = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * paper.shape[1::-1]
    matrix = cv2.getPerspectiveTransform(size.astype(np.float32), there.astype(np.float32))
    lit = np.clip(scene, 0, 255).astype(np.uint8)
    small = cv2.resize(paper, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA) if share < 0.3 else paper
    zoom = np.diag([paper.shape[1] / small.shape[1], paper.shape[0] / small.shape[0], 1.0])
    cv2.warpPerspective(small, matrix @ zoom, (width, height), lit, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    light = cv2.resize(rng.uniform(0.7, 1, (2, 2)).astype(np.float32), (width, height))
    grain = np.tile(rng.normal(0, 4, (500, 500)).astype(np.float32), (height // 500, width // 500))
    shaded = lit * light[..., None] + grain[..., None]
    return np.asarray(np.clip(shaded, 0, 255), np.uint8)


def saved(rgb: Rgb, quality: int, longest_px: int = 0) -> Rgb:
    """Return the picture as it is after reducing and saving as JPEG."""
    scale = min(1.0, longest_px / max(rgb.shape[:2])) if longest_px else 1.0
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def blurred(rgb: Rgb, sigma: float) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


Make = Callable[[Rgb, np.random.Generator], Rgb]
CONDITIONS: dict[str, Make] = {
    "12 MP, label half the height": lambda p, r: saved(photographed(p, r), 92),
    "label a quarter of the height": lambda p, r: saved(photographed(p, r, share=0.25), 92),
    "label a sixth of the height": lambda p, r: saved(photographed(p, r, share=0.167), 92),
    "turned by any angle": lambda p, r: saved(photographed(p, r, share=0.4, degrees=float(r.uniform(0, 360))), 92),
    "blur 4 px": lambda p, r: saved(blurred(photographed(p, r), 4), 92),
    "blur 8 px": lambda p, r: saved(blurred(photographed(p, r), 8), 92),
    "chat: 1280 px, quality 75": lambda p, r: saved(photographed(p, r), 75, 1280),
    "chat twice: 1280 px, quality 70": lambda p, r: saved(saved(photographed(p, r), 75, 1280), 70, 1280),
    "chat, turned": lambda p, r: saved(photographed(p, r, degrees=float(r.uniform(0, 360))), 75, 1280),
    "low resolution: 800 px": lambda p, r: saved(photographed(p, r), 80, 800),
    "640 px": lambda p, r: saved(photographed(p, r), 80, 640),
}


def said(rgb: Rgb, order: Order) -> list[CheckResult]:
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    photo = replace(BLANK.photo, width=rgb.shape[1], height=rgb.shape[0])
    exhibit = MemoryExhibit(photo, rgb, gray, BLANK.fingerprint, codes=read_codes(gray))
    return list(parcel_label(exhibit, Lab(known=MemoryImages(), order=order)))


def drawn(count: int) -> None:
    print("| what was done | own number seen | another number found | documented | wrong |\n|---|---|---|---|---|")
    wrong_in_all = photos = 0
    for name, make in CONDITIONS.items():
        tally: Counter[str] = Counter()
        for seed in range(count):
            rng = np.random.default_rng(seed)
            own = said(make(label(OWN, rng), rng), ORDERS[0])
            other = said(make(label(OTHER, rng), rng), ORDERS[0])
            nothing = said(make(label(str(rng.choice(DECOYS)), rng), rng), ORDERS[int(rng.integers(len(ORDERS)))])
            tally["own"] += any(isinstance(one, Note) for one in own)
            found = [one for one in other if isinstance(one, Finding)]
            tally["other"] += bool(found)
            tally["documented"] += any(one.ceiling is Strength.DOCUMENTED for one in found)
            tally["wrong"] += sum(isinstance(one, Finding) for one in (*own, *nothing))
        wrong_in_all, photos = wrong_in_all + tally["wrong"], photos + 2 * count
        print(f"| {name} | {tally['own']} of {count} | {tally['other']} | {tally['documented']} | {tally['wrong']} |")
    print(f"wrong findings: {wrong_in_all} on {photos} honest labels")


def honest(folders: list[Path]) -> None:
    photos = coded = 0
    spoke: Counter[str] = Counter()
    seconds: list[float] = []
    texts: list[tuple[str, Any]] = []
    for folder in folders:
        for received in find_photos(folder):
            exhibit = open_exhibit(received, Settings())
            if isinstance(exhibit, Unreadable):
                continue
            photos += 1
            _ = exhibit.gray
            started = time.process_time()
            codes = exhibit.codes
            seconds.append(time.process_time() - started)
            coded += bool(codes)
            texts += [(received.name, (code.symbology, len(code.text), code.certain)) for code in codes]
            for order in ORDERS:
                lab = Lab(known=MemoryImages(), order=order)
                for check in (parcel_label, goods_label):
                    if any(isinstance(one, Finding) for one in check(exhibit, lab)):
                        spoke[check.__name__] += 1
    print(*texts, sep="\n")
    print(f"{photos} photos, {coded} with a code; {len(ORDERS)} invented orders each: findings {dict(spoke)}")
    print(f"codes read in {1000 * np.median(seconds):.0f} ms (median), at most {1000 * max(seconds):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--labels", type=int, default=0)
    asked = parser.parse_args()
    if asked.labels:
        drawn(asked.labels)
    if asked.folders:
        honest(asked.folders)


if __name__ == "__main__":
    main()
