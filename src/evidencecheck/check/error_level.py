"""Error level analysis (ELA): what re-saving the photo as JPEG at quality 90 would change, pixel by pixel.

It draws a picture for the reviewer and decides nothing: on mixed photos a threshold on error level does not tell edited
from genuine pictures (AUC 0.58 at best, benchmarks/traces_alone.py), because texture and sharpening raise it just as
edits do.
Levels are absolute (0-255 units of the photo times a fixed gain), never stretched, so that two photos can be compared.

Source: N. Krawetz, "A Picture's Worth", Black Hat USA 2007.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from evidencecheck.model import Check, CheckResult, Exhibit, Group, Lab, NotApplicable, Note, Picture, Text

QUALITY = 90  # IJG quality of the trial save, as in the source
GAIN = 16  # display gain: a difference of 16 levels is drawn white
LONGEST_PX = 1280  # the reviewer's picture
SMALLEST_PX = 16  # below two JPEG blocks there is nothing to look at


def error_level(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield the error-level picture and its quantiles in grey levels."""
    if min(exhibit.photo.width, exhibit.photo.height) < SMALLEST_PX:
        reason = f"smaller than {SMALLEST_PX} px"
        yield NotApplicable(reason=Text(zh=f"照片小于 {SMALLEST_PX} 像素", en=reason))
        return
    bgr = cv2.cvtColor(exhibit.rgb, cv2.COLOR_RGB2BGR)
    levels = cv2.absdiff(bgr, _saved_again(bgr)).max(axis=2)  # (H, W) uint8, grey levels
    median, high = (float(v) for v in np.percentile(levels, (50, 99)))
    yield Note(
        summary=Text(
            zh=f"误差级别：中位数 {median:.0f}，最高 1% 为 {high:.0f}（灰度级）。只供人工查看，不作判断。",
            en=f"error level: median {median:.0f}, top 1 % from {high:.0f} grey levels; to look at, not a verdict",
        ),
        measurements={"median_levels": median, "p99_levels": high, "trial_quality": QUALITY},
    )
    yield Picture(
        role="error-level",
        title=Text(zh="误差级别图（ELA，绝对单位）", en="Error level (ELA, absolute units)"),
        media_type="image/jpeg",
        data=_encode(_reduce(levels)),
    )


def _saved_again(bgr: np.ndarray) -> np.ndarray:
    done, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    again = cv2.imdecode(jpeg, cv2.IMREAD_COLOR) if done else None
    if again is None:
        raise ValueError("the trial JPEG could not be made")
    return again


def _reduce(levels: np.ndarray) -> np.ndarray:
    height, width = levels.shape
    scale = min(1.0, LONGEST_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    return np.minimum(small.astype(np.uint16) * GAIN, 255).astype(np.uint8)


def _encode(picture: np.ndarray) -> bytes:
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    if not done:
        raise ValueError("the error-level picture could not be encoded")
    return bytes(jpeg)


CHECK = Check(
    id="error-level",
    title=Text(zh="误差级别（ELA）", en="Error level analysis"),
    group=Group.EDITS,
    family="jpeg",
    run=error_level,
)
