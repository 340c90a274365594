"""What the verbs of `evidencecheck corpus` share: options, opening the store, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import Language, printable, warn

if TYPE_CHECKING:
    from evidencecheck.model import ReferenceKind, Text
    from evidencecheck.store import Store


class Kind(StrEnum):
    """What a picture of the corpus is: found on the web, or the shop's own."""

    WEB = "web"
    SHOP = "shop"


StoreOption = Annotated[str, typer.Option("--store", help="Store folder.", show_default="your user data folder")]
KindOption = Annotated[Kind | None, typer.Option(help="Found on the web, or the shop's own picture.")]
SkuOption = Annotated[str, typer.Option(help="The product's id in the shop.", show_default=False)]
LangOption = Annotated[Language, typer.Option(help="Language of messages.")]


@contextmanager
def opened(store: str) -> Iterator[Store]:
    """Open the store that `--store` names."""
    from evidencecheck.store import Store
    from evidencecheck.store.location import store_folder

    with Store.open(store_folder(store)) as corpus:
        yield corpus


def reference_kind(kind: Kind | None) -> ReferenceKind | None:
    """Return the vocabulary's word for an option."""
    from evidencecheck.model import ReferenceKind

    return ReferenceKind(kind) if kind else None


def date(text: str) -> str:
    """Return the date of an option as ISO 8601, "" when it is not given."""
    from evidencecheck.store.dates import iso

    found = iso(text)
    if found is None:
        raise ValueError(f"{printable(text)}: not a date; write 2025-01-31 or '2025-01-31 08:30' / 请这样写日期")
    return found


def teller(lang: Language) -> Callable[[str, Text], None]:
    """Return a function that says on stderr what is wrong with a file or line."""
    return lambda place, reason: warn(f"{place}: {reason.zh if lang is Language.ZH else reason.en}")


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function (done, total) that draws a progress bar, silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("添加图片 / adding", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
