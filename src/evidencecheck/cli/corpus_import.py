"""What `corpus import` does. The file comes from a stranger: pictures are decoded by the workers like any other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from evidencecheck.acquire.intake import intake
from evidencecheck.acquire.workers import Trouble, Workers
from evidencecheck.examination import trouble_text
from evidencecheck.model import Intake, Received, ReferenceKind, Settings, Text, Unreadable
from evidencecheck.store import Store, exchange, threatexchange
from evidencecheck.store.exchange import Entry, LineProblem
from evidencecheck.store.origin import readable_line
from evidencecheck.store.pictures import Picture
from evidencecheck.store.provenance import Provenance

Say = Callable[[str, Text], None]
Tell = Callable[[int, int], None]

IMPORTED = " (imported)"
LOST = Text(
    zh="包里没有这张图片，或已损坏，没有导入", en="its picture is missing or damaged in the package: not imported"
)
OTHER = Text(
    zh="包里的图片与写明的 SHA-256 不符，没有导入", en="the picture is not the one described (SHA-256): not imported"
)


def import_package(path: Path, store: Store, jobs: int, say: Say, tell: Tell) -> Counter[str]:
    """Take in a package; return how many references were "added", "updated", "unchanged" or "failed"."""
    settings, counts, waiting = Settings(), Counter[str](), deque[tuple[int, Entry, Path]]()

    def fail(line: int, reason: Text) -> None:
        counts["failed"] += 1
        say(f"{path.name}:{line}", reason)

    def to_decode() -> Iterator[Received]:
        """Yield the pictures of the package; a fingerprint without a picture is stored on the way."""
        for number, entry in enumerate(exchange.read(package), 1):
            tell(number, 0)
            if isinstance(entry, LineProblem):
                fail(entry.line, entry.text)
            elif not entry.picture:
                counts[store.import_reference(_picture(entry, None), None, _provenance(entry))] += 1
            else:
                data = exchange.picture(package, entry.picture, settings.max_bytes)
                if data is None:
                    fail(number, LOST)
                    continue
                place = Path(scratch) / f"{number}.picture"
                place.write_bytes(data)
                waiting.append((number, entry, place))
                yield Received(case="", name=entry.file, path=place)

    with (
        exchange.opened(path) as package,
        TemporaryDirectory(prefix="evidencecheck-") as scratch,
        Workers(jobs, settings) as workers,
    ):
        for result in workers.map(partial(intake, settings=settings), to_decode()):
            number, entry, place = waiting.popleft()
            place.unlink()
            if isinstance(result, Intake) and (result.photo.sha256 == entry.sha256 or not entry.original):
                picture = _picture(entry, result)
                counts[store.import_reference(picture, result.preview, _provenance(entry))] += 1
            else:
                fail(number, _reason(result, settings))
    return counts


def import_hashes(path: Path, store: Store, kind: ReferenceKind, say: Say) -> Counter[str]:
    """Take in PDQ hashes; return how many were "added", "updated", "unchanged" or "failed"."""
    counts: Counter[str] = Counter()
    with store.batch():
        for found in threatexchange.read(path):
            if isinstance(found, LineProblem):
                counts["failed"] += 1
                say(f"{path.name}:{found.line}", found.text)
                continue
            picture = Picture(
                key=f"pdq:{found.pdq}",
                sha256="",
                width=0,
                height=0,
                size_bytes=0,
                format="",
                fingerprint=threatexchange.fingerprint_of(found.pdq).to_bytes(),
            )
            stated = Provenance(
                kind=kind,
                file=f"pdq:{found.pdq}",
                source=readable_line(f"PDQ: {found.collaboration or path.name}"),
                title=readable_line(found.tags),
            )
            counts[store.import_reference(picture, None, stated)] += 1
    return counts


def _reason(result: Intake | Unreadable | Trouble[Received], settings: Settings) -> Text:
    if isinstance(result, Trouble):
        return trouble_text(result, settings)
    return result.reason if isinstance(result, Unreadable) else OTHER


def _picture(entry: Entry, taken: Intake | None) -> Picture:
    """Return the picture as it will be stored: what was read from it here goes before what the sender says."""
    fingerprint = taken.fingerprint.to_bytes() if taken and taken.fingerprint else entry.fingerprint
    photo = taken.photo if taken and entry.original else None
    return Picture(
        key=entry.sha256,
        sha256=entry.sha256,
        width=photo.width if photo else entry.width,
        height=photo.height if photo else entry.height,
        size_bytes=photo.size_bytes if photo else entry.size_bytes if taken else 0,
        format=photo.format if photo else readable_line(entry.picture_format),
        fingerprint=fingerprint,
    )


def _provenance(entry: Entry) -> Provenance:
    """Return what the sender states, saying that it is only the sender's word."""
    how = readable_line(entry.first_seen_how)
    return Provenance(
        kind=ReferenceKind(entry.kind),
        file=readable_line(entry.file),
        source=readable_line(entry.source),
        first_seen=entry.first_seen.strip(),
        first_seen_how=how if how.endswith(IMPORTED) else how + IMPORTED,
        captured_at=entry.captured_at.strip(),
        sku=readable_line(entry.sku),
        title=readable_line(entry.title),
        licence=readable_line(entry.licence),
    )
