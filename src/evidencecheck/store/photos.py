"""Photos received with orders, and the latest report on each."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from evidencecheck.model import Photo, PhotoReport, Reference, ReferenceKind
from evidencecheck.store import exported
from evidencecheck.store.audit import append, digest
from evidencecheck.store.facts import NAMES, Judged, TakenIn, data_of
from evidencecheck.store.paths import as_path, as_text
from evidencecheck.store.pictures import touch
from evidencecheck.store.provenance import now

CLAIM_ID = "claim-"
RECEIVED = "received with an order"
COLUMNS = (
    "photo.id, name, order_number, intake_at, own, picture.sha256, picture.width, picture.height,"
    " exported.data, exported.buyer"
)
JOINED = (
    "FROM photo JOIN picture ON picture.id = photo.picture LEFT JOIN exported ON exported.number = photo.order_number"
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(PhotoReport)


def remember(db: sqlite3.Connection, picture: int, photo: Photo, taken_in: TakenIn) -> None:
    """Keep that a photo came with an order, inside a write. Screening it again changes nothing.

    After a purge it is taken in again: the next purge must find it.
    """
    where = (taken_in.order, picture)
    added = db.execute(
        "INSERT INTO photo (order_number, picture, name, path, intake_at, channel, own) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (order_number, picture) DO UPDATE SET path = excluded.path WHERE photo.path = '' RETURNING id",
        (*where, photo.name, as_text(photo.path.absolute()), now(), taken_in.channel, taken_in.own),
    ).fetchone()
    own = db.execute(
        "UPDATE photo SET own = 1 WHERE order_number = ? AND picture = ? AND own = 0 AND ? RETURNING id",
        (*where, taken_in.own),
    ).fetchone()
    if added or own:
        touch(db, picture)
        append(db, NAMES[TakenIn], taken_in.order, data_of(taken_in))


def claim(row: tuple[str | int, ...]) -> Reference:
    """Return the photo of another order, one row of COLUMNS, as a reference."""
    number, name, order, intake_at, own, sha256, width, height, data, buyer = row
    return Reference(
        id=f"{CLAIM_ID}{number}",
        kind=ReferenceKind.CLAIM,
        file=str(name),
        sha256=str(sha256),
        width=int(width),
        height=int(height),
        first_seen=str(intake_at),
        first_seen_how=RECEIVED,
        order=str(order),
        exported=exported.decode(str(data), str(buyer)) if data else None,
        own=bool(own),
    )


def save_report(db: sqlite3.Connection, report: PhotoReport) -> None:
    """Keep a report, inside a write; it replaces an earlier one on the same photo of the same order.

    A run with fewer checks does not replace one with more on the same bytes: `package` would forget what was found.
    """
    row = db.execute(
        "SELECT data FROM report WHERE order_number = ? AND photo = ? AND sha256 = ?",
        (report.case, report.photo, report.sha256),
    ).fetchone()
    data = _encoder.encode(report)
    if row and (row[0] == data or _checks(report) < _checks(_decoder.decode(row[0]))):
        return
    db.execute(
        "INSERT INTO report VALUES (?, ?, ?, ?, ?) ON CONFLICT (order_number, photo) DO UPDATE"
        " SET sha256 = excluded.sha256, saved_at = excluded.saved_at, data = excluded.data",
        (report.case, report.photo, report.sha256, now(), data),
    )
    judged = Judged(
        order=report.case,
        sha256=report.sha256,
        verdict=report.verdict,
        claims=report.claims,
        version=report.version,
        calibration=report.calibration,
        report=digest(data),
    )
    append(db, NAMES[Judged], report.case, data_of(judged))


def _checks(report: PhotoReport) -> frozenset[str]:
    return frozenset(outcome.check for outcome in report.outcomes)


def reports(db: sqlite3.Connection, order: str) -> tuple[PhotoReport, ...]:
    """Return the latest report on every photo of an order, by photo name."""
    rows = db.execute("SELECT data FROM report WHERE order_number = ? ORDER BY photo", (order,))
    return tuple(_decoder.decode(data) for (data,) in rows)


def file_of(db: sqlite3.Connection, order: str, sha256: str) -> Path | None:
    """Return where a photo of an order lay when it was taken in; None once purged."""
    row = db.execute(
        f"SELECT photo.path {JOINED} WHERE order_number = ? AND picture.sha256 = ?",
        (order, sha256),
    ).fetchone()
    return as_path(row[0]) if row and row[0] else None


def orders(db: sqlite3.Connection) -> tuple[str, ...]:
    """Return every order number with a photo or a report."""
    rows = db.execute("SELECT order_number FROM photo UNION SELECT order_number FROM report ORDER BY 1")
    return tuple(str(number) for (number,) in rows)
