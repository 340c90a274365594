"""Small pictures as they come out of intake, made by code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import cv2
import faiss
import numpy as np
import pytest

from evidencecheck.matching.fingerprint import Fingerprint, fingerprint
from evidencecheck.model import Intake, Photo

faiss.omp_set_num_threads(1)  # a second thread costs more than it gives on indexes this small


@lru_cache(maxsize=64)
def picture_of(seed: int) -> tuple[bytes, Fingerprint]:
    """Return a random picture as JPEG, and its fingerprint."""
    coarse = np.random.default_rng(seed).uniform(0, 255, (9, 9, 3)).astype(np.float32)
    bgr = np.clip(cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", bgr)[1]), fingerprint(np.ascontiguousarray(bgr[..., ::-1]))


def intake_of(seed: int, path: Path | None = None, case: str = "") -> Intake:
    """Return a random picture's intake; the file itself exists only if `path` is given."""
    data, taken = picture_of(seed)
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
    return Intake(photo=photo, fingerprint=taken, preview=data)


@pytest.fixture(scope="session")
def make_intake() -> Callable[..., Intake]:
    return intake_of
