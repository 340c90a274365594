"""Clocks: the times a file gives of itself, and whether they contradict each other.

It sees the taking time (with its time zone if written), satellite time, Samsung's UTC time, the time in the content
credentials, the time saved and the time in the file's name (both are only shown). A difference counts beyond what time
zones, stale satellite fixes and a day of slack explain; the time on disk is never used. Against the order: timeline.
Blind spots: most photos that went through a chat app carry no clock; every clock can be set. Source: Exif 2.32.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from evidencecheck.metadata.times import Times, named_time, read_times
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
    Strength,
    Text,
)

SLACK = timedelta(minutes=5)  # between two clocks of one phone, when the file gives the time zone
DAY = timedelta(hours=24)  # otherwise, and for satellite fixes, which can be old
EAST, WEST = timedelta(hours=14), timedelta(hours=-12)  # the widest time zones
SURE_GAP = timedelta(days=30)  # unexplained by this much, the score is 1
SHOWN = "%Y-%m-%d %H:%M"
SATELLITE = Text(zh="卫星时间", en="satellite time")
SAMSUNG = Text(zh="三星手机记录的时间", en="time recorded by Samsung's phone")
SIGNED = Text(zh="内容凭证的签署时间", en="time in the content credentials")
INNOCENT = (
    Text(
        zh="手机或相机的时钟没有设对，或后来改过时区", en="the device's clock was wrong, or its time zone was changed"
    ),
    Text(zh="卫星定位可能是几小时甚至几天前的旧数据", en="the satellite fix can be hours or days old"),
    Text(zh="整理相册的软件会改写时间", en="programs that sort pictures rewrite times"),
)


def clocks(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield the clocks as a note, and one finding per contradiction."""
    times = read_times(exhibit.blocks.fields)
    if not any((times.taken, times.saved, times.satellite, times.samsung, times.signed)):
        yield NotApplicable(
            reason=Text(
                zh="文件里没有可用的时间，这不说明任何问题", en="the file gives no usable time, which means nothing"
            )
        )
        return
    yield _shown(times, named_time(exhibit.photo.name))
    if times.taken is None:
        return
    firm = SLACK if times.offset is not None else DAY
    for clock, other, slack in ((SATELLITE, times.satellite, DAY), (SAMSUNG, times.samsung, firm)):
        if other is not None and (gap := _unexplained(times.taken, times.offset, other)) > slack:
            yield _finding(clock, times.taken, other, gap, firm=times.offset is not None)
    if times.signed is not None:
        earliest = times.taken - (EAST if times.offset is None else times.offset)  # UTC
        if earliest - times.signed > DAY:
            yield _finding(SIGNED, times.taken, times.signed, earliest - times.signed, firm=times.offset is not None)


def _unexplained(taken: datetime, offset: timedelta | None, utc: datetime) -> timedelta:
    """Return the part of the difference that no time zone (or not the written one) explains; negative when all is."""
    low, high = (WEST, EAST) if offset is None else (offset, offset)
    return max(taken - utc - high, low - (taken - utc))


def _finding(clock: Text, taken: datetime, other: datetime, gap: timedelta, *, firm: bool) -> Finding:
    return Finding(
        claim=Claim.CONTRADICTION,
        score=min(1.0, (0.5 if firm else 0.3) + gap / SURE_GAP),
        basis=Basis.FACT,
        ceiling=Strength.POSSIBLE,
        summary=Text(
            zh=f"拍摄时间 {taken:{SHOWN}} 与{clock.zh} {other:{SHOWN}}（世界标准时间）对不上，时区也解释不了",
            en=f"the taking time {taken:{SHOWN}} and the {clock.en} {other:{SHOWN}} (UTC) disagree beyond time zones",
        ),
        measurements={"clock": clock.en, "unexplained_hours": round(gap / timedelta(hours=1), 2), "zone_in_file": firm},
        innocent=INNOCENT,
    )


def _shown(times: Times, named: datetime | None) -> Note:
    known = (
        (Text(zh="拍摄", en="taken"), times.taken),
        (Text(zh="保存", en="saved"), times.saved),
        (SATELLITE, times.satellite),
        (SAMSUNG, times.samsung),
        (SIGNED, times.signed),
        (Text(zh="文件名（仅供参考）", en="file name (a hint)"), named),
    )
    return Note(
        summary=Text(
            zh="文件里的时间：" + "；".join(f"{clock.zh} {time:{SHOWN}}" for clock, time in known if time),
            en="times in the file: " + "; ".join(f"{clock.en} {time:{SHOWN}}" for clock, time in known if time),
        ),
        measurements={} if times.offset is None else {"zone_offset_hours": times.offset / timedelta(hours=1)},
    )


CHECK = Check(
    id="clocks",
    title=Text(zh="文件里的时间", en="Times in the file"),
    group=Group.FILE,
    family="declaration",
    run=clocks,
)
