"""The pages for staff in a real browser, headless Chromium: by keyboard, on a phone, in the dark, without script.

Chromium is the one of the system (Debian: the package chromium); nothing is downloaded.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from depositing import validator
from doideposit.sandbox.clock import Delays
from doideposit.sandbox.server import running
from doideposit.sandbox.simulation import Sandbox
from doideposit.wiring import load_settings, open_depositor
from mixed_ledger import work
from mixed_pages import mixed_pages
from running_pages import pdf_file, serve_pages, start_pages, start_shared_pages, word_file

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


PASSWORDS = {"DESK_ANNA": "a password of anna", "DESK_BORIS": "a password of boris", "CROSSREF_PASSWORD": "sandbox"}


def tab_to(page: Any, name: str) -> None:
    for _ in range(300):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText || document.activeElement.id || ''"):
            return
    pytest.fail(f"no key leads to “{name}” on {page.url}")


def press(page: Any, name: str, leads_to: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url(leads_to)


def signed_in(browser: Any, address: str, name: str) -> Any:
    page = browser.new_context(viewport=DESKTOP).new_page()
    page.goto(f"{address}/sign-in")
    tab_to(page, "name")
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS[f"DESK_{name.upper()}"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return page


@pytest.mark.acceptance
def test_by_keyboard_from_word_to_what_a_colleague_approved_and_crossref_registered(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in PASSWORDS.items():
        monkeypatch.setenv(name, text)
    with Sandbox(validate=validator().validate, delays=Delays.none()) as sandbox, running(sandbox) as crossref:
        address = start_shared_pages(tmp_path, crossref, PASSWORDS)
        anna = signed_in(browser, address, "anna")
        press(anna, "New number", "**/new")
        # The window of the system in which a file is chosen is none of the page.
        tab_to(anna, "document")
        anna.set_input_files("#document", str(word_file(tmp_path)))
        press(anna, "Read the document", "**/drafts/*")
        press(anna, "Look at what will be sent", "**/look*")
        press(anna, "Register at Crossref", "**target=production")
        assert "another person has to approve it" in anna.inner_text("main")
        boris = signed_in(browser, address, "boris")
        press(boris, "Waits for approval", "**target=production")
        press(boris, "Approve", "**target=production")
        boris.get_by_text("Approved by boris").wait_for()
        anna.reload()
        # The first “Register” is the name of the place where it goes, above the page.
        tab_to(anna, "Register at Crossref")
        press(anna, "Register", f"**/numbers/{DOI}*")
        # It is sent after the answer; the job asks what became of it, or the page when it is time.
        anna.get_by_text("Received by Crossref").or_(anna.locator(".steps .yes")).first.wait_for()
        with open_depositor(load_settings(tmp_path / "doideposit.toml")) as depositor:
            depositor.poll(force=True)
        anna.reload()
        receipt = anna.inner_text("main")
        assert "Registered" in anna.inner_text("[role=status]")
        assert f"https://doi.org/{DOI}" in receipt
        assert "What remains" in receipt
        assert len(list(sandbox.submissions)) == 1


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
        pytest.param("light", DESKTOP, id="desktop-light", marks=pytest.mark.acceptance),
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
    page.get_by_role("button", name="Look for it at orcid.org").first.click()
    page.get_by_text("Several people or organisations can have the same name").wait_for()
    look()
    page.get_by_role("link", name="None of these").click()
    page.get_by_role("button", name="Look at what will be sent").click()
    look()
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_text("in the rehearsal: this DOI does not exist").wait_for()
    look()
    page.get_by_role("link", name="All numbers").click()
    look()
    page.get_by_role("link", name="New number").click()
    page.set_input_files("#document", str(pdf_file(tmp_path)))
    page.get_by_role("button", name="Read the document").click()
    page.get_by_alt_text("Picture of page 1").wait_for()
    look()
    assert faults == set()


@pytest.mark.acceptance
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_no_fault_where_there_is_trouble(
    browser: Any, tmp_path_factory: pytest.TempPathFactory, said: list[str], viewport: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    desk, pages, entry = mixed_pages(tmp_path_factory.mktemp("trouble"))
    address = serve_pages(pages)
    page = opened(browser, f"{address}{entry}", said, viewport=viewport, bypass_csp=True)
    faults: set[tuple[str, str, str]] = set()
    numbers = [f"/numbers/{status.doi}" for status in desk.depositor.statuses(attention=True)]
    for path in ["/", "/numbers", "/warnings", "/audit", *numbers]:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
        faults.update((path, one["id"], one["nodes"][0]["html"][:160]) for one in found.response["violations"])
        assert page.evaluate(WIDE, viewport["width"]) == [], path
    assert faults == set()


@pytest.mark.acceptance
def test_three_hundred_numbers_in_every_state_load_in_a_second(
    browser: Any, tmp_path_factory: pytest.TempPathFactory, said: list[str]
) -> None:
    desk, pages, entry = mixed_pages(tmp_path_factory.mktemp("many"))
    desk.depositor.deposit(*(work(number) for number in range(1_000, 1_275)))
    desk.clock.advance(7_200)
    desk.depositor.poll()
    page = opened(browser, f"{serve_pages(pages)}{entry}", said)
    page.get_by_role("link", name="All numbers").click()
    assert "page 1 of 7" in page.inner_text("main")
    took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert 0 < took < 1_000
    assert said == []


def test_the_first_page_is_small(browser: Any, entry: str, said: list[str]) -> None:
    page = opened(browser, entry, said)
    weight = page.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".reduce((sum, one) => sum + one.transferSize, 0)"
    )
    assert 1_000 < weight < 100_000
