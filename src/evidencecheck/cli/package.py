"""`evidencecheck package`: the files for the platform's form, or exactly what is still missing."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidencecheck.cli.console import Language, say, warn
from evidencecheck.cli.exits import ExitCode, plain_errors

if TYPE_CHECKING:
    from evidencecheck.gathering import Made, Request
    from evidencecheck.model import Text
    from evidencecheck.report.gate import Missing
    from evidencecheck.report.profile import Profile


class ReportKind(StrEnum):
    """The kinds of report; their names on the form are in the profile."""

    WEB_IMAGE = "web-image"
    EDITED = "edited"
    NOT_OUR_PRODUCT = "not-our-product"


def package(  # noqa: PLR0913 - one parameter per option of the contract
    order: Annotated[str, typer.Argument(help="Order number: the name of its folder when it was screened.")],
    *,
    kind: Annotated[
        ReportKind | None, typer.Option(help="What the report is about; without it, says what each kind lacks.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the package folder is made.")] = Path("evidencecheck-packages"),
    store: Annotated[str, typer.Option(help="Store folder.", show_default="your user data folder")] = "",
    profile: Annotated[str, typer.Option(help="Platform: pdd, generic, or a .toml file.")] = "pdd",
    lang: Annotated[Language, typer.Option(help="Language of the explanations.")] = Language.ZH,
    photo: Annotated[list[str] | None, typer.Option(help="Only this photo of the order; may be repeated.")] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of the originals, if they were moved.")] = None,
    shop_photo: Annotated[Path | None, typer.Option(help="Photo of your own real product, to compare.")] = None,
    orders: Annotated[list[Path] | None, typer.Option(help="Order export; may be repeated.")] = None,
    attach: Annotated[
        list[str] | None, typer.Option(help="Add a file to the case, e.g. chat=chat1.png; may be repeated.")
    ] = None,
    mask: Annotated[
        list[str] | None, typer.Option(help="Cover a box, e.g. 1.jpg:40,60,300,80 (px); may be repeated.")
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact/--no-redact", help="Cover private data in copies, or hand in the originals.")
    ] = True,
    by: Annotated[str, typer.Option(help="Who keeps the evidence, e.g. your shop's name.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Write what there is, even if incomplete.")] = False,
) -> None:
    """生成可直接提交的举报材料。 Prepare the pictures and texts for the platform's report form."""
    with plain_errors():
        from evidencecheck.gathering import Request, make
        from evidencecheck.gathering.attachments import parse_attach
        from evidencecheck.gathering.redaction import Redaction, parse_mask
        from evidencecheck.report.profile import load_profile
        from evidencecheck.store.location import store_folder

        platform = load_profile(profile)
        request = Request(
            order_number=order,
            kind=kind.value if kind else "web-image",
            language=lang.value,
            chosen=tuple(photo or ()),
            photos=photos,
            shop_photo=shop_photo,
            exports=tuple(orders or ()),
            attach=tuple(map(parse_attach, attach or ())),
            redaction=Redaction(on=redact, masks=tuple(map(parse_mask, mask or ()))),
            by=by,
        )
        if kind is None:
            raise typer.Exit(_tell_gates(request, store_folder(store), platform, lang))
        made = make(request, store_folder(store), platform, out, draft=draft, warn=warn)
        if made.package.missing:
            _tell(made.package.missing, lang)
        for caution in _cautions(made):
            warn(f"! {caution.zh if lang is Language.ZH else caution.en}")
        if made.written:
            say(str(made.written.folder))
            say(str(made.written.zip))
        if made.package.missing:
            raise typer.Exit(ExitCode.SOMETHING_FOUND)
        first = made.package.files[0].name
        say(f"ready：材料齐全，请先看 {first}" if lang is Language.ZH else f"ready: read {first} first")


def _cautions(made: Made) -> list[Text]:
    """Return what the seller should look at before handing a package in."""
    from evidencecheck.report.steps import cautions

    return [*cautions(made.dossier)] if made.written else []


def _tell_gates(request: Request, store: Path, platform: Profile, lang: Language) -> ExitCode:
    """Say for every kind whether it is ready; 0 when one is."""
    from evidencecheck.gathering import gates
    from evidencecheck.report.gate import gate_line

    found = gates(request, store, platform)
    for kind, missing in found.items():
        name = platform.kinds[kind].name
        say(f"{kind} {name.zh if lang is Language.ZH else name.en}: {gate_line(missing, lang.value)}")
    return ExitCode.NOTHING_FOUND if not all(found.values()) else ExitCode.SOMETHING_FOUND


def _tell(missing: tuple[Missing, ...], lang: Language) -> None:
    chinese = lang is Language.ZH
    warn("incomplete：还缺以下材料" if chinese else "incomplete: still missing")
    for each in missing:
        warn(f"- {each.what.zh if chinese else each.what.en}")
        warn(f"  {each.remedy.zh if chinese else each.remedy.en}")
