"""One photo under examination: a full decode, and the views that several checks need, each made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from evidencecheck.acquire.decode import decode, shrink
from evidencecheck.acquire.encode import INTAKE_SIDE_PX, preview_jpeg
from evidencecheck.acquire.intake import photo_of
from evidencecheck.acquire.source import read_source, unreadable
from evidencecheck.model import Intake, Received, Sibling, Text, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from evidencecheck.matching.fingerprint import Fingerprint
    from evidencecheck.model import Blocks, Photo, Settings
    from evidencecheck.reading.codes import Code


def _nothing(sha256: str) -> None:  # noqa: ARG001 - nothing is remembered of any file
    return None


@dataclass(frozen=True, kw_only=True, eq=False)  # no slots: cached_property keeps its value in the instance's __dict__
class OpenExhibit:
    """An examined photo (see `model.Exhibit`). Arrays are read-only: no check can change what the next one sees."""

    photo: Photo
    rgb: NDArray[np.uint8]  # (H, W, 3), upright
    data: bytes
    remembered: Callable[[str], Fingerprint | None] = _nothing  # SHA-256 to what was taken at intake

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """(H, W) uint8 luma by ITU-R BT.601; read-only."""
        return _read_only(np.asarray(cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY), np.uint8))

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The photo's fingerprint, as remembered from intake, else from a copy reduced to the size that intake uses."""
        from evidencecheck.matching.fingerprint import fingerprint

        return self.remembered(self.photo.sha256) or fingerprint(shrink(self.rgb, INTAKE_SIDE_PX))

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Barcodes and QR codes in the photo."""
        from evidencecheck.reading.codes import read_codes

        return read_codes(self.gray)

    @cached_property
    def blocks(self) -> Blocks:
        """The file's raw metadata blocks."""
        from evidencecheck.acquire.container import read_blocks

        return read_blocks(self.data, self.photo.format)

    def intake(self) -> Intake:
        """Return what is remembered of this photo, without reading it again."""
        return Intake(photo=self.photo, fingerprint=self.fingerprint, preview=preview_jpeg(self.rgb, INTAKE_SIDE_PX))


def open_exhibit(
    received: Received, settings: Settings, remembered: Callable[[str], Fingerprint | None] = _nothing
) -> OpenExhibit | Unreadable:
    """Open one file for examination: read once, decode once in full; `remembered` spares a second fingerprint."""
    source = read_source(received, settings)
    if isinstance(source, Unreadable):
        return source
    picture = decode(source.data, settings)
    if isinstance(picture, Text):
        return unreadable(received, picture, source)
    return OpenExhibit(
        photo=photo_of(received, source, picture),
        rgb=_read_only(picture.rgb),
        data=source.data,
        remembered=remembered,
    )


def sibling(photo: Photo, settings: Settings) -> Sibling | None:
    """Read what a photo's file declares, without decoding it; None when the file is gone or another one by now."""
    from evidencecheck.acquire.container import read_blocks

    received = Received(case=photo.case, name=photo.name, path=photo.path)
    source = read_source(received, settings)
    if isinstance(source, Unreadable) or source.sha256 != photo.sha256:
        return None

    def pixels() -> NDArray[np.uint8] | None:
        opened = open_exhibit(received, settings)
        return opened.rgb if isinstance(opened, OpenExhibit) and opened.photo.sha256 == photo.sha256 else None

    return Sibling(sha256=photo.sha256, blocks=read_blocks(source.data, photo.format), open=pixels)


def _read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.flags.writeable = False
    return array
