"""Arrays to JPEG and PNG bytes, for previews, masks and reviewer's pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from evidencecheck.acquire.decode import shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPORT_SIDE_PX = 1280
INTAKE_SIDE_PX = 1024
PREVIEW_QUALITY = 80


def encode_jpeg(picture: NDArray[np.uint8], quality: int = 90) -> bytes:
    """Encode (H, W, 3) RGB or (H, W) gray uint8 as JPEG; sides up to 65535 px. Carries no metadata."""
    return _encode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """Encode (H, W, 3) RGB or (H, W) gray uint8 as PNG, without loss. Carries no metadata."""
    return _encode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 6])


def preview_jpeg(rgb: NDArray[np.uint8], side_px: int = REPORT_SIDE_PX) -> bytes:
    """Return a JPEG of (H, W, 3) RGB with longest side at most `side_px`."""
    return encode_jpeg(shrink(rgb, side_px), PREVIEW_QUALITY)


def encode_mask_png(mask: NDArray[np.uint8]) -> bytes:
    """Encode an edit mask, (H, W) uint8, 255 where edited, as an 8-bit gray PNG.

    Raises ValueError for another shape or type: a wrong mask must not reach the report.
    """
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise ValueError(f"a mask is (H, W) uint8, not {mask.shape} {mask.dtype}")
    return encode_png(mask)


def _encode(extension: str, picture: NDArray[np.uint8], options: list[int]) -> bytes:
    stored = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, encoded = cv2.imencode(extension, stored, options)
    if not done:
        raise ValueError(f"{picture.shape} does not encode as {extension}")
    return encoded.tobytes()
