"""A PNG reduced to what its pixels need.

Pillow gives up on a whole picture when a text or colour profile in it inflates to more than 1 MiB or is damaged. Honest
files have such texts (workflows of picture generators, editing histories), and nothing in them changes a pixel.
Source: PNG 3rd edition, 5.3 (chunk layout) and 5.4 (a lower-case first letter: not needed to show the picture).
"""

from __future__ import annotations

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = frozenset({b"tRNS", b"eXIf"})  # not critical, yet transparency and orientation change what is seen


def only_pixels(data: bytes) -> bytes:
    """Return the PNG without ancillary chunks other than transparency and EXIF; from damage on it is left as it is."""
    kept, at = [SIGNATURE], len(SIGNATURE)
    while at + 12 <= len(data):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data) or not kind.isalpha():
            break
        if kind[:1].isupper() or kind in _PIXELS:
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            return b"".join(kept)
    return b"".join([*kept, data[at:]])
