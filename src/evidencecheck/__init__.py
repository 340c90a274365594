"""evidencecheck: screens buyers' refund photos and prepares the seller's report.

From Python: `from evidencecheck import screen, package, Store` (docs/api.md).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidencecheck.api import package as package
    from evidencecheck.api import screen as screen
    from evidencecheck.store import Store as Store

__version__ = "0.1.0"
__all__ = ["Store", "__version__", "package", "screen"]

_PLACES = {"screen": "evidencecheck.api", "package": "evidencecheck.api", "Store": "evidencecheck.store"}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: the command line imports this package and answers in 0.3 s."""
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
