"""Pictures drawn by code, and the installed command, for every test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


def _draw_scene(seed: int, width: int = 900, height: int = 1200) -> Rgb:
    """Return a picture with the texture, edges, shading and sensor noise of a photo; another seed is another scene."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(60, 200, (6, 5, 3)).astype(np.float32)
    scene: NDArray[Any] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(70):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(8, width // 6)), int(rng.integers(8, height // 8)))
        colour = tuple(float(v) for v in rng.uniform(20, 235, 3))
        cv2.ellipse(scene, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, int(rng.choice([-1, 3, 7])))
    scene = np.clip(scene, 0, 255).astype(np.uint8)  # OpenCV writes text on 8-bit pictures only
    for _ in range(12):
        place = (int(rng.integers(width * 3 // 4)), int(rng.integers(30, height)))
        text = "".join(chr(int(c)) for c in rng.integers(65, 91, 6))
        cv2.putText(scene, text, place, cv2.FONT_HERSHEY_DUPLEX, float(rng.uniform(0.7, 2)), (15, 15, 15), 2)
    noisy = cv2.GaussianBlur(scene, (0, 0), 0.8).astype(np.float32) + rng.normal(0, 2.5, scene.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _stick(scene: Rgb, text: str, top: int, *, symbology: str = "Code128", width: int = 560) -> Rgb:
    """Return the scene with a white label on it that carries a barcode and its digits."""
    form = getattr(zxingcpp.BarcodeFormat, symbology)
    drawn = np.array(zxingcpp.create_barcode(text, form).to_image(scale=3, add_quiet_zones=True))
    square = symbology == "QRCode"
    bars = drawn if square else drawn[drawn.shape[0] // 3 : drawn.shape[0] // 2]
    height = width if square else 130
    labelled = scene.copy()
    labelled[top : top + height + 60, 100 : 100 + width] = 245
    labelled[top : top + height, 100 : 100 + width] = cv2.resize(bars, (width, height))[..., None]
    cv2.putText(labelled, text[:18], (130, top + height + 42), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20, 20, 20), 3)
    return labelled


def _save(rgb: Rgb, path: Path, quality: int = 92) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(path.suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    path.write_bytes(bytes(data))
    return path


def _run_command(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "evidencecheck", *map(str, words)],
        capture_output=True,
        cwd=cwd,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def draw_scene() -> Callable[..., Rgb]:
    return _draw_scene


@pytest.fixture(scope="session")
def stick() -> Callable[..., Rgb]:
    return _stick


@pytest.fixture(scope="session")
def save() -> Callable[..., Path]:
    return _save


@pytest.fixture(scope="session")
def run_command() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the program in a process of its own; return its exit code, stdout and stderr."""
    return _run_command
