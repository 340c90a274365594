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
        """Ask for ever more until enough are of the wanted kinds, or there are no more."""
        index = self._index.parts[part]
        limit = 2 * ENOUGH
        while True:
            hits = index.search(fingerprint, limit)
            found: list[Candidate] = []
            for hit in hits:
                found += self._candidates(part, hit, kinds, exclude_order)
                if len(found) >= ENOUGH:
                    return found
            if len(hits) < limit or limit >= len(index):
                return found
            limit = min(4 * limit, len(index))

    def _candidates(self, part: str, hit: Hit, kinds: frozenset[ReferenceKind], exclude_order: str) -> list[Candidate]:
        """Return everything that is known of one picture: it may have several sources, or come with several orders."""
        if part == "photos":
            query = f"SELECT {photos.COLUMNS} {photos.JOINED} WHERE picture = ? AND order_number <> ? ORDER BY photo.id"
            known = [photos.claim(row) for row in self._db.execute(query, (hit.number, exclude_order))]
        else:
            query = f"SELECT {references.COLUMNS} {references.JOINED} WHERE picture = ? ORDER BY added_at, reference.id"
            rows = self._db.execute(query, (hit.number,))
            known = [one for one in map(references.reference, rows) if one.kind in kinds]
        if not known:
            return []
        data = self._db.execute("SELECT data FROM fingerprint WHERE picture = ?", (hit.number,)).fetchone()
        if data is None:
            return []
        fingerprint = Fingerprint.from_bytes(data[0])
        return [Candidate(one, fingerprint, hit.distance_bits, hit.votes) for one in known]


def _interleaved(first: list[Candidate], second: list[Candidate]) -> list[Candidate]:
    """Return both lists as one, by their places: the two were ranked apart."""
    ranked = sorted((place, which) for which, found in enumerate((first, second)) for place in range(len(found)))
    return [(first, second)[which][place] for place, which in ranked]
