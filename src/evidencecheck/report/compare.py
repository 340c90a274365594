"""The comparison of a photo with a known picture, and what is said of that picture's provenance."""

from __future__ import annotations

from dataclasses import dataclass

from evidencecheck.model import MatchedReference, PhotoReport, ReferenceKind, Text
from evidencecheck.report import text
from evidencecheck.report.draw import project
from evidencecheck.report.pictures import Pictures, Shown
from evidencecheck.report.safe import last_part, mask_orders, web_link

Row = tuple[Text, Text]  # a name and a value


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """A known picture beside the photo: shown at its first appearance under a photo, later ones link to `anchor`."""

    anchor: str
    repeated: bool
    kind: Text
    reference: Shown | None
    aligned: Shown | None
    outline: tuple[tuple[float, float], ...]
    outline_on_reference: tuple[tuple[float, float], ...]
    overlap_percent: str
    transform: Text
    first_seen: str
    first_seen_how: Text
    source: str
    link: str | None
    rows: tuple[Row, ...]


class Matches:
    """The comparisons of one photo; remembers which the reader has seen already."""

    def __init__(self, report: PhotoReport, pictures: Pictures) -> None:
        self._report = report
        self._pictures = pictures
        self._seen: dict[tuple[object, ...], str] = {}

    def view(self, anchor: str, reference: MatchedReference | None) -> MatchView | None:
        """Return the comparison with `reference`, or None without one. `anchor` is unique in the page."""
        if reference is None:
            return None
        key = (reference.kind, reference.id, reference.homography)
        repeated = key in self._seen
        source = mask_orders(reference.source) if reference.kind is ReferenceKind.CLAIM else reference.source
        return MatchView(
            anchor=self._seen.setdefault(key, f"{anchor}-match"),
            repeated=repeated,
            kind=text.KIND_NAMES[reference.kind],
            reference=None if repeated else self._pictures.reference(reference),
            aligned=None if repeated else self._pictures.aligned(reference, self._report),
            outline=reference.outline,
            outline_on_reference=project(reference.outline, reference.homography),
            overlap_percent=f"{100 * reference.overlap:.0f} %",
            transform=reference.transform,
            first_seen=text.clock(reference.first_seen),
            first_seen_how=text.how_known(reference.first_seen_how),
            source=source,
            link=web_link(source),
            rows=_reference_rows(reference),
        )


def _reference_rows(reference: MatchedReference) -> tuple[Row, ...]:
    """Return provenance lines, unknown ones left out. Another order's number and local folders are not shown."""
    claim = reference.kind is ReferenceKind.CLAIM
    file = last_part(reference.file)
    size = f"{reference.width} × {reference.height}" if reference.width and reference.height else ""
    rows = [
        ("其他订单", "Other order", mask_orders(reference.order)),
        ("标题", "Title", mask_orders(reference.title) if claim else reference.title),
        ("商品编码", "SKU", reference.sku),
        ("文件", "File", mask_orders(file) if claim else file),
        ("尺寸", "Size", size),
        ("拍摄时间", "Captured", text.clock(reference.captured_at)),
        ("SHA-256", "SHA-256", reference.sha256),
    ]
    return tuple((Text(zh=zh, en=en), Text(zh=value, en=value)) for zh, en, value in rows if value)
