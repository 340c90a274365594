"""The TIFF structure that carries EXIF: a bounded reader of its directories (TIFF 6.0, Exif 2.32 section 4.6).

Every value is checked against the bytes that are there; counts and offsets never size an allocation. Directories are
read once each, so a loop ends. Maker notes stay closed except the few numbers named in `makernote`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from PIL.ExifTags import GPSTAGS, TAGS

from evidencecheck.acquire.container.found import MAX_BLOCK_BYTES, MAX_VALUE_CHARS, readable
from evidencecheck.model import Field

MAX_DIRECTORIES = 16
MAX_ENTRIES = 1024  # of one directory; the largest seen in a real file is 90
MAX_DAMAGED = 8  # entries without a value, after which a directory is taken for noise
MAX_NUMBERS = 64  # shown of one value

ASCII, UNDEFINED = 2, 7
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_SUB = {0x8769: "ExifIFD", 0x8825: "GPS", 0xA005: "InteropIFD", 0x014A: "SubIFD"}
_INTEROP = {1: "InteropIndex", 2: "InteropVersion", 0x1000: "RelatedImageFileFormat"}
_INTEROP |= {0x1001: "RelatedImageWidth", 0x1002: "RelatedImageHeight"}
_NAMES = {0x010D: "DocumentName", 0x927C: "MakerNote", 0x9C9C: "XPComment"}
MAKER_NOTE, USER_COMMENT, UTF16_TAGS = 0x927C, 0x9286, range(0x9C9B, 0x9CA0)
COPYRIGHT = 0x8298  # may hold two texts, photographer and editor, with a NUL between
_TEXT = frozenset(
    {0x000B, 0x010D, 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298}
    | {0x9003, 0x9004, *range(0x9010, 0x9013), *range(0x9290, 0x9293), 0xA420, *range(0xA430, 0xA437)}
)  # text by the standard; some writers store it as bytes
_TEXT_IN_UNDEFINED = frozenset({0x9000, 0xA000, 0x001B, 0x001C, 0x0002})


@dataclass(frozen=True, slots=True)
class Entry:
    """One directory entry. `raw` holds the value's bytes that are really there, at most MAX_BLOCK_BYTES."""

    directory: str
    tag: int
    type: int
    count: int
    raw: bytes
    offset: int
    order: str  # "<" or ">"

    @property
    def name(self) -> str:
        """The tag's name in the Exif standard, or its number."""
        if self.directory == "GPS":
            return str(GPSTAGS.get(self.tag, f"0x{self.tag:04x}"))
        if self.directory == "InteropIFD":
            return _INTEROP.get(self.tag, f"0x{self.tag:04x}")
        return _NAMES.get(self.tag) or str(TAGS.get(self.tag, f"0x{self.tag:04x}"))

    def numbers(self) -> tuple[float | int, ...]:
        """The value as numbers, at most MAX_NUMBERS; rationals as quotients."""
        if self.type in (5, 10):
            code = "I" if self.type == 5 else "i"
            pairs = struct.iter_unpack(f"{self.order}2{code}", self.raw[: min(len(self.raw) // 8, MAX_NUMBERS) * 8])
            return tuple(a / b if b else float("nan") for a, b in pairs)
        code = _CODES.get(self.type, "")
        if not code:
            return ()
        size = _SIZES[self.type]
        return tuple(
            v[0]
            for v in struct.iter_unpack(self.order + code, self.raw[: min(len(self.raw) // size, MAX_NUMBERS) * size])
        )

    def text(self) -> str:
        """The value for readers: text as text, rationals as fractions, opaque bytes as their number."""
        if self.tag == USER_COMMENT and self.directory == "ExifIFD":
            return user_comment(self.raw, self.order)
        if self.tag in UTF16_TAGS and self.directory == "IFD0":
            return self.raw[: len(self.raw) & ~1].decode("utf-16-le", "replace").rstrip("\0 ")
        if self.type in (ASCII, 129) or (self.type in (1, UNDEFINED) and self.tag in _TEXT):
            text = self.raw if self.tag == COPYRIGHT else self.raw.partition(b"\0")[0]
            return readable(text)[:MAX_VALUE_CHARS].replace("\0", " ")
        if self.type in (5, 10):
            code = "I" if self.type == 5 else "i"
            pairs = struct.iter_unpack(f"{self.order}2{code}", self.raw[: min(len(self.raw) // 8, MAX_NUMBERS) * 8])
            return " ".join(f"{a}/{b}" for a, b in pairs)
        if self.type == UNDEFINED:
            return self._undefined()
        return " ".join(f"{n:g}" if isinstance(n, float) else str(n) for n in self.numbers())

    def _undefined(self) -> str:
        if self.tag == MAKER_NOTE and len(self.raw) < 64 and self.raw.rstrip(b"\0").isalnum():
            return self.raw.rstrip(b"\0").decode("ascii", "replace")  # Fooocus names its scheme here
        if self.tag == MAKER_NOTE or len(self.raw) > 4096:
            return f"({len(self.raw)} bytes)"
        if self.tag in _TEXT_IN_UNDEFINED or len(self.raw) > 16:
            text = readable(self.raw[8:] if self.raw[:8] in _CHARSETS else self.raw)
            return text if text.isprintable() else f"({len(self.raw)} bytes)"
        return " ".join(map(str, self.raw))


_CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp", b"\0" * 8: ""}


def user_comment(raw: bytes, order: str) -> str:
    """Decode a UserComment: eight bytes naming the character set, then the text; many writers leave them out."""
    charset = _CHARSETS.get(raw[:8].upper() if raw[:1].isalpha() else raw[:8])
    body = raw[8:] if charset is not None else raw
    if charset == "utf-16":
        return _utf16(body[:MAX_BLOCK_BYTES], order)[:MAX_VALUE_CHARS]
    if charset == "iso2022_jp":
        return body.decode("iso2022_jp", "replace").rstrip("\0 ")
    return readable(body)[:MAX_VALUE_CHARS].lstrip("\0")


def _utf16(body: bytes, order: str) -> str:
    """The standard leaves the byte order open and writers differ: take the reading with more usual signs."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace").rstrip("\0 ")
    if b"\0" not in body.rstrip(b"\0") and any(sign in body[:64] for sign in b' {":,'):
        with suppress(UnicodeDecodeError):
            return body.decode("utf-8").rstrip("\0 ")  # eight-bit text under the wrong name
    names = ("utf-16-le", "utf-16-be") if order == "<" else ("utf-16-be", "utf-16-le")
    readings = [body[: len(body) & ~1].decode(name, "replace").rstrip("\0 ") for name in names]
    return max(readings, key=lambda text: sum(map(_common, text[:200])))


def _common(sign: str) -> bool:
    """Latin, Chinese characters, and the punctuation of both."""
    return sign < "\u0100" or "\u3000" <= sign < "\u3100" or "\u4e00" <= sign < "\ua000" or "\uff00" <= sign < "\ufff0"


def entries(tiff: bytes, problems: list[str]) -> Iterator[Entry]:
    """Yield the directory entries of a TIFF structure: IFD0, IFD1 …, and their Exif, GPS and interoperability parts.

    What cannot be read is named in `problems`; nothing is raised.
    """
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    if not order or len(tiff) < 8:
        problems.append("EXIF has no TIFF header")
        return
    queue = [("IFD0", struct.unpack_from(f"{order}I", tiff, 4)[0])]
    seen: set[int] = set()
    room = MAX_BLOCK_BYTES * 2
    while queue and len(seen) < MAX_DIRECTORIES:
        name, at = queue.pop(0)
        if at in seen or at < 2 or at + 2 > len(tiff):
            if at and name != "SubIFD":  # sub-directories of TIFF pages are pixels, not EXIF
                problems.append(f"EXIF {name} lies outside the file or is used twice")
            continue
        seen.add(at)
        for entry in _directory(tiff, at, name, order, problems):
            room -= len(entry.raw)
            if room < 0:
                problems.append("EXIF values overlap; the rest was not read")
                return
            if entry.tag in _SUB and entry.type in (4, 13):
                queue += [(_SUB[entry.tag], int(n)) for n in entry.numbers()[:4]]
            yield entry
        queue += _following(tiff, at, name, order)


def _directory(tiff: bytes, at: int, name: str, order: str, problems: list[str]) -> Iterator[Entry]:
    damaged = 0
    for i in range(min(struct.unpack_from(f"{order}H", tiff, at)[0], MAX_ENTRIES)):
        entry = _entry(tiff, at + 2 + 12 * i, name, order, problems)
        damaged += entry is None or not (entry.raw or entry.count == 0)
        if entry is None or damaged > MAX_DAMAGED:
            return
        yield entry


def _following(tiff: bytes, at: int, name: str, order: str) -> list[tuple[str, int]]:
    """The next directory of the chain IFD0, IFD1 …, if this one is of the chain and has a next."""
    end = at + 2 + 12 * struct.unpack_from(f"{order}H", tiff, at)[0]
    number = name.removeprefix("IFD")
    if not number.isdecimal() or end + 4 > len(tiff):
        return []
    following = struct.unpack_from(f"{order}I", tiff, end)[0]
    return [(f"IFD{int(number) + 1}", following)] if following else []


def _entry(tiff: bytes, at: int, directory: str, order: str, problems: list[str]) -> Entry | None:
    if at + 12 > len(tiff):
        problems.append(f"EXIF {directory} is cut off")
        return None
    tag, kind, count = struct.unpack_from(f"{order}HHI", tiff, at)
    size = _SIZES.get(kind, 0) * count
    if not size:
        if count:
            problems.append(f"EXIF {directory} entry 0x{tag:04x} has unknown type {kind}")
        return Entry(directory, tag, kind, count, b"", at, order)
    start = at + 8 if size <= 4 else struct.unpack_from(f"{order}I", tiff, at + 8)[0]
    raw = tiff[start : start + min(size, MAX_BLOCK_BYTES)]
    if len(raw) < size:
        problems.append(f"EXIF {directory} entry 0x{tag:04x} reaches outside the file")
    return Entry(directory, tag, kind, count, raw, start, order)


def fields(all_entries: list[Entry]) -> Iterator[Field]:
    """Turn entries into fields, in file order."""
    for entry in all_entries:
        yield Field(
            place=f"exif:{entry.directory}", name=entry.name, value=entry.text(), code=entry.tag, offset=entry.offset
        )


def thumbnail(tiff: bytes, all_entries: list[Entry]) -> bytes:
    """Return the JPEG that IFD1 points to, or nothing."""
    place = {e.tag: e.numbers() for e in all_entries if e.directory == "IFD1" and e.tag in (0x0201, 0x0202)}
    start, size = place.get(0x0201), place.get(0x0202)
    if not start or not size:
        return b""
    picture = tiff[int(start[0]) : int(start[0]) + min(int(size[0]), MAX_BLOCK_BYTES)]
    return picture if picture.startswith(b"\xff\xd8") else b""


def makernote(all_entries: list[Entry]) -> Iterator[Field]:
    """Yield the numbers of Huawei's maker note, the only one read: it says whether the phone's AI edited the picture.

    Source: the tag list of OpenHarmony's libexif (mnote-huawei). The note is "HUAWEI\\0\\0", then a TIFF header, or the
    directory itself in the file's byte order.
    """
    note = next((e for e in all_entries if e.tag == MAKER_NOTE and e.raw.startswith(b"HUAWEI\0\0")), None)
    if note is None:
        return
    body, order, at = note.raw[8:], note.order, 0
    if body[:4] in (b"II*\0", b"MM\0*"):
        order = "<" if body[:1] == b"I" else ">"
        at = struct.unpack_from(f"{order}I", body, 4)[0]
    elif body[:2] in (b"II", b"MM"):
        order, at = ("<" if body[:1] == b"I" else ">"), 2
    if at + 2 > len(body):
        return
    for i in range(min(struct.unpack_from(f"{order}H", body, at)[0], 256)):
        entry = _entry(body, at + 2 + 12 * i, "makernote", order, [])
        if entry is None:
            return
        yield Field(place="makernote", name=f"HUAWEI:0x{entry.tag:04x}", value=entry.text()[:200], code=entry.tag)
