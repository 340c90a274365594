"""What the report does in a real browser, opened from disk. `watched` fails a test whose page logs, asks or pops up."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from evidencecheck.model import CaseReport, Claim, Level, Order, PhotoReport
from evidencecheck.report.html import HtmlReport

THOUSANDS = 5_000
Open = Callable[..., Page]  # opens the page, with settings after the #


@pytest.fixture
def index(watched: Any, sample_cases: tuple[CaseReport, ...], sample_out: Path) -> Open:
    return lambda settings="": watched.open(sample_out / "index.html", settings)


@pytest.fixture
def order(watched: Any, sample_cases: tuple[CaseReport, ...], sample_out: Path) -> Open:
    """Open the page of the first sample order: a web picture with painted stains, and three more files."""
    path = sample_out / "cases" / f"{sample_cases[0].case}.html"
    return lambda settings="": watched.open(path, settings)


def shown_orders(page: Page) -> list[str]:
    return page.locator("#orders .order-number").all_inner_texts()


# ---------------------------------------------------------------- index


def test_the_index_shows_every_order_most_pressing_first(index: Open) -> None:
    assert shown_orders(index()) == ["251103-482915570312", "251105-771203984410", "251108-100200300400"]


def test_verdict_chips_filter_and_the_address_remembers(index: Open) -> None:
    page = index()
    page.click("[data-level=unreadable]")
    assert shown_orders(page) == ["251103-482915570312"]
    page.click("[data-level=none]")
    assert shown_orders(page) == ["251103-482915570312", "251108-100200300400"]
    expect(page.locator("[data-level=none]")).to_have_attribute("aria-pressed", "true")
    page.reload()
    assert shown_orders(page) == ["251103-482915570312", "251108-100200300400"]
    expect(page.locator("[data-level=possible]")).to_be_disabled()


def test_claim_search_and_sort(index: Open) -> None:
    page = index()
    page.select_option("#claim", "reused")
    assert shown_orders(page) == ["251105-771203984410"]
    page.select_option("#claim", "")
    page.fill("#search", "YT881 马克杯")
    assert shown_orders(page) == ["251103-482915570312"]
    page.fill("#search", "nothing like this")
    assert shown_orders(page) == []
    expect(page.locator("#empty")).to_be_visible()
    page.keyboard.press("Escape")
    page.select_option("#sort", "-case")
    assert shown_orders(page)[0] == "251108-100200300400"


def test_the_index_by_keyboard(index: Open) -> None:
    page = index()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("j")  # typed, not a command
    expect(page.locator("#search")).to_have_value("j")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_value("")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    expect(page.locator("#orders a").nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"cases/251105-771203984410\.html"))


def test_the_language_switches_without_a_reload_and_travels_along(index: Open) -> None:
    page = index()
    page.evaluate("window.sameDocument = true")
    expect(page.locator("h1")).to_have_text("售后照片核查", use_inner_text=True)
    expect(page).to_have_title(re.compile("售后照片核查"))
    page.click("[data-set-lang=en]")
    expect(page.locator("h1")).to_have_text("Photo evidence check", use_inner_text=True)
    expect(page).to_have_title(re.compile("Photo evidence check"))
    expect(page.locator("#search")).to_have_attribute("placeholder", re.compile("Search order"))
    expect(page.locator("#orders li").first).to_contain_text("Documented", use_inner_text=True)
    assert "有据可查" not in page.locator("#orders li").first.inner_text()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("window.sameDocument")
    page.locator("#orders a").first.click()
    page.wait_for_url(re.compile("cases/"))
    expect(page.locator(".verdict").first).to_contain_text("It means", use_inner_text=True)
    page.keyboard.press("l")
    expect(page.locator(".verdict").first).to_contain_text("表示", use_inner_text=True)
    page.locator(".crumbs a").click()
    page.wait_for_url(re.compile("index.html#.*lang=zh"))
    expect(page.locator("h1")).to_have_text("售后照片核查", use_inner_text=True)


def thousands() -> list[CaseReport]:
    plain = PhotoReport(
        case="", photo="", sha256="", size_bytes=1, format="JPEG", width=3, height=4, verdict=Level.NONE
    )
    cases = []
    for n in range(THOUSANDS):
        number = f"2511{n % 28 + 1:02d}-{n:012d}"
        level = [Level.NONE, Level.INCONCLUSIVE, Level.POSSIBLE, Level.SUPPORTED, Level.DOCUMENTED][n % 7 % 5]
        claims = (Claim.EDITED,) if level in {Level.SUPPORTED, Level.DOCUMENTED} else ()
        photo = replace(plain, case=number, photo=f"{number}/1.jpg", verdict=level, claims=claims)
        cases.append(CaseReport(case=number, order=Order(number=number, product=f"商品 {n}"), photos=(photo,)))
    return cases


def test_thousands_of_orders_open_and_filter_at_once(watched: Any, tmp_path: Path) -> None:
    report = HtmlReport(tmp_path, "zh")
    for case in thousands():
        report.list_case(case)
    path = report.finish()
    assert path.stat().st_size < 3_000_000
    started = time.monotonic()
    page = watched.open(path)
    expect(page.locator("#result")).to_have_text("5,000 个订单")
    opened = time.monotonic() - started
    assert page.locator("#orders li").count() < 400, "only what is near the screen is drawn"
    spent = page.evaluate(
        """() => { const box = document.getElementById("search"); const start = performance.now();
        for (const text of ["4", "49", "499", "4999"]) { box.value = text; box.dispatchEvent(new Event("input")); }
        return performance.now() - start; }"""
    )
    assert shown_orders(page) == ["251116-000000004999"]
    page.keyboard.press("Escape")
    for drawn in (120, 180, 240):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(50)
        assert page.locator("#orders li").nth(drawn - 1).text_content(timeout=10_000)
    # generous: the machine may be busy; typical is 0.3 s and 20 ms a key
    assert opened < 10
    assert spent / 4 < 500


# ---------------------------------------------------------------- the page of an order


def test_the_queue_filters_photos(order: Open) -> None:
    page = order()
    assert page.locator("article.photo:visible").count() == 4
    page.click("[data-filter=unreadable]")
    assert page.locator("article.photo:visible").count() == 1
    assert page.locator(".thumbs li:visible").count() == 1
    page.click("[data-filter=web-image]")
    assert page.locator("article.photo:visible h2").all_inner_texts() == ["1/4 251103-482915570312/1.jpg"]
    page.reload()
    assert page.locator("article.photo:visible").count() == 1
    page.click("[data-filter=all]")
    assert page.locator("article.photo:visible").count() == 4


def test_keys_walk_through_the_photos(order: Open) -> None:
    page = order()
    for key, current in (("j", "photo-2"), ("j", "photo-3"), ("k", "photo-2")):
        page.keyboard.press(key)
        expect(page.locator(f"#{current}")).to_be_focused()
        expect(page.locator(".thumbs a[aria-current]")).to_have_attribute("href", f"#{current}")


def test_circles_can_be_hidden_and_every_number_is_drawn(order: Open) -> None:
    page = order()
    tags = page.locator("#photo-1 .viewer .tag")
    assert [tag.text_content() for tag in tags.all()] == ["1", "2", "3"]
    page.click("#photo-1 .toggle-circles")
    expect(tags.first).to_be_hidden()
    page.keyboard.press("c")
    expect(tags.first).to_be_visible()


def test_a_number_zooms_to_its_place_and_back(order: Open) -> None:
    page = order()
    frame = page.locator("#photo-1 .frame")
    page.click("#photo-1 [data-show-place='2']")
    assert frame.evaluate("f => f.classList.contains('zoomed')")
    place, view = (
        page.locator(f"#photo-1 .viewer {what}").bounding_box() for what in ("[data-place='2'] polygon.ring", ".frame")
    )
    assert place is not None
    assert view is not None
    assert view["x"] < place["x"] < place["x"] + place["width"] < view["x"] + view["width"]
    assert view["y"] < place["y"] < place["y"] + place["height"] < view["y"] + view["height"]
    page.click("#photo-1 [data-show-place='2']")
    assert not frame.evaluate("f => f.classList.contains('zoomed')")
    page.keyboard.press("+")
    expect(page.locator("#photo-1 [data-zoom-by='0']")).to_have_text("150 %")
    page.keyboard.press("0")
    expect(page.locator("#photo-1 [data-zoom-by='0']")).to_have_text("100 %")


STATE = re.compile(r' (style|data-base-[a-z]+|transform)="[^"]*"')


def choose(match: Locator, mode: str) -> None:
    match.locator(f"input[value={mode}]").check(force=True)


def test_swipe_follows_the_pointer_and_the_slider(order: Open) -> None:
    page = order()
    match = page.locator(".match").first
    expect(match.locator(".pair")).to_be_visible()
    choose(match, "swipe")
    expect(match.locator(".pair")).to_be_hidden()
    stage = match.locator(".stage svg")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, box["y"] + 60)
    page.mouse.up()
    assert float(match.locator(".clip").get_attribute("width") or "nan") == 0
    slider = match.locator("input[type=range]")
    slider.fill("100")
    assert float(match.locator(".clip").get_attribute("width") or "nan") == 1080
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert float(match.locator(".divider").get_attribute("x1") or "nan") == pytest.approx(1069.2)


def test_the_swipe_shows_the_known_picture_on_the_left(order: Open) -> None:
    page = order()
    match = page.locator(".match").first
    choose(match, "swipe")
    page.evaluate("document.querySelectorAll('.places, .divider').forEach((each) => each.remove())")
    stage = match.locator(".stage svg")
    slider = match.locator("input[type=range]")
    pictures = {}
    for position in ("0", "50", "100"):
        slider.fill(position)
        pictures[position] = stage.screenshot()
    # the stains are in the photo only, so the three views differ
    assert len(set(pictures.values())) == 3


def test_blink_alternates_and_pauses(order: Open) -> None:
    page = order()
    match = page.locator(".match").first
    choose(match, "blink")
    stage = match.locator(".stage")
    for _ in range(2):
        expect(stage).to_have_attribute("data-showing", "ours", timeout=5000)
        expect(match.locator(".over")).to_have_attribute("visibility", "hidden")
        expect(stage).to_have_attribute("data-showing", "known", timeout=5000)
    match.locator(".pause").click()
    before = stage.get_attribute("data-showing")
    page.wait_for_timeout(1500)
    assert stage.get_attribute("data-showing") == before
    choose(match, "side")
    expect(match.locator(".pair")).to_be_visible()


def test_overlay_mixes_both(order: Open) -> None:
    page = order()
    match = page.locator(".match").first
    choose(match, "blend")
    match.locator("input[type=range]").fill("25")
    assert float(match.locator(".over").get_attribute("opacity") or "nan") == pytest.approx(0.75)


def test_who_asked_for_less_motion_sees_no_blinking_by_itself(browser: Browser, sample_out: Path, order: Open) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((sample_out / "cases" / "251103-482915570312.html").as_uri())
    match = page.locator(".match").first
    choose(match, "blink")
    page.wait_for_timeout(1300)
    assert match.locator(".stage").get_attribute("data-showing") == "known"
    match.locator(".pause").click()
    assert match.locator(".stage").get_attribute("data-showing") == "ours"
    context.close()


def test_the_enlarged_view_opens_closes_and_puts_everything_back(order: Open) -> None:
    page = order()
    for box, key in ((".viewer", "f"), (".match", None)):
        before = page.locator("#photo-1").inner_html()
        if key:
            page.keyboard.press(key)
        else:
            page.locator("#photo-1 .match .enlarge").click()
        expect(page.locator(f"#large[open] {box}")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#large")).to_be_hidden()
        expect(page.locator(f"#photo-1 {box} .enlarge")).to_be_focused()
        after = page.locator("#photo-1").inner_html()
        assert STATE.sub("", after) == STATE.sub("", before)


def test_every_check_and_the_unreadable_file_are_on_the_page(order: Open) -> None:
    page = order("lang=en")
    rows = page.locator("#photo-1 .checks tbody tr").all_inner_texts()
    assert len(rows) == 6
    assert any("Not applicable: no order export was given" in row for row in rows)
    assert any("Nothing found" in row for row in rows)
    broken = page.locator("#photo-4").inner_text()
    assert "Unreadable" in broken
    assert "transfer probably broke off" in broken
    assert "What to do" in broken
    assert "It does not show that the photo is authentic" in page.locator("#photo-2").inner_text()


# ---------------------------------------------------------------- everywhere


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_nothing_is_wider_than_the_screen(order: Open, index: Open, width: int) -> None:
    for open_page in (index, order):
        page = open_page("lang=en")
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = r"""() => {
  const canvas = document.createElement("canvas"); canvas.width = canvas.height = 1;
  const draw = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => { draw.clearRect(0, 0, 1, 1); draw.fillStyle = colour; draw.fillRect(0, 0, 1, 1);
    return [...draw.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((v) => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const behind = (element) => { for (let e = element; e; e = e.parentElement) {
    const colour = rgba(getComputedStyle(e).backgroundColor); if (colour[3] === 255) return colour; }
    return [255, 255, 255]; };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    if (element.closest("svg, :disabled, script")) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(element.className + ": " + walk.currentNode.textContent.trim() + " " + ratio.toFixed(2));
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(watched: Any, order: Open, index: Open, scheme: str) -> None:
    watched.page.emulate_media(color_scheme=scheme)
    for open_page in (index, order):
        page = open_page()
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name(order: Open, index: Open) -> None:
    nameless = """() => [...document.querySelectorAll("button, input, select, a[href], [role=img]")].filter((each) =>
      each.checkVisibility() && !(each.getAttribute("aria-label") || each.innerText || "").trim()
      && !each.labels?.length).map((each) => each.outerHTML.slice(0, 120))"""
    for open_page in (index, order):
        assert open_page().evaluate(nameless) == []


def test_without_javascript_the_page_of_an_order_still_reads(browser: Browser, sample_out: Path, order: Open) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((sample_out / "cases" / "251103-482915570312.html").as_uri())
    words = page.locator("#main").inner_text()
    assert "照片与一张网上的图片是同一张" in words
    assert "The photo shows the same picture" not in words
    assert page.locator(".viewer-tools:visible").count() == 0
    assert page.locator(".pair:visible").count() == 1
    context.close()


def test_hostile_text_executes_nothing(
    watched: Any, sample: ModuleType, sample_cases: tuple[CaseReport, ...], out_copy: Path, poison: str
) -> None:
    report = HtmlReport(out_copy, "en", titles={poison: sample.Text(zh=poison, en=poison)})
    path = report.add_case(
        sample.poisoned(sample_cases[0], poison), lambda _: sample.jpeg(sample.draw_product(7, 1200, 1500), 600)
    )
    for opened in (path, report.finish()):
        page = watched.open(opened)
        page.click("[data-set-lang=zh]")
        page.keyboard.press("b")
        page.keyboard.press("j")
        assert page.evaluate("[typeof window.hacked, document.querySelectorAll('main img[src=x]').length]") == [
            "undefined",
            0,
        ]
        assert "1337" not in page.locator("main").inner_text()
        for link in page.locator("a[href]").all():
            assert re.match(r"#|\.\./index\.html|cases/|https?://", link.get_attribute("href") or "")


def test_the_policy_really_blocks(watched: Any, tmp_path: Path, sample_out: Path, order: Open) -> None:
    source = (sample_out / "cases" / "251103-482915570312.html").read_text(encoding="utf-8")
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(
        source.replace("</main>", "<script>window.hacked = 1</script><img src=http://127.0.0.1:9/x></main>"),
        encoding="utf-8",
    )
    page = watched.open(spoiled)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert any("Content Security Policy" in line for line in watched.trouble)
    assert page.evaluate("document.querySelector('img[src^=http]').naturalWidth") == 0
    watched.trouble.clear()
