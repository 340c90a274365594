"""Parcel labels in the photo against the order: a tracking number that is neither the order's nor of a known parcel.

A code counts as a parcel's only where it looks like the order's own number (`reading.numbers`): the same courier's.
Blind spots: labels too small or blurred to read, other couriers' labels, photos without a label.
Source: zxing-cpp; docs/decisions/0012-labels.md says when a difference is documented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    Order,
    Region,
    Strength,
    Text,
)
from evidencecheck.reading.codes import read_codes
from evidencecheck.reading.numbers import masked, numbers_in
from evidencecheck.reading.parcels import Printed, read_parcels

PROMINENT_SHARE = 0.12  # of the photo's longer side; a smaller code may be of a parcel in the background
MOST_SIBLINGS = 8  # other photos of the order that are searched for its own number
FIRM, SOFT = 0.9, 0.4  # scores: read twice with its check, and all that speaks against it looked at; anything less
RETURNS = ("退货", "换货", "return", "exchange")  # then the buyer may hold the label of a parcel sent back
INNOCENT = (
    Text(zh="新疆、西藏等地中转、转寄或补打面单会换单号", en="relabelled on the way: consolidation, forwarding"),
    Text(zh="订单分几个包裹，导出里只有一个单号", en="the order came in several parcels, the export names one"),
    Text(zh="拍到的是别的包裹、退货面单或旧纸箱", en="it is another parcel, a return label or a used box"),
    Text(zh="店铺录错了单号", en="the shop entered a wrong number"),
)


def parcel_label(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield what the parcel labels in the photo say beside the order's numbers."""
    order = lab.order
    if order is None:
        yield _silent("没有这个订单的导出；请用 --orders 加上", "the order is not in an export; add it with --orders")
        return
    own = numbers_in(order.tracking_number, order.resend_tracking_number)
    if not own:
        yield _silent("导出里没有快递单号；请导出这一列", "the export has no tracking number; export that column")
        return
    parcels = read_parcels(exhibit.codes, exhibit.rgb, own, numbers_in(order.return_tracking_number))
    if parcels.own:
        yield _own(parcels.own, lab)
    elif parcels.others:
        alone = len(parcels.others) == 1 and not _going_back(order) and not _seen_elsewhere(exhibit, lab, own)
        for printed in parcels.others:
            yield _finding(printed, own[0], lab, firm=alone and _clear(printed, exhibit))
    else:
        yield _silent("照片里没有读出快递单号，不说明任何问题", "no parcel number was read, which means nothing")


def _going_back(order: Order) -> bool:
    """Whether the buyer may hold the label of a parcel sent back whose number is not known."""
    words = f"{order.after_sales_kind} {order.after_sales_status}".lower()
    return any(word in words for word in RETURNS) and not order.return_tracking_number


def _clear(printed: Printed, exhibit: Exhibit) -> bool:
    """Whether a number was certainly read, from a code in the foreground."""
    return printed.certain and printed.length_px >= PROMINENT_SHARE * max(exhibit.photo.width, exhibit.photo.height)


def _seen_elsewhere(exhibit: Exhibit, lab: Lab, own: Sequence[str]) -> bool:
    """Whether another photo of the order shows its own number: then this label is of a second parcel."""
    for sibling in lab.known.of_order(exhibit.photo.case, but=exhibit.photo.sha256)[:MOST_SIBLINGS]:
        picture = lab.known.picture(sibling.reference)
        if picture is not None and read_parcels(read_codes(picture), picture, own).own:
            return True
    return False


def _finding(printed: Printed, own: str, lab: Lab, *, firm: bool) -> Finding:
    shown = lab.settings.shown_digits
    number, ordered = masked(printed.number, own, shown), masked(own, printed.number, shown)
    return Finding(
        claim=Claim.CONTRADICTION,
        score=FIRM if firm else SOFT,
        basis=Basis.FACT if firm else Basis.MEASURED,
        ceiling=Strength.DOCUMENTED if firm else Strength.POSSIBLE,
        summary=Text(
            zh=f"面单上的快递单号尾号 {number}，订单的是 {ordered}，两者不符",
            en=f"the label's parcel number ends in {number}, the order's in {ordered}: they differ",
        ),
        regions=(Region(polygon=tuple((float(x), float(y)) for x, y in printed.outline), label=number),),
        measurements={"label_number": number, "order_number": ordered, "read_as": printed.how},
        innocent=INNOCENT,
    )


def _own(number: str, lab: Lab) -> Note:
    return Note(
        summary=Text(zh="照片里有本订单自己的快递单号", en="the photo shows this order's own parcel number"),
        measurements={"order_number": masked(number, shown=lab.settings.shown_digits)},
    )


def _silent(zh: str, en: str) -> NotApplicable:
    return NotApplicable(reason=Text(zh=zh, en=en))


CHECK = Check(
    id="parcel-label",
    title=Text(zh="面单与订单", en="Parcel label and the order"),
    group=Group.ORDER,
    family="label",
    run=parcel_label,
)
