"""Small pictures as they come out of intake, made by code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from evidencecheck.matching.fingerprint import fingerprint
from evidencecheck.model import Intake, Photo


def intake_of(seed: int, path: Path | None = None, case: str = "") -> Intake:
    """Return a random picture's intake; the file itself exists only if `path` is given."""
    coarse = np.random.default_rng(seed).uniform(0, 255, (9, 9, 3)).astype(np.float32)
    bgr = np.clip(cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    data = bytes(cv2.imencode(".jpg", bgr)[1])
    if path is not None:
        path.write_bytes(data)
    photo = Photo(
        case=case,
        name=path.name if path else f"{seed}.jpg",
        path=path or Path(f"{seed}.jpg"),
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        format="JPEG",
        width=160,
        height=120,
    )
    rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
    return Intake(photo=photo, fingerprint=fingerprint(rgb), preview=data)


@pytest.fixture(scope="session")
def make_intake() -> Callable[..., Intake]:
    return intake_of
