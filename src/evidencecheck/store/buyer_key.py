"""The key with which a buyer becomes a hash: in a file of its own in the store folder, for the owner only.

Without the key nobody can tell which buyer a hash stands for, nor try phone numbers until one fits. Delete the file,
and the hashes can never be tied to anybody again; a new key is made, and earlier orders are not joined with later ones.
On Windows the file has the rights of its folder: the user data folder is the owner's only.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

from evidencecheck.store.database import writing
from evidencecheck.store.error import StoreError

KEY = "buyer.key"
KEY_BYTES = 32


def buyer_key(db: sqlite3.Connection, folder: Path) -> bytes:
    """Return the store's key, making it at the first call; raise StoreError for a file that holds none."""
    path = folder / KEY
    if not path.exists():
        with writing(db):  # others wait: two processes must not make two keys
            if not path.exists():
                _make(path)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path}: damaged; restore it from a backup, or delete it / 已损坏，请从备份恢复或删除")
    return key


def _make(path: Path) -> None:
    unfinished = path.with_name(f"{KEY}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)  # noqa: PTH105 - the name says that it replaces
