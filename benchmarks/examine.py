"""Run one check on a photo as if a buyer had sent it, with nothing known yet; circle what it finds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import Ran, run_check, select_checks
from evidencecheck.model import Candidate, Check, Exhibit, Lab, Received, Reference, Settings, Unreadable

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


class NothingKnown:
    """A corpus without pictures."""

    def count(self, kinds: object) -> int:  # noqa: ARG002
        return 0

    def search(self, *_: object, **__: object) -> list[Candidate]:
        return []

    def of_order(self, *_: object, **__: object) -> list[Candidate]:
        return []

    def picture(self, reference: Reference) -> None:  # noqa: ARG002
        return None


def photos_in(folder: Path) -> list[Path]:
    """Return every photo below the folder, in order of name; a photo given instead is the only one."""
    found = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    return [path for path in found if path.suffix.lower() in PHOTO_SUFFIXES and path.is_file()]


def written(data: bytes, work: Path) -> Path:
    """Write the bytes of a PNG or JPEG into the folder, over the one before, and return where."""
    path = work / ("photo.png" if data.startswith(b"\x89PNG") else "photo.jpg")
    path.write_bytes(data)
    return path


def opened(path: Path) -> Exhibit:
    exhibit = open_exhibit(Received(case="case", name=path.name, path=path), Settings())
    assert not isinstance(exhibit, Unreadable), path
    return exhibit


def asked(check: Check, exhibit: Exhibit) -> Ran:
    """Run a check with nothing known yet."""
    return run_check(check, exhibit, Lab(known=NothingKnown()))


def examined(path: Path, check_id: str) -> Ran:
    return asked(select_checks(only=[check_id])[0], opened(path))


def circled(picture: NDArray[np.uint8], ran: Ran, ink: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return the picture with a line in the ink, in the picture's own order of channels, round every region found."""
    drawn = picture.copy()
    for region in (region for finding in ran.outcome.findings for region in finding.regions):
        corners = np.array(region.polygon).round().astype(np.int32)
        cv2.polylines(drawn, [corners], isClosed=True, color=ink, thickness=max(3, picture.shape[1] // 250))
    return drawn
