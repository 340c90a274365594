"""The known pictures and the exhibit of a benchmark, in memory: the same engine without files and a store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.fingerprint import Fingerprint, fingerprint
from evidencecheck.matching.index import Index
from evidencecheck.model import Blocks, Candidate, Photo, Reference, ReferenceKind
from evidencecheck.reading.codes import Code

PREVIEW_PX = 1024
Rgb = NDArray[np.uint8]


def reduced(rgb: Rgb, longest_px: int = PREVIEW_PX) -> Rgb:
    """Return the picture as intake reduces it."""
    scale = longest_px / max(rgb.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True)
class MemoryExhibit:
    """A photo that was never a file."""

    photo: Photo
    rgb: Rgb
    gray: NDArray[np.uint8]
    fingerprint: Fingerprint
    data: bytes = b""
    blocks: Blocks = field(default_factory=Blocks)
    codes: tuple[Code, ...] = ()

    @classmethod
    def of(cls, rgb: Rgb, case: str = "1") -> MemoryExhibit:
        """Wrap a (H, W, 3) picture."""
        photo = Photo(
            case=case, name="photo", path=Path("photo"), sha256=hashlib.sha256(rgb.tobytes()).hexdigest(),
            size_bytes=rgb.size, format="JPEG", width=rgb.shape[1], height=rgb.shape[0],
        )  # fmt: skip
        gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        return cls(photo, rgb, gray, fingerprint(reduced(rgb)))


class MemoryImages:
    """`model.KnownImages` over one index; previews are kept as JPEG, as the store keeps them."""

    def __init__(self) -> None:
        self.index = Index()
        self._known: list[tuple[Reference, Fingerprint, bytes]] = []

    def add(self, name: str, rgb: Rgb, kind: ReferenceKind = ReferenceKind.WEB) -> None:
        """Add a picture under its name."""
        small = reduced(rgb)
        print_ = fingerprint(small)
        preview = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        reference = Reference(id=name, kind=kind, file=name, sha256=name, width=rgb.shape[1], height=rgb.shape[0])
        self.index.add(len(self._known), print_)
        self._known.append((reference, print_, preview))

    def count(self, kinds: frozenset[ReferenceKind]) -> int:
        return sum(reference.kind in kinds for reference, _, _ in self._known)

    def search(
        self, fingerprint: Fingerprint, kinds: frozenset[ReferenceKind], *, exclude_order: str = ""
    ) -> Sequence[Candidate]:
        del exclude_order  # pictures here belong to no order
        hits = self.index.search(fingerprint, 24, lambda n: self._known[n][0].kind in kinds)
        return [Candidate(*self._known[h.number][:2], h.distance_bits, h.votes) for h in hits]

    def of_order(self, order: str, *, but: str = "") -> Sequence[Candidate]:
        del order, but
        return ()

    def picture(self, reference: Reference) -> Rgb | None:
        data = next(preview for known, _, preview in self._known if known.id == reference.id)
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        return None if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
