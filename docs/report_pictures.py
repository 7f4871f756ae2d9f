"""Makes the pictures of the report, from the made-up ledger of the tests: `python docs/report_pictures.py`."""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from doideposit.reports.page import Report  # noqa: E402
from mixed_ledger import NOW, mixed_desk  # noqa: E402  (it lies among the tests)

SIZES = {"phone": {"width": 375, "height": 812}, "desktop": {"width": 1280, "height": 900}}


def main() -> None:
    """Write the page, open it at each size, and keep what it looks like."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mixed_desk(folder) as desk:
            report = replace(
                Report.gather(desk.depositor, NOW, version="1.2.3"), place="/srv/doideposit/doideposit.sqlite3"
            )
        path = folder / "report.html"
        path.write_text(report.to_html(), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            for size, viewport in SIZES.items():
                opened = browser.new_page(viewport=viewport)
                opened.goto(path.as_uri())
                opened.screenshot(path=HERE / "images" / f"report-{size}.png")
            browser.close()


if __name__ == "__main__":
    main()
