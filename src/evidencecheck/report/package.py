"""A complaint package: the ready pictures, the untouched originals, the words and the manifest, as files in memory.

Drawing and wording only: `archive` writes it, the command line gathers what it is made from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from PIL import Image

from evidencecheck import __version__
from evidencecheck.model import Text
from evidencecheck.report.dossier import Dossier, PhotoEvidence
from evidencecheck.report.gate import Missing, missing
from evidencecheck.report.lettering import Lettering, find_lettering
from evidencecheck.report.plate import Style, to_jpeg
from evidencecheck.report.profile import Profile
from evidencecheck.report.ready import ready_picture
from evidencecheck.report.safe import last_part, shown
from evidencecheck.report.statement import STATEMENT, Named, statement_text
from evidencecheck.report.steps import STEPS, steps_text

SCHEMA = "evidencecheck.package/1"
SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp", "HEIF": ".heic", "AVIF": ".avif",
            "TIFF": ".tif", "BMP": ".bmp", "GIF": ".gif"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """One file of the package. `photo` is the screened photo it belongs to, "" for the package as a whole."""

    name: str
    role: str  # "ready", "original", "source", "source-preview", "shop-photo", "statement", "steps", "manifest"
    data: bytes
    photo: str = ""


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
    files: list[PackageFile] = []
    names: list[Named] = []
    for photo in dossier.photos:
        made = tuple(_photo_files(photo, dossier, profile, style, len(files) + 1))
        by_role = {file.role: file.name for file in made}
        names.append(
            Named(
                ready=by_role.get("ready", ""),
                original=by_role.get("original", ""),
                source=next((name for role, name in by_role.items() if role not in {"ready", "original"}), ""),
            )
        )
        files += made
    files.append(_text_file(STATEMENT, "statement", statement_text(dossier, profile, names)))
    files.insert(0, _text_file(STEPS, "steps", steps_text(dossier, profile, names, lacking)))
    files.append(_manifest(dossier, profile, files, lacking))
    name = f"{dossier.order_number}-{dossier.kind}{'-draft' if lacking else ''}"
    return Package(name=name, files=tuple(files), missing=lacking)


def _photo_files(
    photo: PhotoEvidence, dossier: Dossier, profile: Profile, style: Style, number: int
) -> Iterator[PackageFile]:
    """Yield the ready picture, the original, and the picture it is compared with, numbered from `number`."""
    report, language = photo.selected.report, dossier.language
    plate = ready_picture(photo, dossier, profile, style)
    known = photo.known.get(photo.reference.id) if photo.reference else None
    parts: list[tuple[str, Text, str, bytes]] = []
    if plate is not None:
        data = to_jpeg(plate, profile.pictures.max_bytes)
        parts.append(("ready", profile.kinds[dossier.kind].ready, ".jpg", data))
    if photo.data is not None:
        parts.append(("original", Text(zh="原图", en="original"), _suffix(report.format), photo.data))
    if known is not None and dossier.kind != "not-our-product":
        parts.append(
            (
                "source" if known.whole else "source-preview",
                Text(zh="来源图", en="source"),
                _suffix(known.format),
                known.data,
            )
        )
    if dossier.kind == "not-our-product" and (shop := dossier.shop_photo):
        copy = to_jpeg(Image.fromarray(shop.rgb), profile.pictures.max_bytes)
        parts.append(("shop-photo", Text(zh="本店实物图", en="shop-photo"), ".jpg", copy))
    for offset, (role, label, suffix, data) in enumerate(parts):
        word = label.zh if language == "zh" else label.en
        yield PackageFile(name=f"{number + offset:02}_{word}{suffix}", role=role, data=data, photo=report.photo)


def _manifest(
    dossier: Dossier, profile: Profile, files: Sequence[PackageFile], lacking: Sequence[Missing]
) -> PackageFile:
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "order": shown(dossier.order_number),
        "kind": dossier.kind,
        "status": "incomplete" if lacking else "ready",
        "missing": msgspec.to_builtins(tuple(lacking)),
        "created_at": dossier.created_at.isoformat(timespec="seconds"),
        "program": {"name": "evidencecheck", "version": __version__},
        "profile": profile.name,
        "settings": {
            "time_zone": dossier.settings.time_zone,
            "clock_margin_hours": dossier.settings.clock_margin.total_seconds() / 3600,
            "picture_width_px": profile.pictures.width_px,
            "picture_max_bytes": profile.pictures.max_bytes,
        },
        "photos": [_photo_entry(photo) for photo in dossier.photos],
        "files": [
            {
                "file": file.name,
                "role": file.role,
                "photo": shown(file.photo),
                "size_bytes": len(file.data),
                "sha256": hashlib.sha256(file.data).hexdigest(),
            }
            for file in files
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return PackageFile(name="manifest.json", role="manifest", data=text.encode())


def _photo_entry(photo: PhotoEvidence) -> dict[str, Any]:
    report = photo.selected.report
    findings = []
    for each in photo.selected.exported:
        entry = {"check": each.check, "places": list(each.numbers), **msgspec.to_builtins(each.finding)}
        if entry["reference"]:  # the seller's folders may name a person: the file name is enough
            entry["reference"]["file"] = last_part(entry["reference"]["file"])
        findings.append(_harmless(entry))
    return {
        "photo": shown(report.photo),
        "sha256": report.sha256,
        "size_bytes": report.size_bytes,
        "format": report.format,
        "width": report.width,
        "height": report.height,
        "verdict": report.verdict.value,
        "version": report.version,
        "calibration": report.calibration,
        "chosen_by_seller": not photo.selected.exported,
        "findings": findings,
    }


def _harmless(value: Any, key: str = "") -> Any:
    """Return JSON with every text from files made safe to read; hashes and ids stay exact."""
    if isinstance(value, dict):
        return {name: _harmless(part, name) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(part, key) for part in value]
    return shown(value) if isinstance(value, str) and key not in {"sha256", "id"} else value


def _text_file(name: str, role: str, text: str) -> PackageFile:
    """UTF-8 with a mark and Windows line ends, so that every Notepad shows Chinese and lines as they are."""
    return PackageFile(name=name, role=role, data=b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())


def _suffix(format_name: str) -> str:
    return SUFFIXES.get(format_name, ".bin")
