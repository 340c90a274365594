"""The one decoder for untrusted picture bytes: an allow-list of formats, limits from the header before any pixel.

Decisions (docs/decisions/0001-killable-workers.md has the ones about time and memory):

- The content decides the format; a wrong extension is no error.
- A picture that is cut short is no picture: its grey remainder would be examined as if a buyer had photographed it.
- An embedded ICC profile is not applied: pixel checks must see the values the file stores, and a colour engine is one
  more parser for hostile bytes. Wide-gamut colours therefore look slightly dull in the report.
- Thumbnails embedded in HEIC are never used: they may show another picture than the file does.
- Multi-picture JPEG (MPO, Ultra HDR) is reported as "JPEG": its first picture is one.
"""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from evidencecheck.acquire import jpeg_end, pixels, png_pixels, reasons
from evidencecheck.model import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from evidencecheck.model import Settings

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF")
_ORIENTATION = 0x0112  # EXIF 2.32, tag Orientation
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A decoded picture. `rgb` is (h, w, 3) uint8, upright; `width` and `height` are of the full upright picture."""

    rgb: NDArray[np.uint8]
    format: str
    width: int
    height: int


def decode(data: bytes, settings: Settings, *, longest_side_px: int | None = None) -> Picture | Text:
    """Decode a file's bytes to upright RGB, or say why not.

    With `longest_side_px` the result is no larger than that; JPEG is then decoded at the DCT scale (1/2, 1/4, 1/8) that
    is just large enough, which is 4-5 times faster at 12 MP. Smaller pictures are never enlarged.
    """
    picture = _attempt(data, settings, longest_side_px)
    if isinstance(picture, Text) and picture != reasons.OUT_OF_MEMORY and data.startswith(png_pixels.SIGNATURE):
        return _attempt(png_pixels.only_pixels(data), settings, longest_side_px)
    return picture


def _attempt(data: bytes, settings: Settings, longest_side_px: int | None) -> Picture | Text:
    try:
        with _quiet():
            return _decode(data, settings, longest_side_px)
    except MemoryError:
        return reasons.OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - on hostile bytes decoders raise anything, down to ZeroDivisionError
        return _reason(error)


def shrink(rgb: NDArray[np.uint8], longest_side_px: int) -> NDArray[np.uint8]:
    """Return (h, w, 3) uint8 with longest side at most `longest_side_px`, by area averaging; never enlarges."""
    height, width = rgb.shape[:2]
    scale = longest_side_px / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _decode(data: bytes, settings: Settings, longest_side_px: int | None) -> Picture | Text:
    image = _open(data)
    if isinstance(image, Text):
        return image
    if image.width * image.height > settings.max_pixels:
        return reasons.too_many_pixels(*image.size, settings.max_pixels)
    if image.format in ("JPEG", "MPO"):
        full_size = image.size  # before the reduced decode changes it
        whole = _load_jpeg(image, data, longest_side_px)
        if whole is None:
            return reasons.TRUNCATED
        image = whole
    else:
        image.load()
        full_size = image.size  # after loading: a HEIC header may claim another size than its picture has
    turn = _UPRIGHT.get(_orientation(image))
    name = "JPEG" if image.format == "MPO" else image.format or ""
    rgb = pixels.to_rgb(image)
    if longest_side_px:
        rgb = shrink(rgb, longest_side_px)
    if turn is not None:
        rgb = np.asarray(Image.fromarray(rgb).transpose(turn))
        full_size = full_size[::-1] if turn in _SWAPS_SIDES else full_size
    return Picture(rgb=np.ascontiguousarray(rgb), format=name, width=full_size[0], height=full_size[1])


_SWAPS_SIDES = frozenset(_UPRIGHT[tag] for tag in (5, 6, 7, 8))


def _open(data: bytes) -> Image.Image | Text:
    """Read the header with the first decoder that takes the file."""
    _prepare()
    accepted = False
    trouble: Exception | None = None
    for name in _FORMATS:
        try:
            return Image.open(io.BytesIO(data), formats=(name,))
        except UnidentifiedImageError:
            accept = Image.OPEN[name][1]
            accepted |= accept is None or accept(data[:16]) is True
        except Exception as error:  # noqa: BLE001 - as in `decode`; another decoder may still take the file
            trouble = trouble or error
    if not accepted and not trouble:
        return reasons.not_a_picture(data[:16])
    return _reason(trouble) if trouble else reasons.HEADER


def _load_jpeg(image: Image.Image, data: bytes, longest_side_px: int | None) -> Image.Image | None:
    """Load a JPEG, reduced if asked; None when it is cut short. Only a missing end marker is forgiven."""
    full_size = image.size

    def load(opened: Image.Image) -> Image.Image:
        if longest_side_px:
            scale = min(1.0, longest_side_px / max(full_size))
            opened.draft(opened.mode, (max(1, round(full_size[0] * scale)), max(1, round(full_size[1] * scale))))
        opened.load()
        return opened

    try:
        load(image)
    except OSError as error:
        if not (_means_truncated(error) and jpeg_end.is_sequential(data)):
            raise
        data += jpeg_end.MARKER
        image = load(Image.open(io.BytesIO(data), formats=("JPEG",)))
    if jpeg_end.is_grey(image):
        filled = jpeg_end.with_filler(data)
        if filled and load(Image.open(io.BytesIO(filled), formats=("JPEG",))).tobytes() != image.tobytes():
            return None
    return image


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation of a loaded picture; 1 when there is none or EXIF is broken."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - broken EXIF says nothing about the pixels, which are fine
        return 1


def _reason(error: Exception) -> Text:
    return reasons.TRUNCATED if _means_truncated(error) else reasons.damaged(str(error) or type(error).__name__)


def _means_truncated(error: Exception) -> bool:
    said = str(error).lower()
    return "truncated" in said or "unexpected end of file" in said


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's warnings about odd files off the terminal, and its own pixel limit out of the way of ours."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


@cache
def _prepare() -> None:
    """Teach Pillow HEIC once per process, and keep its log lines about odd files off the terminal."""
    import pillow_heif

    logging.getLogger("PIL").addHandler(logging.NullHandler())
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
