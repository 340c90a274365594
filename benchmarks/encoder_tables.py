"""Measure which quantisation tables cameras and programs write: rows for `metadata/encoders.csv`.

    python benchmarks/encoder_tables.py FOLDER [FOLDER ...] > src/evidencecheck/metadata/encoders.csv

The folders hold JPEG files that name their camera and were not edited, or that name the program that saved them. Tables
of libjpeg and of Photoshop's presets are left out: many programs write them. So are tables that several makers, or a
maker and a program, wrote: they name nobody. What is printed are digests and counts, nothing of the pictures.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

from evidencecheck.acquire.container import read_blocks
from evidencecheck.metadata.jpeg_tables import digest, libjpeg_quality, photoshop_tables
from evidencecheck.metadata.marks import find

SHARED = "9fcc767bd61b3ae1"  # Pillow's "web_low", see jpeg_tables: cameras and programs alike write it


def named(data: bytes) -> tuple[str, str, str] | None:
    """(digest, kind, name) of a file with tables of its own; None for any other."""
    blocks = read_blocks(data)
    if not blocks.quantisation or libjpeg_quality(blocks.quantisation):
        return None
    found = digest(blocks.quantisation)
    if found in photoshop_tables() or found == SHARED:
        return None
    programs = [hit for hit in find(blocks.fields, "editors") if hit.mark.id.startswith("sw.")]
    values = {field.name: " ".join(field.value.split()) for field in blocks.fields if field.place == "exif:IFD0"}
    if programs and "adobe" in programs[0].field.value.lower():
        return None  # Adobe's tables count where the file states their quality, see jpeg_tables
    if programs:
        return found, "program", " ".join(programs[0].field.value.split())
    maker, model = values.get("Make", ""), values.get("Model", "")
    if not maker or list(find(blocks.fields, "editors")):
        return None
    return found, "camera", model if model.lower().startswith(maker.lower().split()[0]) else f"{maker} {model}".strip()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+")
    seen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for folder in parser.parse_args().folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in (".jpg", ".jpeg") and (row := named(path.read_bytes())):
                seen[row[0]].append(row[1:])
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("digest", "kind", "name", "files"))
    for found, rows in sorted(seen.items(), key=lambda item: sorted(item[1])):
        if len({(kind, name.lower().split()[0]) for kind, name in rows}) == 1:
            table.writerow((found, rows[0][0], " / ".join(sorted({name for _, name in rows})[:3]), len(rows)))


if __name__ == "__main__":
    main()
