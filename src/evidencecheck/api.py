"""The program from Python: what `screen` and `package` do on the command line, with values instead of messages.

Import it from the package itself: `from evidencecheck import screen, package, Store`. See docs/api.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from evidencecheck import pipeline
from evidencecheck.acquire.order_problems import RowProblem
from evidencecheck.acquire.orders import read_orders
from evidencecheck.check import select_checks
from evidencecheck.gathering import Request, make
from evidencecheck.gathering.attachments import ToAttach
from evidencecheck.gathering.redaction import Mask, Redaction
from evidencecheck.model import AttachmentRole, Level, PhotoReport, Settings
from evidencecheck.report.gate import Missing
from evidencecheck.report.journal import NAME
from evidencecheck.report.jsonl import decode
from evidencecheck.report.profile import KindName, load_profile
from evidencecheck.store import Store
from evidencecheck.store.location import store_folder

PathLike = str | os.PathLike[str]
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A finished run. `levels` counts photos by verdict; `problems` are rows of the exports that could not be used."""

    out: Path
    index: Path  # the report's first page
    levels: Mapping[Level, int]
    orders: int
    problems: tuple[RowProblem, ...]

    def photos(self) -> Iterator[PhotoReport]:
        """Yield the report on every file received, by order and name, read from the run's record as you go."""
        with (self.out / NAME).open("rb") as lines:
            for line in lines:
                yield decode(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaged:
    """A complaint package, or what it still lacks: `missing` empty means ready. Paths are None if none was written."""

    missing: tuple[Missing, ...]
    folder: Path | None = None
    zip: Path | None = None


def screen(  # noqa: PLR0913 - the options of the command line
    folder: PathLike,
    *,
    out: PathLike,
    store: PathLike | None = None,
    orders: Iterable[PathLike] = (),
    only: Iterable[str] = (),
    skip: Iterable[str] = (),
    profile: str = "pdd",
    lang: Language = "zh",
    jobs: int = 0,
    resume: bool = False,
    settings: Settings | None = None,
) -> Screened:
    """Screen the photos in `folder`, one sub-folder per order, and write the report to `out`.

    `store` is a folder (None: the user data folder), `orders` are the platform's exports, `only` and `skip` name checks
    or groups, `jobs` 0 is one worker process per core. Photos are opened read-only, in processes of their own.

    Raises ValueError for a folder, check or option that cannot be used, StoreError for a store, OSError for an output
    folder that cannot be written, holds a report already (without `resume`) or is being written by another run.
    """
    run = pipeline.Screening(
        folder=Path(folder),
        out=Path(out),
        store=_store(store),
        checks=select_checks(tuple(only), tuple(skip)),
        settings=settings or Settings(),
        jobs=jobs or os.cpu_count() or 1,
        lang=lang,
        resume=resume,
        profile=load_profile(profile),
    )
    pipeline.keep_apart(run)
    if exports := tuple(map(Path, orders)):
        with Store.open(run.store) as opened:
            run = replace(run, orders=read_orders(exports, run.settings, opened.buyer_key()))
    summary = pipeline.screen(run)
    return Screened(
        out=Path(out), index=summary.index, levels=summary.levels, orders=summary.cases, problems=run.orders.problems
    )


def package(  # noqa: PLR0913 - the options of the command line
    order: str,
    kind: KindName,
    *,
    out: PathLike,
    store: PathLike | None = None,
    profile: str = "pdd",
    lang: Language = "zh",
    chosen: Iterable[str] = (),
    photos: PathLike | None = None,
    shop_photo: PathLike | None = None,
    orders: Iterable[PathLike] = (),
    attach: Iterable[tuple[str, PathLike]] = (),
    masks: Iterable[Mask] = (),
    redact: bool = True,
    by: str = "",
    draft: bool = False,
) -> Packaged:
    """Prepare the platform's form for an order screened before: a numbered folder and a zip of it below `out`.

    An incomplete package is written only as a `draft`. `chosen` names photos of the order, `photos` is where the
    originals lie now if they were moved, `shop_photo` a photo of your own product for `not-our-product`. `attach` adds
    files to the case as (role, path); `masks` are boxes to cover in copies; `by` is who keeps the evidence.

    Raises ValueError for an order never screened, a photo or profile that is not there; OSError when `out` cannot be
    written.
    """
    platform = load_profile(profile)
    request = Request(
        order_number=order,
        kind=kind,
        language=lang,
        chosen=tuple(chosen),
        photos=Path(photos) if photos is not None else None,
        shop_photo=Path(shop_photo) if shop_photo is not None else None,
        exports=tuple(map(Path, orders)),
        attach=tuple(ToAttach(role=AttachmentRole(role), path=Path(path)) for role, path in attach),
        redaction=Redaction(on=redact, masks=tuple(masks)),
        by=by,
    )
    made = make(request, _store(store), platform, Path(out), draft=draft, warn=lambda _: None)
    return Packaged(
        missing=made.package.missing,
        folder=made.written.folder if made.written else None,
        zip=made.written.zip if made.written else None,
    )


def _store(store: PathLike | None) -> Path:
    return store_folder(os.fspath(store) if store is not None else None)
