"""`evidencecheck ledger attach`: files the seller adds to a case."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import printable, say
from evidencecheck.cli.corpus_options import StoreOption, opened
from evidencecheck.cli.exits import plain_errors
from evidencecheck.cli.ledger_entry import OrderArgument, known_case, moment, told

if TYPE_CHECKING:
    from evidencecheck.model import AttachmentRole, Intake
    from evidencecheck.store import Store


class RoleWord(StrEnum):
    """What the file is; staff: a photo that the shop itself sent, never counted as reuse."""

    CHAT = "chat"
    ORDER = "order"
    VIDEO = "video"
    GOODS = "goods"
    LOGISTICS = "logistics"
    STAFF = "staff"
    OTHER = "other"


def attach_command(
    order: OrderArgument,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Files; they stay where they are.")],
    *,
    role: Annotated[RoleWord, typer.Option(help="What they are; staff: a photo the shop itself sent.")],
    when: Annotated[str, typer.Option(help="When it was made.", show_default="the file's time")] = "",
    store: StoreOption = "",
) -> None:
    """添加聊天截图、订单截图、视频等。 Add chat or order screenshots, videos, goods photos, papers."""
    with plain_errors(), opened(store) as memory:
        from evidencecheck.model import AttachmentRole

        known_case(memory, order)
        for file in files:
            _attach(memory, order, file, AttachmentRole(role), moment(when) if when else None)


def _attach(memory: Store, order: str, file: Path, role: AttachmentRole, when: datetime | None) -> None:
    """Hash the file and add it; a photo the shop sent is also taken in, so that it is recognised when it comes back."""
    from evidencecheck.gathering.attachments import ToAttach, attachment_of
    from evidencecheck.model import AttachmentRole, Settings

    made_at = when or datetime.fromtimestamp(file.stat().st_mtime).astimezone().replace(microsecond=0)
    attachment = attachment_of(order, ToAttach(role=role, path=file, made_at=made_at), Settings())
    taken = _taken_in(order, file) if role is AttachmentRole.STAFF else None
    with memory.batch():
        if taken:
            memory.remember(taken, order, channel="attached", own=True)
        entry = memory.ledger.attach(attachment)
    if entry is None:
        say(f"{printable(file.name)}: 已经添加过 / was attached already")
    else:
        told(entry)


def _taken_in(order: str, file: Path) -> Intake:
    from functools import partial

    from evidencecheck.acquire.intake import intake
    from evidencecheck.acquire.workers import Workers
    from evidencecheck.model import Intake, Received, Settings

    settings = Settings()
    with Workers(1, settings) as workers:
        taken = next(workers.map(partial(intake, settings=settings), [Received(case=order, name=file.name, path=file)]))
    if not isinstance(taken, Intake):
        raise ValueError(f"{printable(str(file))}: 打不开这张照片 / this photo does not open")  # noqa: TRY004
    return taken
