"""XMP packets to flat fields (ISO 16684-1). Packets come from strangers: defusedxml, and limits on size and depth."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from evidencecheck.acquire.container.found import MAX_FIELDS, MAX_VALUE_CHARS
from evidencecheck.model import Field

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MAX_DEPTH = 24
MAX_PACKET_BYTES = 2**20  # larger ones are cut: they carry depth maps or endless document histories
MAX_LOOSE_CHARS = 2**16
MAX_NAME_CHARS = 200  # of a name or namespace: every field below repeats them
_START = re.compile(rb"<(?:\w+:)?(xmpmeta|xapmeta|RDF)\b")
_ENDLESS = re.compile(rb"\sxmlns(?::[^\s=]{1,99})?\s*=\s*[\"'][^\"']{2000}")  # a parser repeats it for every element
_SKIP = frozenset(
    {f"{{{RDF}}}about", f"{{{RDF}}}parseType", f"{{{RDF}}}ID", "{http://www.w3.org/XML/1998/namespace}lang"}
)
_LOOSE_SPACE = re.compile(r"xmlns:(\w+)\s*=\s*[\"']([^\"']+)[\"']")
_LOOSE_ELEMENT = re.compile(r"<(\w{1,99}):(\w{1,99})\b[^<>]*>([^<]{1,20000})</\1:\2\s*>")
_LOOSE_ATTRIBUTE = re.compile(
    r"\s(\w{1,99}):(\w{1,99})\s*=\s*(?:\"(\{.{0,1500}?\})\"(?=[\s/>])|\"([^\"<]*)\"|'([^'<]*)')"
)


def read(packet: bytes, problems: list[str]) -> Iterator[Field]:
    """Yield one field per simple value of the packet. A packet that is not well-formed is read loosely."""
    packet = packet[:MAX_PACKET_BYTES]
    if packet[:2] in (b"\xff\xfe", b"\xfe\xff"):
        packet = packet.decode("utf-16", "replace").encode()
    elif packet[:4] in (b"<\0?\0", b"\0<\0?", b"<\0x\0", b"\0<\0x"):
        packet = packet.decode("utf-16-le" if packet[1] == 0 else "utf-16-be", "replace").encode()
    try:
        root = fromstring(b"" if _ENDLESS.search(packet) else _body(packet))
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        problems.append(f"XMP is not well-formed ({type(error).__name__}); read loosely")
        yield from _loosely(packet.decode("utf-8", "replace"))
        return
    yield from _walk(root)


def _body(packet: bytes) -> bytes:
    """The packet without its wrapper and padding."""
    start = _START.search(packet)
    if start is None:
        return packet.strip(b"\0 \r\n\t\xef\xbb\xbf")
    return packet[start.start() : packet.find(b">", packet.rfind(start.group(1))) + 1]


def _walk(root: Element) -> Iterator[Field]:
    """Depth first without recursion; the stack holds (element, space, path)."""
    stack: list[tuple[Element, str, tuple[str, ...]]] = [(root, "", ())]
    given = 0
    while stack and given < MAX_FIELDS:
        element, space, path = stack.pop()
        for key, value in element.attrib.items():
            if key in _SKIP:
                continue
            own_space, name = _split(key)
            resource = own_space == RDF and name == "resource"
            full = path if resource else (*path, name)
            if full and (own_space != RDF or resource) and (path or own_space):
                given += 1
                yield _field(space or own_space, full, value)
        children = list(element)
        text = (element.text or "").strip()
        if not children and path and text:
            given += 1
            yield _field(space, path, text)
        if len(path) < MAX_DEPTH:
            stack += reversed([_step(child, space, path, i) for i, child in enumerate(children, 1)])


def _step(child: Element, space: str, path: tuple[str, ...], number: int) -> tuple[Element, str, tuple[str, ...]]:
    own_space, name = _split(child.tag if isinstance(child.tag, str) else "")
    if own_space == RDF and name == "li" and path:
        return child, space, (*path[:-1], f"{path[-1]}[{number}]")
    if own_space == RDF or name in ("xmpmeta", "xapmeta", ""):
        return child, space, path  # containers and descriptions add nothing to the path
    return child, space or own_space, (*path, name)


def _split(tag: str) -> tuple[str, str]:
    space, _, name = tag.rpartition("}")
    return space.lstrip("{")[:MAX_NAME_CHARS], name[:MAX_NAME_CHARS]


def _field(space: str, path: tuple[str, ...], value: str) -> Field:
    return Field(place="xmp", name="/".join(path), value=value[:MAX_VALUE_CHARS], space=space)


def _loosely(packet: str) -> Iterator[Field]:
    """Read prefix:name elements and attributes out of broken XML, so that an unescaped sign does not hide a label."""
    packet = packet[:MAX_LOOSE_CHARS]
    spaces = {prefix: space[:MAX_NAME_CHARS] for prefix, space in _LOOSE_SPACE.findall(packet)}
    for prefix, name, value in _LOOSE_ELEMENT.findall(packet)[:MAX_FIELDS]:
        if prefix not in ("rdf", "x"):
            yield _field(spaces.get(prefix, prefix), (name,), html.unescape(value.strip()))
    for prefix, name, *values in _LOOSE_ATTRIBUTE.findall(packet)[:MAX_FIELDS]:
        if prefix not in ("rdf", "x", "xmlns", "xml"):
            yield _field(spaces.get(prefix, prefix), (name,), html.unescape(next(filter(None, values), "")))
