"""How much the store holds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts of what is stored; a picture known from two places counts once as a picture, twice as a reference."""

    web: int
    shop: int
    photos: int
    orders: int
    pictures: int
    hashes_only: int  # references without a picture: shared by another seller
    reports: int
    record_bytes: int
    preview_bytes: int
    index_bytes: int

    def __str__(self) -> str:
        return (
            f"web {self.web}, shop {self.shop} (hashes only {self.hashes_only}),"
            f" photos {self.photos} of {self.orders} orders, reports {self.reports},"
            f" {(self.record_bytes + self.preview_bytes + self.index_bytes) / 2**20:.1f} MB"
        )


def measure(db: sqlite3.Connection, folder: Path) -> Stats:
    """Count what the record holds and what the folder takes on disk."""
    counts = db.execute(
        "SELECT (SELECT count(*) FROM reference WHERE kind = 'web'),"
        " (SELECT count(*) FROM reference WHERE kind = 'shop'), (SELECT count(*) FROM photo),"
        " (SELECT count(DISTINCT order_number) FROM photo), (SELECT count(*) FROM picture),"
        " (SELECT count(*) FROM reference JOIN picture ON picture.id = picture WHERE size_bytes = 0),"
        " (SELECT count(*) FROM report)"
    ).fetchone()
    names = ("web", "shop", "photos", "orders", "pictures", "hashes_only", "reports")
    return Stats(
        **dict(zip(names, counts, strict=True)),
        record_bytes=_bytes_of(folder, "record.sqlite*"),
        preview_bytes=_bytes_of(folder, "previews/*/*.jpg"),
        index_bytes=_bytes_of(folder, "index/*"),
    )


def _bytes_of(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # deleted meanwhile by another process
    return total
