"""The seller's own files for a case: chat and order screenshots, video, papers. They stay where they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from evidencecheck.acquire.exhibit import OpenExhibit, open_exhibit
from evidencecheck.acquire.intake import sha256_of
from evidencecheck.metadata.times import named_time
from evidencecheck.model import Attachment, AttachmentRole, Received, Settings, Text
from evidencecheck.report.dossier import Enclosure
from evidencecheck.report.safe import last_part, neutral
from evidencecheck.store.ledger import Ledger

KEPT_SUFFIXES = frozenset(
    {".mp4", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".m4v", ".pdf", ".txt", ".csv", ".xlsx", ".docx",
     ".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".bmp", ".tif", ".tiff"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAttach:
    """A file to add to the case. `made_at` None: the time in its name, else the file's own."""

    role: AttachmentRole
    path: Path
    made_at: datetime | None = None


def parse_attach(text: str) -> ToAttach:
    """Return the file of "chat=FILE". Raises ValueError with how it is written."""
    role, equals, path = text.partition("=")
    roles = [
        each.value for each in AttachmentRole if each is not AttachmentRole.STAFF
    ]  # that one takes the photo in too
    if not equals or role not in roles:
        raise ValueError(f"--attach {neutral(text)}: 请写成 / write {'|'.join(roles)}=FILE (--attach chat=chat1.png)")
    return ToAttach(role=AttachmentRole(role), path=Path(path))


def attach(order: str, files: Iterable[ToAttach], ledger: Ledger, settings: Settings) -> None:
    """Add files to the case in the ledger; adding one twice changes nothing. Raises ValueError for one not readable."""
    for each in files:
        ledger.attach(attachment_of(order, each, settings))


def attachment_of(order: str, file: ToAttach, settings: Settings) -> Attachment:
    """Hash a file of any size and say what it is to the case. Raises ValueError when it cannot be read."""
    sha256, size_bytes = sha256_of(file.path, settings)
    if not sha256:
        raise ValueError(f"{neutral(str(file.path))}: 读不了这个附件 / the attachment cannot be read")
    return Attachment(
        order=order,
        role=file.role,
        sha256=sha256,
        size_bytes=size_bytes,
        name=file.path.name,
        path=file.path.absolute(),
        made_at=file.made_at or _made_at(file.path, settings),
    )


def enclosures(order: str, ledger: Ledger, settings: Settings) -> tuple[Enclosure, ...]:
    """Return the files added to a case, by time; each checked against its SHA-256."""
    return tuple(_enclosure(each, settings) for each in ledger.attachments(order))


def _enclosure(each: Attachment, settings: Settings) -> Enclosure:
    trouble, rgb = None, None
    if each.path is None:
        trouble = Text(zh="已被清除", en="it was purged")
    else:
        opened = open_exhibit(Received(case=each.order, name=each.name, path=each.path), settings)
        sha256 = opened.photo.sha256 if isinstance(opened, OpenExhibit) else opened.sha256
        rgb = opened.rgb if isinstance(opened, OpenExhibit) else None
        if not sha256:
            trouble = Text(zh="文件找不到了，请放回原处或重新添加", en="the file is gone; put it back or add it again")
        elif sha256 != each.sha256:
            trouble = Text(zh="文件在添加之后被改动过，请重新添加", en="the file was changed since; add it again")
    suffix = Path(last_part(each.name)).suffix.lower()
    return Enclosure(
        role=each.role,
        name=each.name,
        sha256=each.sha256,
        size_bytes=each.size_bytes,
        suffix=suffix if suffix in KEPT_SUFFIXES else ".bin",
        made_at=each.made_at,
        path=each.path,
        rgb=None if trouble else rgb,
        trouble=trouble,
    )


def _made_at(path: Path, settings: Settings) -> datetime:
    zone = ZoneInfo(settings.time_zone)
    named = named_time(path.name)
    return named.replace(tzinfo=zone) if named else datetime.fromtimestamp(path.stat().st_mtime, zone)
