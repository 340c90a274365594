"""`corpus export` and `corpus import`: handing a corpus on, with its pictures or as hashes alone."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evidencecheck.cli.console import Language, say
from evidencecheck.cli.corpus_options import (
    Kind,
    KindOption,
    LangOption,
    SkuOption,
    StoreOption,
    opened,
    progress,
    reference_kind,
    teller,
)
from evidencecheck.cli.exits import ExitCode, plain_errors


class Format(StrEnum):
    """What an exported file is: everything evidencecheck knows, or PDQ hashes for other programs."""

    EVIDENCECHECK = "evidencecheck"
    THREATEXCHANGE = "threatexchange"


def export_command(  # noqa: PLR0913 - one parameter per option of the contract
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    *,
    hashes_only: Annotated[bool, typer.Option("--hashes-only", help="Fingerprints without pictures.")] = False,
    form: Annotated[Format, typer.Option("--format", help="threatexchange: PDQ hashes as CSV.")] = Format.EVIDENCECHECK,
    kind: KindOption = None,
    sku: SkuOption = "",
    store: StoreOption = "",
) -> None:
    """导出，可只导出特征。 Write the corpus, or its hashes alone, to a file for another seller."""
    with plain_errors(), opened(store) as corpus:
        from evidencecheck.store.references import Selection

        which = Selection(kind=reference_kind(kind), sku=sku)
        if form is Format.THREATEXCHANGE:
            count, poor = corpus.export_hashes(file, which)
            if poor:
                say(f"太平淡、不宜共享 / too plain to share: {poor}")
        else:
            count = corpus.export(file, which, hashes_only=hashes_only)
        say(f"导出 / exported {count}: {file}")


def import_command(
    file: Annotated[Path, typer.Argument(help="A file written by corpus export, or PDQ hashes as CSV.")],
    *,
    kind: Annotated[Kind, typer.Option(help="For PDQ hashes: what they are hashes of.")] = Kind.WEB,
    store: StoreOption = "",
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 is one per processor core.")] = 0,
    lang: LangOption = Language.ZH,
) -> None:
    """导入别人导出的文件。 Take in what another seller exported."""
    with plain_errors(), opened(store) as corpus:
        import zipfile

        from evidencecheck.cli import corpus_import
        from evidencecheck.model import ReferenceKind

        tell_trouble = teller(lang)
        with file.open("rb") as opened_file:
            is_package = zipfile.is_zipfile(opened_file)
        if is_package:
            with progress() as tell:
                counts = corpus_import.import_package(file, corpus, jobs or os.cpu_count() or 1, tell_trouble, tell)
        else:
            counts = corpus_import.import_hashes(file, corpus, ReferenceKind(kind), tell_trouble)
        corpus.known_images()  # brings the saved search index up to date
        say(", ".join(f"{name} {counts[name]}" for name in ("added", "updated", "unchanged", "failed")))
        raise typer.Exit(ExitCode.SOMETHING_FOUND if counts["failed"] else ExitCode.NOTHING_FOUND)
