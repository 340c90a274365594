"""What the files of the report contain. What they do in a browser is in test_browser.py."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from evidencecheck.model import CaseReport, Level, PhotoReport
from evidencecheck.report.html import HtmlReport
from evidencecheck.report.profile import load_profile
from evidencecheck.report.safe import csp_hash

MISLEADING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


class Page(HTMLParser):
    """Every tag with its attributes, and the text of scripts and styles."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inline: list[tuple[str, dict[str, str], str]] = []
        self.words = ""
        self._inside: tuple[str, dict[str, str]] | None = None
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag in {"script", "style"}:
            self._inside = (tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.inline.append((*self._inside, data))
        else:
            self.words += data


@pytest.fixture(scope="module")
def pages(sample_cases: tuple[CaseReport, ...], sample_out: Path) -> dict[str, Page]:
    """Every page of the sample report by file name."""
    paths = [sample_out / "index.html", *(sample_out / "cases" / f"{case.case}.html" for case in sample_cases)]
    return {path.name: Page(path) for path in paths}


def write(out: Path, *cases: CaseReport) -> HtmlReport:
    report = HtmlReport(out, "en")
    for case in cases:
        report.add_case(case, lambda _: None)
    report.finish()
    return report


def only(photo: PhotoReport) -> CaseReport:
    return CaseReport(case=photo.case, order=None, photos=(photo,))


def test_every_inline_script_and_style_is_allowed_by_its_hash_and_nothing_else(pages: dict[str, Page]) -> None:
    for page in pages.values():
        policies = [
            values["content"] for tag, values in page.tags if values.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1
        rules = dict(rule.split(" ", 1) for rule in policies[0].split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["img-src"] == "data:"
        assert "unsafe" not in policies[0]
        running = [(tag, content) for tag, values, content in page.inline if values.get("type") != "application/json"]
        assert len(running) == 3
        for tag, content in running:
            assert csp_hash(content) in rules[f"{tag}-src"].split()


def test_pages_point_at_nothing_outside_themselves(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for tag, values in page.tags:
            assert "style" not in values, "the policy would drop it"
            assert not [attribute for attribute in values if attribute.startswith("on")]
            assert "src" not in values
            href = values.get("href", "")
            if tag == "a":
                assert re.match(r"#|\.\./index\.html$|https://example\.com/|$", href), (name, href)
            else:
                assert href.startswith(("#", "data:")) or not href, (name, tag, href)


def test_outside_links_tell_nothing_about_where_they_were(pages: dict[str, Page]) -> None:
    outside = [
        values for page in pages.values() for tag, values in page.tags if values.get("href", "").startswith("http")
    ]
    assert outside
    for values in outside:
        assert set(values["rel"].split()) >= {"noreferrer", "noopener"}


def test_every_file_received_is_in_the_page(sample_cases: tuple[CaseReport, ...], pages: dict[str, Page]) -> None:
    for case in sample_cases:
        for photo in case.photos:
            assert photo.photo in pages[f"{case.case}.html"].words
            assert photo.sha256 in pages[f"{case.case}.html"].words
    first = pages[f"{sample_cases[0].case}.html"].words
    assert "传输可能中断了" in first
    assert "the transfer probably broke off" in first


def test_every_check_s_outcome_is_in_the_page(sample_cases: tuple[CaseReport, ...], pages: dict[str, Page]) -> None:
    words = pages[f"{sample_cases[0].case}.html"].words
    for said in (
        "Nothing found",
        "Not applicable: no order export was given",
        "Failed: took longer than 60 s",
        "2 findings",
    ):
        assert said in words
    for said in ("没有发现问题", "不适用：没有提供订单导出表", "没有成功：超过 60 秒"):
        assert said in words


def test_each_embedded_picture_is_there_once(pages: dict[str, Page], sample_cases: tuple[CaseReport, ...]) -> None:
    page = pages[f"{sample_cases[0].case}.html"]
    embedded = [values["href"] for tag, values in page.tags if tag == "image"]
    assert len(embedded) == len(set(embedded)) == 6  # three photos, reference, aligned reference, error levels
    uses = [values["href"] for tag, values in page.tags if tag == "use"]
    ids = {"#" + values["id"] for tag, values in page.tags if tag == "image"}
    assert set(uses) == ids
    assert len(uses) > len(ids)


def test_another_order_is_masked_and_local_folders_are_left_out(
    pages: dict[str, Page], sample_cases: tuple[CaseReport, ...]
) -> None:
    reused = pages[f"{sample_cases[1].case}.html"]
    assert "251021-…789" in reused.words
    assert "662810043789" not in reused.source
    assert "corpus/web" not in pages[f"{sample_cases[0].case}.html"].source


def test_hostile_text_in_every_field_adds_no_tag_and_no_attribute(
    sample: ModuleType, sample_cases: tuple[CaseReport, ...], out_copy: Path, poison: str
) -> None:
    harmless = tuple(replace(sample.poisoned(case, "x"), case=f"case{i}") for i, case in enumerate(sample_cases))
    hostile = tuple(replace(sample.poisoned(case, poison), case=poison + str(i)) for i, case in enumerate(sample_cases))
    structures = []
    for cases in (harmless, hostile):
        report = HtmlReport(
            out_copy, "zh", titles=dict.fromkeys(("x", poison), sample.Text(zh=poison, en=f"{poison}."))
        )
        paths = [*(report.add_case(case, lambda _: None) for case in cases), report.finish()]
        structures.append([[(tag, sorted(values)) for tag, values in Page(path).tags] for path in paths])
        for path in paths:
            assert path.is_relative_to(out_copy)
            assert not MISLEADING.search(Page(path).source)
            assert "1337" not in Page(path).source
    # the same tags with the same attribute names: text stayed text
    assert structures[0] == structures[1]


def test_phone_numbers_and_positions_are_not_shown(sample: ModuleType, tmp_path: Path) -> None:
    photo = sample.photo_report(
        tmp_path, "13812345678", "13812345678.jpg", sample.draw_product(1, 60, 80), verdict=Level.NONE,
        outcomes=(replace(sample.quiet("exif"), metadata=(
            sample.MetadataRow(field="GPSLatitude", value="31.2304 N", place="", meaning=sample.Text(zh="", en="")),
            sample.MetadataRow(field="Comment", value="tel 138 1234 5678", place="", meaning=sample.Text(zh="", en="")),
        )),),
    )  # fmt: skip
    write(tmp_path, only(photo))
    for path in tmp_path.rglob("*.html"):
        assert "13812345678" not in path.name
        source = path.read_text(encoding="utf-8")
        assert not re.search("13812345678|138 1234 5678|31.2304", source)
    assert "138****5678" in source


def test_a_normal_order_stays_under_two_megabytes(sample: ModuleType, tmp_path: Path) -> None:
    case = sample.web_case(tmp_path, sample.draw_product(7, 1200, 1500))
    busy = []
    for seed in range(6):
        grain = np.random.default_rng(seed).normal(0, 22, (1440, 1080, 3))  # worse than any phone at night
        picture = np.clip(sample.draw_product(seed) + grain, 0, 255).astype(np.uint8)
        outcomes = case.photos[0].outcomes if seed < 2 else case.photos[1].outcomes
        busy.append(
            sample.photo_report(tmp_path, case.case, f"{seed}.jpg", picture, verdict=Level.NONE, outcomes=outcomes)
        )
    grainy = np.clip(
        sample.draw_product(7, 1200, 1500) + np.random.default_rng(9).normal(0, 22, (1500, 1200, 3)), 0, 255
    )
    known = sample.jpeg(grainy.astype(np.uint8), 1024)
    path = HtmlReport(tmp_path, "zh").add_case(replace(case, photos=tuple(busy)), lambda _: known)
    assert len(re.findall('<image id="pic', path.read_text(encoding="utf-8"))) == 6 + 1 + 2 + 1
    assert path.stat().st_size < 2_000_000


def test_missing_broken_and_foreign_pictures_leave_a_word_and_no_hole(sample: ModuleType, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "previews").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(sample.jpeg(sample.draw_product(1, 60, 80)))
    (out / "previews" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    whole = sample.photo_report(out, "1", "a.jpg", sample.draw_product(2, 60, 80), verdict=Level.NONE)
    lost = ["previews/gone.jpg", "previews/broken.jpg", "../secret.jpg", "\x00", str(tmp_path / "secret.jpg")]
    photos = tuple(replace(whole, photo=f"1/{i}.jpg", preview=preview) for i, preview in enumerate(lost))
    write(out, CaseReport(case="1", order=None, photos=photos))
    page = Page(out / "cases" / "1.html")
    assert page.words.count("The preview is missing") == len(lost)
    assert not [tag for tag, _ in page.tags if tag == "image"]


def test_an_order_without_files_is_inconclusive_and_not_lost(tmp_path: Path) -> None:
    write(tmp_path, CaseReport(case="empty", order=None, photos=()))
    assert "holds no file" in Page(tmp_path / "cases" / "empty.html").words
    assert '"case":"empty","level":"inconclusive"' in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_two_orders_never_share_a_page_and_an_order_added_again_replaces_its_own(
    sample: ModuleType, tmp_path: Path
) -> None:
    photo = sample.photo_report(tmp_path, "x", "a.jpg", sample.draw_product(2, 60, 80), verdict=Level.NONE)
    report = HtmlReport(tmp_path, "en")
    names = ["a b", "a/b", "A b", "a b"]
    paths = [report.add_case(replace(only(photo), case=name), lambda _: None) for name in names]
    assert len({str(path).lower() for path in paths}) == 3
    assert paths[0] == paths[3]
    index = report.finish().read_text(encoding="utf-8")
    assert index.count('"case":') == 3


def test_the_same_input_gives_the_same_bytes(
    sample: ModuleType, sample_cases: tuple[CaseReport, ...], sample_out: Path, out_copy: Path
) -> None:
    report = HtmlReport(out_copy, "zh", titles=sample.TITLES)
    known = sample.jpeg(sample.draw_product(7, 1200, 1500), 1024)
    for case in sample_cases:
        report.add_case(case, lambda matched: known if matched.id == "ref-1" else None)
    report.finish()
    one, two = ({p.name: p.read_bytes() for p in out.rglob("*.html")} for out in (sample_out, out_copy))
    assert one == two


def test_the_first_language_is_the_one_asked_for(sample_cases: tuple[CaseReport, ...], tmp_path: Path) -> None:
    write(tmp_path, replace(sample_cases[2], order=None))
    page = Page(tmp_path / "index.html")
    assert dict(page.tags)["html"] == {"lang": "en", "data-lang": "en"}


def test_the_page_says_as_what_an_order_can_be_filed(
    sample: ModuleType, sample_cases: tuple[CaseReport, ...], out_copy: Path
) -> None:
    case = sample_cases[0]
    for profile, words in (("pdd", "网图"), ("generic", "网络图片")):
        report = HtmlReport(out_copy, "zh", profile=load_profile(profile))
        page = report.add_case(case, lambda _: None).read_text(encoding="utf-8")
        option = "" if profile == "pdd" else " --profile generic"
        assert words in page
        assert f"evidencecheck package {case.case} --kind web-image{option}<" in page
        assert f"--kind edited{option}<" in page
        assert "--kind not-our-product" not in page
    odd = replace(case, case="a; rm -rf ~")
    page = report.add_case(odd, lambda _: None).read_text(encoding="utf-8")
    assert "网络图片" in page
    assert "evidencecheck package" not in page
