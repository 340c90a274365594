"""The corpus: references and their provenance."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evidencecheck.model import ADDED_TO_CORPUS, Reference, ReferenceKind
from evidencecheck.store.paths import as_path, as_text
from evidencecheck.store.pictures import release, touch
from evidencecheck.store.previews import Previews
from evidencecheck.store.provenance import Found, Provenance, now

Change = Literal["added", "updated", "unchanged"]

STATED = ("kind", "file", "source", "first_seen", "first_seen_how", "captured_at", "sku", "title", "licence")
COLUMNS = (
    "reference.id, kind, file, picture.sha256, picture.width, picture.height, source, first_seen, first_seen_how,"
    " captured_at, sku, title, licence"
)
JOINED = "FROM reference JOIN picture ON picture.id = reference.picture"


_DIGITS = re.compile("[0-9a-fA-F]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which references are meant; every condition that is set must hold."""

    kind: ReferenceKind | None = None
    sku: str = ""
    id: str = ""
    sha256_prefix: str = ""
    path: str = ""  # absolute path of a file, or of a folder with everything below it
    file: str = ""  # the path as the corpus was given it

    def where(self) -> tuple[str, list[str]]:
        """Return the SQL condition and its values."""
        conditions, values = ["1"], []
        for column, value in (("kind", self.kind), ("sku", self.sku), ("reference.id", self.id), ("file", self.file)):
            if value:
                conditions.append(f"{column} = ?")
                values.append(str(value))
        if self.sha256_prefix:
            conditions.append("substr(picture.sha256, 1, length(?)) = ?")
            values += [self.sha256_prefix.lower()] * 2
        if self.path:
            below = str(Path(self.path) / "_")[:-1]
            conditions.append("(path = ? OR substr(path, 1, length(?)) = ?)")
            values += [self.path, below, below]
        return " AND ".join(conditions), values


def add(db: sqlite3.Connection, picture: int, path: str, stated: Provenance, found: Found | None = None) -> Change:
    """Add or update one reference to a stored picture, inside a write.

    What is stated replaces what is stored; what was found in the file only fills gaps. `path` is the file's absolute
    path, "" for a picture whose file is not here. The same picture at the same place is the same reference.
    """
    place = path or as_text(f"import:{stated.file}")
    query = f"SELECT {', '.join(STATED)} FROM reference WHERE picture = ? AND place = ?"  # noqa: S608 - constants
    row = db.execute(query, (picture, place)).fetchone()
    old = dict(zip(STATED, row, strict=True)) if row else {}
    new = _merged(stated, found or Found(), old)
    if old == new:
        return "unchanged"
    if old:
        assignments = ", ".join(f"{name} = ?" for name in STATED)
        db.execute(
            f"UPDATE reference SET {assignments} WHERE picture = ? AND place = ?",  # noqa: S608 - names are constants
            (*new.values(), picture, place),
        )
        return "updated"
    key = db.execute("SELECT key FROM picture WHERE id = ?", (picture,)).fetchone()[0]
    number = hashlib.sha256(f"{key}\n{place}".encode()).hexdigest()[:16]
    db.execute(
        f"INSERT INTO reference (id, picture, place, path, added_at, {', '.join(STATED)})"  # noqa: S608 - likewise
        f" VALUES ({', '.join('?' * (5 + len(STATED)))})",
        (number, picture, place, path, now(), *new.values()),
    )
    touch(db, picture)
    return "added"


def _merged(stated: Provenance, found: Found, old: dict[str, str]) -> dict[str, str]:
    """Return the columns in the order of STATED: stated, else already stored, else found, else unknown."""
    new = {name: as_text(getattr(stated, name) or old.get(name, "") or getattr(found, name, "")) for name in STATED}
    recorded = old.get("first_seen", "") if old.get("first_seen_how") != ADDED_TO_CORPUS else ""
    sources = (
        (stated.first_seen, stated.first_seen_how or "option"),
        (recorded, old.get("first_seen_how", "")),
        (found.first_seen, found.first_seen_how),
        (old.get("first_seen", ""), ADDED_TO_CORPUS),
        (now(), ADDED_TO_CORPUS),
    )
    new["first_seen"], new["first_seen_how"] = next(pair for pair in sources if pair[0])
    return new


def file_of(db: sqlite3.Connection, reference_id: str) -> Path | None:
    """Return the absolute path of a reference's file; None when it was imported without one."""
    row = db.execute("SELECT path FROM reference WHERE id = ? AND path <> ''", (reference_id,)).fetchone()
    return as_path(row[0]) if row else None


def state(db: sqlite3.Connection) -> str:
    """Return a digest of everything the corpus says."""
    digest = hashlib.sha256()
    for row in db.execute("SELECT * FROM reference ORDER BY id"):
        digest.update(repr(row).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def select(db: sqlite3.Connection, which: Selection | None = None) -> Iterator[Reference]:
    """Yield references in the order they were added."""
    where, values = (which or Selection()).where()
    query = f"SELECT {COLUMNS} {JOINED} WHERE {where} ORDER BY reference.added_at, reference.id"
    for row in db.execute(query, values):
        yield reference(row)


def find(db: sqlite3.Connection, text: str) -> list[Reference]:
    """Return the references meant by an id, a file or folder, or the first 8 or more digits of a SHA-256."""
    absolute = as_text(Path(text).absolute())
    tries = [Selection(id=text), Selection(path=absolute), Selection(file=text)]
    if _DIGITS.fullmatch(text):
        tries.append(Selection(sha256_prefix=text))
    for which in tries:
        found = list(select(db, which))
        if found:
            return found
    return []


def reference(row: tuple[str | int, ...]) -> Reference:
    """Return the reference of one row of COLUMNS."""
    number, kind, file, sha256, width, height, source, first_seen, how, captured_at, sku, title, licence = row
    return Reference(
        id=str(number),
        kind=ReferenceKind(str(kind)),
        file=str(file),
        sha256=str(sha256),
        width=int(width),
        height=int(height),
        source=str(source),
        first_seen=str(first_seen),
        first_seen_how=str(how),
        captured_at=str(captured_at),
        sku=str(sku),
        title=str(title),
        licence=str(licence),
    )


def remove(db: sqlite3.Connection, previews: Previews, ids: list[str]) -> int:
    """Remove references by id, inside a write; return how many. The files they were made from are not touched."""
    removed = 0
    for number in ids:
        row = db.execute("DELETE FROM reference WHERE id = ? RETURNING picture", (number,)).fetchone()
        if row is not None:
            release(db, previews, int(row[0]))
            removed += 1
    return removed
