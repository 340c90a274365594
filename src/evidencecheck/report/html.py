"""The HTML report: one self-contained page per order, and an index. Opens from disk, asks the network for nothing.

Both languages are in the page; which one shows is a class on the root element. The Content-Security-Policy allows data
images and, by their SHA-256, exactly the styles and scripts written here (CSP level 3).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from evidencecheck.model import CaseReport, Claim, Level, Text
from evidencecheck.report import text
from evidencecheck.report.dossier import select
from evidencecheck.report.draw import fit
from evidencecheck.report.pictures import Pictures, ReferencePicture, read_beside
from evidencecheck.report.profile import DEFAULT, Profile
from evidencecheck.report.safe import csp_hash, json_for_script, neutral, page_name, shown
from evidencecheck.report.view import ALARM, case_level, order_events, order_zone, photo_view

Language = Literal["zh", "en"]
TEMPLATES = Path(__file__).parent / "templates"
# Thumbnails in the index are pleasant for a day's orders; for thousands they would weigh more than everything else.
MOST_THUMBNAILS = 300
THUMBNAIL_PX = 96
THUMBNAIL_BYTES = 3_500


class HtmlReport:
    """Writes the report into the `--out` folder. Memory holds one page and one short row per order."""

    def __init__(
        self, out: Path, lang: Language, *, titles: Mapping[str, Text] | None = None, profile: Profile | None = None
    ) -> None:
        """Prepare to write into `out`; `lang` is the language shown first, `titles` names each check by its id.

        With a `profile` an order's page says of which kinds a package can be made.
        """
        self._out = out
        self._lang = lang
        self._titles = titles or {}
        self._profile = profile
        self._environment = _environment()
        self._styles = (TEMPLATES / "report.css").read_text(encoding="utf-8")
        self._rows: dict[str, dict[str, Any]] = {}  # by page name
        self._cases: dict[str, str] = {}  # page name -> order, to keep two orders from sharing a page
        self._thumbnails: dict[str, str] = {}

    def add_case(self, case: CaseReport, reference_picture: ReferencePicture) -> Path:
        """Write the page of one order and return its path. Adding an order again replaces its page.

        `reference_picture` gives a known picture's preview (JPEG or PNG), or None when only its hash is on record.
        """
        name = self._page_name(case.case)
        pictures = Pictures(self._out, case, reference_picture)
        photos = [photo_view(n, photo, pictures, self._titles) for n, photo in enumerate(case.photos, start=1)]
        page = self._render(
            "case.html.j2",
            "case.js",
            case=case,
            level=case_level(case),
            photos=photos,
            pictures=pictures.all(),
            events=order_events(case.order),
            zone=order_zone(case.order),
            kinds=self._kinds(case),
            versions=sorted({photo.version for photo in case.photos if photo.version}),
            calibrations=sorted({photo.calibration for photo in case.photos if photo.calibration}),
        )
        path = self._out / "cases" / f"{name}.html"
        _write(path, page)
        self.list_case(case)
        return path

    def list_case(self, case: CaseReport) -> None:
        """Put an order into the index without writing its page, which an earlier run has written."""
        name = self._page_name(case.case)
        self._rows[name] = _index_row(name, case)
        self._keep_thumbnail(name, case)

    def finish(self) -> Path:
        """Write index.html over all orders added and return its path."""
        if len(self._rows) > MOST_THUMBNAILS:
            self._thumbnails.clear()
        rows = [{**row, "thumb": self._thumbnails.get(name, "")} for name, row in self._rows.items()]
        counts = Counter(level for row in rows for level in row["levels"])
        words = {
            "levels": {level.value: _pair(text.LEVEL_NAMES[level]) for level in ALARM},
            "claims": {claim.value: _pair(text.CLAIM_NAMES[claim]) for claim in Claim},
        }
        page = self._render(
            "index.html.j2",
            "index.js",
            counts=counts,
            total=len(rows),
            photo_count=sum(row["photos"] for row in rows),
            data=Markup(json_for_script({"rows": rows, **words})),  # noqa: S704 - escaped for script by json_for_script
        )
        path = self._out / "index.html"
        _write(path, page)
        return path

    def _kinds(self, case: CaseReport) -> list[tuple[str, Text]]:
        """The kinds of report that something on this order is filed under: the command, and the platform's name."""
        profile = self._profile
        if profile is None:
            return []
        kinds = [kind for kind in profile.kinds if select(case.photos, kind, profile)]
        return [(_command(case.case, kind, profile), profile.kinds[kind].name) for kind in kinds]

    def _page_name(self, case: str) -> str:
        name = page_name(case)
        while self._cases.setdefault(name, case) != case:
            name += "-2"
        return name

    def _render(self, template: str, script: str, **values: Any) -> str:
        scripts = [(TEMPLATES / each).read_text(encoding="utf-8") for each in ("common.js", script)]
        policy = "; ".join(
            [
                "default-src 'none'",
                "img-src data:",
                f"style-src {csp_hash(self._styles)}",
                "script-src " + " ".join(csp_hash(each) for each in scripts),
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )
        return self._environment.get_template(template).render(
            lang=self._lang,
            policy=policy,
            styles=Markup(self._styles),  # noqa: S704 - shipped with the program
            scripts=[Markup(each) for each in scripts],  # noqa: S704 - likewise
            **values,
        )

    def _keep_thumbnail(self, name: str, case: CaseReport) -> None:
        if len(self._thumbnails) > MOST_THUMBNAILS:
            return
        for photo in sorted(case.photos, key=lambda photo: ALARM.index(photo.verdict)):
            small = photo.preview and _thumbnail(read_beside(self._out, photo.preview))
            if small:
                self._thumbnails[name] = small
                return


def _index_row(name: str, case: CaseReport) -> dict[str, Any]:
    order = case.order
    return {
        "page": f"{name}.html",
        "case": shown(case.case),
        "level": case_level(case).value,
        "levels": dict(Counter(photo.verdict.value for photo in case.photos)) or {Level.INCONCLUSIVE.value: 0},
        "claims": [claim.value for claim in Claim if any(claim in photo.claims for photo in case.photos)],
        "photos": len(case.photos),
        "product": shown(order.product) if order else "",
        "sku": shown(order.sku) if order else "",
        "tracking": shown(order.tracking_number) if order else "",
        "claimed": order.claimed_at.strftime("%Y-%m-%d %H:%M") if order and order.claimed_at else "",
    }


def _command(case: str, kind: str, profile: Profile) -> str:
    """Return the command that makes a package; "" for a folder name that a shell could take for something else."""
    words = [case, profile.loaded_as or DEFAULT]
    if not all(re.fullmatch(r"\w[\w./\\:-]*", word, re.ASCII) for word in words):
        return ""
    option = f" --profile {words[1]}" if words[1] != DEFAULT else ""
    return f"evidencecheck package {case} --kind {kind}{option}"


def _thumbnail(data: bytes) -> str:
    small = fit(data, budget_bytes=THUMBNAIL_BYTES, longest_side_px=THUMBNAIL_PX)
    return small.uri if small else ""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every string that reaches the page passes here first, so no template can forget it.
        finalize=lambda value: shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.globals.update(
        level_names=text.LEVEL_NAMES,
        level_means=text.LEVEL_MEANS,
        level_does_not_mean=text.LEVEL_DOES_NOT_MEAN,
        claim_names=text.CLAIM_NAMES,
        alarm=ALARM,
        claims=tuple(Claim),
    )
    environment.tests["holding"] = lambda values, value: value in values
    # For addresses: a phone-like run of digits in one is part of the evidence.
    environment.filters["unmasked"] = lambda value: escape(neutral(value))
    environment.filters["points"] = lambda points: " ".join(f"{x:g},{y:g}" for x, y in points)
    return environment


def _pair(words: Text) -> list[str]:
    return [words.zh, words.en]


def _write(path: Path, page: str) -> None:
    """Write the page at once: a reader never sees half of it, nor does an interrupted run leave one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(page, encoding="utf-8", newline="\n")
    os.replace(part, path)  # noqa: PTH105 - atomic on every system
