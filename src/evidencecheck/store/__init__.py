"""What is remembered: reference corpus, index, photos of earlier orders. Importing this imports nothing heavy."""

from evidencecheck.store.embedded import Store
from evidencecheck.store.error import StoreError

__all__ = ["Store", "StoreError"]
