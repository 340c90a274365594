"""Known marks in what a file says about itself: one table format, one loader, one search.

A table is a CSV file beside the checks (`check/signatures/`), one mark a row, so that a new editor is one row:

| column | meaning |
|---|---|
| id | name of the mark, unique in its table |
| where | places to look in, separated by `|`; a place also covers what stands below it ("exif" covers "exif:IFD0") |
| space | part of the XMP namespace, or empty for any |
| name | regular expression for the whole field name, without list positions ("History/softwareAgent") |
| value | regular expression searched in the value; empty for any value |
| also | `name~value`: a second field at the same place that must be there too; empty for none |
| says | what the mark declares, in the words of the check that reads the table |
| score | 0-1, how sure this mark is among those of its table |
| zh, en | whose mark it is |

Below the checks, so that more than one may read tables. Values come from strangers: only their first characters are
searched, and the expressions are ours.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from evidencecheck.model import Field, Text

SEARCHED_CHARS = 2**16  # the signs of the largest texts, ComfyUI workflows, stand in the first hundreds
MOST_SEARCHED_CHARS = 2**19  # of one file's values together; of those behind, only the first LEAST_SEARCHED_CHARS
LEAST_SEARCHED_CHARS = 128
_POSITION = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One row of a table."""

    id: str
    where: tuple[str, ...]
    space: str
    name: re.Pattern[str]
    value: re.Pattern[str]
    also: tuple[re.Pattern[str], re.Pattern[str]] | None
    says: str
    score: float
    tool: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A mark and the field that carries it."""

    mark: Mark
    field: Field


@cache
def load(table: str) -> tuple[Mark, ...]:
    """Return the marks of `check/signatures/<table>.csv`. Raises ValueError for a broken row."""
    path = resources.files("evidencecheck").joinpath("check", "signatures", f"{table}.csv")
    return tuple(_mark(row) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def find(fields: Sequence[Field], table: str) -> Iterator[Hit]:
    """Yield every mark of the table that the fields carry, in the order of the table; each mark once."""
    hits: dict[str, Hit] = {}
    room = MOST_SEARCHED_CHARS
    for field in fields:
        reach = min(SEARCHED_CHARS, max(room, LEAST_SEARCHED_CHARS))
        room -= min(len(field.value), reach)
        for mark in carried(field, table, reach):
            if mark.id not in hits and (mark.also is None or _accompanied(field, mark.also, fields)):
                hits[mark.id] = Hit(mark=mark, field=field)
    yield from (hits[mark.id] for mark in load(table) if mark.id in hits)


def carried(field: Field, table: str, reach: int = SEARCHED_CHARS) -> Iterator[Mark]:
    """Yield the marks that this one field carries in its first `reach` characters, companions aside."""
    for mark in _named(table, field.place, bare(field)):
        if mark.space in field.space and mark.value.search(field.value[:reach]):
            yield mark


@lru_cache(maxsize=4096)
def _named(table: str, place: str, name: str) -> tuple[Mark, ...]:
    """The marks to try on a field of this place and name; photos of one make have the same fields again and again."""
    return tuple(
        mark
        for mark in load(table)
        if any(place == where or place.startswith(f"{where}:") for where in mark.where) and mark.name.fullmatch(name)
    )


def bare(field: Field) -> str:
    """Return the field's name without list positions."""
    return _POSITION.sub("", field.name)


def _accompanied(field: Field, also: tuple[re.Pattern[str], re.Pattern[str]], fields: Sequence[Field]) -> bool:
    name, value = also
    return any(
        other.place == field.place and name.fullmatch(bare(other)) and value.search(other.value[:SEARCHED_CHARS])
        for other in fields
    )


def _mark(row: dict[str, str]) -> Mark:
    score = float(row["score"])
    if not 0 <= score <= 1 or not row["says"] or not row["zh"] or not row["en"]:
        raise ValueError(f"signature {row['id']}: a column is missing or the score is not 0-1")
    name, _, value = row["also"].partition("~")
    return Mark(
        id=row["id"],
        where=tuple(row["where"].split("|")),
        space=row["space"],
        name=re.compile(row["name"]),
        value=re.compile(row["value"]),
        also=(re.compile(name), re.compile(value)) if name else None,
        says=row["says"],
        score=score,
        tool=Text(zh=row["zh"], en=row["en"]),
    )
