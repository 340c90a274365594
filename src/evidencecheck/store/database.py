"""Opening the SQLite record: write-ahead log, one writer at a time, tables brought up to date.

Safe under kill -9 and under several processes: SQLite rolls an unfinished transaction back on the next open, and a
second writer waits for the first (https://sqlite.org/wal.html). `synchronous=NORMAL` may lose the last moments on a
power cut, never the file's integrity.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidencecheck.store.error import StoreError
from evidencecheck.store.schema import MIGRATIONS

BUSY_SECONDS = 60.0  # how long a writer waits for another process; one write lasts milliseconds
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables


def connect(path: Path) -> sqlite3.Connection:
    """Open the record at `path`, making or upgrading its tables; raise StoreError when it cannot be used."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old, 3.37 is needed: use a newer Python")
    db: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        _prepare(db)
        _migrate(db, path)
    except (sqlite3.Error, OSError) as error:
        if db is not None:
            db.close()
        raise StoreError(f"{path}: cannot be opened ({error}). Check it, or give another: --store DIR") from error
    except StoreError:
        if db is not None:
            db.close()
        raise
    return db


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one write: everything of it is kept or nothing. Inside another write it joins that one."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def reading(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block of questions on one state of the record, whatever others write meanwhile."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


def generation(db: sqlite3.Connection) -> tuple[str, int]:
    """Return the store's own name and how many changes its search index must have seen."""
    name, number = db.execute("SELECT name, generation FROM store").fetchone()
    return str(name), int(number)


def next_generation(db: sqlite3.Connection) -> int:
    """Count one change, inside a write; writers are one at a time, so numbers appear in the order of commits."""
    return int(db.execute("UPDATE store SET generation = generation + 1 RETURNING generation").fetchone()[0])


def _prepare(db: sqlite3.Connection) -> None:
    """Set the connection up. Switching to the write-ahead log ignores the busy timeout, so it is tried again."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Apply the steps that are missing. Read again inside the lock: another process may have done it meanwhile."""
    if _version(db) == len(MIGRATIONS):
        return
    with writing(db):
        version = _version(db)
        if version > len(MIGRATIONS):
            raise StoreError(f"{path}: made by a newer version. Upgrade evidencecheck, or give --store DIR")
        for step in MIGRATIONS[version:]:
            for statement in step:
                if isinstance(statement, str):
                    db.execute(statement)
                else:
                    statement(db)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
