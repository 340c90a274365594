"""Barcodes of goods in the photo against the product's own: another EAN is a fact for the reviewer, never more.

The product's barcode comes from the order export: a column of the seller's (商品条码, EAN …), or a number in 商家编码.
Blind spots: goods without barcode, barcodes not in the picture, exports that do not name the product's.
Source: zxing-cpp; GS1 General Specifications, 7.9 (check digit).
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.model import (
    Basis,
    Check,
    CheckResult,
    Claim,
    Exhibit,
    Finding,
    Group,
    Lab,
    NotApplicable,
    Note,
    Region,
    Strength,
    Text,
)
from evidencecheck.reading.codes import Code
from evidencecheck.reading.numbers import eans_in, is_trade_number, masked

SCORE = 0.4
INNOCENT = (
    Text(
        zh="店铺可能真的发错了货，照片拍的正是这件事", en="the shop may have sent the wrong goods, as the photo shows"
    ),
    Text(zh="拍到的是旁边别的商品、赠品或外箱", en="other goods, a gift or an outer box are in the picture"),
    Text(zh="商品换过包装，或一种规格一个条码", en="the packaging has changed, or each variant has its own barcode"),
)


def goods_label(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield what the goods' barcodes in the photo say beside the product's."""
    order = lab.order
    if order is None:
        yield _silent("没有这个订单的导出；请用 --orders 加上", "the order is not in an export; add it with --orders")
        return
    own = eans_in(order.barcode, order.sku)
    if not own:
        yield _silent("导出里没有商品条码（EAN）；可以加一列“商品条码”", "the export names no product barcode (EAN)")
        return
    read = {code.text: code for code in exhibit.codes if code.goods and code.certain and is_trade_number(code.text)}
    shown = lab.settings.shown_digits
    if seen := next((ean for ean in own if ean in read), ""):
        yield Note(
            summary=Text(zh="照片里有这个商品自己的条码", en="the photo shows this product's own barcode"),
            measurements={"order_barcode": masked(seen, shown=shown)},
        )
    elif len(read) == 1:
        for code in read.values():
            yield _finding(code, own[0], shown)
    elif read:
        yield Note(
            summary=Text(
                zh=f"照片里有 {len(read)} 种商品的条码，都不是订单商品的",
                en=f"the photo shows barcodes of {len(read)} products, none of them the order's",
            )
        )
    else:
        yield _silent("照片里没有读出商品条码，不说明任何问题", "no goods' barcode was read, which means nothing")


def _finding(code: Code, own: str, shown: int) -> Finding:
    printed, ordered = masked(code.text, own, shown), masked(own, code.text, shown)
    return Finding(
        claim=Claim.CONTRADICTION,
        score=SCORE,
        basis=Basis.FACT,
        ceiling=Strength.POSSIBLE,
        summary=Text(
            zh=f"照片里的商品条码尾号 {printed}，订单商品的是 {ordered}，两者不符",
            en=f"the barcode in the photo ends in {printed}, the product's in {ordered}: they differ",
        ),
        regions=(Region(polygon=tuple((float(x), float(y)) for x, y in code.outline), label=printed),),
        measurements={"label_number": printed, "order_barcode": ordered, "read_as": code.symbology},
        innocent=INNOCENT,
    )


def _silent(zh: str, en: str) -> NotApplicable:
    return NotApplicable(reason=Text(zh=zh, en=en))


CHECK = Check(
    id="goods-label",
    title=Text(zh="商品条码与订单", en="Goods' barcode and the order"),
    group=Group.ORDER,
    family="label",
    run=goods_label,
)
