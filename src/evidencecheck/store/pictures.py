"""Pictures: one row per distinct content, shared by references and photos, and kept while either needs it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidencecheck.model import Intake, Photo
from evidencecheck.store.database import next_generation

if TYPE_CHECKING:
    from evidencecheck.matching.fingerprint import Fingerprint
    from evidencecheck.model import Received
    from evidencecheck.store.previews import Previews


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One distinct content as it is stored. Unknown sizes are 0, an unknown SHA-256 or format is ""."""

    key: str  # the SHA-256, or "pdq:<hash>"
    sha256: str
    width: int
    height: int
    size_bytes: int
    format: str
    fingerprint: bytes | None  # None: it was not needed yet; the picture cannot be found by search


def keep(db: sqlite3.Connection, previews: Previews, intake: Intake) -> int:
    """Store a picture's fingerprint and preview, inside a write; return its number. Twice is the same as once."""
    photo = intake.photo
    if not previews.has(photo.sha256):
        previews.write(photo.sha256, intake.preview)
    picture = Picture(
        key=photo.sha256,
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        size_bytes=photo.size_bytes,
        format=photo.format,
        fingerprint=intake.fingerprint.to_bytes() if intake.fingerprint else None,
    )
    return keep_picture(db, picture)


def keep_picture(db: sqlite3.Connection, picture: Picture) -> int:
    """Store all but the preview, inside a write; return the number. A changed fingerprint replaces the old."""
    row = db.execute(
        "SELECT id, data FROM picture LEFT JOIN fingerprint ON picture = id WHERE key = ?", (picture.key,)
    ).fetchone()
    if row is None:
        size = (picture.width, picture.height, picture.size_bytes)
        row = db.execute(
            "INSERT INTO picture (key, sha256, width, height, size_bytes, format, changed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id, NULL",
            (picture.key, picture.sha256, *size, picture.format, next_generation(db)),
        ).fetchone()
    number = int(row[0])
    if picture.size_bytes:  # known only as a hash until now
        db.execute(
            "UPDATE picture SET width = ?, height = ?, size_bytes = ?, format = ? WHERE id = ? AND size_bytes = 0",
            (picture.width, picture.height, picture.size_bytes, picture.format, number),
        )
    if picture.fingerprint is not None and picture.fingerprint != row[1]:
        db.execute(
            "INSERT OR REPLACE INTO fingerprint (picture, data, changed) VALUES (?, ?, ?)",
            (number, picture.fingerprint, next_generation(db)),
        )
        touch(db, number)
    return number


def keep_imported(db: sqlite3.Connection, previews: Previews, picture: Picture, preview: bytes | None) -> int:
    """Store what somebody else says of a picture, inside a write; return its number.

    Where the picture is known from its own file, nothing of it changes. A preview fills the gap of a hash.
    """
    row = db.execute(
        "SELECT id, data IS NOT NULL FROM picture LEFT JOIN fingerprint ON picture = id WHERE key = ?", (picture.key,)
    ).fetchone()
    has_preview = bool(picture.sha256) and previews.has(picture.sha256)
    if row is not None and row[1] and (has_preview or preview is None):
        return int(row[0])
    if preview is not None:
        previews.write(picture.sha256, preview)
    return keep_picture(db, picture)


def touch(db: sqlite3.Connection, number: int) -> None:
    """Mark a picture as changed for the search index: new fingerprint, or newly (or no longer) known under a kind."""
    db.execute("UPDATE picture SET changed = ? WHERE id = ?", (next_generation(db), number))


def release(db: sqlite3.Connection, previews: Previews, number: int) -> None:
    """Delete a picture that no reference and no photo needs any more, inside a write; otherwise mark it as changed."""
    needed = db.execute(
        "SELECT EXISTS (SELECT 1 FROM reference WHERE picture = ?) OR EXISTS (SELECT 1 FROM photo WHERE picture = ?)",
        (number, number),
    ).fetchone()[0]
    if needed:
        touch(db, number)
        return
    sha256 = db.execute("DELETE FROM picture WHERE id = ? RETURNING sha256", (number,)).fetchone()[0]
    db.execute("INSERT INTO gone VALUES (?, ?)", (number, next_generation(db)))
    if sha256:
        # Before the commit: another process that adds the same picture waits for it, and then writes the preview anew.
        previews.drop(sha256)


def fingerprint_of(db: sqlite3.Connection, sha256: str) -> Fingerprint | None:
    """Return the stored fingerprint of a file, None if there is none that this version can read."""
    from evidencecheck.matching.fingerprint import Fingerprint

    row = db.execute("SELECT data FROM picture JOIN fingerprint ON picture = id WHERE key = ?", (sha256,)).fetchone()
    if row is None:
        return None
    try:
        return Fingerprint.from_bytes(row[0])
    except ValueError:
        return None  # written by another version: made again from the file


def taken_in(db: sqlite3.Connection, previews: Previews, received: Received, sha256: str) -> Intake | None:
    """Return the intake of a file whose content is already stored whole, so that it need not be decoded again."""
    fingerprint = fingerprint_of(db, sha256)
    preview = previews.read(sha256)
    if fingerprint is None or preview is None:
        return None
    query = "SELECT size_bytes, format, width, height FROM picture WHERE key = ? AND size_bytes > 0"
    row = db.execute(query, (sha256,)).fetchone()
    if row is None:
        return None
    photo = Photo(
        case=received.case,
        name=received.name,
        path=received.path,
        sha256=sha256,
        size_bytes=row[0],
        format=row[1],
        width=row[2],
        height=row[3],
    )
    return Intake(photo=photo, fingerprint=fingerprint, preview=preview)
