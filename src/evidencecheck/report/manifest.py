"""The manifest: every file with its SHA-256, every exported finding, what was covered, versions and settings.

JSON, schema "evidencecheck.package/1". Names of files and folders of the seller's computer are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from evidencecheck import __version__
from evidencecheck.report.cover import Cover
from evidencecheck.report.dossier import Dossier, Enclosure, PhotoEvidence
from evidencecheck.report.gate import Missing
from evidencecheck.report.grounds import limits
from evidencecheck.report.profile import Profile
from evidencecheck.report.safe import last_part, shown
from evidencecheck.report.strip import stops

SCHEMA = "evidencecheck.package/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file of the package, as it is counted."""

    name: str
    role: str
    photo: str
    size_bytes: int
    sha256: str


def manifest(dossier: Dossier, profile: Profile, files: Sequence[Listed], lacking: Sequence[Missing]) -> bytes:
    """Return the manifest of a package made of these files."""
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "order": shown(dossier.order_number),
        "kind": dossier.kind,
        "status": "incomplete" if lacking else "ready",
        "missing": msgspec.to_builtins(tuple(lacking)),
        "created_at": dossier.created_at.isoformat(timespec="seconds"),
        "kept_by": shown(dossier.by),
        "program": {"name": "evidencecheck", "version": __version__},
        "profile": profile.name,
        "settings": {
            "time_zone": dossier.settings.time_zone,
            "clock_margin_hours": dossier.settings.clock_margin.total_seconds() / 3600,
            "picture_width_px": profile.pictures.width_px,
            "picture_max_bytes": profile.pictures.max_bytes,
        },
        "redaction": {"on": dossier.redacted, "text_searched": dossier.redacted and dossier.searched},
        "photos": [_photo_entry(photo) for photo in dossier.photos],
        "attachments": [_enclosure_entry(each) for each in dossier.enclosures],
        "timeline": [
            {"stop": msgspec.to_builtins(stop.name), "at": stop.at.isoformat() if stop.at else None}
            for stop in stops(dossier, [shown(last_part(p.selected.report.photo)) for p in dossier.photos])
        ],
        "limits": msgspec.to_builtins(limits(dossier)),
        "files": [
            {
                "file": file.name,
                "role": file.role,
                "photo": shown(file.photo),
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
            }
            for file in files
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


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
        "covered": _covered(photo.covers),
        "findings": findings,
        "earlier_uses": [
            {
                "order": shown(use.reference.order),
                "claimed_at": use.claimed_at,
                "first_seen": use.reference.first_seen,
                "sha256": use.reference.sha256,
            }
            for use in photo.earlier_uses
        ],
    }


def _enclosure_entry(each: Enclosure) -> dict[str, Any]:
    return {
        "role": each.role.value,
        "sha256": each.sha256,
        "size_bytes": each.size_bytes,
        "made_at": each.made_at.isoformat() if each.made_at else None,
        "covered": _covered(each.covers),
        "left_out": each.trouble.en if each.trouble else "",
    }


def _covered(covers: Sequence[Cover]) -> dict[str, int]:
    """Count the covered places by what they hold; never what was read there."""
    return dict(Counter(cover.why.value for cover in covers))


def _harmless(value: Any, key: str = "") -> Any:
    """Return JSON with every text from files made safe to read; hashes and ids stay exact."""
    if isinstance(value, dict):
        return {name: _harmless(part, name) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_harmless(part, key) for part in value]
    return shown(value) if isinstance(value, str) and key not in {"sha256", "id"} else value
