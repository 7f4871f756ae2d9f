"""The pages for staff in a real browser, headless Chromium: by keyboard, on a phone, in the dark, without script.

Chromium is the one of the system (Debian: the package chromium); nothing is downloaded.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from running_pages import start_pages, word_file

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update".split()
PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 900}
DOI = "10.48251/SADF.ISSN.2406-5617.C300"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.network_loopback,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
    pytest.mark.xdist_group("desk-browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The one-time address of pages that run in a thread until the tests end."""
    monkeypatch.chdir(tmp_path)
    return start_pages(tmp_path)


@pytest.fixture
def said() -> list[str]:
    """What the browser complained about, such as a breach of the content security policy."""
    return []


def opened(browser: Any, entry: str, said: list[str], **options: Any) -> Any:
    context = browser.new_context(**{"viewport": DESKTOP} | options)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(entry)
    return page


def at_the_draft(page: Any, folder: Path) -> None:
    page.get_by_role("link", name="New number").first.click()
    page.set_input_files("#document", str(word_file(folder)))
    page.get_by_role("button", name="Read the document").click()
    page.wait_for_selector("#draft")


def registered(page: Any) -> None:
    page.get_by_role("button", name="Look at what will be sent").click()
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_text("in the rehearsal: this DOI does not exist").wait_for()


def test_from_word_to_a_rehearsed_doi(browser: Any, entry: str, tmp_path: Path, said: list[str]) -> None:
    page = opened(browser, entry, said)
    at_the_draft(page, tmp_path)
    page.fill("#published", "2021-13-45")
    page.locator("#state", has_text="1 to correct").wait_for()
    assert "date" in page.locator('[data-field="published"] .said').inner_text().lower()
    page.fill("#published", "2021-05-04")
    page.locator("#state", has_text="Ready").wait_for()
    registered(page)
    assert page.url.endswith(f"/numbers/{DOI}?on=sandbox")
    assert said == []


def test_by_keyboard_alone(browser: Any, entry: str, tmp_path: Path, said: list[str]) -> None:
    page = opened(browser, entry, said)
    at_the_draft(page, tmp_path)

    def to(name: str) -> None:
        for _ in range(200):
            page.keyboard.press("Tab")
            if name in page.evaluate("document.activeElement.innerText || document.activeElement.id || ''"):
                return
        pytest.fail(f"no key leads to “{name}”")

    to("title")
    page.keyboard.press("End")
    page.keyboard.type(" again")
    to("Look at what will be sent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/look*")
    to("Rehearse")
    to("Rehearse")
    page.keyboard.press("Enter")
    page.get_by_text("in the rehearsal: this DOI does not exist").wait_for()
    assert "Salt and silence again" in page.inner_text("h1")


def test_the_whole_way_without_script(browser: Any, entry: str, tmp_path: Path, said: list[str]) -> None:
    page = opened(browser, entry, said, java_script_enabled=False)
    at_the_draft(page, tmp_path)
    page.fill("#title", "Typed without script")
    page.get_by_role("button", name="Add an author").click()
    page.fill("[name='authors[1].family']", "Hopper")
    page.get_by_role("button", name="Save").last.click()
    assert page.input_value("[name='authors[1].family']") == "Hopper"
    registered(page)
    assert page.inner_text("h1") == "Typed without script"


def test_what_was_typed_survives_a_server_that_went_away(
    browser: Any, entry: str, tmp_path: Path, said: list[str]
) -> None:
    page = opened(browser, entry, said)
    at_the_draft(page, tmp_path)
    page.context.set_offline(True)
    page.fill("#title", "Typed while the line was cut")
    page.locator("#saved", has_text="Not saved").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").last.click()
    page.wait_for_load_state()
    assert page.input_value("#title") == "Typed while the line was cut"


WIDE = """width => document.documentElement.scrollWidth <= width ? [] :
    [...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > width + 1)
    .map(one => one.outerHTML.slice(0, 120))"""
"""The elements that make a page wider than the screen."""


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("light", PHONE, id="phone-light", marks=pytest.mark.acceptance),
        pytest.param("dark", PHONE, id="phone-dark"),
        pytest.param("light", DESKTOP, id="desktop-light"),
        pytest.param("dark", DESKTOP, id="desktop-dark", marks=pytest.mark.acceptance),
    ],
)
def test_axe_finds_no_fault(
    browser: Any, entry: str, tmp_path: Path, said: list[str], scheme: str, viewport: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, entry, said, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    faults: set[tuple[str, str, str]] = set()

    def look() -> None:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        faults.update((page.url, one["id"], one["nodes"][0]["html"][:160]) for one in found.response["violations"])
        wide = page.evaluate(WIDE, viewport["width"])
        assert wide == [], page.url

    look()
    page.get_by_role("link", name="New number").first.click()
    look()
    page.go_back()
    at_the_draft(page, tmp_path)
    look()
    page.fill("#title", "")
    page.locator("#state", has_text="to correct").wait_for()
    look()
    page.fill("#title", "Salt and silence")
    page.locator("#state", has_text="Ready").wait_for()
    page.get_by_role("button", name="Look at what will be sent").click()
    look()
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_text("in the rehearsal: this DOI does not exist").wait_for()
    look()
    page.get_by_role("link", name="All numbers").click()
    look()
    assert faults == set()


def test_the_first_page_is_small(browser: Any, entry: str, said: list[str]) -> None:
    page = opened(browser, entry, said)
    weight = page.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".reduce((sum, one) => sum + one.transferSize, 0)"
    )
    assert 1_000 < weight < 100_000
