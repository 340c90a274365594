"""What goes wrong with a store, said so that the reader knows what to do."""

from __future__ import annotations


class StoreError(ValueError):
    """The store cannot be opened, read or written; the message names the file and the remedy."""
