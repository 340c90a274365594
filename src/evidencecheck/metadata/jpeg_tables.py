"""Quantisation tables and who writes them: libjpeg's at every quality, and Photoshop's presets. Pure.

Sources: ITU-T T.81 annex K and libjpeg's quality scale; Pillow's presets, named after Photoshop's and checked on files
that state their quality; two tables measured on such files; and `encoders.csv`, measured on files that name their
camera or program (`benchmarks/encoder_tables.py`). All tables are in zigzag order, as in the file.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import cast

from PIL.JpegPresets import presets

Table = tuple[int, ...]
# fmt: off
LUMA = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)
CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
    *[99] * 32,
)
# fmt: on
ZIGZAG = tuple(
    row * 8 + column
    for total in range(15)
    for row, column in sorted(
        ((r, total - r) for r in range(8) if 0 <= total - r < 8), key=lambda place: place[total % 2 == 0]
    )
)
# Without "web_low": 24 of 25 measured files with its tables name no Adobe program, cameras among them.
PHOTOSHOP = {"low": "3", "medium": "5", "high": "8", "maximum": "10"}  # by the quality their files state
WEB = {"web_medium": "Web 30", "web_high": "Web 60", "web_very_high": "Web 80", "web_maximum": "Web 100"}
MEASURED = {
    "f6b2c4983ec725ed": "6",
    "d3d37f4865904a28": "12",
}  # digest of tables, and the quality that their files state


def libjpeg_quality(tables: Sequence[Table]) -> int | None:
    """Return the libjpeg quality that gives exactly these tables, or None."""
    for quality in range(100, 0, -1):
        known = libjpeg_tables(quality)
        if tables[0] == known[0] and all(table in known for table in tables[1:]):
            return quality
    return None


@cache
def libjpeg_tables(quality: int) -> tuple[Table, Table]:
    """Luma and chroma tables of libjpeg at a quality of 1-100, zigzag order: annex K scaled."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    low, high = (
        tuple(min(255, max(1, (base[place] * scale + 50) // 100)) for place in ZIGZAG) for base in (LUMA, CHROMA)
    )
    return low, high


@cache
def photoshop_tables() -> dict[str, str]:
    """Return digest of a file's tables -> Photoshop's quality."""
    named = {
        digest(
            [
                tuple(table[place] for place in ZIGZAG)
                for table in cast("list[list[int]]", presets[name]["quantization"])
            ]
        ): quality
        for name, quality in (PHOTOSHOP | WEB).items()
    }
    return named | MEASURED


@cache
def measured_encoders() -> Mapping[str, str]:
    """Return digest of a file's tables -> the one camera maker's model, or program, that they were measured on."""
    text = resources.files(__package__).joinpath("encoders.csv").read_text(encoding="utf-8")
    return {row["digest"]: row["name"] for row in csv.DictReader(text.splitlines())}


def digest(tables: Sequence[Table]) -> str:
    """First 16 hexadecimal digits of SHA-256 over the tables' values, two bytes each, in the file's order."""
    return hashlib.sha256(b"".join(value.to_bytes(2, "big") for table in tables for value in table)).hexdigest()[:16]
