"""Which numbers may be compared, and how much of them is shown."""

from __future__ import annotations

import pytest

from evidencecheck.reading.numbers import (
    could_be,
    eans_in,
    is_ean,
    masked,
    mentions,
    numbers_in,
    same_shape,
    shaped_like,
)

YTO, ZTO = "YT8812345678901", "78123456789012"


@pytest.mark.parametrize(("number", "own"), [("YT8855512340077", YTO), ("78999956789012", ZTO), ("JT5199", "JT5123")])
def test_numbers_of_one_courier(number: str, own: str) -> None:
    assert same_shape(number, [own])


@pytest.mark.parametrize(
    ("number", "own"),
    [
        ("SF1234567890123", YTO),  # another courier
        ("YT881234567890", YTO),  # shorter: a bag or a route
        ("13800138000", ZTO),  # a phone number
        ("73123456789012", ZTO),  # another range of numbers, perhaps another courier's
        ("LP00123456789012", ZTO),  # a warehouse's
        ("251103-123456789012345", ZTO),  # an order number
        ("6901234567892", "6912345678901"),  # a goods number as a plain barcode
        ("HTTPS://EXAMPLE.COM/W?ID=1", YTO),
        ("", YTO),
    ],
)
def test_other_numbers_are_not_compared(number: str, own: str) -> None:
    assert not same_shape(number, [own])


def test_a_cell_may_hold_several_parcels() -> None:
    assert numbers_in("\t78123456789012；YT8812345678901 ", "") == (ZTO, YTO)
    assert numbers_in("中通快递:78123456789012") == (ZTO,)
    assert numbers_in("JDVA0001-2345678-1-1") == ("JDVA0001234567811",)
    assert numbers_in("12345", "无") == ()


def test_a_text_mentions_a_number_however_it_is_wrapped() -> None:
    assert mentions("https://w.example.com/?no=yt8812345678901&k=3", [ZTO, YTO]) == YTO
    assert mentions("YT8812345678901-1-2-", [YTO]) == YTO
    assert mentions("YT8812345678902", [YTO]) == ""


def test_print_is_read_as_a_number_only_when_it_stands_alone() -> None:
    assert shaped_like("运单号 YT8855512340077 收", [YTO]) == ("YT8855512340077",)
    assert shaped_like("YT88 5551 2340 077", [YTO]) == ("YT8855512340077",)
    assert shaped_like("YT885551234007712", [YTO]) == ()


def test_a_misread_digit_is_no_other_number() -> None:
    assert could_be("YT8812345678907", [YTO])
    assert not could_be("YT8812345679988", [YTO])


def test_check_digits() -> None:
    assert is_ean("6901234567892")
    assert not is_ean("6901234567893")
    assert not is_ean("69012345678٩2")


def test_where_the_product_s_barcode_is_found() -> None:
    assert eans_in("6901234567892", "") == ("6901234567892",)
    assert eans_in("", "红色-6901234567892-L") == ("6901234567892",)
    assert eans_in("036000291452") == ("0036000291452",)  # UPC-A
    assert eans_in("SKU 4006381333931") == ()  # not China's prefix, and not alone: may be the shop's own code
    assert eans_in("2012345678900", "123456789012345") == ()
    assert eans_in("A6901234567892") == ()


def test_digits_are_hidden_but_can_be_compared() -> None:
    assert masked(YTO) == "…8901"
    assert masked("YT8812345678901", "YT9912345678901"[:11] + "8901") == "…45678901"
    assert masked("YT8812340001", "YT8812350001") == "…40001"
    assert masked(YTO, shown=0) == "…"
    assert masked("901", shown=4) == "…"
