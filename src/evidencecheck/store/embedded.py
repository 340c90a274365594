"""The embedded store: one folder with `record.sqlite`, `previews/`, `index/` and perhaps `calibration.json`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from evidencecheck.store import calibration_file, exported, photos, pictures, references
from evidencecheck.store.backup import backup
from evidencecheck.store.buyer_key import buyer_key
from evidencecheck.store.database import connect, writing
from evidencecheck.store.facts import TakenIn
from evidencecheck.store.ledger import Ledger
from evidencecheck.store.paths import as_text
from evidencecheck.store.previews import Previews
from evidencecheck.store.provenance import Found, Provenance
from evidencecheck.store.purge import Purge, purge
from evidencecheck.store.references import Change, Selection
from evidencecheck.store.stats import Stats, measure

if TYPE_CHECKING:
    from datetime import datetime

    from evidencecheck.matching.fingerprint import Fingerprint
    from evidencecheck.model import Intake, KnownImages, MatchedReference, Order, PhotoReport, Received, Reference
    from evidencecheck.store.pictures import Picture
    from evidencecheck.store.search_index import SearchIndex
    from evidencecheck.store.verification import Problem

RECORD = "record.sqlite"


class Store:
    """What is remembered: the corpus, the photos of earlier orders, the latest reports.

    Any number of processes may have the same folder open; each opens its own Store and uses it from one thread.
    """

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder = folder
        self._db = db
        self._previews = Previews(folder / "previews")
        self._index: SearchIndex | None = None

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store in `folder`, making it if need be. Raises StoreError when that is impossible."""
        return cls(folder, connect(folder / RECORD))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the record."""
        self._db.close()

    def batch(self) -> AbstractContextManager[None]:
        """Return a block whose writes are kept together or not at all, and cost one commit."""
        return writing(self._db)

    # ---------------------------------------------------------------- photos of orders

    def remember(self, intake: Intake, order: str, *, channel: str = "", own: bool = False) -> None:
        """Keep a photo with the order it came with. Twice is the same as once.

        `channel` says how it came; `own`: the shop's own staff had sent it, so it is nobody's reuse.
        """
        taken_in = TakenIn(order=order, sha256=intake.photo.sha256, channel=channel, own=own)
        with writing(self._db):
            number = pictures.keep(self._db, self._previews, intake)
            photos.remember(self._db, number, intake.photo, taken_in)

    def fingerprint_of(self, sha256: str) -> Fingerprint | None:
        """Return the stored fingerprint of a file's content, None if it is not known."""
        return pictures.fingerprint_of(self._db, sha256)

    def taken_in(self, received: Received, sha256: str) -> Intake | None:
        """Return the intake of a file whose content is already stored whole, None if it must be decoded."""
        return pictures.taken_in(self._db, self._previews, received, sha256)

    def save_report(self, report: PhotoReport) -> None:
        """Keep a report as the latest on its photo."""
        with writing(self._db):
            photos.save_report(self._db, report)

    def reports(self, order: str) -> tuple[PhotoReport, ...]:
        """Return the latest report on every photo of an order."""
        return photos.reports(self._db, order)

    def file_of_photo(self, order: str, sha256: str) -> Path | None:
        """Return where a photo of an order lay when it was taken in, None if it never was."""
        return photos.file_of(self._db, order, sha256)

    def orders(self) -> tuple[str, ...]:
        """Return every order number with a photo or a report."""
        return photos.orders(self._db)

    # ---------------------------------------------------------------- cases

    @property
    def ledger(self) -> Ledger:
        """The ledger: decisions, packages, submissions, outcomes, deadlines, attachments, and their audit log."""
        return Ledger(self._db)

    def save_orders(self, orders: Iterable[Order]) -> int:
        """Keep what exports say of orders, joined with earlier exports; return how many said something new."""
        with writing(self._db):
            return exported.save(self._db, orders)

    def purge(self, before: datetime, *, dry_run: bool = False) -> Purge:
        """Delete pictures and paths of photos and attachments older than `before`; hashes and the log stay."""
        return purge(self._db, self._previews, before, dry_run=dry_run)

    def backup(self, target: Path) -> None:
        """Copy the whole store to `target` while it is in use; raises StoreError for a target of something else."""
        backup(self._db, self.folder, RECORD, target)

    def buyer_key(self) -> bytes:
        """Return the key with which order exports turn a buyer into a hash, made at the first call."""
        return buyer_key(self._db, self.folder)

    def order(self, number: str) -> Order | None:
        """Return what the exports read so far say of an order, None if it was in none."""
        return exported.order(self._db, number)

    # ---------------------------------------------------------------- the seller's own calibration

    def calibration(self) -> str | None:
        """Return the text of the seller's own calibration table, None where nothing was measured."""
        return calibration_file.read(self.folder)

    def keep_calibration(self, text: str) -> Path:
        """Keep a table in place of an earlier one; return its file."""
        return calibration_file.keep(self.folder, text)

    def forget_calibration(self) -> bool:
        """Take the table away; return whether there was one."""
        return calibration_file.forget(self.folder)

    def same_buyer(self, number: str) -> tuple[str, ...]:
        """Return the other orders of the same buyer, as far as the exports tell."""
        return exported.same_buyer(self._db, number)

    # ---------------------------------------------------------------- the corpus

    def add_reference(self, intake: Intake, stated: Provenance, found: Found | None = None) -> Change:
        """Add a picture to the corpus, or update what is known of it; `found` only fills what is not stated."""
        path = as_text(intake.photo.path.absolute())
        with writing(self._db):
            number = pictures.keep(self._db, self._previews, intake)
            return references.add(self._db, number, path, stated, found)

    def references(self, which: Selection | None = None) -> Iterator[Reference]:
        """Yield the references meant by `which`, in the order they were added."""
        return references.select(self._db, which)

    def file_of_reference(self, reference_id: str) -> Path | None:
        """Return where the file of a reference lay; None when it was imported without one, or is a claim."""
        return references.file_of(self._db, reference_id)

    def corpus_state(self) -> str:
        """Return a short mark that changes whenever a reference is added, removed, or known otherwise."""
        return references.state(self._db)

    def find(self, text: str) -> list[Reference]:
        """Return the references meant by an id, a file or folder, or the first 8 or more digits of a SHA-256."""
        return references.find(self._db, text)

    def remove(self, ids: list[str]) -> int:
        """Remove references by id; return how many. Files are not touched; pictures still needed stay."""
        with writing(self._db):
            return references.remove(self._db, self._previews, ids)

    # ---------------------------------------------------------------- handing on

    def export(self, out: Path, which: Selection, *, hashes_only: bool) -> int:
        """Write references to a new zip file, with pictures or fingerprints alone; return how many."""
        from evidencecheck.store.exchange import export

        return export(self._db, self._previews, out, which, hashes_only=hashes_only)

    def export_hashes(self, out: Path, which: Selection) -> tuple[int, int]:
        """Write PDQ hashes as ThreatExchange CSV; return how many, and how many were too poor to share."""
        from evidencecheck.store.threatexchange import export

        return export(self._db, out, which)

    def import_reference(self, picture: Picture, preview: bytes | None, stated: Provenance) -> Change:
        """Add a picture handed on by somebody else. What is here already about the picture itself stays."""
        with writing(self._db):
            number = pictures.keep_imported(self._db, self._previews, picture, preview)
            return references.add(self._db, number, "", stated)

    def picture_of(self, reference: Reference | MatchedReference) -> bytes | None:
        """Return the preview (JPEG) of a reference, None if there is none."""
        return self.picture_bytes(reference.id)

    def picture_bytes(self, reference_id: str) -> bytes | None:
        """Return the preview (JPEG, at most 1024 px) of a reference or a claim, None if there is none."""
        if reference_id.startswith(photos.CLAIM_ID):
            row = self._db.execute(
                "SELECT sha256 FROM photo JOIN picture ON picture.id = picture WHERE 'claim-' || photo.id = ?",
                (reference_id,),
            ).fetchone()
        else:
            row = self._db.execute(
                "SELECT sha256 FROM reference JOIN picture ON picture.id = picture WHERE reference.id = ?",
                (reference_id,),
            ).fetchone()
        return self._previews.read(row[0]) if row and row[0] else None

    def verify(self) -> Iterator[Problem]:
        """Yield what is not as it should be: files gone or changed, a damaged record, index, preview."""
        from evidencecheck.store.verification import verify

        return verify(self._db, self.folder, self._previews)

    def stats(self) -> Stats:
        """Return how much is stored."""
        return measure(self._db, self.folder)

    # ---------------------------------------------------------------- search

    def known_images(self) -> KnownImages:
        """Return everything known, as of now. Cheap to call again: only what changed since is read."""
        from evidencecheck.store.known import KnownPictures
        from evidencecheck.store.search_index import open_index, save_if_due

        if self._index is None:
            self._index = open_index(self._db, self.folder / "index")
        else:
            save_if_due(self._index, self.folder / "index", self._index.catch_up(self._db))
        return KnownPictures(self._db, self._previews, self._index)
