"""Candidate search in memory: which known pictures are worth a closer look.

Hashes are compared exactly, local features through an inverted file of product codes (faiss does both). Cells and code
words come with the program, so single pictures are added and removed without training or a rebuild. What two features
say about angle and scale is packed into the faiss id, and only votes that agree on both count together (weak geometric
consistency: Jégou, Douze, Schmid, "Hamming embedding and weak geometric consistency", ECCV 2008). A vote weighs what
its distance stands out from the query feature's own neighbourhood (local naive Bayes nearest neighbour: McCann and
Lowe, CVPR 2012), which silences repeated patterns.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.codebook import CODE_BYTES, DIMENSIONS, codebook
from evidencecheck.matching.fingerprint import PDQ_BYTES, Fingerprint

faiss_any: Any = faiss  # its type stubs leave out what SWIG adds

FARTHEST_BITS = 90  # of 256; above that PDQ distances are those of unrelated pictures
FARTHEST_PHASH_BITS = 12  # of 64
LEAST_QUALITY = 30  # PDQ quality below which a hash says nothing (blank, plain white): ThreatExchange advises 50 of 100
STORED_FEATURES = 300  # of each known picture, the best spread ones
NEIGHBOURS = 12  # nearest known features asked for each feature of the photo
SCANNED = 800  # known features compared with each feature of the photo, about
LEAST_CELLS, MOST_CELLS = 4, 24  # of the inverted file looked into for each
LARGEST = 2**31  # numbers are below
ANGLES, SCALES = 16, 16  # bins of relative angle (22.5 degrees) and relative scale (one octave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A candidate: its number, its best PDQ distance (None: found by features only), and the features that voted."""

    number: int
    distance_bits: int | None
    votes: int


class Index:
    """Known pictures by number (0 to 2**31 - 1). Not safe for use from two threads while one writes."""

    FORMAT = "evidencecheck-index/1"

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._pdq: Any = faiss.IndexBinaryIDMap2(_kept(faiss.IndexBinaryFlat(8 * PDQ_BYTES)))
        self._phash: Any = faiss.IndexBinaryIDMap2(_kept(faiss.IndexBinaryFlat(64)))
        self._features: Any = _inverted_file()

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    def add(self, number: int, fingerprint: Fingerprint) -> None:
        """Add one picture. Raises ValueError when the number is taken or out of range."""
        if not 0 <= number < LARGEST:
            raise ValueError(f"number {number} is not in 0 to 2**31 - 1")
        if number in self._numbers:
            raise ValueError(f"number {number} is already in the index")
        if fingerprint.quality >= LEAST_QUALITY:
            row = np.array([number], np.int64)
            self._pdq.add_with_ids(fingerprint.views[:1], row)
            if any(fingerprint.phash):  # a shared PDQ hash comes without
                self._phash.add_with_ids(np.frombuffer(fingerprint.phash, np.uint8)[None], row)
        codes = fingerprint.feature_codes[:STORED_FEATURES]
        if len(codes):
            self._features.add_with_ids(codebook().decode(codes), _packed_ids(number, fingerprint))
        self._numbers.add(number)

    def remove(self, numbers: Iterable[int]) -> None:
        """Take pictures out; numbers that are not there are ignored."""
        gone = sorted(self._numbers.intersection(numbers))
        if not gone:
            return
        chosen = faiss.IDSelectorBatch(np.array(gone, np.int64))
        self._pdq.remove_ids(chosen)
        self._phash.remove_ids(chosen)
        for number in gone:
            self._features.remove_ids(faiss.IDSelectorRange(number << 32, (number + 1) << 32))
        self._numbers.difference_update(gone)

    def search(self, fingerprint: Fingerprint, limit: int = 24, keep: Callable[[int], bool] | None = None) -> list[Hit]:
        """Return at most `limit` candidates for which `keep(number)` holds, most promising first."""
        if not self._numbers:
            return []
        bits = self._near_hashes(fingerprint, 4 * limit)
        weights, votes = self._votes(fingerprint)
        scores = {number: weights.get(number, 0.0) + max(0.0, (FARTHEST_BITS - d) / 8) for number, d in bits.items()}
        scores |= {number: weight for number, weight in weights.items() if number not in scores}
        hits = []
        for number, _ in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
            if keep is None or keep(number):
                hits.append(Hit(number=number, distance_bits=bits.get(number), votes=votes.get(number, 0)))
                if len(hits) == limit:
                    break
        return hits

    def _near_hashes(self, fingerprint: Fingerprint, most: int) -> dict[int, int]:
        """Number -> PDQ distance over all views, for near PDQ or near pHash."""
        if fingerprint.quality < LEAST_QUALITY or not self._pdq.ntotal:
            return {}
        asked = min(self._pdq.ntotal, most)
        distances, numbers = self._pdq.search(fingerprint.views, asked)
        best: dict[int, int] = {}
        for distance, number in zip(distances.ravel().tolist(), numbers.ravel().tolist(), strict=True):
            if distance <= FARTHEST_BITS:
                best[number] = min(distance, best.get(number, distance))
        distances, numbers = self._phash.search(np.frombuffer(fingerprint.phash, np.uint8)[None], asked)
        for distance, number in zip(distances.ravel().tolist(), numbers.ravel().tolist(), strict=True):
            if distance <= FARTHEST_PHASH_BITS:
                best.setdefault(number, FARTHEST_BITS)
        return best

    def _votes(self, fingerprint: Fingerprint) -> tuple[dict[int, float], dict[int, int]]:
        """Number -> weight of the best consistent group of votes, and number -> how many features are in it."""
        codes = fingerprint.feature_codes
        if not len(codes) or not self._features.ntotal:
            return {}, {}
        book = codebook()
        plain = book.decode(codes)
        vectors = np.concatenate([plain, plain * book.sign])
        per_cell = self._features.ntotal / self._features.nlist
        self._features.nprobe = int(np.clip(SCANNED / max(per_cell, 1e-9), LEAST_CELLS, MOST_CELLS))
        distances, ids = self._features.search(vectors, NEIGHBOURS)
        return _consistent(distances, ids, fingerprint)

    def save(self, path: Path) -> None:
        """Write the index to one file, all or nothing."""
        numbers = np.array(sorted(self._numbers), np.int64)
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        with partial.open("wb") as file:
            name = self.FORMAT.encode()
            file.write(struct.pack("<HQ", len(name), len(numbers)) + name + numbers.tobytes())
            writer = faiss_any.PyCallbackIOWriter(file.write)
            faiss.write_index_binary(self._pdq, writer)
            faiss.write_index_binary(self._phash, writer)
            faiss.write_index(self._features, writer)
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Index:
        """Read what `save` wrote. Raises ValueError when the file is damaged or of another format: rebuild it."""
        index = cls()
        with path.open("rb") as file:
            head = file.read(10)
            length, count = struct.unpack("<HQ", head) if len(head) == 10 else (0, 0)
            if file.read(length) != cls.FORMAT.encode():
                raise ValueError(f"{path.name} is of another format than {cls.FORMAT}")
            if 8 * count > path.stat().st_size:
                raise ValueError(f"{path.name} is damaged: it names more pictures than it can hold")
            numbers = np.frombuffer(file.read(8 * count), np.int64)
            reader = faiss_any.PyCallbackIOReader(file.read)
            try:
                index._pdq = faiss.read_index_binary(reader)
                index._phash = faiss.read_index_binary(reader)
                index._features = faiss.read_index(reader)
            except (RuntimeError, AssertionError) as error:
                raise ValueError(f"{path.name} is damaged: {error}") from error
        index._numbers = set(numbers.tolist())
        return index


def _kept(inner: Any) -> Any:
    """Let the wrapper own the index it wraps: faiss keeps a bare pointer."""
    inner.this.disown()
    return inner


def _inverted_file() -> Any:
    """Return an empty inverted file with the shipped cells and code words."""
    book = codebook()
    halves, words, _ = book.coarse.shape
    cells: Any = faiss.MultiIndexQuantizer(DIMENSIONS, halves, int(np.log2(words)))
    faiss.copy_array_to_vector(book.coarse.ravel(), cells.pq.centroids)
    cells.is_trained = True
    cells.ntotal = words**halves
    index: Any = faiss.IndexIVFPQ(cells, DIMENSIONS, words**halves, CODE_BYTES, 8, faiss.METRIC_L2)
    cells.this.disown()
    index.own_fields = True
    index.quantizer_trains_alone = 1
    index.by_residual = False
    faiss.copy_array_to_vector(book.words.ravel(), index.pq.centroids)
    index.is_trained = True
    return index


def _packed_ids(number: int, fingerprint: Fingerprint) -> NDArray[np.int64]:
    """(N,) int64: the number, and in the low bytes sigma (1/16 octave) and angle (1/256 turn)."""
    places = fingerprint.feature_places[:STORED_FEATURES].astype(np.int64)
    return (number << 32) | (places[:, 4] << 8) | places[:, 5]


def _consistent(
    distances: NDArray[np.float32], ids: NDArray[np.int64], fingerprint: Fingerprint
) -> tuple[dict[int, float], dict[int, int]]:
    count = len(ids) // 2
    places = fingerprint.feature_places.astype(np.int64)
    sigma, angle = np.tile(places[:, 4], 2), np.concatenate([places[:, 5], (128 - places[:, 5]) % 256])
    far = np.where(ids[:, -1] >= 0, distances[:, -1], np.float32(np.inf))
    far = np.minimum(far, np.where(np.isfinite(distances), distances, 0).max(axis=1))  # fewer neighbours than asked
    gain = np.sqrt(np.maximum(0, 1 - distances / np.maximum(far, 1e-6)[:, None]))
    row, column = np.nonzero((ids >= 0) & (gain > 0))
    found, gain = ids[row, column], gain[row, column]
    number = found >> 32
    turn = ((found & 255) - angle[row]) % 256 * ANGLES / 256
    scale = np.clip((((found >> 8) & 255) - sigma[row]) / 16 + SCALES / 2, 0, SCALES - 1.001)
    flipped = (row >= count).astype(np.int64)
    keys, weights, owners = [], [], []
    for da in (0, 1):
        for ds in (0, 1):  # to both neighbouring bins: a true group never falls apart at a border
            key = ((number * 2 + flipped) * ANGLES + (np.floor(turn).astype(np.int64) + da) % ANGLES) * (SCALES + 1)
            keys.append(key + np.floor(scale).astype(np.int64) + ds)
            weights.append(gain)
            owners.append(row)
    return _best_groups(np.concatenate(keys), np.concatenate(weights), np.concatenate(owners))


def _best_groups(
    keys: NDArray[np.int64], weights: NDArray[np.float32], owners: NDArray[np.int64]
) -> tuple[dict[int, float], dict[int, int]]:
    """Sum each group's votes, one per feature of the photo, and keep the best group of each number."""
    if len(keys) == 0:
        return {}, {}
    order = np.lexsort((-weights, owners, keys))
    keys, weights, owners = keys[order], weights[order], owners[order]
    first = np.r_[True, (np.diff(keys) != 0) | (np.diff(owners) != 0)]
    keys, weights = keys[first], weights[first]
    groups, start = np.unique(keys, return_index=True)
    sums = np.add.reduceat(weights, start)
    sizes = np.diff(np.r_[start, len(keys)])
    best: dict[int, float] = {}
    votes: dict[int, int] = {}
    numbers = groups // (2 * ANGLES * (SCALES + 1))
    for i in np.argsort(sums, kind="stable")[::-1][:4000]:
        number = int(numbers[i])
        if number not in best:
            best[number], votes[number] = float(sums[i]), int(sizes[i])
    return best, votes
