"""Retention: pictures and paths older than a date are deleted; hashes, verdicts, decisions and the audit log stay.

A photo keeps its SHA-256 and fingerprint, so that the same photo is still recognised in a later order; a picture that
the corpus needs too stays, and so does a photo that the shop itself sent: without it, its return would look like reuse.
Orders whose deadline lies ahead are left alone.

A file's name stays in the report on it; only where the file lay is forgotten.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from evidencecheck.store.audit import append
from evidencecheck.store.database import writing
from evidencecheck.store.facts import NAMES, Purged, data_of
from evidencecheck.store.ledger import Ledger
from evidencecheck.store.previews import Previews


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What was deleted, or would be: orders, photos, attachments; `waiting` orders were left for their deadline."""

    orders: int
    photos: int
    attachments: int
    waiting: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """What one order has to be rid of: row numbers and SHA-256."""

    photos: dict[int, str]
    attachments: dict[int, str]


def purge(db: sqlite3.Connection, previews: Previews, before: datetime, *, dry_run: bool = False) -> Purge:
    """Delete the pictures and paths of everything taken in before `before` (with a time zone)."""
    db.execute("PRAGMA secure_delete = ON")  # freed bytes are overwritten, not only marked as free
    with writing(db):
        found = _found(db, before)
        waiting = sorted(order for order in found if _has_time(db, order))
        for order in waiting:
            del found[order]
        if not dry_run:
            for order, what in found.items():
                _empty(db, previews, order, what, before)
    if not dry_run:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the write-ahead log still holds the old pages
    return Purge(
        orders=len(found),
        photos=sum(len(what.photos) for what in found.values()),
        attachments=sum(len(what.attachments) for what in found.values()),
        waiting=tuple(waiting),
    )


def _found(db: sqlite3.Connection, before: datetime) -> dict[str, _Found]:
    """Times are compared as times: the record holds them with the offset of the moment."""
    found: dict[str, _Found] = {}
    photos = "SELECT photo.id, order_number, sha256, intake_at FROM photo JOIN picture ON picture.id = picture"
    for number, order, sha256, at in db.execute(f"{photos} WHERE path <> '' AND own = 0 ORDER BY photo.id"):
        if datetime.fromisoformat(at) < before:
            found.setdefault(order, _Found({}, {})).photos[number] = sha256
    rows = "SELECT id, order_number, sha256, added_at FROM attachment WHERE path <> '' AND role <> 'staff' ORDER BY id"
    for number, order, sha256, at in db.execute(rows):
        if datetime.fromisoformat(at) < before:
            found.setdefault(order, _Found({}, {})).attachments[number] = sha256
    return found


def _has_time(db: sqlite3.Connection, order: str) -> bool:
    """Tell whether the seller set a deadline for this order that has not passed."""
    now = datetime.now().astimezone()
    return any(until > now for until in Ledger(db).case(order).deadlines.values())


def _empty(db: sqlite3.Connection, previews: Previews, order: str, what: _Found, before: datetime) -> None:
    for number, sha256 in what.photos.items():
        db.execute("UPDATE photo SET path = '' WHERE id = ?", (number,))
        if not _needed(db, sha256):
            previews.drop(sha256)
    for number in what.attachments:
        db.execute("UPDATE attachment SET path = '' WHERE id = ?", (number,))
    fact = Purged(
        order=order,
        before=before,
        photos=tuple(what.photos.values()),
        attachments=tuple(what.attachments.values()),
    )
    append(db, NAMES[Purged], order, data_of(fact))


def _needed(db: sqlite3.Connection, sha256: str) -> bool:
    """Tell whether the corpus, or another order that is not purged, still shows this picture."""
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM reference JOIN picture ON picture.id = picture WHERE sha256 = ?)"
        " OR EXISTS (SELECT 1 FROM photo JOIN picture ON picture.id = picture WHERE sha256 = ? AND path <> '')",
        (sha256, sha256),
    ).fetchone()
    return bool(row[0])
