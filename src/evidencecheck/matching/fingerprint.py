"""A picture's fingerprint: perceptual hashes and compressed local features, enough to find the picture again."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.matching.codebook import CODE_BYTES, codebook
from evidencecheck.matching.features import WORKING_PX, Features, extract
from evidencecheck.matching.pdq import pdq

VERSION = 3
VIEWS = 8  # PDQ of the picture as it is, rotated and mirrored
PDQ_BYTES = 32
FEATURES = 500  # at most; the first ones are the best spread
PLACE_BYTES = 6  # x, y as 1/65535 of width and height; sigma as 1/16 octave; angle as 1/256 turn
_HEAD = struct.Struct("<4sHHHBxH")  # magic, version, width, height, quality, features
_MAGIC = b"ECFP"
_HASH_PX = 512  # PDQ reduces to 64 px itself; larger input only costs time
_PHASH_PX = 128  # pHash looks at 32 px
_SIGMA_STEPS = 16.0


class FingerprintError(ValueError):
    """The bytes are no fingerprint of this version: the picture must be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Hashes and features of one upright picture.

    `pdq` holds the 8 dihedral views, 32 bytes each, the picture as it is first; `quality` is PDQ's 0-100, low on blank
    pictures. `phash` is imagehash's 64 bits. `places` and `codes` hold 6 and 16 bytes per local feature. `width` and
    `height` are those of the picture the fingerprint was made from, which may be a reduced one.
    """

    width: int
    height: int
    quality: int
    phash: bytes
    pdq: bytes
    places: bytes
    codes: bytes

    @property
    def views(self) -> NDArray[np.uint8]:
        """(8, 32) uint8: PDQ of each dihedral view."""
        return np.frombuffer(self.pdq, np.uint8).reshape(VIEWS, PDQ_BYTES)

    @property
    def feature_codes(self) -> NDArray[np.uint8]:
        """(N, 16) uint8 product codes, see codebook.py."""
        return np.frombuffer(self.codes, np.uint8).reshape(-1, CODE_BYTES)

    @property
    def feature_places(self) -> NDArray[np.uint8]:
        """(N, 6) uint8 as stored."""
        return np.frombuffer(self.places, np.uint8).reshape(-1, PLACE_BYTES)

    @property
    def geometry(self) -> NDArray[np.float32]:
        """(N, 4) float32: x, y, sigma in pixels of a picture whose longest side is WORKING_PX, and angle in radians."""
        rows = self.feature_places
        width, height = working_size(self.width, self.height)
        xy = rows[:, :4].copy().view("<u2").astype(np.float32) / 65535
        sigma = np.exp2(rows[:, 4].astype(np.float32) / _SIGMA_STEPS)
        angle = rows[:, 5].astype(np.float32) * np.float32(2 * np.pi / 256)
        return np.column_stack([xy[:, 0] * width - 0.5, xy[:, 1] * height - 0.5, sigma, angle])

    def to_bytes(self) -> bytes:
        """Return a portable form, the same on every system."""
        count = len(self.codes) // CODE_BYTES
        head = _HEAD.pack(_MAGIC, VERSION, self.width, self.height, self.quality, count)
        return head + self.phash + self.pdq + self.places + self.codes

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """Read what `to_bytes` wrote. Raises FingerprintError for other bytes or another version."""
        if len(data) < _HEAD.size:
            raise FingerprintError("too short for a fingerprint")
        magic, version, width, height, quality, count = _HEAD.unpack_from(data)
        if magic != _MAGIC or version != VERSION:
            raise FingerprintError(f"not a fingerprint of version {VERSION}")
        sizes = (8, VIEWS * PDQ_BYTES, count * PLACE_BYTES, count * CODE_BYTES)
        if len(data) != _HEAD.size + sum(sizes):
            raise FingerprintError("fingerprint is cut off")
        parts, start = [], _HEAD.size
        for size in sizes:
            parts.append(bytes(data[start : start + size]))
            start += size
        phash, pdq, places, codes = parts
        return cls(width=width, height=height, quality=quality, phash=phash, pdq=pdq, places=places, codes=codes)


def fingerprint(picture: NDArray[np.uint8]) -> Fingerprint:
    """Return the fingerprint of an upright uint8 picture, (H, W, 3) RGB or (H, W) grey, of any size.

    A reduced decode will do: the longest side should be at least 640 px where the file has them.
    """
    height, width = picture.shape[:2]
    gray = picture
    if picture.ndim == 3:
        gray = np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), np.uint8)
    small = _within(gray, _HASH_PX)
    views, quality = pdq(small)
    bits = imagehash.phash(Image.fromarray(_within(small, _PHASH_PX))).hash
    places, codes = _pack(extract(working_gray(gray), FEATURES), *working_size(width, height))
    return Fingerprint(
        width=min(width, 65535),
        height=min(height, 65535),
        quality=quality,
        phash=np.packbits(bits.ravel()).tobytes(),
        pdq=np.packbits(views, axis=1).tobytes(),
        places=places,
        codes=codes,
    )


def working_size(width: int, height: int) -> tuple[int, int]:
    """Return (width, height) at which features are computed: longest side WORKING_PX, smaller pictures enlarged."""
    scale = WORKING_PX / max(width, height, 1)
    return max(8, round(width * scale)), max(8, round(height * scale))


def working_gray(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the (H, W) uint8 picture at working size."""
    height, width = gray.shape
    size = working_size(width, height)
    way = cv2.INTER_AREA if size[0] < width else cv2.INTER_CUBIC
    return gray if size == (width, height) else np.asarray(cv2.resize(gray, size, interpolation=way), np.uint8)


def _pack(features: Features, width: int, height: int) -> tuple[bytes, bytes]:
    """Quantise places and descriptors."""
    places = np.empty((len(features.angle), PLACE_BYTES), np.uint8)
    xy = np.clip((features.xy + 0.5) / (width, height), 0, 1) * 65535
    places[:, :4] = np.rint(xy).astype("<u2").view(np.uint8).reshape(-1, 4)
    places[:, 4] = np.clip(np.rint(np.log2(np.maximum(features.sigma, 1)) * _SIGMA_STEPS), 0, 255)
    places[:, 5] = np.rint(features.angle * (256 / (2 * np.pi))).astype(np.int64) % 256
    book = codebook()
    return places.tobytes(), book.encode(book.project(features.descriptors)).tobytes()


def _within(gray: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    height, width = gray.shape
    scale = min(1.0, longest_px / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return (
        gray if size == (width, height) else np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    )
