"""The timeline strip: ordered, shipped, received, claimed, and what the photos' own clocks say, as picture and as text.

One stop below the other, because a phone is narrow. What is not known is shown as unknown, in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from evidencecheck.model import Settings, Text
from evidencecheck.report.dossier import Dossier
from evidencecheck.report.draw import RING_RGB
from evidencecheck.report.plate import DOT_RGB, INK, PAPER, Style, caption_bar

UNKNOWN = Text(zh="未知", en="unknown")
NO_CLOCK = Text(
    zh="照片里没有拍摄时间（聊天软件常会去掉，不说明任何问题）", en="the photo carries no time (chat apps remove it)"
)
OWN_CLOCK = Text(zh="照片自带的时间（时钟可能不准）", en="the photo's own clock, which may be wrong")
TITLE = Text(zh="订单 {order} 时间线", en="Order {order}: timeline")
GREY = (120, 126, 135)
ROW = 3.3  # letters per stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One moment; `at` None is unknown. `photo` tells a photo's own clock from the order's record."""

    name: Text
    at: datetime | None
    note: Text | None = None
    photo: bool = False


def stops(dossier: Dossier, photo_names: Sequence[str]) -> tuple[Stop, ...]:
    """Return the stops in time; an unknown one stands where it belongs in an order's life. Empty if none is known."""
    order = dossier.order
    of_order = [
        Stop(name=Text(zh="下单", en="ordered"), at=(order.ordered_at or order.paid_at) if order else None),
        Stop(name=Text(zh="发货", en="shipped"), at=order.shipped_at if order else None),
        Stop(name=Text(zh="确认收货", en="received"), at=order.received_at if order else None),
        Stop(name=Text(zh="申请售后", en="claimed"), at=order.claimed_at if order else None),
    ]
    if order and order.agreed_at:
        of_order.append(Stop(name=Text(zh="同意退款", en="refund agreed"), at=order.agreed_at))
    if order and order.refunded_at:
        of_order.append(Stop(name=Text(zh="退款", en="refunded"), at=order.refunded_at))
    of_photos = [
        Stop(
            name=Text(zh=f"拍摄（{name}）", en=f"taken ({name})"),
            at=photo.taken_at,
            note=OWN_CLOCK if photo.taken_at else NO_CLOCK,
            photo=True,
        )
        for photo, name in zip(dossier.photos, photo_names, strict=True)
    ]
    if not any(stop.at for stop in (*of_order, *of_photos)):
        return ()
    keyed: list[tuple[float, Stop]] = [(_clock(stop), stop) for stop in of_photos]
    following = max((_clock(stop) for stop in of_order if stop.at), default=float("inf"))
    for stop in reversed(of_order):  # an unknown one stands right before the next that is known
        following = _clock(stop) if stop.at else following
        keyed.insert(0, (following, stop))
    return tuple(stop for _, stop in sorted(keyed, key=lambda pair: pair[0]))


def _clock(stop: Stop) -> float:
    return stop.at.timestamp() if stop.at else float("inf")


def moment(at: datetime | None, settings: Settings, language: str) -> str:
    """Return a time to the minute as the seller's clock shows it, or "unknown"."""
    if at is None:
        return UNKNOWN.zh if language == "zh" else UNKNOWN.en
    return f"{at.astimezone(ZoneInfo(settings.time_zone)):%Y-%m-%d %H:%M}"


def strip_lines(dossier: Dossier, photo_names: Sequence[str], language: str) -> list[str]:
    """Return the stops as lines of text; empty if none is known."""
    lines = []
    for stop in stops(dossier, photo_names):
        at = moment(stop.at, dossier.settings, language)
        name, note = (stop.name.zh, stop.note) if language == "zh" else (stop.name.en, stop.note)
        if note is None:
            lines.append(f"{name}：{at}" if language == "zh" else f"{name}: {at}")
        elif stop.at is None:
            lines.append(f"{name}：{note.zh}" if language == "zh" else f"{name}: {note.en}")
        else:
            lines.append(f"{name}：{at}，{note.zh}" if language == "zh" else f"{name}: {at}, {note.en}")
    return lines


def draw_strip(found: Sequence[Stop], dossier: Dossier, language: str, style: Style) -> Image.Image:
    """Return the strip: a line with a dot per stop, its time and its name; hollow grey dots for what is not known."""
    size, say = style.letters_px, style.lettering
    title = Text(zh=TITLE.zh.format(order=dossier.order_number), en=TITLE.en.format(order=dossier.order_number))
    bar = caption_bar(say.say(title, language), style)
    picture = Image.new("RGB", (style.width_px, bar.height + round(size * (ROW * len(found) + 0.8))), PAPER)
    picture.paste(bar, (0, 0))
    pen, line_x, text_x = ImageDraw.Draw(picture), size * 1.6, size * 3.2
    rows = [bar.height + size * (ROW * number + 1.4) for number in range(len(found))]
    pen.line((line_x, rows[0], line_x, rows[-1]), fill=GREY, width=max(3, size // 10))
    for y, stop in zip(rows, found, strict=True):
        colour = GREY if stop.at is None else RING_RGB if stop.photo else DOT_RGB
        radius = size * 0.5
        pen.circle((line_x, y), radius + size * 0.12, fill=PAPER)
        pen.circle((line_x, y), radius, fill=PAPER if stop.at is None else colour, outline=colour, width=size // 7)
        at = say.drawable(moment(stop.at, dossier.settings, language if say.chinese else "en"))
        words = f"{at}  {say.say(stop.name, language)}"
        pen.text((text_x, y), words, font=say.font(size), fill=GREY if stop.at is None else INK, anchor="lm")
        if stop.note:
            below = say.wrap(say.say(stop.note, language), round(size * 0.8), style.width_px - text_x - size)
            for number, part in enumerate(below[:2]):
                at_y = y + size * (1.15 + number * 1.05)
                pen.text((text_x, at_y), part, font=say.font(round(size * 0.8)), fill=GREY, anchor="lm")
    return picture
