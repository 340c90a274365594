"""The tables, as a list of steps. Step n takes a store from version n to n+1; a step, once released, never changes.

picture     one row per distinct file content. `key` is its SHA-256, or "pdq:<hash>" when only a hash was shared.
fingerprint apart from `picture`, so that lists need not read past the large values.
reference   a picture of the corpus and its provenance; several may share a picture.
photo       a photo received with an order; one picture may have come with several orders.
report      the latest report on a photo, as JSON.
gone        pictures no longer stored, so that another process can take them out of its search index.
store       one row: the store's own name and the generation, which grows with each change the search index must see.
audit       everything that happened to a case, append-only, each row chained to the one before (see `audit.py`).
audit_head  one row: how many rows `audit` has and the hash of the last, so that a cut-off end is noticed.
exported    what the exports say of an order, as JSON; `buyer` is a keyed hash, "" when unknown.
attachment  files the seller added to a case: chat or order screenshots, videos; where they lie, not their content.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from evidencecheck.store.audit import adopt

Statement = str | Callable[[sqlite3.Connection], None]

MIGRATIONS: tuple[tuple[Statement, ...], ...] = (
    (
        """CREATE TABLE store (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            name TEXT NOT NULL,
            generation INTEGER NOT NULL
        ) STRICT""",
        "INSERT INTO store VALUES (1, lower(hex(randomblob(16))), 0)",
        """CREATE TABLE picture (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            sha256 TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL,
            format TEXT NOT NULL,
            changed INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX picture_changed ON picture (changed)",
        """CREATE TABLE fingerprint (
            picture INTEGER PRIMARY KEY REFERENCES picture (id) ON DELETE CASCADE,
            data BLOB NOT NULL
        ) STRICT""",
        """CREATE TABLE reference (
            id TEXT PRIMARY KEY,
            picture INTEGER NOT NULL REFERENCES picture (id),
            place TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('web', 'shop')),
            file TEXT NOT NULL,
            path TEXT NOT NULL,
            source TEXT NOT NULL,
            first_seen TEXT NOT NULL,
            first_seen_how TEXT NOT NULL,
            captured_at TEXT NOT NULL,
            sku TEXT NOT NULL,
            title TEXT NOT NULL,
            licence TEXT NOT NULL,
            added_at TEXT NOT NULL,
            UNIQUE (picture, place)
        ) STRICT""",
        "CREATE INDEX reference_kind ON reference (kind)",
        "CREATE INDEX reference_sku ON reference (sku)",
        "CREATE INDEX reference_path ON reference (path)",
        """CREATE TABLE photo (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT NOT NULL,
            picture INTEGER NOT NULL REFERENCES picture (id),
            name TEXT NOT NULL,
            path TEXT NOT NULL,
            intake_at TEXT NOT NULL,
            UNIQUE (order_number, picture)
        ) STRICT""",
        "CREATE INDEX photo_picture ON photo (picture)",
        """CREATE TABLE report (
            order_number TEXT NOT NULL,
            photo TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            saved_at TEXT NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (order_number, photo)
        ) STRICT""",
        "CREATE TABLE gone (picture INTEGER PRIMARY KEY, changed INTEGER NOT NULL) STRICT",
        "CREATE INDEX gone_changed ON gone (changed)",
    ),
    # When the fingerprint itself changed: taking a picture out of the search index and in again is dear.
    ("ALTER TABLE fingerprint ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",),
    # The ledger. What was stored before it is entered into the audit log as it is found.
    (
        """CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            order_number TEXT NOT NULL,
            data TEXT NOT NULL,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX audit_order ON audit (order_number, number)",
        """CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
        """CREATE TRIGGER audit_kept BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
        """CREATE TABLE audit_head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            number INTEGER NOT NULL,
            hash TEXT NOT NULL
        ) STRICT""",
        "INSERT INTO audit_head VALUES (1, 0, printf('%064d', 0))",
        """CREATE TABLE exported (
            number TEXT PRIMARY KEY,
            buyer TEXT NOT NULL,
            data TEXT NOT NULL,
            imported_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX exported_buyer ON exported (buyer)",
        """CREATE TABLE attachment (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            order_number TEXT NOT NULL,
            role TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            name TEXT NOT NULL,
            path TEXT NOT NULL,
            made_at TEXT NOT NULL,
            added_at TEXT NOT NULL,
            UNIQUE (order_number, sha256)
        ) STRICT""",
        "ALTER TABLE photo ADD COLUMN channel TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE photo ADD COLUMN own INTEGER NOT NULL DEFAULT 0",
        adopt,
    ),
)
