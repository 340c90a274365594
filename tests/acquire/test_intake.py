from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.acquire.encode import encode_mask_png, encode_png, preview_jpeg
from evidencecheck.acquire.exhibit import OpenExhibit, open_exhibit
from evidencecheck.acquire.intake import intake, sha256_of
from evidencecheck.matching.fingerprint import Fingerprint
from evidencecheck.model import Exhibit, Intake, Received, Settings, Unreadable

Rgb = NDArray[np.uint8]


@pytest.fixture
def photo(draw_scene: Callable[..., Rgb], save: Callable[..., Path], tmp_path: Path) -> Received:
    path = save(draw_scene(1, 1500, 2000), tmp_path / "251103-1" / "1.jpg")
    return Received(case="251103-1", name="251103-1/1.jpg", path=path)


def test_intake_takes_hash_facts_fingerprint_and_preview(photo: Received) -> None:
    taken = intake(photo, Settings())
    assert isinstance(taken, Intake)
    data = photo.path.read_bytes()
    assert taken.photo.sha256 == hashlib.sha256(data).hexdigest()
    assert (taken.photo.size_bytes, taken.photo.format) == (len(data), "JPEG")
    assert (taken.photo.width, taken.photo.height) == (1500, 2000)
    assert isinstance(taken.fingerprint, Fingerprint)
    preview = Image.open(io.BytesIO(taken.preview))
    assert (preview.format, preview.size) == ("JPEG", (768, 1024))


def test_no_fingerprint_is_made_when_none_is_wanted(photo: Received) -> None:
    taken = intake(photo, Settings(), with_fingerprint=False)
    assert isinstance(taken, Intake)
    assert taken.fingerprint is None


def test_an_exhibit_agrees_with_the_intake(photo: Received) -> None:
    taken, exhibit = intake(photo, Settings()), open_exhibit(photo, Settings())
    assert isinstance(taken, Intake)
    assert isinstance(exhibit, OpenExhibit)
    again = exhibit.intake()
    assert again.photo == taken.photo == exhibit.photo
    assert exhibit.fingerprint is again.fingerprint
    assert taken.fingerprint is not None
    bits = np.bitwise_count(taken.fingerprint.views[0] ^ exhibit.fingerprint.views[0]).sum()
    assert bits <= 8  # of 256: what reduced decoding moves PDQ by


def test_an_exhibit_shows_the_file_and_cannot_be_changed(photo: Received) -> None:
    exhibit = open_exhibit(photo, Settings())
    assert isinstance(exhibit, OpenExhibit)
    seen: Exhibit = exhibit
    assert seen.data == photo.path.read_bytes()
    assert seen.rgb.shape == (2000, 1500, 3)
    luma = seen.rgb @ np.array([0.299, 0.587, 0.114])
    assert np.abs(seen.gray - luma).max() <= 1
    assert seen.gray is seen.gray
    assert len(seen.blocks.quantisation) > 0
    for array in (seen.rgb, seen.gray):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


def test_the_original_is_never_touched(photo: Received) -> None:
    os.utime(photo.path, (1_000_000_000, 1_000_000_000))
    photo.path.chmod(0o400)
    before, listing = photo.path.read_bytes(), sorted(photo.path.parent.iterdir())
    intake(photo, Settings())
    open_exhibit(photo, Settings())
    assert photo.path.read_bytes() == before
    assert photo.path.stat().st_mtime == 1_000_000_000
    assert sorted(photo.path.parent.iterdir()) == listing


def test_a_file_over_the_byte_limit_is_unreadable_but_hashed(receive: Callable[..., Received]) -> None:
    data = os.urandom(3_000_000)
    received = receive(data)
    for result in (intake(received, Settings(max_bytes=2_999_999)), open_exhibit(received, Settings(max_bytes=10))):
        assert isinstance(result, Unreadable)
        assert "too large (3 MB" in result.reason.en
        assert (result.sha256, result.size_bytes) == (hashlib.sha256(data).hexdigest(), 3_000_000)


def test_a_file_that_is_no_picture_is_unreadable_but_hashed(receive: Callable[..., Received]) -> None:
    received = receive(b"%PDF-1.7")
    result = intake(received, Settings())
    assert isinstance(result, Unreadable)
    assert (result.case, result.name, result.path) == (received.case, received.name, received.path)
    assert result.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert "PDF" in result.reason.zh
    assert open_exhibit(received, Settings()) == result


def test_hash_alone(receive: Callable[..., Received], tmp_path: Path) -> None:
    assert sha256_of(receive(b"abc").path, Settings()) == (hashlib.sha256(b"abc").hexdigest(), 3)
    assert sha256_of(receive(b"").path, Settings()) == (hashlib.sha256(b"").hexdigest(), 0)
    assert sha256_of(tmp_path / "missing.jpg", Settings()) == ("", 0)


def test_encoded_pictures_decode_to_what_was_given(draw_scene: Callable[..., Rgb]) -> None:
    rgb = draw_scene(3, 300, 200)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(rgb)))), rgb)
    mask = rgb[:, :, 0].copy()
    decoded = Image.open(io.BytesIO(encode_mask_png(mask)))
    assert decoded.mode == "L"
    assert np.array_equal(np.asarray(decoded), mask)
    small = Image.open(io.BytesIO(preview_jpeg(rgb, 60)))
    assert (small.mode, small.size) == ("RGB", (60, 40))
    assert (
        np.abs(np.asarray(small.resize((3, 2)), int) - np.asarray(Image.fromarray(rgb).resize((3, 2)), int)).max() < 12
    )
    assert Image.open(io.BytesIO(preview_jpeg(rgb))).size == (300, 200)


@pytest.mark.parametrize("wrong", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32), np.zeros((4, 4), bool)])
def test_a_mask_of_another_shape_or_type_is_refused(wrong: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="mask"):
        encode_mask_png(wrong)
