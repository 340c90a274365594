"""Draw the pictures of docs/checks/edit-map.md and copy-move.md: the check speaking, and silent.

    edit_pictures.py PHOTO

PHOTO is any photo; the edits are made here, each is saved as JPEG, examined, and drawn with its map and circles.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from examine import circled, examined
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
HERE = Path(__file__).parents[1] / "docs" / "images"
SIDE_PX = 420


def beside_map(bgr: Bgr, check_id: str, work: Path, quality: int = 92) -> Bgr:
    """Return the picture with circles beside its map."""
    path = work / "photo.jpg"
    cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    ran = examined(path, check_id)
    mask = ran.edit_maps[0].mask if ran.edit_maps else np.zeros(bgr.shape[:2], np.uint8)
    score = max((edit_map.score for edit_map in ran.edit_maps), default=0.0)
    print(check_id, f"{score:.2f}", len(ran.outcome.findings), "finding(s)")
    pair = [circled(bgr, ran, (40, 40, 230)), cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)]
    size = (SIDE_PX, round(SIDE_PX * bgr.shape[0] / bgr.shape[1]))
    return np.hstack([np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.uint8) for one in pair])


def stained(bgr: Bgr) -> Bgr:
    height, width = bgr.shape[:2]
    shape = np.zeros((height, width), np.float32)
    cv2.ellipse(shape, (width * 3 // 5, height // 2), (width // 9, height // 12), 25, 0, 360, 1, -1)
    alpha = cv2.GaussianBlur(shape, (0, 0), width / 150)[..., None] * 0.8
    return (bgr * (1 - alpha) + np.array((25, 45, 70), np.float32) * alpha).astype(np.uint8)


def copied(bgr: Bgr) -> Bgr:
    height, width = bgr.shape[:2]
    out = bgr.copy()
    top, left, tall, wide = height // 8, width // 10, height // 4, width * 3 // 10
    out[height * 5 // 8 :][:tall, width // 2 :][:, :wide] = bgr[top : top + tall, left : left + wide]
    return out


def main() -> None:
    photo = cv2.imread(sys.argv[1])
    assert photo is not None, sys.argv[1]
    bgr = np.asarray(photo, np.uint8)
    with tempfile.TemporaryDirectory() as work:
        for check_id, edit in (("edit-map", stained), ("copy-move", copied)):
            rows = [beside_map(edit(bgr), check_id, Path(work)), beside_map(bgr, check_id, Path(work))]
            cv2.imwrite(str(HERE / f"{check_id}.jpg"), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 72])


if __name__ == "__main__":
    main()
