"""Pictures and queries of a benchmark folder, read once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Item:
    """One picture of the corpus: its place in it, file name, group of goods, pixels."""

    number: int
    name: str
    group: str
    rgb: NDArray[np.uint8]


@dataclass(frozen=True)
class Query:
    """One row of truth.csv."""

    name: str
    reference: str
    transform: str
    also: tuple[str, ...]
    path: Path


def read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def corpus(folder: Path) -> list[Item]:
    rows = csv.DictReader((folder / "sources.csv").open(encoding="utf-8"))
    return [Item(i, row["file"], row["group"], read(folder / "corpus" / row["file"])) for i, row in enumerate(rows)]


def queries(folder: Path) -> list[Query]:
    rows = csv.DictReader((folder / "truth.csv").open(encoding="utf-8"))
    return [
        Query(
            r["query"],
            r["reference"],
            r["transform"],
            tuple(filter(None, r["also"].split(";"))),
            folder / "queries" / r["query"],
        )
        for r in rows
    ]
