"""A match as it is reported: where the known picture comes from, where it lies in the photo, the order masked."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from evidencecheck.matching.words import Placement, transform_words
from evidencecheck.model import MatchedReference, Reference

MASK = re.compile(r"^(.{0,7}).*(.{3})$", re.DOTALL)


def describe(reference: Reference, matrix: NDArray[np.float64], place: Placement) -> MatchedReference:
    """Return the match as it is reported."""
    rows = [tuple(float(f"{value:.8g}") for value in row) for row in matrix]
    return MatchedReference(
        id=reference.id,
        kind=reference.kind,
        file=reference.file,
        source=reference.source,
        first_seen=reference.first_seen,
        first_seen_how=reference.first_seen_how,
        captured_at=reference.captured_at,
        sha256=reference.sha256,
        sku=reference.sku,
        title=reference.title,
        order=masked(reference.order),
        width=reference.width,
        height=reference.height,
        overlap=round(place.overlap, 4),
        homography=(rows[0], rows[1], rows[2]),  # type: ignore[arg-type]
        outline=tuple((round(float(x), 1), round(float(y), 1)) for x, y in place.outline),
        transform=transform_words(place),
    )


def masked(order: str) -> str:
    """Return an order number that can be recognised by who has it, and by nobody else: "251103-…789"."""
    found = MASK.match(order)
    return f"{found[1]}…{found[2]}" if found and len(order) > 10 else ("…" if order else "")
