"""Dates as people and programs write them, to ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

_DATE = re.compile(
    r"(?P<year>\d{4})(?:[-/.]|年)(?P<month>\d{1,2})(?:[-/.]|月)(?P<day>\d{1,2})日?"
    r"(?:[T ]*(?P<hour>\d{1,2})[:：时](?P<minute>\d{2})分?(?:[:：]?(?P<second>\d{2})(?:\.\d+)?秒?)?)?\s*"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)


def iso(text: str) -> str | None:
    """Return a date ("2025-01-02") or time as ISO 8601, "" for blank text, None for text that is no date."""
    text = text.strip()
    if not text:
        return ""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
        if found["hour"] is None:
            return None if found["zone"] else day
        clock = f"{int(found['hour']):02d}:{found['minute']}:{found['second'] or '00'}"
        return datetime.fromisoformat(f"{day}T{clock}{found['zone'] or ''}").isoformat()
    except ValueError:
        return None


def local_time(seconds: float) -> str:
    """Return a Unix time as ISO 8601 with the local offset, to the second."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone().isoformat(timespec="seconds")


def on_this_disk_since(path: Path) -> str:
    """Return since when a file is on this disk at the latest: its creation, or on Linux the last change of its entry.

    Not the time of modification: downloaders set that to what the server says, and anybody can set it at will.
    """
    status = path.stat()
    created = getattr(status, "st_birthtime", None)  # macOS, and Windows from Python 3.12; before, st_ctime is creation
    return local_time(float(created if created is not None else status.st_ctime))
