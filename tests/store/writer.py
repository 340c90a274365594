"""A process that adds references until it is killed or done: `python writer.py FOLDER FIRST LAST`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from evidencecheck.matching.fingerprint import fingerprint
from evidencecheck.model import Intake, Photo, ReferenceKind
from evidencecheck.store import Store
from evidencecheck.store.provenance import Provenance


def main(folder: Path, first: int, last: int) -> None:
    base = fingerprint(np.random.default_rng(first).integers(0, 255, (64, 64, 3), np.uint8))
    bare = replace(base, places=b"", codes=b"")  # without local features: only the store is on trial here
    with Store.open(folder) as store:
        for number in range(first, last):
            photo = Photo(
                case="A", name=f"{number}.jpg", path=Path(f"/nowhere/{number}.jpg"), sha256=f"{number:064x}",
                size_bytes=1, format="JPEG", width=64, height=64,
            )  # fmt: skip
            intake = Intake(
                photo=photo,
                fingerprint=replace(bare, width=number % 60000 + 1),
                preview=b"preview" * 500,
            )
            with store.batch():  # both or neither
                store.add_reference(intake, Provenance(kind=ReferenceKind.WEB, file=f"{number}.jpg"))
                store.remember(intake, f"order {number}")
            if number % 5 == 0:
                store.remove([store.find(f"{number}.jpg")[0].id])
            print(number, flush=True)  # noqa: T201 - the test reads how far it came


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
