"""Lines of printed text in a picture, by RapidOCR (extra `ocr`) with the models of its wheel: nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

LONGEST_SIDE_PX = 1600  # of what is read; larger pictures are reduced by the engine


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. `box` (4, 2) pixels of the picture read, from the top left clockwise; `confidence` 0-1."""

    box: NDArray[np.float64]
    text: str
    confidence: float


def can_read() -> bool:
    """Tell whether the extra `ocr` is installed."""
    return find_spec("rapidocr") is not None


def read_lines(rgb: NDArray[np.uint8]) -> Iterator[Line]:
    """Yield the lines read in (H, W, 3) RGB; untrusted text. Raises ImportError without the extra (see `can_read`)."""
    read = _reader()(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGR), use_cls=False)
    if read.boxes is None or read.txts is None or read.scores is None:
        return
    for box, text, confidence in zip(read.boxes, read.txts, read.scores, strict=True):
        yield Line(np.asarray(box, np.float64), str(text), float(confidence))


@cache
def _reader() -> Any:
    """The OCR engine, one thread; loading takes a second."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": LONGEST_SIDE_PX,
        }
    )
