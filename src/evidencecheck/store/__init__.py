"""What is remembered: reference corpus, index, photos of earlier orders. Importing this imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencecheck.store.error import StoreError

if TYPE_CHECKING:
    from evidencecheck.store.embedded import Store

__all__ = ["Store", "StoreError"]


def __getattr__(name: str) -> object:
    """Import `Store` when it is first asked for: `--help` needs only the default folder."""
    if name == "Store":
        from evidencecheck.store.embedded import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
