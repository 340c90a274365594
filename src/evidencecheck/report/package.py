"""A complaint package as files in memory: pictures to hand in, texts to copy, the manifest.

Drawing and wording only: `archive` writes it, `gathering` collects what it is made from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.model import Text
from evidencecheck.report.contents import ENCLOSED, MANIFEST, TEXT_FILES, Contents, PhotoFiles, named, titled
from evidencecheck.report.dossier import Dossier, Enclosure, KnownPicture, PhotoEvidence
from evidencecheck.report.gate import Missing, missing
from evidencecheck.report.grounds import grounds_text
from evidencecheck.report.lettering import Lettering, find_lettering
from evidencecheck.report.letters import letter_text
from evidencecheck.report.manifest import Listed, manifest
from evidencecheck.report.plate import Style, to_jpeg
from evidencecheck.report.profile import Profile
from evidencecheck.report.ready import earlier_uses_plate, ready_picture
from evidencecheck.report.statement import short_statement
from evidencecheck.report.steps import steps_text
from evidencecheck.report.strip import draw_strip, stops

SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp", "HEIF": ".heic", "AVIF": ".avif",
            "TIFF": ".tif", "BMP": ".bmp", "GIF": ".gif"}  # fmt: skip
LONGEST_COPY_PX = 12_000  # of a copy's height: a long screenshot stays readable, a JPEG stays possible
PHOTO, ORIGINAL = Text(zh="售后照片", en="photo"), Text(zh="原图", en="original")
SOURCE, SHOP = Text(zh="来源图", en="source"), Text(zh="本店实物图", en="shop-photo")
TIMELINE, USES = Text(zh="时间线", en="timeline"), Text(zh="其他订单", en="earlier-uses")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """One file of the package: bytes, or the file they are copied from when the package is written.

    `role`: "ready", "photo" (clean copy) or "original", "source" or "source-preview", "shop-photo", "timeline",
    "earlier-uses", "attachment", "statement", "appeal", "intervention", "grounds", "steps", "manifest". `photo` is the
    screened photo it belongs to, "" for the package as a whole.
    """

    name: str
    role: str
    content: bytes | Path
    sha256: str
    size_bytes: int
    photo: str = ""

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package ready to be written; `missing` empty means complete."""

    name: str
    files: tuple[PackageFile, ...]
    missing: tuple[Missing, ...]


def make_package(dossier: Dossier, profile: Profile, lettering: Lettering | None = None) -> Package:
    """Return the package of a case: pictures drawn, texts written, everything counted in the manifest.

    An incomplete case gives what there is; whether that is written is the caller's choice.
    """
    lacking = missing(dossier)
    style = Style(width_px=profile.pictures.width_px, lettering=lettering or find_lettering())
    pictures, contents = _pictures(dossier, profile, style)
    spoken = profile.language or dossier.language
    files = list(pictures)
    for role, text in _texts(dossier, profile, contents, spoken):
        files.append(_text_file(contents.texts[role], role, text))
    steps = steps_text(dossier, profile, contents, lacking)
    files.insert(0, _text_file(contents.texts["steps"], "steps", steps))
    listed = [
        Listed(name=file.name, role=file.role, photo=file.photo, size_bytes=file.size_bytes, sha256=file.sha256)
        for file in files
    ]
    files.append(_file(MANIFEST, "manifest", manifest(dossier, profile, listed, lacking)))
    name = f"{dossier.order_number}-{dossier.kind}{'-draft' if lacking else ''}"
    return Package(name=name, files=tuple(files), missing=lacking)


class _Numbered:
    """Collects pictures under running numbers: 01_…, 02_…"""

    def __init__(self, dossier: Dossier, profile: Profile) -> None:
        self.files: list[PackageFile] = []
        self._dossier = dossier
        self._limits = profile.pictures

    def add(self, role: str, label: Text, data: bytes, suffix: str = ".jpg", photo: str = "") -> str:
        """Add a file and return its name."""
        name = f"{len(self.files) + 1:02}_{named(label, self._dossier.language)}{suffix}"
        self.files.append(_file(name, role, data, photo))
        return name

    def draw(self, role: str, label: Text, picture: Image.Image | None, photo: str = "") -> str:
        """Add a drawn picture; "" when there is none."""
        return self.add(role, label, to_jpeg(picture, self._limits.max_bytes), photo=photo) if picture else ""

    def copy(self, role: str, label: Text, rgb: NDArray[np.uint8], photo: str = "") -> str:
        """Add a copy made from pixels alone, at most as wide as the other pictures."""
        picture = Image.fromarray(np.ascontiguousarray(rgb))
        picture.thumbnail((self._limits.width_px, LONGEST_COPY_PX), Image.Resampling.LANCZOS)
        return self.draw(role, label, picture, photo)


def _pictures(dossier: Dossier, profile: Profile, style: Style) -> tuple[list[PackageFile], Contents]:
    """Return the pictures in the order in which they are handed in, and which is which."""
    made = _Numbered(dossier, profile)
    photos = tuple(_photo_files(photo, dossier, profile, style, made) for photo in dossier.photos)
    shop = dossier.shop_photo if dossier.kind == "not-our-product" else None
    shop_photo = made.copy("shop-photo", SHOP, shop.rgb) if shop else ""
    language = profile.language or dossier.language
    found = stops(dossier, [titled((files.photo,), language, dossier.language) for files in photos])
    strip = draw_strip(found, dossier, language, style) if found else None
    timeline = made.draw("timeline", TIMELINE, strip)
    uses = earlier_uses_plate(dossier, language, style)
    earlier = made.draw("earlier-uses", USES, uses)
    enclosures = tuple((each.role, _enclosure(each, dossier, made)) for each in dossier.enclosures if not each.trouble)
    contents = Contents(
        photos=photos,
        shop_photo=shop_photo,
        timeline=timeline,
        earlier_uses=earlier,
        enclosures=enclosures,
        texts={role: named(name, dossier.language) for role, name in TEXT_FILES.items() if role in _roles(profile)},
    )
    return made.files, contents


def _photo_files(photo: PhotoEvidence, dossier: Dossier, profile: Profile, style: Style, made: _Numbered) -> PhotoFiles:
    report = photo.selected.report
    known = photo.known.get(photo.reference.id) if photo.reference else None
    ready = made.draw("ready", profile.kinds[dossier.kind].ready, ready_picture(photo, dossier, profile, style),
                      report.photo)  # fmt: skip
    mine = source = ""
    if photo.data is not None and photo.rgb is not None:
        if dossier.redacted or photo.covers:
            mine = made.copy("photo", PHOTO, photo.rgb, report.photo)
        else:
            mine = made.add("original", ORIGINAL, photo.data, _suffix(report.format), photo=report.photo)
    if known is not None and dossier.kind != "not-our-product":
        source = _source(known, dossier, made, report.photo)
    return PhotoFiles(ready=ready, photo=mine, source=source)


def _source(known: KnownPicture, dossier: Dossier, made: _Numbered, photo: str) -> str:
    role = "source" if known.whole else "source-preview"
    if dossier.redacted or known.covers:
        return made.copy(role, SOURCE, known.rgb, photo)
    return made.add(role, SOURCE, known.data, _suffix(known.format), photo=photo)


def _enclosure(each: Enclosure, dossier: Dossier, made: _Numbered) -> str:
    label = ENCLOSED[each.role]
    if each.rgb is not None and (dossier.redacted or each.covers):
        return made.copy("attachment", label, each.rgb)
    if each.path is None:
        raise ValueError("an attachment without trouble has a path")
    name = f"{len(made.files) + 1:02}_{named(label, dossier.language)}{each.suffix}"
    made.files.append(
        PackageFile(name=name, role="attachment", content=each.path, sha256=each.sha256, size_bytes=each.size_bytes)
    )
    return name


def _roles(profile: Profile) -> frozenset[str]:
    return frozenset({"steps", "statement", "grounds", *profile.letters})


def _texts(dossier: Dossier, profile: Profile, contents: Contents, spoken: str) -> Iterator[tuple[str, str]]:
    """Yield the texts by role. What is copied into the form holds nothing but what is meant for it."""
    yield "statement", short_statement(dossier, profile, spoken) + "\n"
    for role, letter in profile.letters.items():
        yield role, letter_text(letter, dossier, profile, contents, spoken)
    yield "grounds", grounds_text(dossier, contents, tuple(dict.fromkeys((spoken, dossier.language))))


def _text_file(name: str, role: str, text: str) -> PackageFile:
    """UTF-8 with a mark and Windows line ends, so that every Notepad shows Chinese and lines as they are."""
    return _file(name, role, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())


def _file(name: str, role: str, data: bytes, photo: str = "") -> PackageFile:
    digest = hashlib.sha256(data).hexdigest()
    return PackageFile(name=name, role=role, content=data, sha256=digest, size_bytes=len(data), photo=photo)


def _suffix(format_name: str) -> str:
    return SUFFIXES.get(format_name, ".bin")
