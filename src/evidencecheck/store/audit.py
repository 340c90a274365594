"""The audit log: one row for everything that happens to a case, each chained to the one before by SHA-256.

The hash of a row is taken over its number, time, kind, order, data and the previous row's hash, as canonical JSON
(RFC 8785's rules for what occurs here: sorted keys, no spaces; ASCII only). Whoever changes, removes or reorders a row
must make every later hash anew, and then the last one differs from any copy of it kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidencecheck.store.provenance import now

START = "0" * 64  # what the first row follows
COLUMNS = "number, at, kind, order_number, data, previous, hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the log. `at` is ISO 8601 with offset, `data` canonical JSON, hashes are 64 hexadecimal digits."""

    number: int  # from 1
    at: str
    kind: str
    order: str
    data: str
    previous: str
    hash: str


def append(db: sqlite3.Connection, kind: str, order: str, data: Mapping[str, object]) -> Entry:
    """Write one row, inside the write of what it tells."""
    number, previous = db.execute("SELECT number, hash FROM audit_head").fetchone()
    at, text = now(), canonical(data)
    entry = Entry(
        number=int(number) + 1,
        at=at,
        kind=kind,
        order=order,
        data=text,
        previous=str(previous),
        hash=hash_of(int(number) + 1, at, kind, order, text, str(previous)),
    )
    db.execute(
        "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry.number, entry.at, entry.kind, entry.order, entry.data, entry.previous, entry.hash),
    )
    db.execute("UPDATE audit_head SET number = ?, hash = ?", (entry.number, entry.hash))
    return entry


def entries(db: sqlite3.Connection, order: str | None = None) -> Iterator[Entry]:
    """Yield the rows, oldest first: all, or those of one order."""
    where, values = ("WHERE order_number = ?", (order,)) if order is not None else ("", ())
    for row in db.execute(f"SELECT {COLUMNS} FROM audit {where} ORDER BY number", values):  # noqa: S608 - constants
        yield _entry(row)


def head(db: sqlite3.Connection) -> tuple[int, str]:
    """Return how many rows there should be, and the hash of the last."""
    number, last = db.execute("SELECT number, hash FROM audit_head").fetchone()
    return int(number), str(last)


def canonical(data: Mapping[str, object]) -> str:
    """Return JSON that is the same text for the same data."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def hash_of(number: int, at: str, kind: str, order: str, data: str, previous: str) -> str:  # noqa: PLR0913, PLR0917 - a row
    """Return the hash of a row with these values."""
    row = json.dumps([number, at, kind, order, data, previous], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(row.encode("ascii")).hexdigest()


def digest(data: bytes | str) -> str:
    """Return the SHA-256 by which the log names something stored elsewhere."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def adopt(db: sqlite3.Connection) -> None:
    """Enter the photos and reports that a store held before it had a log, with the time of entering."""
    rows = "SELECT order_number, sha256, intake_at FROM photo JOIN picture ON picture.id = picture ORDER BY photo.id"
    for order, sha256, intake_at in db.execute(rows).fetchall():
        append(db, "taken-in", order, {"order": order, "sha256": sha256, "channel": "", "earlier": intake_at})
    rows = "SELECT order_number, sha256, saved_at, data FROM report ORDER BY saved_at, order_number, photo"
    for order, sha256, saved_at, data in db.execute(rows).fetchall():
        said = json.loads(data)
        kept = {name: said.get(name, "") for name in ("verdict", "version", "calibration")}
        kept |= {"order": order, "sha256": sha256, "claims": said.get("claims", []), "report": digest(data)}
        append(db, "judged", order, {**kept, "earlier": saved_at})


def _entry(row: tuple[int | str, ...]) -> Entry:
    number, at, kind, order, data, previous, own = row
    return Entry(
        number=int(number),
        at=str(at),
        kind=str(kind),
        order=str(order),
        data=str(data),
        previous=str(previous),
        hash=str(own),
    )
