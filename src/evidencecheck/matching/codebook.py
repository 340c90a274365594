"""Compressed descriptors: 128 numbers become 16 bytes, and a mirrored picture's become sign changes.

The basis is a principal component analysis taken separately among vectors that stay and vectors that turn their sign
when the picture is mirrored; 64 components are kept and coded by a product quantiser of 16 bytes (Jégou, Douze, Schmid,
"Product quantization for nearest neighbor search", TPAMI 2011). Training script, data and licence: docs/decisions/0003.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 64
CODE_BYTES = 16
PART = DIMENSIONS // CODE_BYTES  # numbers per byte


@dataclass(frozen=True, slots=True)
class Codebook:
    """`mean` (128,), `basis` (128, 64), `sign` (64,) -1 where mirroring turns the sign, `words` (16, 256, 4), `coarse`
    (2, C, 32): the words of the inverted file's cells, one for each half of the vector."""

    mean: NDArray[np.float32]
    basis: NDArray[np.float32]
    sign: NDArray[np.float32]
    words: NDArray[np.float32]
    coarse: NDArray[np.float32]

    def project(self, descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 128) to (N, 64)."""
        return np.ascontiguousarray((descriptors - self.mean) @ self.basis)

    def encode(self, vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(N, 64) float to (N, 16) bytes."""
        codes = np.empty((len(vectors), CODE_BYTES), np.uint8)
        for part in range(CODE_BYTES):
            words = self.words[part]
            piece = vectors[:, part * PART : (part + 1) * PART]
            codes[:, part] = (piece @ words.T - (words**2).sum(axis=1) / 2).argmax(axis=1)
        return codes

    def decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 16) bytes to (N, 64) float."""
        return np.ascontiguousarray(self.words[np.arange(CODE_BYTES), codes].reshape(len(codes), DIMENSIONS))


@cache
def codebook() -> Codebook:
    """Return the codebook that comes with the program."""
    with resources.files(__package__).joinpath("codebook.npz").open("rb") as file, np.load(file) as data:
        return Codebook(*(data[name].astype(np.float32) for name in ("mean", "basis", "sign", "words", "coarse")))
