"""Gathers what a package is made from: reports and pictures from the store, originals checked against their SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from evidencecheck.acquire.decode import decode
from evidencecheck.acquire.exhibit import OpenExhibit, open_exhibit
from evidencecheck.acquire.find import find_photos
from evidencecheck.acquire.intake import sha256_of
from evidencecheck.acquire.orders import read_orders
from evidencecheck.gathering.attachments import ToAttach, attach, enclosures
from evidencecheck.gathering.redaction import Redaction, redacted
from evidencecheck.metadata.clock import Zone, read_clock
from evidencecheck.model import (
    MatchedReference,
    Order,
    PhotoReport,
    Received,
    ReferenceKind,
    Settings,
    Text,
    Unreadable,
)
from evidencecheck.report.dossier import Dossier, KnownPicture, Language, PhotoEvidence, Selected, ShopPhoto, select
from evidencecheck.report.profile import KindName, Profile
from evidencecheck.report.safe import neutral
from evidencecheck.store import Store
from evidencecheck.store.facts import Filing
from evidencecheck.store.references import Selection

if TYPE_CHECKING:
    from evidencecheck.report.dossier import Rgb


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the seller asked for."""

    order_number: str
    kind: KindName
    language: Language
    chosen: tuple[str, ...] = ()  # photo names, whole or the last part
    photos: Path | None = None  # a folder to look for originals in
    shop_photo: Path | None = None
    exports: tuple[Path, ...] = ()
    attach: tuple[ToAttach, ...] = ()  # files to add to the case, for this and later packages
    redaction: Redaction = field(default_factory=Redaction)
    by: str = ""  # who keeps the evidence, in the shop's own words


def gather(request: Request, store: Path, profile: Profile, warn: Callable[[str], None]) -> Dossier:
    """Return the dossier; `warn` is told of an export that cannot be read.

    Raises ValueError for an order never screened, or a photo or picture that is not there.
    """
    settings = Settings()
    with Store.open(store) as memory:
        reports = memory.reports(request.order_number)
        if not reports:
            raise ValueError(_unknown_order(request.order_number, memory.orders()))
        chosen = _chosen(request.chosen, reports)
        elsewhere = _by_hash(request.photos, settings)
        order = _order(request, memory, settings, warn)
        attach(request.order_number, request.attach, memory.ledger, settings)
        case = memory.ledger.case(request.order_number)
        dossier = Dossier(
            order_number=request.order_number,
            kind=request.kind,
            photos=tuple(
                _evidence(selected, memory, elsewhere, settings)
                for selected in select(reports, request.kind, profile, chosen)
            ),
            created_at=datetime.now().astimezone(),
            language=request.language,
            order=order,
            shop_photo=_shop_photo(request, order, memory, settings),
            settings=settings,
            enclosures=enclosures(request.order_number, memory.ledger, settings),
            by=request.by,
            reported=len(case.reports),
            appeal_until=case.deadlines.get(Filing.APPEAL),
        )
    return redacted(dossier, request.redaction)


def _evidence(selected: Selected, memory: Store, elsewhere: dict[str, Path], settings: Settings) -> PhotoEvidence:
    report = selected.report
    recorded = memory.file_of_photo(report.case, report.sha256)
    places = [path for path in (recorded, elsewhere.get(report.sha256)) if path]
    opened, trouble = _open_unchanged(report, places, settings)
    known: dict[str, KnownPicture] = {}
    evidence = PhotoEvidence(
        selected=selected,
        data=opened.data if opened else None,
        rgb=opened.rgb if opened else None,
        trouble=trouble,
        taken_at=_taken_at(opened, settings) if opened else None,
    )
    matched = (each.finding.reference for each in selected.exported)
    for reference in (*matched, *(use.reference for use in evidence.earlier_uses)):
        if reference and reference.id not in known and (picture := _known(reference, memory, settings)):
            known[reference.id] = picture
    return replace(evidence, known=known)


def _taken_at(opened: OpenExhibit, settings: Settings) -> datetime | None:
    clock = read_clock(opened.blocks.fields, ZoneInfo(settings.time_zone))
    return clock.taken if clock and clock.zone is not Zone.SIGNED else None


def _open_unchanged(
    report: PhotoReport, places: Iterable[Path], settings: Settings
) -> tuple[OpenExhibit | None, Text | None]:
    """Open the first of these files that is still the screened one, byte for byte; otherwise say what is wrong."""
    trouble = Text(zh="找不到原图文件", en="the original file is not found")
    for path in places:
        opened = open_exhibit(Received(case=report.case, name=report.photo, path=path), settings)
        if isinstance(opened, OpenExhibit) and opened.photo.sha256 == report.sha256:
            return opened, None
        if isinstance(opened, OpenExhibit) or opened.sha256 not in {"", report.sha256}:
            trouble = Text(zh="原图在核查之后被改动过", en="the original was changed after the screening")
        elif isinstance(opened, Unreadable):
            trouble = opened.reason
    return None, trouble


def _known(reference: MatchedReference, memory: Store, settings: Settings) -> KnownPicture | None:
    """Return the archived file if it is still the same; else the store's preview of it; None when both are gone.

    Of a photo from another order only the preview: its file may carry that buyer's data.
    """
    path = memory.file_of_reference(reference.id)
    if path and reference.kind is not ReferenceKind.CLAIM:
        opened = open_exhibit(Received(case="", name=reference.file, path=path), settings)
        if isinstance(opened, OpenExhibit) and opened.photo.sha256 == reference.sha256:
            return KnownPicture(rgb=opened.rgb, data=opened.data, format=opened.photo.format, whole=True)
    preview = memory.picture_bytes(reference.id)
    rgb = _pixels(preview, settings) if preview else None
    return KnownPicture(rgb=rgb, data=preview, format="JPEG", whole=False) if preview and rgb is not None else None


def _pixels(data: bytes, settings: Settings) -> Rgb | None:
    picture = decode(data, settings)
    return None if isinstance(picture, Text) else picture.rgb


def _shop_photo(request: Request, order: Order | None, memory: Store, settings: Settings) -> ShopPhoto | None:
    if request.kind != "not-our-product":
        return None
    return _given_shop_photo(request, settings) or _shop_photo_of_sku(order, memory, settings)


def _given_shop_photo(request: Request, settings: Settings) -> ShopPhoto | None:
    if request.shop_photo is None:
        return None
    path = request.shop_photo
    opened = open_exhibit(Received(case="", name=path.name, path=path), settings)
    if isinstance(opened, Unreadable):
        raise ValueError(  # noqa: TRY004 - the file is wrong, not a type
            f"{neutral(str(path))}: {opened.reason.zh} / {opened.reason.en}"
        )
    return ShopPhoto(
        rgb=opened.rgb,
        name=path.name,
        sha256=opened.photo.sha256,
        origin=Text(zh="实物图由本店提供。", en="The product photo is the shop's own."),
    )


def _shop_photo_of_sku(order: Order | None, memory: Store, settings: Settings) -> ShopPhoto | None:
    """Return the newest shop picture of the order's SKU."""
    if order is None or not order.sku:
        return None
    for reference in reversed(list(memory.references(Selection(kind=ReferenceKind.SHOP, sku=order.sku)))):
        path, preview = memory.file_of_reference(reference.id), memory.picture_bytes(reference.id)
        opened = open_exhibit(Received(case="", name=reference.file, path=path), settings) if path else None
        same = isinstance(opened, OpenExhibit) and opened.photo.sha256 == reference.sha256
        rgb = opened.rgb if same and isinstance(opened, OpenExhibit) else _pixels(preview or b"", settings)
        if rgb is not None:
            zh = f"实物图为本店资料库中的商品图（商家编码 {order.sku}）。"
            en = f"The product photo is from the shop's own pictures (SKU {order.sku})."
            return ShopPhoto(rgb=rgb, name=reference.file, sha256=reference.sha256, origin=Text(zh=zh, en=en))
    return None


def _by_hash(folder: Path | None, settings: Settings) -> dict[str, Path]:
    if folder is None:
        return {}
    return {sha256_of(found.path, settings)[0]: found.path for found in find_photos(folder)}


def _chosen(wanted: tuple[str, ...], reports: Iterable[PhotoReport]) -> tuple[str, ...]:
    """Return the full names of the photos the seller named. Raises ValueError for a name that is none or several."""
    names = [report.photo for report in reports]
    return tuple(_one_of(name, names) for name in wanted)


def _one_of(wanted: str, names: list[str]) -> str:
    found = [name for name in names if wanted == name] or [n for n in names if n.rsplit("/", 1)[-1] == wanted]
    if len(found) != 1:
        shown = ", ".join(neutral(name) for name in names)
        raise ValueError(f"--photo {neutral(wanted)}: name one of / 请写明其中一张: {shown}")
    return found[0]


def _order(request: Request, memory: Store, settings: Settings, warn: Callable[[str], None]) -> Order | None:
    """Return what the exports given now say of the order, else what those read before say."""
    book = read_orders(request.exports, settings)
    for problem in book.problems:
        if problem.line == 0:  # a whole file could not be read; single rows `screen` has told
            warn(f"{problem.file}: {problem.text.zh} / {problem.text.en}")
    return book.orders.get(request.order_number) or memory.order(request.order_number)


def _unknown_order(number: str, orders: tuple[str, ...]) -> str:
    near = ", ".join(neutral(order) for order in orders[-5:])
    known = f" 最近的订单 / latest orders: {near}" if near else ""
    return (
        f"{neutral(number)}: 还没有核查过这个订单，请先运行 evidencecheck screen（同一个 --store）"
        f" / not screened yet; run evidencecheck screen with the same --store.{known}"
    )
