"""From the store to a package on disk and a line in the ledger, on one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from evidencecheck.gathering.redaction import Redaction
from evidencecheck.gathering.sources import Request, gather
from evidencecheck.report.archive import Written, write_package
from evidencecheck.report.contents import MANIFEST
from evidencecheck.report.dossier import Dossier
from evidencecheck.report.gate import Missing, missing
from evidencecheck.report.package import Package, make_package
from evidencecheck.report.profile import KindName, Profile
from evidencecheck.store import Store
from evidencecheck.store.facts import Packaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A package, what it was made from, and where it was written; `written` None when it is incomplete."""

    dossier: Dossier
    package: Package
    written: Written | None


def make(  # noqa: PLR0913 - the parts of one act
    request: Request,
    store: Path,
    profile: Profile,
    out: Path,
    *,
    draft: bool = False,
    warn: Callable[[str], None] = lambda _: None,
) -> Made:
    """Make a package below `out` and record it in the ledger. An incomplete one is written only as a draft.

    Raises what `gather` and `write_package` raise.
    """
    dossier = gather(request, store, profile, warn)
    package = make_package(dossier, profile)
    if package.missing and not draft:
        return Made(dossier=dossier, package=package, written=None)
    written = write_package(package, out)
    (manifest,) = (file for file in package.files if file.name == MANIFEST)
    with Store.open(store) as memory:
        memory.ledger.record(
            Packaged(
                order=request.order_number,
                kind=request.kind,
                folder=written.folder.name,
                manifest_sha256=manifest.sha256,
                zip=written.zip.name,
                ready=not package.missing,
            )
        )
    return Made(dossier=dossier, package=package, written=written)


def gates(request: Request, store: Path, profile: Profile) -> Mapping[KindName, tuple[Missing, ...]]:
    """Return for every kind what its package would still lack; empty means ready. Writes nothing."""
    quick = replace(request, redaction=Redaction(on=False), attach=())
    kinds: tuple[KindName, ...] = get_args(KindName)
    return {kind: missing(gather(replace(quick, kind=kind), store, profile, lambda _: None)) for kind in kinds}
