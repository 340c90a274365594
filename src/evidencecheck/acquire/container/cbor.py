"""A bounded CBOR decoder (RFC 8949) for C2PA claims: plain values only, limits on depth and number of items."""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 32
MAX_ITEMS = 20_000

Value = Any  # None, bool, int, float, str, bytes, list, dict


def loads(data: bytes) -> Value:
    """Decode the first item of `data`. Raises ValueError or struct.error on anything malformed or too deep."""
    return _Reader(data).item(0)


class _Reader:
    """A cursor over the bytes; it exists for one call of `loads`."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.items = data, 0, 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise ValueError("CBOR ends early")
        self.at += size
        return self.data[self.at - size : self.at]

    def item(self, depth: int) -> Value:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise ValueError("CBOR is too deep or too long")
        first = self.take(1)[0]
        kind, low = first >> 5, first & 31
        if kind == 7:
            return self.simple(low)
        number = self.number(low)
        if kind < 2:
            return number if kind == 0 or number is None else -1 - number
        if kind in (2, 3):
            raw = self.take(number) if number is not None else self.pieces(kind, depth)
            return raw if kind == 2 else raw.decode("utf-8", "replace")
        if kind == 6:
            return self.item(depth + 1)  # a tag: its content says enough
        return self.sequence(number, depth) if kind == 4 else self.mapping(number, depth)

    def number(self, low: int) -> int | None:
        """The argument of an item's head; None for "indefinite"."""
        if low < 24:
            return low
        if low == 31:
            return None
        if low > 27:
            raise ValueError("reserved CBOR head")
        return int.from_bytes(self.take(1 << (low - 24)), "big")

    def simple(self, low: int) -> Value:
        if low == 25:
            return struct.unpack(">e", self.take(2))[0]
        if low == 26:
            return struct.unpack(">f", self.take(4))[0]
        if low == 27:
            return struct.unpack(">d", self.take(8))[0]
        if low == 24:
            self.take(1)
        return {20: False, 21: True}.get(low)

    def ended(self) -> bool:
        if self.data[self.at : self.at + 1] == b"\xff":
            self.at += 1
            return True
        return False

    def pieces(self, kind: int, depth: int) -> bytes:
        parts: list[bytes] = []
        while not self.ended():
            piece = self.item(depth + 1)
            parts.append(piece.encode() if kind == 3 and isinstance(piece, str) else bytes(piece))
        return b"".join(parts)

    def sequence(self, count: int | None, depth: int) -> list[Value]:
        found: list[Value] = []
        while len(found) < count if count is not None else not self.ended():
            found.append(self.item(depth + 1))
        return found

    def mapping(self, count: int | None, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        given = 0
        while given < count if count is not None else not self.ended():
            key = self.item(depth + 1)
            found[str(key)] = self.item(depth + 1)
            given += 1
        return found
