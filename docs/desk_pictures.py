"""Makes the pictures of the pages for staff, from made-up commentaries: `python docs/desk_pictures.py`."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from mixed_pages import mixed_pages  # noqa: E402  (these lie among the tests)
from running_pages import pdf_file, serve_pages, start_pages, word_file  # noqa: E402

PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 900}


def main() -> None:
    """Go from the document to the rehearsed DOI, and keep what each page looks like, in light and in dark."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                with tempfile.TemporaryDirectory() as folder:
                    os.chdir(folder)
                    page = browser.new_page(viewport=viewport, color_scheme=scheme)
                    walk(page, Path(folder), f"{size}-{scheme}")
                    lists(page, Path(folder), f"{size}-{scheme}")
        browser.close()


def keep(page: Any, what: str, name: str) -> None:
    """Keep what the screen shows."""
    page.screenshot(path=HERE / "images" / f"desk-{what}-{name}.png")


def walk(page: Any, folder: Path, name: str) -> None:
    """Take the way of the tutorial."""
    page.goto(start_pages(folder))
    page.get_by_role("link", name="New number").first.click()
    page.set_input_files("#document", str(word_file(folder)))
    page.get_by_role("button", name="Read the document").click()
    page.fill("#published", "2021-13-45")
    page.locator("#state", has_text="1 to correct").wait_for()
    keep(page, "draft", name)
    page.fill("#published", "2021-05-04")
    page.locator("#state", has_text="Ready").wait_for()
    page.get_by_role("button", name="Look at what will be sent").click()
    keep(page, "look", name)
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_text("in the rehearsal: this DOI does not exist").wait_for()
    keep(page, "number", name)
    page.get_by_role("link", name="New number").first.click()
    page.set_input_files("#document", str(pdf_file(folder)))
    page.get_by_role("button", name="Read the document").click()
    page.get_by_alt_text("Picture of page 1").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    keep(page, "pdf", name)


def lists(page: Any, folder: Path, name: str) -> None:
    """Show the lists of a publisher some months later."""
    within = folder / "later"
    within.mkdir()
    _desk, pages, entry = mixed_pages(within)
    page.goto(serve_pages(pages) + entry)
    keep(page, "home", name)
    page.get_by_role("link", name="All numbers").first.click()
    keep(page, "numbers", name)


if __name__ == "__main__":
    main()
