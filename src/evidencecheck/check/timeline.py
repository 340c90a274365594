"""Timeline: the photo's own clock against the order: taken before the parcel was shipped, or after the claim.

Firm with a written time zone, or with a second clock in the file that agrees. Blind spots: most photos that passed a
chat app carry no clock; a clock can be wrong or changed; a file's time on disk is never used. Source: Exif 2.32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from evidencecheck.metadata.clock import Clock, Zone, read_clock
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
    Strength,
    Text,
)

LEAST_MARGIN = timedelta(hours=24)  # whatever the settings say: clocks and zones are off by hours, not by days
SURE_EXCESS = timedelta(days=30)  # beyond the margin by this much, the score has grown by half
FIRM_SCORE = 0.5  # scores from here up are of clocks that the file itself pins down: calibrated apart
SHOWN = "%Y-%m-%d %H:%M %z"

BEFORE_SHIPPING = Text(zh="发货时间早", en="before the parcel was shipped")
AFTER_CLAIM = Text(zh="申请售后时间晚", en="after the claim was made")

INNOCENT = (
    Text(zh="相机或手机的时钟没有设对，或时区不同", en="the camera's clock or time zone was not set"),
    Text(zh="转发或翻拍了商家在聊天中发过的照片", en="a photo the seller had sent was sent or photographed again"),
    Text(zh="照片是同款商品更早一次收货时拍的", en="the photo shows an earlier delivery of the same goods"),
    Text(zh="应商家要求事后补拍了照片", en="the photo was taken later because the seller asked for another one"),
)


def timeline(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield what the photo's clock says beside the order's times; `lab.settings.clock_margin` is at least 24 h."""
    order = lab.order
    if order is None:
        yield _silent("没有这个订单的导出；请用 --orders 加上", "the order is not in an export; add it with --orders")
        return
    if order.shipped_at is None and order.claimed_at is None:
        yield _silent(
            "导出里没有发货时间和申请时间；请导出这两列", "the export lacks shipping and claim times; export them"
        )
        return
    clock = read_clock(exhibit.blocks.fields, ZoneInfo(lab.settings.time_zone))
    if clock is None:
        yield _silent(
            "照片里没有可用的拍摄时间（聊天软件通常会去掉），这不说明任何问题；可以请买家发原图",
            "the photo carries no usable time (chat apps remove it), which means nothing; ask for the original photo",
        )
        return
    yield _note(clock, order)
    yield from _contradictions(clock, order, max(lab.settings.clock_margin, LEAST_MARGIN))


def _contradictions(clock: Clock, order: Order, margin: timedelta) -> Iterator[Finding]:
    if order.shipped_at and order.shipped_at - clock.taken > margin:
        yield _finding(clock, order.shipped_at, margin)
    elif order.claimed_at and clock.taken - order.claimed_at > margin and clock.zone is not Zone.SIGNED:
        # A photo may be added to a claim later, so this alone never goes beyond the reviewer.
        yield replace(_finding(clock, order.claimed_at, margin), ceiling=Strength.POSSIBLE)


def _finding(clock: Clock, at: datetime, margin: timedelta) -> Finding:
    gap, hours, shown = abs(clock.taken - at), margin / timedelta(hours=1), f"{clock.taken:{SHOWN}}"
    event, days = BEFORE_SHIPPING if clock.taken < at else AFTER_CLAIM, gap / timedelta(days=1)
    return Finding(
        claim=Claim.CONTRADICTION,
        score=round((FIRM_SCORE if clock.firm else 0.0) + min(0.49, 0.49 * ((gap - margin) / SURE_EXCESS)), 3),
        basis=Basis.FACT if clock.firm else Basis.MEASURED,
        ceiling=Strength.DOCUMENTED if clock.firm else Strength.POSSIBLE,
        summary=Text(
            zh=f"照片里的相机时钟写着 {shown}，比{event.zh} {days:.1f} 天（{at:{SHOWN}}）；"
            f"{clock.how.zh}；余量 {hours:.0f} 小时；时钟可能不准",
            en=f"the camera's clock says {shown}, {days:.1f} days {event.en} ({at:{SHOWN}}); "
            f"{clock.how.en}; margin {hours:.0f} h; the clock may be wrong",
        ),
        measurements={
            "taken_at": clock.taken.isoformat(),
            "order_time": at.isoformat(),
            "time_zone": clock.zone.value,
            "hours": round(gap / timedelta(hours=1), 1),
            "margin_hours": hours,
        },
        innocent=INNOCENT,
    )


def _note(clock: Clock, order: Order) -> Note:
    times = {"taken_at": clock.taken, "shipped_at": order.shipped_at, "claimed_at": order.claimed_at}
    shown = f"{clock.taken:{SHOWN}}"
    return Note(
        summary=Text(zh=f"相机时钟：{shown}（{clock.how.zh}）", en=f"camera clock: {shown} ({clock.how.en})"),
        measurements={name: at.isoformat() for name, at in times.items() if at},
    )


def _silent(zh: str, en: str) -> NotApplicable:
    return NotApplicable(reason=Text(zh=zh, en=en))


CHECK = Check(
    id="timeline",
    title=Text(zh="拍摄时间与订单", en="Photo's clock and the order"),
    group=Group.ORDER,
    family="clock",
    run=timeline,
)
