"""Pillow's pixel modes to 8-bit RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHITE = (255, 255, 255)  # what transparent pictures are shown on, by the platform as in browsers


def to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 of a loaded picture; transparency on white, deep and float values scaled to 8 bits."""
    if image.mode.startswith("I") or image.mode == "F":
        gray = _eight_bits(np.asarray(image))  # (H, W)
        return np.repeat(gray[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        rgba = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
        shown = Image.new("RGB", rgba.size, _WHITE)
        shown.paste(rgba, mask=rgba.getchannel("A"))
        return np.asarray(shown)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale (H, W) integers or floats to 0-255.

    16-bit values keep their high byte. Otherwise the range decides, as files do not say it: floats within 0-1 are taken
    as such, values within 0-255 as they are, within 0-65535 as 16-bit; anything else is stretched from its least to its
    greatest value. Infinite and missing values become black.
    """
    if values.dtype == np.uint16:
        return (np.asarray(values, np.uint16) >> 8).astype(np.uint8)
    exact = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    least, greatest = float(exact.min()), float(exact.max())
    if least < 0 or greatest > 65535:
        low, scale = least, 255 / max(greatest - least, 1e-300)
    elif greatest <= 1 and np.issubdtype(values.dtype, np.floating):
        low, scale = 0.0, 255.0
    else:
        low, scale = 0.0, 1.0 if greatest <= 255 else 255 / 65535
    return np.clip(np.rint((exact - low) * scale), 0, 255).astype(np.uint8)
