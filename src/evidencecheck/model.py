"""The shared vocabulary, in flow order: what is received, known, found, decided, reported.

Everything here is an immutable value. The reported types are also the JSON of `--jsonl` (see `schema/`): their field
names are the contract. Coordinates are pixels of the upright photo (EXIF orientation applied), origin top-left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from evidencecheck.matching.fingerprint import Fingerprint
    from evidencecheck.reading.codes import Code

SCHEMA = "evidencecheck.photo/1"

Point = tuple[float, float]
Homography = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Measurement = float | int | str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One sentence for the reader, in simple Chinese and in English. Never says "proves", never about a person."""

    zh: str
    en: str


# ---------------------------------------------------------------- received


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file as it was found under the screened folder, before anything was read from it."""

    case: str  # the order's folder name, or the order number its name begins with
    name: str  # printable path relative to the screened folder, with forward slashes
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A file that decodes to a picture. `width` and `height` are upright pixels; `format` is Pillow's name ("JPEG")."""

    case: str
    name: str
    path: Path
    sha256: str
    size_bytes: int
    format: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that gave no picture, and why. It is a result: it appears in every output."""

    case: str
    name: str
    path: Path
    sha256: str  # "" when not even the bytes could be read
    size_bytes: int
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the order export says. Times carry a time zone; None is "the export does not say". No buyer data."""

    number: str
    status: str = ""
    product: str = ""
    sku: str = ""
    tracking_number: str = ""
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    claimed_at: datetime | None = None
    refunded_at: datetime | None = None
    ordered_at: datetime | None = None
    agreed_at: datetime | None = None  # when the seller agreed to the refund
    amount: Decimal | None = None  # what the buyer paid, yuan
    refund_amount: Decimal | None = None  # yuan
    after_sales_id: str = ""
    after_sales_kind: str = ""  # refund only, return and refund, exchange, resend, repair, in the export's words
    after_sales_status: str = ""
    resend_tracking_number: str = ""  # of the parcel the seller sent again
    return_tracking_number: str = ""  # of the parcel the buyer sent back
    barcode: str = ""  # the product's own, where the seller added such a column: EAN-13 or UPC-A
    buyer: str = field(default="", repr=False)  # keyed hash: equal for two orders of one buyer; says nothing else


class AttachmentRole(StrEnum):
    """What a file that the seller adds to a case is."""

    CHAT = "chat"
    ORDER = "order"
    VIDEO = "video"
    GOODS = "goods"
    LOGISTICS = "logistics"
    STAFF = "staff"  # a photo the shop's own staff sent to the buyer: not reuse when it comes back
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file the seller added to a case. It stays where it is: only its hash, name and place are kept."""

    order: str
    role: AttachmentRole
    sha256: str
    size_bytes: int
    name: str  # "" once purged
    path: Path | None = None  # None once purged
    made_at: datetime | None = None  # when it was made or captured, as the seller says


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is taken from a photo once, at intake, from a reduced decode: enough to find it again later."""

    photo: Photo
    fingerprint: Fingerprint | None  # None when the caller asked for none: no check matches pictures
    preview: bytes  # JPEG, upright, longest side at most 1024 px


class ReferenceKind(StrEnum):
    """Where a known picture comes from: the web, the seller's own shop, or a photo received with another order."""

    WEB = "web"
    SHOP = "shop"
    CLAIM = "claim"


ADDED_TO_CORPUS = "added to the corpus"  # `first_seen_how` of a reference whose first sighting nobody recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A known picture and its provenance. Unknown text is "", unknown times are None."""

    id: str
    kind: ReferenceKind
    file: str  # the path as the corpus was given it; for a claim, the photo's name
    sha256: str
    width: int
    height: int
    source: str = ""  # URL, or app and account
    first_seen: str = ""  # ISO 8601 date or time
    first_seen_how: str = ""  # e.g. "manifest", "Zone.Identifier", ADDED_TO_CORPUS
    captured_at: str = ""
    sku: str = ""
    title: str = ""
    licence: str = ""
    order: str = ""  # for a claim: the other order's number
    exported: Order | None = None  # for a claim: what the export says of that order
    own: bool = False  # for a claim: the shop's own staff had sent it


# ---------------------------------------------------------------- what a check may use


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Limits and options of a run. Every limit is per photo."""

    max_bytes: int = 64 * 2**20
    max_pixels: int = 150_000_000
    max_seconds: float = 60.0
    max_memory_bytes: int = 3 * 2**30
    time_zone: str = "Asia/Shanghai"
    clock_margin: timedelta = timedelta(hours=24)
    shown_digits: int = 4  # last digits shown of a parcel's or product's number; the others are hidden
    trust_anchors: str = ""  # certificates (PEM) whose content credentials are trusted; none are built in


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known picture worth verifying. `distance_bits` is the best hash distance (None: found by local features only),
    `votes` the number of local features that led to it."""

    reference: Reference
    fingerprint: Fingerprint
    distance_bits: int | None
    votes: int


class KnownImages(Protocol):
    """The reference corpus and the photos of other orders, as checks see them."""

    def count(self, kinds: frozenset[ReferenceKind]) -> int:
        """Return how many known pictures of these kinds there are."""

    def search(
        self, fingerprint: Fingerprint, kinds: frozenset[ReferenceKind], *, exclude_order: str = ""
    ) -> Sequence[Candidate]:
        """Return candidates, most promising first, never from the order `exclude_order`."""

    def of_order(self, order: str, *, but: str = "") -> Sequence[Candidate]:
        """Return the photos of one order in the sequence they came, without the one whose SHA-256 is `but`."""

    def picture(self, reference: Reference) -> NDArray[np.uint8] | None:
        """Return the stored preview, (H, W, 3) RGB upright, longest side at most 1024 px; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """What a check needs beyond the photo."""

    known: KnownImages
    order: Order | None = None
    settings: Settings = field(default_factory=Settings)
    siblings: Callable[[], Sequence[Sibling]] = tuple  # the order's other photos; asked for, they are read from disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another photo of the same order. `open` decodes it: (H, W, 3) uint8 RGB, upright; None when it is gone by now."""

    sha256: str
    blocks: Blocks
    open: Callable[[], NDArray[np.uint8] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value the file declares about itself. Untrusted text, not masked.

    `place` is where it stands: "exif:IFD0", "exif:ExifIFD", "exif:GPS", "xmp", "png", "iptc", "irb", "sef" (Samsung's
    trailer), "makernote", "c2pa", "jpeg:APP9" … `name` is the tag, or the path of local names ("History[2]/when"),
    `space` the XMP namespace of the path's first name, `code` the EXIF tag, IPTC data set or resource number.
    """

    place: str
    name: str
    value: str
    space: str = ""
    code: int = -1
    offset: int = -1  # of the block in the file, bytes; -1 where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Raw metadata blocks of the file, copied out by the bounded container walker; empty when the file has none."""

    exif: bytes = b""  # TIFF structure, without the "Exif\0\0" prefix
    xmp: tuple[bytes, ...] = ()
    text: tuple[tuple[str, str], ...] = ()  # PNG text chunks: keyword, text
    segments: tuple[tuple[str, int, bytes], ...] = ()  # marker or chunk name, offset, first bytes of payload
    trailer: bytes = b""  # what follows the end of the picture, bounded
    quantisation: tuple[tuple[int, ...], ...] = ()  # 64 values each, zigzag order, by table id
    huffman: tuple[tuple[int, bytes], ...] = ()  # JPEG: class << 4 | id; 16 code counts, then the symbols
    sampling: tuple[tuple[int, int, int], ...] = ()  # JPEG: horizontal, vertical factor and table id of each component
    frame: tuple[int, int, int, int] | None = None  # JPEG: process (0 baseline, 2 progressive), bits, width, height
    irb: tuple[tuple[int, bytes], ...] = ()  # Photoshop image resources: number, first bytes
    thumbnail: bytes = b""  # the JPEG in EXIF's IFD1
    jumbf: bytes = b""  # C2PA manifest store
    fields: tuple[Field, ...] = ()  # every value read from the blocks above
    problems: tuple[str, ...] = ()  # what could not be read, English


class Exhibit(Protocol):
    """One photo under examination. Views are computed once, on first use."""

    @property
    def photo(self) -> Photo:
        """The photo's name, hash and size."""

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, upright sRGB; read-only."""

    @property
    def gray(self) -> NDArray[np.uint8]:
        """(H, W) uint8 luma; read-only."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Hashes and local features, as taken at intake."""

    @property
    def codes(self) -> tuple[Code, ...]:
        """Barcodes and QR codes in the photo."""

    @property
    def data(self) -> bytes:
        """The file's bytes."""

    @property
    def blocks(self) -> Blocks:
        """The file's metadata blocks."""


# ---------------------------------------------------------------- found


class Claim(StrEnum):
    """What a finding supports; the first three are the platform's own kinds."""

    WEB_IMAGE = "web-image"
    EDITED = "edited"
    NOT_OUR_PRODUCT = "not-our-product"
    AI_GENERATED = "ai-generated"
    REUSED = "reused"
    CONTRADICTION = "contradiction"


class Strength(StrEnum):
    """How far a finding carries, weakest first. DESIGN: documented needs a fact anyone can check."""

    POSSIBLE = "possible"
    SUPPORTED = "supported"
    DOCUMENTED = "documented"


class Basis(StrEnum):
    """What a finding rests on: a fact anyone can check, or a measured score. Only a fact can become documented."""

    FACT = "fact"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A place in the photo: at least three points in upright pixels, inside the picture."""

    polygon: tuple[Point, ...]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedReference:
    """The known picture a photo was matched to. `homography` maps photo pixels to reference pixels."""

    id: str
    kind: ReferenceKind
    file: str
    source: str
    first_seen: str
    first_seen_how: str
    captured_at: str
    sha256: str
    sku: str
    title: str
    order: str  # masked ("251103-…789"); "" unless kind is claim
    width: int
    height: int
    overlap: float  # 0-1, share of the reference seen in the photo
    homography: Homography
    outline: tuple[Point, ...]  # the overlap's outline in photo pixels
    transform: Text  # the transform in words: mirrored, cropped to 34 %, rotated 90°


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. A check leaves `strength` and `false_alarm_rate` unset; `decide` sets both from measurements.

    `score` is 0-1, higher is surer, comparable across photos for one check. `ceiling` caps the strength whatever the
    measured rate. `comparisons` is how many known pictures were compared: the rate of a false alarm grows with it.
    `innocent` lists harmless explanations shown beside the finding.
    """

    claim: Claim
    score: float
    summary: Text
    basis: Basis
    ceiling: Strength = Strength.DOCUMENTED
    comparisons: int = 1
    strength: Strength | None = None
    false_alarm_rate: float | None = None
    regions: tuple[Region, ...] = ()
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    reference: MatchedReference | None = None
    innocent: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A fact for the reviewer that supports no claim by itself: a clock, a save chain, another photo of one print."""

    summary: Text
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    reference: MatchedReference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataRow:
    """One line of the report's metadata table. `value` is already masked (no GPS, no names)."""

    field: str
    value: str
    place: str
    meaning: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture for the reviewer: encoded bytes (JPEG or PNG), longest side at most 1280 px."""

    role: str  # "error-level", …
    title: Text
    media_type: Literal["image/jpeg", "image/png"]
    data: bytes


@dataclass(frozen=True, slots=True)
class EditMap:
    """Where a check sees an edit. `score` 0-1 for the whole photo; `mask` (H, W) uint8, upright size, 255 = edited."""

    score: float
    mask: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """The check does not apply, or cannot see. Yielded alone. `blind` marks a check that mattered (traces are gone):
    such a photo is inconclusive, not clean."""

    reason: Text
    blind: bool = False


CheckResult = Finding | Note | MetadataRow | Picture | EditMap | NotApplicable


class Group(StrEnum):
    """Groups of checks, usable wherever a check id is."""

    MATCH = "match"
    EDITS = "edits"
    FILE = "file"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check. Its id is its module's name with hyphens. `family` names the kind of trace it reads: only checks of
    different families count as independent."""

    id: str
    title: Text
    group: Group
    family: str
    run: Callable[[Exhibit, Lab], Iterator[CheckResult]]


class Status(StrEnum):
    """How a check ended on a photo."""

    DONE = "done"
    NOT_APPLICABLE = "not-applicable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A reviewer's picture as written beside the report; `file` is relative to the `--out` folder."""

    role: str
    title: Text
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check said about one photo. `blind` as in NotApplicable. `reason` is English, `explanation` both."""

    check: str
    status: Status
    reason: str = ""
    explanation: Text | None = None
    blind: bool = False
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    metadata: tuple[MetadataRow, ...] = ()
    pictures: tuple[PictureFile, ...] = ()


# ---------------------------------------------------------------- decided and reported


class Level(StrEnum):
    """The verdict on a photo, mildest first except `unreadable`, which stands outside the order."""

    NONE = "none"
    INCONCLUSIVE = "inconclusive"
    POSSIBLE = "possible"
    SUPPORTED = "supported"
    DOCUMENTED = "documented"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The level and the claims that reach it or any weaker alarm, strongest first."""

    level: Level
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReport:
    """One JSON line: everything said about one received file."""

    schema: Literal["evidencecheck.photo/1"] = "evidencecheck.photo/1"
    case: str
    photo: str
    sha256: str
    size_bytes: int
    format: str  # "" when unreadable
    width: int  # 0 when unreadable
    height: int
    verdict: Level
    claims: tuple[Claim, ...] = ()
    reason: str = ""  # why unreadable, English
    explanation: Text | None = None  # the same in both languages
    edit_score: float = 0.0
    edit_mask: str | None = None
    preview: str | None = None  # JPEG of the upright photo, longest side at most 1280 px, relative to --out
    outcomes: tuple[Outcome, ...] = ()
    version: str = ""
    calibration: str = ""  # name of the calibration table used
    basis: str = ""  # changes with the corpus and the order's data: a resumed run looks again when they changed


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """All photos of one order, with what the export says of it."""

    case: str
    order: Order | None
    photos: tuple[PhotoReport, ...]
    same_buyer: int = 0  # other orders of the same buyer, as far as the exports tell
