"""The corpus and the photos of other orders as checks see them: `model.KnownImages` over the record and the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.fingerprint import Fingerprint
from evidencecheck.matching.index import Hit
from evidencecheck.model import Candidate, Reference, ReferenceKind
from evidencecheck.store import photos, references
from evidencecheck.store.previews import Previews
from evidencecheck.store.search_index import SearchIndex

ENOUGH = 24  # candidates per search: more cost verification time and were never the right one
CORPUS = frozenset({ReferenceKind.WEB, ReferenceKind.SHOP})


class KnownPictures:
    """Known pictures as they were when this was made. Uses the store's connection: one thread, while it is open."""

    def __init__(self, db: sqlite3.Connection, previews: Previews, index: SearchIndex) -> None:
        self._db = db
        self._previews = previews
        self._index = index

    def count(self, kinds: frozenset[ReferenceKind]) -> int:
        """Return how many known pictures of these kinds there are; a picture known twice counts twice."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT count(*) FROM reference WHERE kind IN ({marks})"  # noqa: S608 - question marks
        total = int(self._db.execute(query, sorted(kinds)).fetchone()[0])
        if ReferenceKind.CLAIM in kinds:
            total += int(self._db.execute("SELECT count(*) FROM photo").fetchone()[0])
        return total

    def search(
        self, fingerprint: Fingerprint, kinds: frozenset[ReferenceKind], *, exclude_order: str = ""
    ) -> Sequence[Candidate]:
        """Return candidates, most promising first: distance, then votes as the index ranks them."""
        found: list[Candidate] = []
        if kinds & CORPUS:
            found += self._search_part("corpus", fingerprint, kinds & CORPUS, exclude_order)
        if ReferenceKind.CLAIM in kinds:
            photos_found = self._search_part("photos", fingerprint, frozenset({ReferenceKind.CLAIM}), exclude_order)
            found = _interleaved(found, photos_found)
        return found

    def of_order(self, order: str, *, but: str = "") -> Sequence[Candidate]:
        """Return the photos of one order in the sequence they came; those without a usable fingerprint are left out."""
        query = (
            f"SELECT {photos.COLUMNS}, fingerprint.data {photos.JOINED} JOIN fingerprint USING (picture)"
            " WHERE order_number = ? AND picture.sha256 <> ? ORDER BY photo.id"
        )
        found = []
        for *row, data in self._db.execute(query, (order, but)):
            try:
                found.append(Candidate(photos.claim(tuple(row)), Fingerprint.from_bytes(data), None, 0))
            except ValueError:
                continue  # made by another version
        return found

    def picture(self, reference: Reference) -> NDArray[np.uint8] | None:
        """Return the stored preview, (H, W, 3) uint8 RGB, or None when there is none (a shared hash, a lost file)."""
        data = self._previews.read(reference.sha256) if reference.sha256 else None
        if data is None:
            return None
        # OpenCV may decode here: these are bytes this store wrote from an already decoded picture, not a buyer's file.
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        return None if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def _search_part(
        self, part: str, fingerprint: Fingerprint, kinds: frozenset[ReferenceKind], exclude_order: str
    ) -> list[Candidate]:
        """Ask for the pictures that are known under a wanted kind; for more of them while others fill the answer."""
        index = self._index.parts[part]
        limit = ENOUGH
        while True:
            looked_at: dict[int, list[Reference]] = {}

            def wanted(number: int, looked_at: dict[int, list[Reference]] = looked_at) -> bool:
                looked_at[number] = self._known_as(part, number, kinds, exclude_order)
                return bool(looked_at[number])

            hits = index.search(fingerprint, limit, wanted)
            # The index looks at 4 times as many near hashes as it is asked for: with fewer, there are no more.
            if len(hits) >= ENOUGH or len(looked_at) < 4 * limit or limit >= len(index):
                return [one for hit in hits[:ENOUGH] for one in self._candidates(hit, looked_at[hit.number])]
            limit *= 8

    def _known_as(self, part: str, number: int, kinds: frozenset[ReferenceKind], exclude_order: str) -> list[Reference]:
        """Return everything a picture is known as: it may have several sources, or come with several orders."""
        if part == "photos":
            query = (  # a photo the shop itself sent is known within its own order too
                f"SELECT {photos.COLUMNS} {photos.JOINED}"
                " WHERE picture = ? AND (order_number <> ? OR own = 1) ORDER BY photo.id"
            )
            return [photos.claim(row) for row in self._db.execute(query, (number, exclude_order))]
        query = f"SELECT {references.COLUMNS} {references.JOINED} WHERE picture = ? ORDER BY added_at, reference.id"
        return [one for one in map(references.reference, self._db.execute(query, (number,))) if one.kind in kinds]

    def _candidates(self, hit: Hit, known: list[Reference]) -> list[Candidate]:
        data = self._db.execute("SELECT data FROM fingerprint WHERE picture = ?", (hit.number,)).fetchone()
        try:
            fingerprint = Fingerprint.from_bytes(data[0] if data else b"")
        except ValueError:
            return []  # removed since by another process, or made by another version
        return [Candidate(one, fingerprint, hit.distance_bits, hit.votes) for one in known]


def _interleaved(first: list[Candidate], second: list[Candidate]) -> list[Candidate]:
    """Return both lists as one, by their places: the two were ranked apart."""
    ranked = sorted((place, which) for which, found in enumerate((first, second)) for place in range(len(found)))
    return [(first, second)[which][place] for place, which in ranked]
