"""What the files of one order's photos declare of the device and the day, compared: notes for the reviewer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta, tzinfo

from evidencecheck.metadata.clock import read_clock
from evidencecheck.model import Blocks, Note, Sibling, Text

SAME_DAY = timedelta(hours=24)
LONGEST_NAME = 40  # characters of a device's name
SHOWN = "%Y-%m-%d %H:%M"


def taken_otherwise(blocks: Blocks, siblings: Sequence[Sibling], zone: tzinfo) -> Iterator[Note]:
    """Yield a note where other photos of the order name another device, and one where they were taken on other days.

    A photo that declares nothing is compared with none: chat apps remove it. `zone` is assumed where a file names none.
    """
    mine = device(blocks)
    others = sorted({name for one in siblings if (name := device(one.blocks)) and name != mine})
    if mine and others:
        yield Note(
            summary=Text(
                zh="这个订单的照片来自不同的设备；一家人、客服或换手机都可能如此",
                en="photos of this order name different devices, as when two people took them",
            ),
            measurements={"device": mine, "other_devices": ", ".join(others)[:120]},
        )
    yield from _other_days(blocks, siblings, zone)


def _other_days(blocks: Blocks, siblings: Sequence[Sibling], zone: tzinfo) -> Iterator[Note]:
    mine = read_clock(blocks.fields, zone)
    if mine is None:
        return
    clocks = [clock.taken for one in siblings if (clock := read_clock(one.blocks.fields, zone))]
    apart = sorted(taken for taken in clocks if abs(taken - mine.taken) > SAME_DAY)
    if apart:
        farthest = max(apart, key=lambda taken: abs(taken - mine.taken))
        yield Note(
            summary=Text(
                zh=f"这个订单的照片不是同一天拍的：{mine.taken:{SHOWN}} 与 {farthest:{SHOWN}}；时钟可能不准",
                en=f"photos of this order are of different days: {mine.taken:{SHOWN}} and {farthest:{SHOWN}}; "
                "clocks may be wrong",
            ),
            measurements={"taken_at": mine.taken.isoformat(), "other_taken_at": farthest.isoformat()},
        )


def device(blocks: Blocks) -> str:
    """Return maker and model as the file declares them, "" when it names none. Untrusted text."""
    named = {one.name: " ".join(one.value.split()) for one in blocks.fields if one.place == "exif:IFD0"}
    make, model = named.get("Make", ""), named.get("Model", "")
    return (model if model.startswith(make) else f"{make} {model}").strip()[:LONGEST_NAME]
