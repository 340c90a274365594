"""The search index: derived from the record, held in memory, saved so that the next start is fast.

There are two, one over the corpus and one over photos of orders: a seller's corpus is a thousand pictures, the photos
may be a hundred thousand, and neither must hide the other. Each process holds its own and catches up with the record by
the generation numbers; the saved file is only a start. Whatever is wrong with it (missing, cut off, altered, of another
format, of another store), the index is built again from the record.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencecheck.matching.fingerprint import Fingerprint
from evidencecheck.matching.index import Index
from evidencecheck.store.database import generation, reading

# Changes caught up with that make saving worth while. Taking a picture in costs 1.6 ms, writing the file 10 us for each
# picture in it (docs/decisions/0002-store.md), and every process that starts later is spared the former.
SAVE_AFTER = 32
SAVE_SHARE = 100  # or this part of the pictures, if more
STALE_SECONDS = 3600  # an unfinished file older than this belongs to nobody any more
NOTE = "index.json"
MEMBERS = {"corpus": "reference", "photos": "photo"}
MEMBERSHIP = (
    "SELECT picture.id, EXISTS (SELECT 1 FROM reference WHERE reference.picture = picture.id) AS corpus,"
    " EXISTS (SELECT 1 FROM photo WHERE photo.picture = picture.id) AS photos, fingerprint.changed > :since{data}"
    " FROM picture JOIN fingerprint ON fingerprint.picture = picture.id WHERE picture.changed > :since"
)


@dataclass(slots=True)
class SearchIndex:
    """Both indexes and the generation of the record up to which they are complete."""

    store: str
    seen: int
    parts: dict[str, Index]
    unreadable: int = 0  # fingerprints of another version met so far: their pictures cannot be found

    def catch_up(self, db: sqlite3.Connection) -> int:
        """Take in what changed in the record since; return how many pictures."""
        with reading(db):
            now = generation(db)[1]
            if now == self.seen:
                return 0
            since = {"since": self.seen}
            gone = [row[0] for row in db.execute("SELECT picture FROM gone WHERE changed > :since", since)]
            rows = db.execute(MEMBERSHIP.format(data=""), since).fetchall()
            for place, part in enumerate(self.parts.values()):
                part.remove([*gone, *(row[0] for row in rows if row[3] or not row[1 + place])])
            for number, *members, _, data in db.execute(MEMBERSHIP.format(data=", data"), since):  # 11 kB a row
                self._take_in(number, members, data)
        self.seen = now
        return len(gone) + len(rows)

    def complete(self, db: sqlite3.Connection) -> bool:
        """Tell whether the index holds as many pictures as the record: a record put back from a copy may differ."""
        for name, table in MEMBERS.items():
            query = f"SELECT count(DISTINCT picture) FROM {table} JOIN fingerprint USING (picture)"  # noqa: S608 - constants
            stored = db.execute(query).fetchone()[0]
            if not stored - self.unreadable <= len(self.parts[name]) <= stored:
                return False
        return True

    def _take_in(self, number: int, members: list[int], data: bytes) -> None:
        wanted = [part for part, member in zip(self.parts.values(), members, strict=True) if member]
        missing = [part for part in wanted if number not in part]
        if not missing:
            return
        try:
            fingerprint = Fingerprint.from_bytes(data)
        except ValueError:
            self.unreadable += 1
            return
        for part in missing:
            part.add(number, fingerprint)


def open_index(db: sqlite3.Connection, folder: Path) -> SearchIndex:
    """Return the index, complete: from the saved file where it can be used, the rest from the record."""
    store, newest = generation(db)
    index = _load(folder, store, newest)
    changes = index.catch_up(db) if index else 0
    if index is None or not index.complete(db):
        index = SearchIndex(store, 0, {name: Index() for name in MEMBERS})
        changes = index.catch_up(db)
    save_if_due(index, folder, changes)
    return index


def save_if_due(index: SearchIndex, folder: Path, changes: int) -> None:
    """Save the index when so much changed that a start from the saved file has become slow."""
    if changes >= max(SAVE_AFTER, sum(map(len, index.parts.values())) // SAVE_SHARE):
        save_index(index, folder)


def check_saved(db: sqlite3.Connection, folder: Path) -> bool:
    """Tell whether the saved index can be used, if there is one; build and save it again if not."""
    if not (folder / NOTE).exists():
        return True
    store, newest = generation(db)
    index = _load(folder, store, newest)
    if index is not None:
        index.catch_up(db)
        if index.complete(db):
            return True
    save_index(open_index(db, folder), folder)
    return False


def save_index(index: SearchIndex, folder: Path) -> None:
    """Save to new files, name them in index.json in one step, then delete the files it named before.

    A save that fails (disk full, a file open elsewhere on Windows) is let go: the index can always be built again.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _named(folder)
        files = {}
        for name, part in index.parts.items():
            path = folder / f"{name}-{secrets.token_hex(8)}.index"
            part.save(path)
            files[name] = {"file": path.name, "sha256": _sha256(path)}
        note = {"format": Index.FORMAT, "store": index.store, "generation": index.seen, "files": files}
        unfinished = folder / f"index-{secrets.token_hex(8)}.part"
        unfinished.write_text(json.dumps(note, indent=1), encoding="utf-8")
        unfinished.replace(folder / NOTE)
        _tidy(folder, before, {entry["file"] for entry in files.values()})
    except OSError:
        return


def _load(folder: Path, store: str, newest: int) -> SearchIndex | None:
    try:
        note: dict[str, Any] = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        if note["format"] != Index.FORMAT or note["store"] != store or not 0 <= note["generation"] <= newest:
            return None
        parts = {}
        for name in MEMBERS:
            path = folder / Path(note["files"][name]["file"]).name
            if _sha256(path) != note["files"][name]["sha256"]:
                return None
            parts[name] = Index.load(path)
        return SearchIndex(store, note["generation"], parts)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # missing, damaged, or just replaced by another process


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(folder: Path) -> set[str]:
    """Return the files the note names, as far as it can be read."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return {Path(entry["file"]).name for entry in note["files"].values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def _tidy(folder: Path, before: set[str], kept: set[str]) -> None:
    """Delete the files named before, and what killed processes left; another process may be saving just now."""
    for path in (*folder.glob("*.index"), *folder.glob("*.part")):
        try:
            if path.name not in kept and (path.name in before or time.time() - path.stat().st_mtime > STALE_SECONDS):
                path.unlink()
        except OSError:
            continue  # open in another process (Windows), or already gone: the next save deletes it
