"""What `corpus add` does: files, through the workers, into the store, each with where it came from."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from evidencecheck.acquire.find import find_photos
from evidencecheck.acquire.intake import intake, sha256_of
from evidencecheck.acquire.workers import Trouble, Workers
from evidencecheck.examination import trouble_text
from evidencecheck.model import Intake, Received, ReferenceKind, Settings, Text
from evidencecheck.store import Store, StoreError
from evidencecheck.store.img2dataset import read_shard, record_beside
from evidencecheck.store.manifest import Row, RowProblem, read_manifest
from evidencecheck.store.origin import is_sidecar, origin_of
from evidencecheck.store.provenance import Found, Provenance

Say = Callable[[str, Text], None]  # a file or line that was not added, and why
Tell = Callable[[int, int], None]  # how many files are done, of how many

NOT_THERE = Text(zh="找不到这个文件或文件夹，请检查路径", en="no such file or folder; check the path")
NOT_AMONG = Text(
    zh="这一行的文件不在给出的路径里，没有添加；请把它所在的文件夹也写上",
    en="the file of this row is not among the given paths and is not added; name its folder too",
)
TWICE = Text(zh="这个文件前面已有一行，这一行没有采用", en="this file has a row above; this row is not used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What the seller asked for. `stated` holds the options by field name; "" is not stated."""

    paths: Sequence[Path]
    kind: ReferenceKind | None
    stated: Mapping[str, str]
    manifest: Path | None
    jobs: int
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One picture to take in: where its bytes are now, and where it will be said to be."""

    received: Received
    path: Path
    stated: Provenance
    found: Found


def add(addition: Addition, store: Store, say: Say, tell: Tell) -> Counter[str]:
    """Add every picture; return how many were "added", "updated", "unchanged" or "failed".

    What was added stays added if this is killed; running it again goes on. Raises ValueError when what was asked for
    cannot be done at all.
    """
    with TemporaryDirectory(prefix="evidencecheck-") as scratch, Workers(addition.jobs, addition.settings) as workers:
        adding = _Adding(addition=addition, store=store, say=say, scratch=Path(scratch))
        adding.run(workers, tell)
    store.known_images()  # brings the saved search index up to date once, rather than in every process later
    return adding.counts


@dataclass(slots=True, kw_only=True)
class _Adding:
    """One run of `add`."""

    addition: Addition
    store: Store
    say: Say
    scratch: Path
    counts: Counter[str] = field(default_factory=Counter)
    rows: dict[str, Row] = field(default_factory=dict)
    waiting: deque[_Item] = field(default_factory=deque)
    numbers: Iterator[int] = field(default_factory=count)

    def run(self, workers: Workers, tell: Tell) -> None:
        """Send what must be decoded through the workers, and store what comes back."""
        self.read_manifest()
        settings = self.addition.settings
        for result in workers.map(partial(intake, settings=settings), self.to_decode(tell)):
            item = self.waiting.popleft()
            if isinstance(result, Intake):
                self.keep(item, result)
                continue
            self.fail(
                item.stated.file, trouble_text(result, settings) if isinstance(result, Trouble) else result.reason
            )
            _forget(item)

    def keep(self, item: _Item, taken: Intake) -> None:
        """Store one picture."""
        photo = replace(taken.photo, path=item.path)
        self.counts[self.store.add_reference(replace(taken, photo=photo), item.stated, item.found)] += 1
        _forget(item)

    def fail(self, place: str, reason: Text) -> None:
        """Say why a file or line is not added."""
        self.counts["failed"] += 1
        self.say(place, reason)

    def to_decode(self, tell: Tell) -> Iterator[Received]:
        """Yield what must be decoded; a content the store already has is stored on the way."""
        files = self.files()
        for number, (path, file) in enumerate(files, 1):
            try:
                for item in self.items(path, file):
                    sha256, _ = sha256_of(item.received.path, self.addition.settings)
                    known = self.store.taken_in(item.received, sha256) if sha256 else None
                    if known is not None:
                        self.keep(item, known)
                        continue
                    self.waiting.append(item)
                    yield item.received
            except StoreError as error:  # of a shard or its records: the other files go on
                self.fail(file, Text(zh=str(error), en=str(error)))
            tell(number, len(files))

    def read_manifest(self) -> None:
        """Read the manifest's rows by file, telling what is wrong with the others."""
        manifest = self.addition.manifest
        for row in read_manifest(manifest) if manifest else ():
            if isinstance(row, RowProblem):
                self.fail(f"{row.file}:{row.line}", row.text)
            elif self.rows.setdefault(_same(row.path), row) is not row:
                self.fail(f"{row.manifest}:{row.line}", TWICE)

    def files(self) -> list[tuple[Path, str]]:
        """Return every file to add and the path it was given by; without paths, the files of the manifest."""
        if not self.addition.paths:
            return [(row.path, row.file) for row in self.rows.values()]
        files: dict[str, tuple[Path, str]] = {}
        own = _same(self.store.folder) + os.sep  # the store may lie below the pictures: it is none of them
        for path in self.addition.paths:
            if path.is_dir():
                found = [received.path for received in find_photos(path)]
            elif path.exists():
                found = [path]
            else:
                raise ValueError(f"{path}: {NOT_THERE.zh} / {NOT_THERE.en}")
            files.update(
                (_same(one), (one, str(one))) for one in found if not is_sidecar(one) and not _same(one).startswith(own)
            )
        for key, row in self.rows.items():
            if key not in files:
                self.fail(f"{row.manifest}:{row.line}", NOT_AMONG)
        return list(files.values())

    def items(self, path: Path, file: str) -> Iterator[_Item]:
        """Yield the picture of a file, or those of a shard, each written to the scratch folder for the workers."""
        stated = _stated(self.addition, file, self.rows.get(_same(path)))
        if path.suffix.lower() != ".tar":
            found = origin_of(path)
            found = found if found.source else record_beside(path)
            yield _Item(received=Received(case="", name=file, path=path), path=path, stated=stated, found=found)
            return
        for member in read_shard(path, self.addition.settings.max_bytes):
            place = self.scratch / f"{next(self.numbers)}.picture"
            place.write_bytes(member.data)
            received = Received(case="", name=member.name, path=place)
            inside = replace(stated, file=f"{file}/{member.name}")
            yield _Item(received=received, path=path / member.name, stated=inside, found=member.found)


def _stated(addition: Addition, file: str, row: Row | None) -> Provenance:
    """Return what is stated of a file: by its row of the manifest, else by the options."""
    kind = (row.kind if row else None) or addition.kind
    if kind is None:
        raise ValueError(f"{file}: 请加 --kind web（网图）或 shop（本店） / add --kind web or shop (the shop's own)")
    stated = {**{name: text for name, text in addition.stated.items() if text}, **(row.stated if row else {})}
    how = "" if "first_seen" not in stated else "manifest" if row and "first_seen" in row.stated else "option"
    return Provenance(kind=kind, file=file, first_seen_how=how, **stated)


def _same(path: Path) -> str:
    return os.path.normcase(os.path.abspath(path))  # noqa: PTH100 - without following links, unlike Path.resolve


def _forget(item: _Item) -> None:
    if item.received.path != item.path:
        item.received.path.unlink(missing_ok=True)
