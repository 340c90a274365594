"""C2PA content credentials without a C2PA library: which claims the store makes. Nothing is verified here.

JUMBF boxes (ISO/IEC 19566-5) hold CBOR (RFC 8949) and JSON. Read are each manifest's generator, its actions with their
digital source types, and the signer's organisation and time as the certificate and time stamp spell them (C2PA 2.x).
Compressed manifests ("brob" boxes) need the extra `c2pa`; without it the reader says that there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice

from evidencecheck.acquire.container.cbor import Value, loads
from evidencecheck.acquire.container.found import HOSTILE, readable
from evidencecheck.acquire.container.heif import boxes
from evidencecheck.model import Field

MAX_DEPTH = 8
MAX_BOXES = 4000
MAX_CLAIM_BYTES = 2**19  # CBOR and JSON of all manifests; pictures and fonts lie in other boxes
MAX_VALUE_CHARS = 2000
MAX_KEY_CHARS = 100
MAX_MEMBERS = 1000  # of one list or map; a long key or list must not multiply
MAX_INFLATED_BYTES = 4 * 2**20  # of all compressed manifests together; one with a thumbnail has under 1 MB
_DESCRIPTION_HEAD = 17  # of a "jumd" box: the type's UUID and the toggles, before the label
_NAME = re.compile(rb"\x06\x03\x55\x04([\x03\x0a])[\x0c\x13\x14](.)", re.DOTALL)  # X.520 common name, organisation
_TIME = re.compile(rb"\x18[\x0f-\x17](20\d{12})(?:\.\d{1,7})?Z")  # GeneralizedTime in an RFC 3161 time stamp
_PARTS = ("c2pa.claim", "c2pa.actions", "c2pa.ingredient", "c2pa.metadata", "stds.", "cawg.metadata", "com.")
_SKIP = frozenset({"hash", "pad", "pad1", "pad2", "sig", "alg", "url", "data", "thumbnail", "assertions", "signature"})


def fields(store: bytes, problems: list[str]) -> Iterator[Field]:
    """Yield what each manifest says, as fields "manifest[n]/…" of place "c2pa"; the last manifest is the active one.

    Manifests of pictures that were only put into this one, not its earlier states, are called "component[n]".
    """
    said: dict[str, list[tuple[str, str]]] = {}
    links: list[tuple[str, str, str]] = []
    room = MAX_CLAIM_BYTES
    for path, kind, payload in _leaves(store, problems):
        room -= len(payload)
        if len(path) < 2 or room < 0:
            continue
        claims = said.setdefault(path[1], [])
        try:
            value = _leaf(path[-1], kind, payload)
            links += _links(path[1], path[-1], value)
            name = path[-1].split("__")[0]
            claims += [(f"{name}/{key}", text[:MAX_VALUE_CHARS]) for key, text in _flatten(value)]
        except HOSTILE as error:
            problems.append(f"C2PA box {path[-1][:80]} could not be read ({type(error).__name__})")
    components = _components(list(said), links)
    for number, (manifest, claims) in enumerate(said.items(), 1):
        role = "component" if manifest in components else "manifest"
        for name, text in claims:
            yield Field(place="c2pa", name=f"{role}[{number}]/{name}", value=text)


def _links(manifest: str, label: str, value: Value) -> Iterator[tuple[str, str, str]]:
    """Yield (manifest, relationship, the ingredient's manifest) of an ingredient assertion."""
    if label.startswith("c2pa.ingredient") and isinstance(value, dict):
        target = value.get("activeManifest") or value.get("c2pa_manifest")
        url = str(target.get("url", "")) if isinstance(target, dict) else ""
        yield manifest, str(value.get("relationship", "")), url.rpartition("/")[2]


def _components(manifests: list[str], links: list[tuple[str, str, str]]) -> set[str]:
    """The manifests that some ingredient names and no chain of parents leads to from the last one."""
    parents: dict[str, list[str]] = {}
    for manifest, relationship, other in links:
        if relationship == "parentOf":
            parents.setdefault(manifest, []).append(other)
    history: set[str] = set()
    ahead = manifests[-1:]
    while ahead:
        manifest = ahead.pop()
        if manifest not in history:
            history.add(manifest)
            ahead += parents.get(manifest, [])
    return {other for _, _, other in links} - history


def _leaves(store: bytes, problems: list[str]) -> Iterator[tuple[tuple[str, ...], bytes, bytes]]:
    """Yield (labels from the store down, box type, payload) of every content box, without recursion."""
    stack: list[tuple[tuple[str, ...], bytes, int, int]] = [((), store, 0, len(store))]
    given, room = 0, MAX_INFLATED_BYTES
    while stack and given < MAX_BOXES:
        path, block, at, end = stack.pop()
        inner: list[tuple[tuple[str, ...], bytes, int, int]] = []
        for kind, start, stop in boxes(block, at, end):
            given += 1
            if kind == b"jumb" and len(path) < MAX_DEPTH:
                inner.append(((*path, _label(block, start, stop)), block, start, stop))
            elif kind == b"brob" and path and room > 0:
                inflated = _inflate(block[start:stop], room, problems)
                room -= len(inflated)
                inner.append((path[:-1], inflated, 0, len(inflated)))  # the manifest with its own label, once more
            elif kind in (b"cbor", b"json") and path:
                yield path, kind, block[start:stop]
        stack += reversed(inner)


def _inflate(packed: bytes, most: int, problems: list[str]) -> bytes:
    """At most `most` bytes of a Brotli stream (RFC 7932); nothing when it is damaged or cannot be unpacked here."""
    if find_spec("brotli") is None:
        problems.append("a C2PA manifest is compressed; reading it needs the extra c2pa")
        return b""
    import brotli

    try:
        return bytes(brotli.Decompressor().process(packed, output_buffer_limit=most)[:most])
    except brotli.error:
        problems.append("a compressed C2PA manifest could not be unpacked")
        return b""


def _label(store: bytes, start: int, stop: int) -> str:
    for kind, at, end in boxes(store, start, stop):
        if kind == b"jumd":
            return readable(store[at + _DESCRIPTION_HEAD : min(end, at + 300)].partition(b"\0")[0])
        break
    return ""


def _leaf(label: str, kind: bytes, payload: bytes) -> Value:
    if label == "c2pa.signature":
        return dict(_signer(payload))
    if label.startswith(_PARTS):
        return json.loads(payload) if kind == b"json" else loads(payload)
    return None


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
            members = [(str(k)[:MAX_KEY_CHARS], v) for k, v in islice(value.items(), MAX_MEMBERS) if k not in _SKIP]
            stack += [(f"{path}/{k}".lstrip("/"), v) for k, v in reversed(members)]
        elif isinstance(value, list):
            stack += [(f"{path}[{i}]", v) for i, v in reversed(list(enumerate(value[:MAX_MEMBERS], 1)))]
        elif isinstance(value, str | int | float) and path:
            yield path, str(value)
