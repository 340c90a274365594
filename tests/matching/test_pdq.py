from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.pdq import pdq

Rgb = NDArray[np.uint8]

# What the reference implementation (pdqhash 0.2.8) gives for the picture below.
RINGS = "5889fb24d38ecb0e528efb71588ef90152f6c8d1d86094df2b7242aa4570b4ff"
ROUNDING_BITS = 4  # coefficients next to the median may fall on either side on another processor


def rings() -> Rgb:
    y, x = np.mgrid[0:300, 0:420].astype(np.float64)
    return np.asarray(127 + 120 * np.sin(np.hypot(x - 130, y - 90) / 9), np.uint8)


def apart(one: Rgb, other: Rgb) -> int:
    return int(np.count_nonzero(one != other))


def test_it_is_the_hash_that_others_compute() -> None:
    hashes, quality = pdq(rings())
    known = np.unpackbits(np.frombuffer(bytes.fromhex(RINGS), np.uint8))
    assert apart(hashes[0], known) <= ROUNDING_BITS
    assert quality == 100


def test_the_views_are_the_hashes_of_the_turned_and_mirrored_picture(draw_scene: Callable[..., Rgb]) -> None:
    gray = draw_scene(4, 512, 512)[..., 1]
    turned = [
        gray,
        *(np.rot90(gray, times) for times in (1, 2, 3)),
        gray[::-1],
        gray[:, ::-1],
        gray.T,
        gray[::-1, ::-1].T,
    ]
    views, _ = pdq(gray)
    for view, picture in zip(views, turned, strict=True):
        assert apart(view, pdq(np.ascontiguousarray(picture))[0][0]) <= 24


def test_a_blank_picture_has_no_quality() -> None:
    assert pdq(np.full((200, 100), 80, np.uint8))[1] == 0


def test_saving_and_shrinking_hardly_change_it(draw_scene: Callable[..., Rgb]) -> None:
    gray = draw_scene(4, 512, 512)[..., 1]
    half = gray.reshape(256, 2, 256, 2).mean(axis=(1, 3)).astype(np.uint8)
    assert apart(pdq(gray)[0][0], pdq(half)[0][0]) <= 16
    assert apart(pdq(gray)[0][0], pdq(draw_scene(5, 512, 512)[..., 1])[0][0]) > 80
