"""A file that appears whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidencecheck.store.error import StoreError


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """Yield a name to write to; it becomes `out` when the block ends well. Raises StoreError if `out` is there."""
    if out.exists():
        raise StoreError(f"{out}: already there; give another name, or delete it first")
    unfinished = out.with_name(f"{out.name}.{secrets.token_hex(4)}.part")
    try:
        yield unfinished
        unfinished.rename(out)
    except OSError as error:
        raise StoreError(f"{out}: cannot be written ({error.strerror or error})") from error
    finally:
        unfinished.unlink(missing_ok=True)
