"""Text is read where it stands."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from evidencecheck.reading.lines import can_read, read_lines

pytestmark = pytest.mark.skipif(not can_read(), reason="the extra ocr is not installed")


def test_lines_are_read_with_their_place() -> None:
    picture = Image.new("RGB", (600, 300), "white")
    ImageDraw.Draw(picture).text((80, 120), "Order 251103", font=ImageFont.load_default(48), fill="black")
    (line,) = read_lines(np.asarray(picture))
    assert line.text.replace(" ", "") == "Order251103"
    assert line.confidence > 0.8
    low, high = line.box.min(axis=0), line.box.max(axis=0)
    assert 50 < low[0] < 90
    assert 100 < low[1] < 140
    assert 300 < high[0] < 420
    assert 150 < high[1] < 200


def test_a_picture_without_text_has_no_lines() -> None:
    assert not list(read_lines(np.full((200, 300, 3), 200, np.uint8)))
