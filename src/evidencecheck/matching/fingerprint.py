"""A picture's fingerprint: perceptual hashes and compressed local features, enough to find the picture again."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

VERSION = 1
VIEWS = 8  # PDQ of the picture as it is, rotated and mirrored
PDQ_BYTES = 32
_HEAD = struct.Struct("<4sHHHBBHH")  # magic, version, width, height, quality, reserved, features, bytes per feature
_MAGIC = b"ECFP"
_HASH_PX = 512  # PDQ reduces to 64 px itself; larger input only costs time


class FingerprintError(ValueError):
    """The bytes are no fingerprint of this version: the picture must be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Hashes and features of one upright picture.

    `pdq` holds the 8 dihedral views, 32 bytes each, the picture as it is first; `quality` is PDQ's 0-100, low on blank
    pictures. `phash` is imagehash's 64 bits.
    """

    width: int
    height: int
    phash: bytes
    pdq: bytes
    quality: int

    @property
    def views(self) -> NDArray[np.uint8]:
        """(8, 32) uint8: PDQ of each dihedral view."""
        return np.frombuffer(self.pdq, np.uint8).reshape(VIEWS, PDQ_BYTES)

    def to_bytes(self) -> bytes:
        """Return a portable form, the same on every system."""
        head = _HEAD.pack(_MAGIC, VERSION, self.width, self.height, self.quality, 0, 0, 0)
        return head + self.phash + self.pdq

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """Read what `to_bytes` wrote. Raises FingerprintError for other bytes or another version."""
        if len(data) < _HEAD.size:
            raise FingerprintError("too short for a fingerprint")
        magic, version, width, height, quality, _, _, _ = _HEAD.unpack_from(data)
        if magic != _MAGIC or version != VERSION:
            raise FingerprintError(f"not a fingerprint of version {VERSION}")
        if len(data) != _HEAD.size + 8 + VIEWS * PDQ_BYTES:
            raise FingerprintError("fingerprint is cut off")
        start = _HEAD.size
        return cls(width=width, height=height, quality=quality, phash=data[start : start + 8], pdq=data[start + 8 :])


def fingerprint(rgb: NDArray[np.uint8]) -> Fingerprint:
    """Return the fingerprint of an upright (H, W, 3) uint8 RGB picture of any size.

    A reduced decode will do: the longest side should be at least 800 px where the file has them.
    """
    height, width = rgb.shape[:2]
    small = _reduced(rgb, _HASH_PX)
    views, quality = pdqhash.compute_dihedral(small)
    bits = imagehash.phash(Image.fromarray(small)).hash
    return Fingerprint(
        width=min(width, 65535),
        height=min(height, 65535),
        phash=np.packbits(bits.ravel()).tobytes(),
        pdq=np.packbits(np.asarray(views, np.uint8), axis=1).tobytes(),
        quality=int(quality),
    )


def _reduced(rgb: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    scale = min(1.0, longest_px / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    if size == (width, height):
        return np.ascontiguousarray(rgb)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
