from __future__ import annotations

import pytest

from evidencecheck.store.dates import iso


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025-01-02", "2025-01-02"),
        ("2025/1/2", "2025-01-02"),
        ("2025.1.2", "2025-01-02"),
        ("2025年1月2日", "2025-01-02"),
        ("2025年1月2日 8时30分", "2025-01-02T08:30:00"),
        ("2025-01-02 08:30:15", "2025-01-02T08:30:15"),
        ("2025-01-02T08:30:15.123+08:00", "2025-01-02T08:30:15+08:00"),
        ("2025-01-02T08:30Z", "2025-01-02T08:30:00+00:00"),
        (" ", ""),
        ("2025-02-30", None),
        ("2025-01-02 25:00", None),
        ("02/01/2025", None),
        ("2025-01-02Z", None),
        ("soon", None),
    ],
)
def test_iso(text: str, wanted: str | None) -> None:
    assert iso(text) == wanted
