"""Private text is found in the pixels of a picture, whichever way up it lies, and nothing else is covered."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from evidencecheck.gathering.redaction import Mask, Redaction, parse_mask
from evidencecheck.reading.lines import can_read
from evidencecheck.report.cover import Why
from evidencecheck.report.lettering import find_lettering

Rgb = NDArray[np.uint8]
LETTERS = find_lettering()
reads = pytest.mark.skipif(not can_read(), reason="the extra ocr is not installed")
writes = pytest.mark.skipif(not LETTERS.chinese, reason="no Chinese font to draw the waybill with")
ROWS = ("示例快递  EX202511000001", "收件人: 王小明 13800138000", "广东省深圳市南山区科技园路12号", "猫咪马克杯 1件")


def waybill(width: int = 1000, height: int = 1300, size: int = 32) -> Rgb:
    picture = Image.new("RGB", (width, height), (120, 90, 60))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((80, 200, 80 + size * 22, 200 + size * 2 * (len(ROWS) + 1)), fill="white")
    for number, row in enumerate(ROWS):
        pen.text((80 + size, 200 + size * (1 + 2 * number)), row, font=LETTERS.font(size), fill="black")
    return np.asarray(picture)


@reads
@writes
@pytest.mark.parametrize("turned", [0, 2, 3])
def test_a_waybill_is_covered_whichever_way_up(turned: int) -> None:
    rgb = np.ascontiguousarray(np.rot90(waybill(), turned))
    covers = Redaction().covers(rgb, ())
    assert {Why.PHONE, Why.ADDRESS} <= {cover.why for cover in covers}
    shown = np.zeros(rgb.shape[:2], bool)
    for cover in covers:
        shown[cover.top : cover.top + cover.height, cover.left : cover.left + cover.width] = True
    upright = np.rot90(shown, -turned)
    rows = [upright[232 + 64 * n : 264 + 64 * n, 120:500].mean() for n in range(len(ROWS))]
    assert rows[1] > 0.95
    assert rows[2] > 0.95
    assert rows[0] < 0.1  # the tracking number is evidence
    assert rows[3] < 0.1


@reads
@writes
def test_small_print_in_a_large_picture_is_found() -> None:
    covers = Redaction().covers(waybill(2400, 3200, 20), ())
    assert Why.PHONE in {cover.why for cover in covers}


def coded(text: str, symbology: zxingcpp.BarcodeFormat) -> Rgb:
    """A white picture with a code at (300, 200)."""
    code = np.array(zxingcpp.create_barcode(text, symbology).to_image(scale=5, add_quiet_zones=True))
    picture = np.full((900, 1200, 3), 255, np.uint8)
    picture[200 : 200 + code.shape[0], 300 : 300 + code.shape[1]] = code[..., None]
    return picture


def test_a_qr_code_with_personal_data_is_covered_whole() -> None:
    rgb = coded("收件人:王小明 13800138000", zxingcpp.BarcodeFormat.QRCode)
    (cover,) = Redaction(searched=False).covers(rgb, ())
    assert cover.why is Why.CODE
    rows, columns = np.nonzero(rgb[..., 0] == 0)
    assert cover.left <= columns.min() + 2
    assert cover.top <= rows.min() + 2
    assert cover.left + cover.width >= columns.max() - 2
    assert cover.top + cover.height >= rows.max() - 2
    assert Redaction(on=False).covers(rgb, ()) == ()


@pytest.mark.parametrize(
    ("text", "symbology"),
    [
        ("https://shop.example/p/6f2a91c4", zxingcpp.BarcodeFormat.QRCode),
        ("13800138000", zxingcpp.BarcodeFormat.Code128),
    ],
    ids=["a link", "a parcel's bars"],
)
def test_other_codes_stay(text: str, symbology: zxingcpp.BarcodeFormat) -> None:
    assert Redaction(searched=False).covers(coded(text, symbology), ()) == ()


def test_switched_off_only_drawn_boxes_are_covered() -> None:
    mask = Mask(picture="1.jpg", left=5, top=6, width=20, height=10)
    redaction = Redaction(on=False, masks=(mask,))
    rgb = np.full((100, 100, 3), 255, np.uint8)
    (cover,) = redaction.covers(rgb, ("order/1.jpg", "1.jpg"))
    assert (cover.left, cover.top, cover.width, cover.height, cover.why) == (5, 6, 20, 10, Why.DRAWN)
    assert redaction.covers(rgb, ("2.jpg",)) == ()


def test_a_box_is_written_with_its_picture() -> None:
    assert parse_mask("C:/a b/1.jpg:1,2, 30,40") == Mask(picture="C:/a b/1.jpg", left=1, top=2, width=30, height=40)
    for wrong in ("1.jpg", "1.jpg:1,2,3", ":1,2,3,4", "1.jpg:1,2,3,-4", "1.jpg:a,b,c,d"):
        with pytest.raises(ValueError, match="x,y,w,h"):
            parse_mask(wrong)
