"""Makes the pictures of the READMEs from a demo report: `python docs/images/make.py REPORT_FOLDER` (needs Chromium).

evidencecheck demo --out /some/folder && python docs/images/make.py /some/folder
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
STAINED = "251104-330917264405518"
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]


def keep(page: Page, name: str) -> None:
    """Save what the window shows as a JPEG: half the size of a PNG, and the photos keep their colours."""
    page.mouse.move(5, 5)
    page.wait_for_timeout(1500)  # until what the click changed has faded in
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(HERE / name, quality=86, subsampling=0, optimize=True)


def main() -> None:
    """Take every picture in both languages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    report: Path = parser.parse_args().report.resolve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 980})
        for language, suffix in (("中文", ".zh"), ("English", "")):
            page.goto((report / "index.html").as_uri())
            page.get_by_text(language, exact=True).first.click()
            keep(page, f"report-index{suffix}.jpg")
            page.goto((report / "cases" / f"{STAINED}.html").as_uri())
            page.get_by_text(language, exact=True).first.click()
            page.locator("article").first.evaluate("article => window.scrollTo(0, article.offsetTop - 70)")
            keep(page, f"report-edited{suffix}.jpg")
        browser.close()


if __name__ == "__main__":
    main()
