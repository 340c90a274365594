"""The pictures of one page: each embedded once, whatever the number of places it is shown in, within a byte budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evidencecheck.model import CaseReport, MatchedReference, PhotoReport
from evidencecheck.report.draw import Embedded, aligned, fit

# Bytes before base64 for all pictures of one order's page: 1.35 MB become 1.8 MB, which leaves 200 KB for the rest.
PAGE_BUDGET_BYTES = 1_350_000
# Limits for one picture: below, nothing can be recognised (so a very large order may grow past 2 MB); above, nothing is
# gained.
SMALLEST_BUDGET_BYTES = 24_000
LARGEST_BUDGET_BYTES = 170_000
EXTRA_LONGEST_SIDE_PX = 800

ReferencePicture = Callable[[MatchedReference], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An embedded picture: the id its uses point to, the coordinates it is laid out in, and its data address."""

    id: str
    width: int  # of the coordinate system (upright photo or reference px), not of the embedded copy
    height: int
    pixels: tuple[int, int]  # of the embedded copy
    uri: Markup  # base64 made here: nothing to escape


class Pictures:
    """Collects the pictures of one page. Pictures that are missing or broken give None; the page says so."""

    def __init__(self, out: Path, case: CaseReport, reference_picture: ReferencePicture) -> None:
        self._out = out.resolve()
        self._reference_picture = reference_picture
        self._shown: dict[object, Shown | None] = {}
        self._budget_bytes = _budget(case)

    def all(self) -> tuple[Shown, ...]:
        """Return every picture the page uses, in the order of first use."""
        return tuple(shown for shown in self._shown.values() if shown is not None)

    def photo(self, report: PhotoReport) -> Shown | None:
        """Return the received photo's preview."""
        if report.preview is None or report.width < 1 or report.height < 1:
            return None
        data = self._read(report.preview)
        key = ("photo", report.sha256, report.preview, report.width, report.height)
        return self._show(key, lambda: fit(data, budget_bytes=self._budget_bytes), (report.width, report.height))

    def reference(self, reference: MatchedReference) -> Shown | None:
        """Return the known picture's preview."""
        if reference.width < 1 or reference.height < 1:
            return None
        key = ("reference", reference.kind, reference.id, reference.sha256)

        def make() -> Embedded | None:
            data = self._reference_picture(reference)
            return fit(data, budget_bytes=self._budget_bytes) if data else None

        return self._show(key, make, (reference.width, reference.height))

    def aligned(self, reference: MatchedReference, report: PhotoReport) -> Shown | None:
        """Return the known picture drawn in the photo's frame."""
        key = ("aligned", reference.kind, reference.id, report.sha256, reference.homography)

        def make() -> Embedded | None:
            data = self._reference_picture(reference)
            if not data:
                return None
            return aligned(
                data,
                reference.homography,
                photo_size=(report.width, report.height),
                reference_size=(reference.width, reference.height),
                budget_bytes=self._budget_bytes,
            )

        return self._show(key, make, (report.width, report.height))

    def beside(self, file: str) -> Shown | None:
        """Return a reviewer's picture written beside the report, such as error levels."""
        data = self._read(file)
        budget = max(self._budget_bytes // 2, SMALLEST_BUDGET_BYTES)
        picture = fit(data, budget_bytes=budget, longest_side_px=EXTRA_LONGEST_SIDE_PX)
        return self._show(("extra", file), lambda: picture, (picture.width, picture.height) if picture else (1, 1))

    def _show(self, key: object, make: Callable[[], Embedded | None], size: tuple[int, int]) -> Shown | None:
        if key not in self._shown:
            made = make()
            self._shown[key] = made if made is None else _embedded(f"pic{len(self._shown) + 1}", size, made)
        return self._shown[key]

    def _read(self, file: str) -> bytes:
        return read_beside(self._out, file)


def read_beside(out: Path, file: str) -> bytes:
    """Return the bytes of a file under the `--out` folder, or none when it is missing or lies elsewhere."""
    try:
        path = (out / file).resolve()
        return path.read_bytes() if path.is_relative_to(out.resolve()) else b""
    except (OSError, ValueError):  # ValueError: a null byte in the name
        return b""


def _embedded(id_: str, size: tuple[int, int], made: Embedded) -> Shown:
    uri = Markup(made.uri)  # noqa: S704 - media type and base64 alphabet only
    return Shown(id=id_, width=size[0], height=size[1], pixels=(made.width, made.height), uri=uri)


def _budget(case: CaseReport) -> int:
    """Return the bytes one picture may take; a reviewer's picture counts half, a match two (reference and aligned)."""
    outcomes = [(photo.photo, outcome) for photo in case.photos for outcome in photo.outcomes]
    said = [(photo, finding.reference) for photo, outcome in outcomes for finding in outcome.findings]
    said += [(photo, note.reference) for photo, outcome in outcomes for note in outcome.notes]
    matches = {(photo, reference.id) for photo, reference in said if reference is not None}
    count = len(case.photos) + 2 * len(matches) + 0.5 * sum(len(outcome.pictures) for _, outcome in outcomes)
    return int(min(max(PAGE_BUDGET_BYTES / max(count, 1), SMALLEST_BUDGET_BYTES), LARGEST_BUDGET_BYTES))
