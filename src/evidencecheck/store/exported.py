"""What the platform's exports say of orders: kept between runs, joined field by field, no buyer data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import fields, replace

import msgspec

from evidencecheck.model import Order
from evidencecheck.store.audit import append, canonical, digest
from evidencecheck.store.facts import NAMES, Exported, data_of
from evidencecheck.store.provenance import now

ALL = "SELECT number, buyer, data FROM exported ORDER BY number"
_decoder = msgspec.json.Decoder(Order)


def save(db: sqlite3.Connection, orders: Iterable[Order]) -> int:
    """Keep orders, inside a write; return how many are new or say something new.

    A later export replaces what an earlier one said; what it leaves blank stays.
    """
    changed = 0
    for new in orders:
        row = db.execute("SELECT buyer, data FROM exported WHERE number = ?", (new.number,)).fetchone()
        order = _joined(_order(row[1], row[0]), new) if row else new
        text = _text(order)
        if row == (order.buyer, text):
            continue
        db.execute(
            "INSERT OR REPLACE INTO exported (number, buyer, data, imported_at) VALUES (?, ?, ?, ?)",
            (order.number, order.buyer, text, now()),
        )
        fact = Exported(order=order.number, data=row_digest(order.buyer, text))
        append(db, NAMES[Exported], order.number, data_of(fact))
        changed += 1
    return changed


def order(db: sqlite3.Connection, number: str) -> Order | None:
    """Return what the exports read so far say of an order, None if it was in none."""
    row = db.execute("SELECT data, buyer FROM exported WHERE number = ?", (number,)).fetchone()
    return _order(*row) if row else None


def same_buyer(db: sqlite3.Connection, number: str) -> tuple[str, ...]:
    """Return the other orders whose buyer has the same keyed hash."""
    rows = db.execute(
        "SELECT other.number FROM exported JOIN exported AS other ON other.buyer = exported.buyer"
        " WHERE exported.number = ? AND exported.buyer <> '' AND other.number <> exported.number ORDER BY 1",
        (number,),
    )
    return tuple(str(other) for (other,) in rows)


def row_digest(buyer: str, text: str) -> str:
    """Return the SHA-256 by which the audit log names a stored order."""
    return digest(f"{buyer}\n{text}")


def decode(text: str, buyer: str) -> Order:
    """Return a stored order."""
    return _order(text, buyer)


def _order(text: str, buyer: str) -> Order:
    return replace(_decoder.decode(text), buyer=buyer)


def _text(order: Order) -> str:
    said = msgspec.to_builtins(replace(order, buyer=""))
    return canonical({name: value for name, value in said.items() if value not in {"", None}})


def _joined(old: Order, new: Order) -> Order:
    told = {each.name: getattr(new, each.name) for each in fields(new) if getattr(new, each.name) not in {"", None}}
    return replace(old, **told)
