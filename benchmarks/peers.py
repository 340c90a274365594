"""Other libraries as the benchmark runs them: each takes a picture's hash, and scores a photo against known hashes.

imagededup and perception are installed for the benchmark only; what is missing is named in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]
Peer = tuple[Callable[[Rgb], Any], Callable[[Rgb, Sequence[Any]], NDArray[np.float64]]]


def _imagehash(name: str, bits: int) -> Callable[[], Peer | None]:
    def load() -> Peer | None:
        import imagehash

        way = getattr(imagehash, name)

        def take(rgb: Rgb) -> Any:
            return way(Image.fromarray(rgb))

        def near(rgb: Rgb, known: Sequence[Any]) -> NDArray[np.float64]:
            here = take(rgb)
            return np.array([1 - (here - other) / bits for other in known])

        return take, near

    return load


def _crop_resistant() -> Peer | None:
    import imagehash

    def take(rgb: Rgb) -> Any:
        return imagehash.crop_resistant_hash(Image.fromarray(rgb))

    def near(rgb: Rgb, known: Sequence[Any]) -> NDArray[np.float64]:
        here = take(rgb)
        return np.array([-here.__sub__(other) if here.matches(other, region_cutoff=1) else -1e3 for other in known])

    return take, near


def _pdq() -> Peer | None:
    import pdqhash

    def take(rgb: Rgb) -> Any:
        return np.packbits(np.asarray(pdqhash.compute(rgb)[0], np.uint8))

    def near(rgb: Rgb, known: Sequence[Any]) -> NDArray[np.float64]:
        views = np.packbits(np.asarray(pdqhash.compute_dihedral(rgb)[0], np.uint8), axis=1)
        distance = np.bitwise_count(np.array(known)[:, None] ^ views).sum(axis=2).min(axis=1)
        return np.asarray(1 - distance / 256)

    return take, near


def _imagededup() -> Peer | None:
    try:
        from imagededup.methods import PHash  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    method = PHash(verbose=False)

    def take(rgb: Rgb) -> int:
        return int(method.encode_image(image_array=rgb), 16)

    def near(rgb: Rgb, known: Sequence[Any]) -> NDArray[np.float64]:
        here = take(rgb)
        return np.array([1 - (here ^ other).bit_count() / 64 for other in known])

    return take, near


def _perception() -> Peer | None:
    try:
        from perception.hashers import MarrHildreth  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    method = MarrHildreth()

    def take(rgb: Rgb) -> Any:
        return method.compute(rgb, hash_format="vector")

    def near(rgb: Rgb, known: Sequence[Any]) -> NDArray[np.float64]:
        here = take(rgb)
        return np.array([1 - float(np.mean(np.asarray(here) != np.asarray(other))) for other in known])

    return take, near


PEERS: dict[str, Callable[[], Peer | None]] = {
    "imagehash phash": _imagehash("phash", 64),
    "imagehash colorhash": _imagehash("colorhash", 42),
    "imagehash crop-resistant": _crop_resistant,
    "pdqhash, 8 views": _pdq,
    "imagededup PHash": _imagededup,
    "perception MarrHildreth": _perception,
}
