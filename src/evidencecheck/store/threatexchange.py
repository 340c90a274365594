"""PDQ hashes as the ThreatExchange tools write and read them.

Written: the columns of `threatexchange dataset -P --csv` (python-threatexchange, threatexchange/cli/dataset_cmd.py):
`collab,signal_type,signal_str,category,tags`, with signal type `pdq` and 64 lower-case hexadecimal digits, most
significant bit first (signal_type/pdq/signal.py). Like there, hashes of a quality below 50 are left out.
Read: that table in any order of columns; rows `hash,id,time,tags` without a header (hasher-matcher-actioner's sample
data); and plain lists, one hash per line, with or without `pdq ` before it (exchanges/impl/file_api.py).
"""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidencecheck.matching.fingerprint import PDQ_BYTES, VIEWS, Fingerprint
from evidencecheck.model import Text
from evidencecheck.store.error import StoreError
from evidencecheck.store.exchange import LineProblem
from evidencecheck.store.output import new_file
from evidencecheck.store.references import Selection

COLUMNS = ("collab", "signal_type", "signal_str", "category", "tags")
COLLABORATION = "evidencecheck"
LEAST_QUALITY = 50
MAX_BYTES = 512 * 2**20
_HASH = re.compile("[0-9a-f]{64}")
_QUERY = (
    "SELECT DISTINCT kind, data FROM reference JOIN picture ON picture.id = reference.picture"
    " JOIN fingerprint ON fingerprint.picture = picture.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hash:
    """One shared PDQ hash: 64 hexadecimal digits, and who shares it."""

    pdq: str
    collaboration: str
    tags: str


def export(db: sqlite3.Connection, out: Path, which: Selection) -> tuple[int, int]:
    """Write one row per picture; return how many were written and how many left out for their quality."""
    where, values = which.where()
    written: set[str] = set()
    poor = 0
    with new_file(out) as path, path.open("x", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for kind, data in db.execute(f"{_QUERY} WHERE {where} ORDER BY picture.id", values):
            try:
                fingerprint = Fingerprint.from_bytes(data)
            except ValueError:
                continue  # of another version: `corpus verify` says so
            if fingerprint.quality < LEAST_QUALITY:
                poor += 1
            elif (pdq := fingerprint.pdq[:PDQ_BYTES].hex()) not in written:
                written.add(pdq)
                table.writerow((COLLABORATION, "pdq", pdq, "POSITIVE_CLASS", f"evidencecheck {kind}"))
    return len(written), poor


def read(path: Path) -> Iterator[Hash | LineProblem]:
    """Yield the PDQ hashes of a file; rows of other signal types are passed over. Raises StoreError on other files."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StoreError(f"{path}: larger than {MAX_BYTES >> 20} MB; split it")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: not a ThreatExchange CSV file ({error})") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        names: list[str] = []
        for cells in reader:
            if reader.line_num == 1 and "signal_str" in cells:
                names = cells
            elif any(cells):
                row = dict(zip(names, cells, strict=False)) if names else _without_header(cells)
                if row.get("signal_type", "pdq").lower() in ("pdq", "hash_pdq"):
                    yield _hash(reader.line_num, row)
    except csv.Error as error:
        raise StoreError(f"{path}, line {reader.line_num}: not a CSV table ({error})") from error


def fingerprint_of(pdq: str) -> Fingerprint:
    """Return a fingerprint that holds nothing but a PDQ hash: it can be a candidate, it cannot be confirmed."""
    return Fingerprint(
        width=0, height=0, quality=100, phash=bytes(8), pdq=bytes.fromhex(pdq) * VIEWS, places=b"", codes=b""
    )


def _without_header(cells: list[str]) -> dict[str, str]:
    kind, _, pdq = cells[0].strip().rpartition(" ")
    return {"signal_type": kind or "pdq", "signal_str": pdq, "tags": cells[3] if len(cells) > 3 else ""}


def _hash(line: int, row: dict[str, str]) -> Hash | LineProblem:
    pdq = row.get("signal_str", "").strip().lower()
    if not _HASH.fullmatch(pdq):
        text = Text(zh="不是 64 位十六进制的 PDQ 值，已跳过", en="not a PDQ hash of 64 hexadecimal digits: skipped")
        return LineProblem(line=line, text=text)
    return Hash(pdq=pdq, collaboration=row.get("collab", "")[:200], tags=row.get("tags", "")[:500])
