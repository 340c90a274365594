"""A folder to the files received, each with the order it belongs to.

Every sub-folder is an order and everything below it belongs to that order. A loose file belongs to the order number its
name begins with, else to the folder itself. Only what operating systems leave behind is passed over: `.DS_Store`,
`Thumbs.db`, `desktop.ini`, `__MACOSX`, and `._*` files that are AppleDouble. Every other file is received, whatever it
is; one that is no picture becomes Unreadable later.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidencecheck.acquire.names import printable_names
from evidencecheck.model import Received, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_ORDER_NUMBER = re.compile(r"\d{6}-\d+", re.ASCII)
_LITTER = frozenset((".ds_store", "thumbs.db", "desktop.ini", "__macosx"))
_APPLE_DOUBLE = b"\x00\x05\x16\x07"  # RFC 1740, section 2
_Folder = tuple[int, int]  # device and inode


class FolderError(ValueError):
    """The folder cannot be screened. `reason` says why, and what to do; str() is its English text."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def find_photos(folder: Path) -> list[Received]:
    """Return every file below `folder`, sorted by case and name.

    Links to folders are followed once; a link to a folder already entered is itself returned, as is a folder that
    cannot be listed, so that neither is lost without a word. Raises FolderError when there is nothing to screen.
    """
    where = _show(str(folder))
    try:
        found = sorted(_walk(folder), key=lambda received: (received.case, received.name))
    except FileNotFoundError as error:
        raise FolderError(
            Text(zh=f"找不到文件夹 {where}。请检查路径。", en=f"{where}: no such folder; check the path")
        ) from error
    except NotADirectoryError as error:
        raise FolderError(
            Text(
                zh=f"{where} 不是文件夹。请指定照片所在的文件夹。",
                en=f"{where}: not a folder; name the folder that holds the photos",
            )
        ) from error
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise FolderError(
            Text(
                zh=f"无法打开文件夹 {where}（{said}）。请检查权限。",
                en=f"{where}: cannot be opened ({said}); check its permissions",
            )
        ) from error
    if not found:
        raise FolderError(
            Text(
                zh=f"文件夹 {where} 里没有文件。请放入照片，每个订单一个子文件夹。",
                en=f"{where}: holds no files; put the photos there, one sub-folder per order",
            )
        )
    return found


def order_number(name: str) -> str | None:
    """Return the order number that a file name begins with ("251103-123456789" of "251103-123456789_1.jpg")."""
    found = _ORDER_NUMBER.match(name)
    return found.group() if found else None


@dataclass(frozen=True, slots=True)
class _Below:
    """An entry of a folder: its path and printable name, and what kind it is."""

    path: Path
    shown: str
    is_folder: bool
    is_link: bool


def _walk(folder: Path) -> Iterator[Received]:
    """Yield the files below `folder`, which must be listable; folders below it may fail one by one.

    Real folders are entered before any link, so that an order's photos stay with their order. A link that leads to a
    folder around this one would bring in the whole disk: it counts as entered.
    """
    top = folder.resolve()
    own_name = _show(top.name or "photos")
    entered = {_identity(around) for around in top.parents}
    real: list[tuple[Path, str, str]] = []  # folder, its printable name, its case: stacks, as nesting has no limit
    links: list[tuple[Path, str, str]] = []
    entered.add(_identity(top))
    for below in _listing(folder):
        if below.is_folder:
            (links if below.is_link else real).append((below.path, below.shown, below.shown))
        else:
            yield Received(case=order_number(below.shown) or own_name, name=below.shown, path=below.path)
    while real or links:
        current, name, case = (real or links).pop()
        listing = _enter(current, entered)
        if listing is None:
            yield Received(case=case, name=name, path=current)
            continue
        for below in listing:
            if below.is_folder:
                (links if below.is_link else real).append((below.path, f"{name}/{below.shown}", case))
            else:
                yield Received(case=case, name=f"{name}/{below.shown}", path=below.path)


def _enter(folder: Path, entered: set[_Folder]) -> list[_Below] | None:
    """Return what a folder holds; None when it was entered before or cannot be."""
    try:
        identity = _identity(folder)
        if identity in entered:
            return None
        listing = _listing(folder)
    except OSError:
        return None
    entered.add(identity)
    return listing


def _listing(folder: Path) -> list[_Below]:
    """Return what a folder holds and is received, last name first: the walk takes folders from the end."""
    with os.scandir(folder) as entries:
        found = [(entry.name, _is_folder(entry), entry.is_symlink()) for entry in entries]
    names = printable_names(name for name, _, _ in found)
    return [
        _Below(folder / name, names[name], is_folder, is_link)
        for name, is_folder, is_link in sorted(found, reverse=True)
        if not _is_litter(folder / name, is_folder)
    ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that loops onto itself: received, and unreadable later
        return False


def _is_litter(path: Path, is_folder: bool) -> bool:
    if path.name.lower() in _LITTER:
        return True
    if is_folder or not path.name.startswith("._"):
        return False
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return file.read(4) == _APPLE_DOUBLE
    except OSError:
        return False


def _identity(folder: Path) -> _Folder:
    found = folder.stat()
    return found.st_dev, found.st_ino


def _show(path: str) -> str:
    return "/".join(printable_names([part])[part] for part in path.split("/"))
