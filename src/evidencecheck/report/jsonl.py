"""One JSON line per photo: `encode`, `decode` and the JSON Schema of `evidencecheck.photo/1`.

The types in `model` are the contract; field order is their order. Numbers are rounded to what they can mean, a number
that is not finite never leaves (RFC 8259 has no NaN), and neither does a lone surrogate from an odd file name.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, SupportsFloat, SupportsInt

import msgspec

from evidencecheck.model import SCHEMA, PhotoReport

SCHEMA_FILE = Path(__file__).parent / "schema" / "photo-1.schema.json"

# Significant digits by field. A homography acts on coordinates up to about 1e5 px, so it needs the most.
SIGNIFICANT_DIGITS = {"homography": 12, "false_alarm_rate": 4}
DEFAULT_SIGNIFICANT_DIGITS = 6
# Decimal places: coordinates are pixels, seconds are wall clock.
DECIMAL_PLACES = {"polygon": 1, "outline": 1, "seconds": 3}

# Always written as real numbers, so that a line read and written again is the same line.
_REAL = frozenset({
    "polygon", "outline", "homography", "overlap", "score", "edit_score", "seconds", "false_alarm_rate",
})  # fmt: skip

_decoder = msgspec.json.Decoder(PhotoReport)


def encode(report: PhotoReport) -> bytes:
    """Return the report as one line of UTF-8 JSON, without the line end.

    Text that is not valid Unicode keeps its bytes as visible escapes ("\\\\udcff"). In measurements a number that is
    not finite becomes the word for it ("nan", "inf", "-inf"); elsewhere 0, or null for a false alarm rate.
    """
    return msgspec.json.encode(_plain(report, ""))


def decode(line: bytes | str) -> PhotoReport:
    """Return the report of one line. Unknown fields are ignored.

    Raises:
        ValueError: the line is not JSON, or not this schema; the message names the field.
    """
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not an {SCHEMA} line: {error}") from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one line, as generated from the types and narrowed by `_NARROWER`."""
    generated = msgspec.json.schema(PhotoReport)
    definitions = generated["$defs"]
    for definition in definitions.values():
        # Class docstrings address the programmer; only the first line is for readers of the schema.
        if "description" in definition:
            definition["description"] = definition["description"].split("\n")[0]
    for path, constraints in _NARROWER.items():
        name, field = path.split(".")
        target = definitions[name]["properties"][field]
        # A union keeps its `anyOf`; constraints of other types do not apply to null.
        target.update(constraints)
    for name, fields in _ALWAYS_WRITTEN.items():
        definitions[name]["required"] = [*definitions[name]["required"], *fields]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:evidencecheck:photo:1",
        "title": SCHEMA,
        "description": "What was found out about one received photo. Further fields may be added; ignore unknown ones.",
        **generated,
    }


def schema_text() -> str:
    """Return `schema()` as the text of the shipped file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


_SHARE = {"minimum": 0, "maximum": 1}
_POINTS = {
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{"type": "number"}] * 2, "items": False}
}
# What the types cannot say: ranges, forms of identifiers.
_NARROWER: dict[str, dict[str, Any]] = {
    "PhotoReport.sha256": {"pattern": "^([0-9a-f]{64})?$"},
    "PhotoReport.size_bytes": {"minimum": 0},
    "PhotoReport.width": {"minimum": 0},
    "PhotoReport.height": {"minimum": 0},
    "PhotoReport.edit_score": _SHARE,
    "PhotoReport.claims": {"uniqueItems": True},
    "Outcome.seconds": {"minimum": 0},
    "Outcome.check": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
    "Finding.score": _SHARE,
    "Finding.false_alarm_rate": _SHARE,
    "Region.polygon": {"minItems": 3, **_POINTS},
    "MatchedReference.overlap": _SHARE,
    "MatchedReference.outline": _POINTS,
}

# Fields with a default in the types that every line carries nevertheless.
_ALWAYS_WRITTEN = {
    "PhotoReport": ("schema", "claims", "edit_score", "edit_mask", "outcomes"),
    "Outcome": ("reason", "seconds", "findings"),
    "Finding": ("strength", "false_alarm_rate", "regions", "measurements", "reference"),
}


def _plain(value: object, field: str) -> object:
    """Return `value` as plain JSON values; `field` is the nearest field name and decides the rounding."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value).encode("utf-8", "backslashreplace").decode("utf-8")
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name), each.name) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(str(key), "")): _plain(item, field) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, field) for item in value]
    return _number(value, field)


def _number(value: object, field: str) -> object:
    """Return a Python number for any number, NumPy's scalars included."""
    if type(value).__name__ in {"bool", "bool_"}:  # numpy.bool is neither int nor bool
        return bool(value)
    if hasattr(value, "__index__") and isinstance(value, SupportsInt) and field not in _REAL:
        return int(value)
    if not isinstance(value, SupportsFloat):
        raise TypeError(f"{field or 'value'}: {type(value).__name__} cannot be written as JSON")
    number = float(value)
    if not math.isfinite(number):
        return {"measurements": str(number), "false_alarm_rate": None}.get(field, 0.0)
    if field in DECIMAL_PLACES:
        return round(number, DECIMAL_PLACES[field]) + 0.0  # + 0.0 turns -0.0 into 0.0
    digits = SIGNIFICANT_DIGITS.get(field, DEFAULT_SIGNIFICANT_DIGITS)
    return float(f"{number:.{digits}g}") + 0.0


if __name__ == "__main__":  # after a change of the types: write the schema anew, then look at the difference
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
