"""A whole copy of the store, made while others read and write it.

Copying the folder itself is safe only while nothing writes: a copy program may read `record.sqlite` before, and its
write-ahead log after, SQLite has moved pages from one to the other. So the record is copied by SQLite, as it was at one
moment; then what it names. The target is itself a store, and is brought up to date by the next backup.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from pathlib import Path

from evidencecheck.store.buyer_key import KEY
from evidencecheck.store.database import generation
from evidencecheck.store.error import StoreError
from evidencecheck.store.previews import Previews


def backup(db: sqlite3.Connection, folder: Path, record: str, target: Path) -> None:
    """Copy the store in `folder` to `target`, which is new or an earlier backup of this very store.

    A killed backup leaves the earlier one's record. Raises StoreError for a target that holds something else.
    """
    if target.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"{target}: lies in the store itself; give another folder / 请换一个文件夹")
    _refuse_others(db, target / record)
    target.mkdir(parents=True, exist_ok=True)
    unfinished = target / f"{record}.{secrets.token_hex(4)}.part"
    try:
        copy = sqlite3.connect(unfinished)
        try:
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete by itself
        finally:
            copy.close()
        _mirror(Previews(folder / "previews"), Previews(target / "previews"))
        if (folder / KEY).exists():
            shutil.copy(folder / KEY, target / KEY)  # with its rights
        for left in (f"{record}-wal", f"{record}-shm"):
            (target / left).unlink(missing_ok=True)
        os.replace(unfinished, target / record)  # noqa: PTH105 - the name says that it replaces
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_others(db: sqlite3.Connection, there: Path) -> None:
    if not there.exists():
        return
    try:
        other = sqlite3.connect(f"{there.absolute().as_uri()}?mode=ro", uri=True)
        try:
            same = generation(other)[0] == generation(db)[0]
        finally:
            other.close()
    except sqlite3.Error:
        same = False
    if not same:
        raise StoreError(f"{there.parent}: holds another store; give another folder / 这里是另一个资料库，请换文件夹")


def _mirror(source: Previews, target: Previews) -> None:
    """Copy what is missing and delete what is gone: a purged picture must not live on in the backup."""
    here = set(source.all())
    there = set(target.all())
    for sha256 in here - there:
        data = source.read(sha256)
        if data:  # deleted since by another process
            target.write(sha256, data)
    for sha256 in there - here:
        target.drop(sha256)
