"""`evidencecheck package`: the files for the platform's form, or exactly what is still missing."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import Language, say, warn
from evidencecheck.cli.exits import ExitCode, plain_errors

if TYPE_CHECKING:
    from evidencecheck.report.gate import Missing


class ReportKind(StrEnum):
    """The kinds of report; their names on the form are in the profile."""

    WEB_IMAGE = "web-image"
    EDITED = "edited"
    NOT_OUR_PRODUCT = "not-our-product"


def package(  # noqa: PLR0913 - one parameter per option of the contract
    order: Annotated[str, typer.Argument(help="Order number: the name of its folder when it was screened.")],
    *,
    kind: Annotated[ReportKind, typer.Option(help="What the report is about.")],
    out: Annotated[Path, typer.Option(help="Where the package folder is made.")] = Path("evidencecheck-packages"),
    store: Annotated[str, typer.Option(help="Store folder.", show_default="your user data folder")] = "",
    profile: Annotated[str, typer.Option(help="Platform: pdd, generic, or a .toml file.")] = "pdd",
    lang: Annotated[Language, typer.Option(help="Language of the explanations.")] = Language.ZH,
    photo: Annotated[list[str] | None, typer.Option(help="Only this photo of the order; may be repeated.")] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of the originals, if they were moved.")] = None,
    shop_photo: Annotated[Path | None, typer.Option(help="Photo of your own real product, to compare.")] = None,
    orders: Annotated[list[Path] | None, typer.Option(help="Order export; may be repeated.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Write what there is, even if incomplete.")] = False,
) -> None:
    """生成可直接提交的举报材料。 Prepare the pictures and texts for the platform's report form."""
    with plain_errors():
        from evidencecheck.gathering import Request, gather
        from evidencecheck.report.archive import write_package
        from evidencecheck.report.package import make_package
        from evidencecheck.report.profile import load_profile
        from evidencecheck.store.location import store_folder

        platform = load_profile(profile)
        request = Request(
            order_number=order,
            kind=kind.value,
            language=lang.value,
            chosen=tuple(photo or ()),
            photos=photos,
            shop_photo=shop_photo,
            exports=tuple(orders or ()),
        )
        made = make_package(gather(request, store_folder(store), platform, warn), platform)
        if made.missing:
            _tell(made.missing, lang)
        if not made.missing or draft:
            written = write_package(made, out)
            say(str(written.folder))
            say(str(written.zip))
        if made.missing:
            raise typer.Exit(ExitCode.SOMETHING_FOUND)
        say("ready：材料齐全，请先看 00_steps.txt" if lang is Language.ZH else "ready: read 00_steps.txt first")


def _tell(missing: tuple[Missing, ...], lang: Language) -> None:
    chinese = lang is Language.ZH
    warn("incomplete：还缺以下材料" if chinese else "incomplete: still missing")
    for each in missing:
        warn(f"- {each.what.zh if chinese else each.what.en}")
        warn(f"  {each.remedy.zh if chinese else each.remedy.en}")
