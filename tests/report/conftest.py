"""A sample report on disk, and a real browser that watches what the report's pages do."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from evidencecheck.model import CaseReport
from evidencecheck.report.html import HtmlReport

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
POISONS = {
    "tags": '"><img src=x onerror=alert(1)><script>window.hacked=1</script>',
    "script end": "</script><script>window.hacked=1</script><!--",
    "attribute": "' onmouseover='alert(1)' x='\" autofocus onfocus=\"alert(1)",
    "template": "{{ 7*191 }}{% raw %}${alert(1)}",
    "address": "javascript:alert(1)//https://x",
    "direction": "a\u202e\u2066\u200fb\x00\u2028\u2029\udcff",
}

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The maker of sample cases (sample.py beside this file)."""
    path = Path(__file__).with_name("sample.py")
    spec = importlib.util.spec_from_file_location("report_sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of the sample cases. Tests only read it."""
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="session")
def sample_cases(sample: ModuleType, sample_out: Path) -> tuple[CaseReport, ...]:
    """The sample cases; their report is in `sample_out`."""
    made = sample.write_sample(sample_out)
    report = HtmlReport(sample_out, "zh", titles=sample.TITLES)
    for case in made.cases:
        report.add_case(case, made.reference_picture)
    report.finish()
    cases: tuple[CaseReport, ...] = made.cases
    return cases


@dataclass
class Watched:
    """A page and everything it did that a report must not do."""

    page: Page
    trouble: list[str] = field(default_factory=list)

    def open(self, path: Path, settings: str = "") -> Page:
        self.page.goto(path.as_uri() + (f"#{settings}" if settings else ""))
        return self.page


@pytest.fixture
def out_copy(sample_cases: tuple[CaseReport, ...], sample_out: Path, tmp_path: Path) -> Path:
    """An `--out` folder of one's own with the sample's previews and pictures, without pages."""
    for folder in ("previews", "pictures"):
        shutil.copytree(sample_out / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture(params=list(POISONS.values()), ids=list(POISONS))
def poison(request: pytest.FixtureRequest) -> str:
    """Text as a hostile file would carry it."""
    text: str = request.param
    return text


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        why = f"no Chromium found (looked for {', '.join(BROWSERS)}): install one, for example `apt install chromium`"
        if os.environ.get("CI") == "true":
            pytest.fail(f"the report's browser tests must run in CI, but {why}")
        pytest.skip(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh page. The test fails if it logs anything, opens a dialog, or asks for anything but its own file."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="no-preference")
    page = context.new_page()
    seen = Watched(page=page)
    page.on("console", lambda line: seen.trouble.append(f"console {line.type}: {line.text}"))
    page.on("pageerror", lambda error: seen.trouble.append(f"error: {error}"))
    page.on("dialog", lambda dialog: _dismiss(dialog, seen.trouble))
    page.on("popup", lambda popup: seen.trouble.append(f"popup: {popup.url}"))
    context.on("request", lambda request: _only_local(request.url, seen.trouble))
    yield seen
    context.close()
    assert seen.trouble == []


def _dismiss(dialog: Dialog, trouble: list[str]) -> None:
    trouble.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _only_local(url: str, trouble: list[str]) -> None:
    if not url.startswith(("file:", "data:")):
        trouble.append(f"request: {url}")
