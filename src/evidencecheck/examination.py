"""What happens to one photo inside a worker: decode once, run every check, write its pictures, return small values."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from evidencecheck.acquire.encode import encode_mask_png, preview_jpeg
from evidencecheck.acquire.exhibit import open_exhibit, sibling
from evidencecheck.acquire.intake import sha256_of
from evidencecheck.acquire.workers import Trouble, Workers, phase
from evidencecheck.check import Ran, failed, run_check, select_checks
from evidencecheck.model import (
    Check,
    EditMap,
    Exhibit,
    Group,
    KnownImages,
    Lab,
    Order,
    Outcome,
    Photo,
    PictureFile,
    Received,
    Settings,
    Status,
    Text,
    Unreadable,
)
from evidencecheck.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One photo to examine. `given_up` names checks that already hung or crashed a worker on it, with the reason."""

    received: Received
    out: Path
    store: Path
    check_ids: tuple[str, ...]
    settings: Settings
    order: Order | None = None
    siblings: tuple[Photo, ...] = ()  # the order's other photos
    given_up: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The photo and what each check said; pictures are already written below the output folder."""

    photo: Photo
    outcomes: tuple[Outcome, ...]
    preview: str
    edit_score: float
    edit_mask: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The photo and what each check said, where nothing was to be written."""

    photo: Photo
    outcomes: tuple[Outcome, ...]


class NotWrittenError(OSError):
    """A picture could not be written to the output folder: nothing to do with the photo, and the end of the run."""


R = TypeVar("R", bound=Examined | Heard | Unreadable | NotWrittenError)


def examine(task: Task) -> Examined | Unreadable | NotWrittenError:
    """Decode the photo once and run the checks on it, telling the parent which one is at work."""
    phase("decode")
    exhibit = open_exhibit(task.received, task.settings, _store(task.store).fingerprint_of)
    if isinstance(exhibit, Unreadable):
        return exhibit
    checks = select_checks(only=task.check_ids)
    ran = [*_run_checks(task, exhibit, checks)]
    phase("pictures")
    edit_maps = [edit_map for one in ran for edit_map in one.edit_maps]
    looked_for_edits = any(
        one.outcome.status is Status.DONE for check, one in zip(checks, ran, strict=True) if check.group is Group.EDITS
    )
    try:
        return Examined(
            photo=exhibit.photo,
            outcomes=tuple(_with_pictures(one, exhibit.photo.sha256, task.out) for one in ran),
            preview=_write(task.out, f"previews/{exhibit.photo.sha256}.jpg", preview_jpeg(exhibit.rgb)),
            edit_score=round(max((edit_map.score for edit_map in edit_maps), default=0.0), 4),
            edit_mask=_write_mask(task.out, exhibit, edit_maps) if edit_maps or looked_for_edits else None,
        )
    except NotWrittenError as error:
        return error


def outcomes_only(task: Task) -> Heard | Unreadable:
    """Decode the photo once and run the checks on it; write nothing at all."""
    phase("decode")
    exhibit = open_exhibit(task.received, task.settings, _store(task.store).fingerprint_of)
    if isinstance(exhibit, Unreadable):
        return exhibit
    ran = _run_checks(task, exhibit, select_checks(only=task.check_ids))
    return Heard(photo=exhibit.photo, outcomes=tuple(one.outcome for one in ran))


def settled(work: Callable[[Task], R], task: Task, result: R | Trouble[Task], settings: Settings) -> R | Unreadable:
    """Return the work's result; after trouble within a check, do the work again without that check."""
    while isinstance(result, Trouble) and result.phase.startswith("check "):
        check_id = result.phase.removeprefix("check ")
        if check_id in task.given_up:
            break  # it was not run again: the trouble is elsewhere
        task = replace(task, given_up={**task.given_up, check_id: trouble_text(result, settings).en})
        with Workers(1, settings) as again:
            result = next(again.map(work, [task]))
    return unreadable_after(task.received, result, settings) if isinstance(result, Trouble) else result


def _run_checks(task: Task, exhibit: Exhibit, checks: Sequence[Check]) -> Iterator[Ran]:
    lab = Lab(
        known=_known_images(task.store),
        order=task.order,
        settings=task.settings,
        siblings=lambda: [one for photo in task.siblings if (one := sibling(photo, task.settings))],
    )
    for check in checks:
        phase(f"check {check.id}")
        if check.id in task.given_up:
            yield Ran(outcome=failed(check.id, task.given_up[check.id]))
        else:
            yield run_check(check, exhibit, lab)


def trouble_text(trouble: Trouble[object], settings: Settings) -> Text:
    """Say in both languages why a worker had to be given up, and what to do."""
    if trouble.kind == "timeout":
        seconds = f"{settings.max_seconds:g}"
        return Text(zh=f"处理超过 {seconds} 秒，已停止", en=f"stopped after {seconds} s")
    if trouble.kind == "memory":
        size = f"{settings.max_memory_bytes / 2**30:.1f} GB"
        return Text(zh=f"需要的内存超过 {size}，已停止", en=f"stopped at {size} of memory")
    return Text(zh=f"处理时程序出错：{trouble.detail}", en=f"the program failed on it: {trouble.detail}")


def unreadable_after(received: Received, trouble: Trouble[object], settings: Settings) -> Unreadable:
    """Return the result for a photo on which a worker was given up before any check could speak."""
    sha256, size_bytes = sha256_of(received.path, settings)
    why = trouble_text(trouble, settings)
    return Unreadable(
        case=received.case,
        name=received.name,
        path=received.path,
        sha256=sha256,
        size_bytes=size_bytes,
        reason=Text(zh=f"{why.zh}。请人工打开查看。", en=f"{why.en}; open it by hand"),
    )


@lru_cache(maxsize=1)
def _store(folder: Path) -> Store:
    return Store.open(folder)


@lru_cache(maxsize=1)
def _known_images(folder: Path) -> KnownImages:
    return _store(folder).known_images()


def _write_mask(out: Path, exhibit: Exhibit, edit_maps: Sequence[EditMap]) -> str:
    mask = np.zeros((exhibit.photo.height, exhibit.photo.width), np.uint8)
    for edit_map in edit_maps:
        np.maximum(mask, edit_map.mask, out=mask)
    return _write(out, f"masks/{exhibit.photo.sha256}.png", encode_mask_png(mask))


def _with_pictures(ran: Ran, sha256: str, out: Path) -> Outcome:
    files = []
    for number, picture in enumerate(ran.pictures):
        ending = {"image/jpeg": "jpg", "image/png": "png"}[picture.media_type]
        name = f"pictures/{sha256}-{ran.outcome.check}-{number}.{ending}"
        files.append(PictureFile(role=picture.role, title=picture.title, file=_write(out, name, picture.data)))
    return replace(ran.outcome, pictures=tuple(files))


def _write(out: Path, name: str, data: bytes) -> str:
    """Write whole or not at all: a killed worker leaves no half picture under its final name.

    Two orders may hold the same photo, and two workers write the same name at once: each has its own part.
    """
    target = out / name
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        raise NotWrittenError(error.errno, error.strerror, str(target)) from error
    return name
