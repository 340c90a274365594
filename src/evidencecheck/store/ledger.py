"""The ledger: what is known and was done of each case.

The audit log is its record: nothing is kept beside it that could say something else, except what must be deletable
(paths, names) or is large (reports, exports), and of that the log holds the hash.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from evidencecheck.model import Attachment, AttachmentRole, Order
from evidencecheck.store import exported
from evidencecheck.store.audit import Entry, append, entries
from evidencecheck.store.auditing import Audit, audit
from evidencecheck.store.database import reading, writing
from evidencecheck.store.facts import (
    NAMES,
    Attached,
    DeadlineSet,
    Decided,
    Fact,
    Filing,
    Logged,
    Submitted,
    data_of,
    logged,
)
from evidencecheck.store.paths import as_path, as_text
from evidencecheck.store.provenance import now
from evidencecheck.store.queue import CaseLine, cases

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything known of one order: the export's words, the log oldest first, attachments by time."""

    order: str
    exported: Order | None
    log: tuple[Logged, ...]
    attachments: tuple[Attachment, ...]
    same_buyer: tuple[str, ...]  # other orders of the same buyer, as far as the exports tell

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """Return the facts of one kind, oldest first."""
        return tuple(each.fact for each in self.log if isinstance(each.fact, kind))

    @property
    def decision(self) -> Decided | None:
        """The latest decision on the whole case."""
        return next((fact for fact in reversed(self.of(Decided)) if not fact.photo), None)

    @property
    def reports(self) -> tuple[Submitted, ...]:
        """The reports already handed in: the platform caps them per order and does not say at how many."""
        return tuple(fact for fact in self.of(Submitted) if fact.filing is Filing.REPORT)

    @property
    def deadlines(self) -> dict[Filing, datetime]:
        """Until when what can be handed in, as the seller set it."""
        latest = {fact.filing: fact.until for fact in self.of(DeadlineSet)}
        return {filing: until for filing, until in latest.items() if until is not None}


class Ledger:
    """Reads and writes the ledger of one open store, `Store.ledger`. One thread, while the store is open."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def record(self, fact: Fact) -> Entry:
        """Write a fact down; durable when this returns, or with the `Store.batch` around it."""
        with writing(self._db):
            return append(self._db, NAMES[type(fact)], fact.order, data_of(fact))

    def attach(self, attachment: Attachment) -> Entry | None:
        """Add a file to a case; None when it was there already, in the same role."""
        order, role, sha256 = attachment.order, attachment.role, attachment.sha256
        with writing(self._db):
            row = self._db.execute(
                "SELECT role, made_at FROM attachment WHERE order_number = ? AND sha256 = ?", (order, sha256)
            ).fetchone()
            made_at = attachment.made_at.isoformat() if attachment.made_at else ""
            self._db.execute(
                "INSERT INTO attachment (order_number, role, sha256, size_bytes, name, path, made_at, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_number, sha256) DO UPDATE SET"
                " role = excluded.role, name = excluded.name, path = excluded.path, made_at = excluded.made_at",
                (
                    order,
                    role,
                    sha256,
                    attachment.size_bytes,
                    as_text(attachment.name),
                    _text(attachment.path),
                    made_at,
                    now(),
                ),
            )
            if row == (role, made_at):
                return None
            return self.record(Attached(order=order, role=role, sha256=sha256, made_at=attachment.made_at))

    def attachments(self, order: str) -> tuple[Attachment, ...]:
        """Return the files added to a case, by the time they were made; those without a time come last."""
        rows = self._db.execute(
            "SELECT role, sha256, size_bytes, name, path, made_at FROM attachment WHERE order_number = ?"
            " ORDER BY made_at = '', made_at, id",
            (order,),
        )
        return tuple(
            Attachment(
                order=order,
                role=AttachmentRole(role),
                sha256=sha256,
                size_bytes=size_bytes,
                name=name,
                path=as_path(path) if path else None,
                made_at=datetime.fromisoformat(made_at) if made_at else None,
            )
            for role, sha256, size_bytes, name, path, made_at in rows
        )

    def case(self, order: str) -> CaseFile:
        """Return everything known of an order; empty when it is unknown."""
        with reading(self._db):
            return CaseFile(
                order=order,
                exported=exported.order(self._db, order),
                log=tuple(logged(entry) for entry in entries(self._db, order)),
                attachments=self.attachments(order),
                same_buyer=exported.same_buyer(self._db, order),
            )

    def cases(self, *, with_exports: bool = False) -> tuple[CaseLine, ...]:
        """Return every case, most pressing first (see `queue`); `with_exports` adds orders without photos."""
        return cases(self._db, datetime.now().astimezone(), with_exports=with_exports)

    def audit(self, expect: str = "") -> Audit:
        """Recompute the hash chain of the log and compare what is stored beside it; see `auditing`."""
        return audit(self._db, expect)

    def entries(self, order: str | None = None) -> tuple[Entry, ...]:
        """Return the rows of the audit log, oldest first: all, or those of one order."""
        return tuple(entries(self._db, order))


def _text(path: Path | None) -> str:
    return as_text(path.absolute()) if path else ""
