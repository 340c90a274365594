"""China's implicit label for AI-made content (GB 45438-2025): finding it among the fields of a file.

The label is JSON under the XMP property AIGC of namespace http://www.tc260.org.cn/ns/AIGC/1.0/. Writers also put it in
attributes, separate properties, PNG text, EXIF comments and bare JPEG segments, with wrong namespaces and wrong case.
It is matched on the names of its values and never on the word AIGC. Pure; values come from strangers.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidencecheck.metadata.marks import bare
from evidencecheck.model import Field

SPACE = "tc260.org.cn/ns/aigc"
NAMES = frozenset(
    {"label", "contentproducer", "produceid", "reservedcode1", "contentpropagator", "propagateid", "reservedcode2"}
)
SERVICE = frozenset({"serviceprovider", "serviceuser"})  # an older form, written by Tencent Cloud
MOST_CHARS = 20_000  # a label has a few hundred
MOST_DEPTH = 3  # of maps around the label's own
PRODUCERS = {
    "91110102MACQD9K640": "豆包 Doubao",
    "9144030008867405X2": "即梦 Jimeng",
    "91440101MA9Y9T4H7A": "千问 Qwen",
    "91110108335469089C": "可灵 Kling",
    "91440300708461136T": "腾讯元宝 Tencent",
    "91110000802100433B": "百度 Baidu",
    "91110105MACJ6K1C8A": "LibLib",
    "91340100MAEB4N8H76": "RunningHub",
}  # unified social credit codes inside ContentProducer name the company, not always the product
NOT_MADE = frozenset({"0", "false", "none", "no"})  # not values of the standard; they deny what the label is for
_PAIR = re.compile(r"['\"]?(\w{5,20})['\"]?\s*:\s*['\"]?([^'\",{}]{0,200})")


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcLabel:
    """One label. `value` is "1" (is), "2" (may be), "3" (suspected), or what else stands there; "" when missing."""

    value: str
    producer: str  # as written
    company: str  # its name, where the code is known
    made: bool  # whether it names who made the content, not only who passed it on
    field: Field


def labels(fields: Sequence[Field]) -> Iterator[AigcLabel]:
    """Yield every label found, in file order."""
    xmp = [field for field in fields if field.place == "xmp" and bare(field).lower() in NAMES]
    xmp.sort(key=lambda field: SPACE in field.space.lower())  # the official one counts: others have a Label, too
    flat = {bare(field).lower(): field for field in xmp}
    official = any(SPACE in field.space.lower() for field in flat.values())
    if len(flat) >= 2 or (official and "label" in flat):
        yield from _label(next(iter(flat.values())), {name: field.value.strip() for name, field in flat.items()})
    for field in fields:
        if "{" in field.value and len(field.value) <= MOST_CHARS and (values := _values(field)):
            yield from _label(field, values)


def _label(field: Field, values: Mapping[str, str]) -> Iterator[AigcLabel]:
    value = values.get("label", "").lower()
    if value in NOT_MADE:
        return
    producer = values.get("contentproducer") or values.get("serviceprovider", "")
    company = next((name for code, name in PRODUCERS.items() if code in producer), "")
    yield AigcLabel(
        value="1" if value == "true" else value,
        producer=producer,
        company=company,
        made=bool(producer or values.keys() & SERVICE),
        field=field,
    )


def _values(field: Field) -> Mapping[str, str]:
    """The label's values by lower-case name, or nothing when the field holds no label."""
    text = html.unescape(html.unescape(field.value)).strip("\0 \t\r\n")
    if '\\"' in text[text.find("{") :][:40]:
        text = text.replace('\\"', '"')  # JSON kept as a JSON string
    named = bare(field).rsplit("/", 1)[-1].lower() == "aigc" or text[:4].upper() == "AIGC"
    ahead = [(_json(text[text.find("{") :]), named, 0)]
    while ahead:
        parsed, named, depth = ahead.pop(0)
        values = {str(k).lower(): str(v).strip() for k, v in parsed.items() if isinstance(v, str | int | float)}
        known = values.keys() & NAMES
        if len(known) >= 2 or (named and (known or values.keys() & SERVICE)):
            return values
        for name, value in parsed.items() if depth < MOST_DEPTH else ():
            inner = _json(value) if isinstance(value, str) and str(name).lower() == "aigc" else value
            if isinstance(inner, dict):
                ahead.append((inner, str(name).lower() == "aigc", depth + 1))
    return {}


def _json(text: str) -> dict[str, Any]:
    """Read the first JSON object; text that is none is read as name-value pairs in any quotes."""
    try:
        parsed = json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return dict(_PAIR.findall(text[:MOST_CHARS]))
    return parsed if isinstance(parsed, dict) else {}
