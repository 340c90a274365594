"""Where a file came from, as the system that stored it remembers: nothing is asked of the seller.

Windows  the stream `Zone.Identifier` (HostUrl, ReferrerUrl); WSL and unzipping leave it as a file beside the picture
macOS    the attributes kMDItemWhereFroms and kMDItemDownloadedDate (property lists) and com.apple.quarantine
Linux    the attributes user.xdg.origin.url and user.xdg.referrer.url (freedesktop.org, "Common Extended Attributes")
img2dataset  `<key>.json` beside `<key>.jpg`

All of it can be written by anybody who has the file: it is shown with how it is known, and yields to what is stated.
"""

from __future__ import annotations

import configparser
import json
import os
import plistlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from evidencecheck.store.dates import local_time, on_this_disk_since
from evidencecheck.store.provenance import Found

MAX_BYTES = 64 * 1024  # the longest URL browsers keep is 2 kB; a data: URL may be megabytes and says nothing
MAX_URL = 2048
APPLE = "com.apple.metadata:"
ZONE = "Zone.Identifier"
IMG2DATASET = "img2dataset"


def origin_of(path: Path) -> Found:
    """Return what is known of a file's origin; empty when nothing is."""
    for reader in (_zone_identifier, _mac_attributes, _linux_attributes, _img2dataset_sidecar):
        try:
            found = reader(path)
        except OSError:
            continue  # the attribute, stream or sidecar is not there
        if found.source:
            return found
    return Found()


def is_sidecar(path: Path) -> bool:
    """Tell whether a file is there only to describe another: a saved Zone.Identifier, img2dataset's records."""
    name = path.name
    if name.endswith(f":{ZONE}"):
        return True
    return path.suffix.lower() in {".json", ".txt", ".parquet", ".csv"}


def from_img2dataset(record: object, seconds: float) -> Found:
    """Return what one record of img2dataset says; `seconds` is the Unix time at which it was written."""
    if not isinstance(record, dict) or not isinstance(record.get("url"), str):
        return Found()
    source = web_address(record["url"])
    licence = record.get("license") or record.get("licence") or ""
    caption = record.get("caption") or ""
    return Found(
        source=source,
        first_seen=local_time(seconds) if source else "",
        first_seen_how=IMG2DATASET if source else "",
        title=readable_line(caption) if isinstance(caption, str) else "",
        licence=readable_line(licence) if isinstance(licence, str) else "",
    )


def web_address(text: str) -> str:
    """Return text if it is a web address that can be shown, else ""."""
    text = text.strip()
    if len(text) > MAX_URL or not text.isprintable() or any(char.isspace() for char in text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme.lower() in {"http", "https", "ftp"} and parts.netloc else ""


def _zone_identifier(path: Path) -> Found:
    # On Windows this opens the stream of the file, elsewhere a file of that name beside it.
    with Path(f"{path.absolute()}:{ZONE}").open("rb") as file:
        data = file.read(MAX_BYTES)
    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text.lstrip("\ufeff"))
        zone = parser["ZoneTransfer"]
    except (configparser.Error, KeyError):
        return Found()
    addresses = (web_address(zone.get("HostUrl", "")), web_address(zone.get("ReferrerUrl", "")))
    return _downloaded(path, next(filter(None, addresses), ""), ZONE)


def _mac_attributes(path: Path) -> Found:
    how = "kMDItemWhereFroms"
    places = _property_list(attribute(path, f"{APPLE}{how}"))
    addresses = [web_address(place) for place in places if isinstance(place, str)]
    source = next(filter(None, addresses), "")
    seen = _apple_time(path)
    if source and seen:
        return Found(source=source, first_seen=seen, first_seen_how=how)
    return _downloaded(path, source, how)


def _apple_time(path: Path) -> str:
    try:
        dates = _property_list(attribute(path, f"{APPLE}kMDItemDownloadedDate"))
        seconds = next(day.replace(tzinfo=UTC).timestamp() for day in dates if isinstance(day, datetime))
        return local_time(seconds)
    except (OSError, StopIteration, ValueError, OverflowError):
        pass
    try:
        seconds = int(attribute(path, "com.apple.quarantine").split(b";")[1], 16)  # flags;time;program;id
        return local_time(seconds)
    except (OSError, IndexError, ValueError, OverflowError):
        return ""


def _linux_attributes(path: Path) -> Found:
    for name in ("user.xdg.origin.url", "user.xdg.referrer.url"):
        try:
            source = web_address(attribute(path, name).decode("utf-8", "replace"))
        except OSError:
            continue
        if source:
            return _downloaded(path, source, name)
    return Found()


def _img2dataset_sidecar(path: Path) -> Found:
    sidecar = path.with_suffix(".json")
    status = sidecar.stat()
    if status.st_size > MAX_BYTES:
        return Found()
    try:
        return from_img2dataset(json.loads(sidecar.read_bytes()), status.st_mtime)
    except (ValueError, RecursionError, OverflowError):
        return Found()


def _downloaded(path: Path, source: str, how: str) -> Found:
    if not source:
        return Found()
    return Found(source=source, first_seen=on_this_disk_since(path), first_seen_how=f"{how}, on this disk since")


def _property_list(data: bytes) -> list[object]:
    try:
        value = plistlib.loads(data, fmt=plistlib.FMT_BINARY)  # never XML: entities
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError):
        return []
    return value if isinstance(value, list) else [value]


def readable_line(text: str) -> str:
    """Return a stranger's text as one line of at most 500 characters, without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:500]


def attribute(path: Path, name: str) -> bytes:
    """Return an extended attribute of a file, at most 64 kB. Raises OSError when there is none.

    macOS keeps `com.apple.…` under that name; file servers and copies on Linux keep it under `user.com.apple.…`.
    """
    if sys.platform == "darwin":
        return _darwin_attribute(path, name)
    if sys.platform != "linux":
        raise OSError("no extended attributes on this system")
    value = os.getxattr(path, name if name.startswith("user.") else f"user.{name}")
    return value[:MAX_BYTES]


def _darwin_attribute(path: Path, name: str) -> bytes:
    """Call getxattr(2) of macOS, which Python's os module does not offer there."""
    import ctypes

    call = ctypes.CDLL(None, use_errno=True).getxattr
    call.restype = ctypes.c_ssize_t
    call.argtypes = [
        ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_int,
    ]  # fmt: skip
    room = ctypes.create_string_buffer(MAX_BYTES)
    length = call(os.fsencode(path), name.encode(), room, MAX_BYTES, 0, 0)
    if length < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
    return room.raw[:length]
