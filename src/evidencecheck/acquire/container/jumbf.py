"""C2PA content credentials without a C2PA library: which claims the store makes. Nothing is verified here.

JUMBF boxes (ISO/IEC 19566-5) hold CBOR (RFC 8949) and JSON. Read are each manifest's generator, its actions with their
digital source types, and the signer's organisation and time as the certificate and time stamp spell them (C2PA 2.x).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from evidencecheck.acquire.container.cbor import Value, loads
from evidencecheck.acquire.container.found import HOSTILE, readable
from evidencecheck.acquire.container.heif import boxes
from evidencecheck.model import Field

MAX_DEPTH = 8
MAX_BOXES = 4000
MAX_CLAIM_BYTES = 2**19  # CBOR and JSON of all manifests; pictures and fonts lie in other boxes
MAX_VALUE_CHARS = 2000
_DESCRIPTION_HEAD = 17  # of a "jumd" box: the type's UUID and the toggles, before the label
_NAME = re.compile(rb"\x06\x03\x55\x04([\x03\x0a])[\x0c\x13\x14](.)", re.DOTALL)  # X.520 common name, organisation
_TIME = re.compile(rb"\x18\x0f(20\d{12})Z")  # GeneralizedTime in an RFC 3161 time stamp
_PARTS = ("c2pa.claim", "c2pa.actions", "c2pa.ingredient", "c2pa.metadata", "stds.", "cawg.metadata", "com.")
_SKIP = frozenset({"hash", "pad", "pad1", "pad2", "sig", "alg", "url", "data", "thumbnail", "assertions", "signature"})


def fields(store: bytes, problems: list[str]) -> Iterator[Field]:
    """Yield what each manifest says, as fields "manifest[n]/…" of place "c2pa"; the last manifest is the active one."""
    manifests: dict[str, int] = {}
    room = MAX_CLAIM_BYTES
    for path, kind, payload in _leaves(store):
        room -= len(payload)
        if len(path) < 2 or room < 0:
            continue
        number = manifests.setdefault(path[1], len(manifests) + 1)
        name = f"manifest[{number}]/{path[-1].split('__')[0]}"
        try:
            for key, value in _leaf(path[-1], kind, payload):
                yield Field(place="c2pa", name=f"{name}/{key}", value=value[:MAX_VALUE_CHARS])
        except HOSTILE as error:
            problems.append(f"C2PA box {path[-1][:80]} could not be read ({type(error).__name__})")


def _leaves(store: bytes) -> Iterator[tuple[tuple[str, ...], bytes, bytes]]:
    """Yield (labels from the store down, box type, payload) of every content box, without recursion."""
    stack: list[tuple[tuple[str, ...], int, int]] = [((), 0, len(store))]
    given = 0
    while stack and given < MAX_BOXES:
        path, at, end = stack.pop()
        inner: list[tuple[tuple[str, ...], int, int]] = []
        for kind, start, stop in boxes(store, at, end):
            given += 1
            if kind == b"jumb" and len(path) < MAX_DEPTH:
                inner.append(((*path, _label(store, start, stop)), start, stop))
            elif kind in (b"cbor", b"json") and path:
                yield path, kind, store[start:stop]
        stack += reversed(inner)


def _label(store: bytes, start: int, stop: int) -> str:
    for kind, at, end in boxes(store, start, stop):
        if kind == b"jumd":
            return readable(store[at + _DESCRIPTION_HEAD : min(end, at + 300)].partition(b"\0")[0])
        break
    return ""


def _leaf(label: str, kind: bytes, payload: bytes) -> Iterator[tuple[str, str]]:
    if label == "c2pa.signature":
        yield from _signer(payload)
    elif label.startswith(_PARTS):
        yield from _flatten(json.loads(payload) if kind == b"json" else loads(payload))


def _signer(payload: bytes) -> Iterator[tuple[str, str]]:
    """Names as the certificates spell them. Issuer comes before subject in a certificate, so the second name of a kind
    is the signer's own, the first its issuer's."""
    names: dict[bytes, list[str]] = {b"\x0a": [], b"\x03": []}
    for hit in _NAME.finditer(payload):
        size = hit.group(2)[0]
        names[hit.group(1)].append(readable(payload[hit.end() : hit.end() + size]))
    for key, found in (("issuer", names[b"\x0a"]), ("common_name", names[b"\x03"])):
        if found:
            yield key, found[min(1, len(found) - 1)]
    if found := names[b"\x0a"]:
        yield "issued_by", found[0]
    if times := _TIME.findall(payload):
        yield "time", min(times).decode()


def _flatten(value: Value) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the plain values, without recursion; hashes and pads are skipped."""
    stack: list[tuple[str, Value]] = [("", value)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack += [(f"{path}/{k}".lstrip("/"), v) for k, v in reversed(value.items()) if k not in _SKIP]
        elif isinstance(value, list):
            stack += [(f"{path}[{i}]", v) for i, v in reversed(list(enumerate(value, 1)))]
        elif isinstance(value, str | int | float) and path:
            yield path, str(value)
