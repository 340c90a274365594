"""Candidate search in memory: which known pictures are worth a closer look.

Hashes are compared exactly (faiss). Single pictures are added and removed without a rebuild.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from evidencecheck.matching.fingerprint import Fingerprint

FARTHEST_BITS = 90  # of 256; above that PDQ distances are those of unrelated pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A candidate: its number, its best PDQ distance (None: found by features only), and the features that voted."""

    number: int
    distance_bits: int | None
    votes: int


class Index:
    """Known pictures by number (0 to 2**31 - 1). Not safe for writing from two threads."""

    FORMAT = "evidencecheck-index/0"

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._hashes = faiss.IndexBinaryIDMap2(faiss.IndexBinaryFlat(256))
        self._keep_alive = self._hashes.index

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    def add(self, number: int, fingerprint: Fingerprint) -> None:
        """Add one picture. Raises ValueError when the number is taken or out of range."""
        if not 0 <= number < 2**31:
            raise ValueError(f"number {number} is not in 0 to 2**31 - 1")
        if number in self._numbers:
            raise ValueError(f"number {number} is already in the index")
        self._hashes.add_with_ids(fingerprint.views[:1], np.array([number], np.int64))
        self._numbers.add(number)

    def remove(self, numbers: Iterable[int]) -> None:
        """Take pictures out; numbers that are not there are ignored."""
        gone = self._numbers.intersection(numbers)
        if gone:
            self._hashes.remove_ids(np.array(sorted(gone), np.int64))
            self._numbers -= gone

    def search(self, fingerprint: Fingerprint, limit: int = 24, keep: Callable[[int], bool] | None = None) -> list[Hit]:
        """Return at most `limit` candidates for which `keep(number)` holds, most promising first."""
        if not self._numbers:
            return []
        asked = min(len(self._numbers), 4 * limit)
        distances, numbers = self._hashes.search(fingerprint.views, asked)
        best: dict[int, int] = {}
        for distance, number in zip(distances.ravel().tolist(), numbers.ravel().tolist(), strict=True):
            if number >= 0 and distance <= FARTHEST_BITS:
                best[number] = min(distance, best.get(number, distance))
        ranked = sorted(best.items(), key=lambda item: (item[1], item[0]))
        hits = (Hit(number=number, distance_bits=distance, votes=0) for number, distance in ranked)
        return [hit for hit in hits if keep is None or keep(hit.number)][:limit]

    def save(self, path: Path) -> None:
        """Write the index to one file, all or nothing."""
        numbers = np.array(sorted(self._numbers), np.int64)
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        with partial.open("wb") as file:
            name = self.FORMAT.encode()
            file.write(struct.pack("<HQ", len(name), len(numbers)) + name + numbers.tobytes())
            faiss.write_index_binary(self._hashes, faiss.PyCallbackIOWriter(file.write))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Index:
        """Read what `save` wrote. Raises ValueError when the file is damaged or of another format: rebuild it."""
        index = cls()
        with path.open("rb") as file:
            head = file.read(10)
            if len(head) < 10:
                raise ValueError(f"{path.name} is no index file")
            length, count = struct.unpack("<HQ", head)
            if file.read(length) != cls.FORMAT.encode():
                raise ValueError(f"{path.name} is of another format than {cls.FORMAT}")
            numbers = np.frombuffer(file.read(8 * count), np.int64)
            try:
                index._hashes = faiss.read_index_binary(faiss.PyCallbackIOReader(file.read))
            except (RuntimeError, AssertionError) as error:
                raise ValueError(f"{path.name} is damaged: {error}") from error
        if index._hashes.ntotal != len(numbers):
            raise ValueError(f"{path.name} is damaged: {index._hashes.ntotal} hashes for {len(numbers)} pictures")
        index._numbers = set(numbers.tolist())
        return index
