"""Makes the pictures of the pages for staff, from a made-up commentary: `python docs/desk_pictures.py`."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from running_pages import start_pages, word_file  # noqa: E402  (it lies among the tests)

PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 900}


def main() -> None:
    """Go from the document to the rehearsed DOI, and keep what each page looks like."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, viewport, scheme in (("desktop", DESKTOP, "light"), ("phone", PHONE, "dark")):
            with tempfile.TemporaryDirectory() as folder:
                page = browser.new_page(viewport=viewport, color_scheme=scheme)
                walk(page, Path(folder), name)
        browser.close()


def walk(page: Any, folder: Path, name: str) -> None:
    """Take the way of the tutorial."""

    def keep(what: str) -> None:
        page.screenshot(path=HERE / "images" / f"desk-{what}-{name}.png")

    page.goto(start_pages(folder))
    page.get_by_role("link", name="New number").first.click()
    page.set_input_files("#document", str(word_file(folder)))
    page.get_by_role("button", name="Read the document").click()
    page.fill("#published", "2021-13-45")
    page.locator("#state", has_text="1 to correct").wait_for()
    keep("draft")
    page.fill("#published", "2021-05-04")
    page.locator("#state", has_text="Ready").wait_for()
    page.get_by_role("button", name="Look at what will be sent").click()
    keep("look")
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_text("in the rehearsal: this DOI does not exist").wait_for()
    keep("number")


if __name__ == "__main__":
    main()
