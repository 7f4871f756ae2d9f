"""The report in a real browser, headless Chromium: with and without script, on a phone, in the dark, on paper.

Chromium is the one of the system (Debian: the package chromium); nothing is downloaded.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from doideposit.crossref.xml.participation import Measured
from doideposit.records.identifiers import Doi
from doideposit.reports.activity import Activity
from doideposit.reports.completeness import Completeness
from doideposit.reports.page import Report
from made_up_reports import everything_hostile, rejected, report, status
from mixed_ledger import NOW, mixed_desk

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PHONE, DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
    # One browser and one ledger for all of them.
    pytest.mark.xdist_group("report-browser"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    with mixed_desk(folder) as desk:
        path = folder / "report.html"
        # As a publisher has it, whose DOIs exist: only there do DOIs lead anywhere.
        gathered = replace(Report.gather(desk.depositor, NOW, version="1.2.3"), target="production")
        path.write_text(gathered.to_html(), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page, and what happened while it was open."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def rows(self) -> list[str]:
        found = self.page.eval_on_selector_all("#table tbody tr", "rows => rows.map(row => row.cells[0].textContent)")
        return [re.match(r"10\.48251/\S+?(?=[A-Z][a-z]|A )", one)[0] for one in found]


@contextmanager
def visiting(chromium: Any, address: str, **options: Any) -> Iterator[Visit]:
    context = chromium.new_context(**{"viewport": DESKTOP} | options)
    visit = Visit(context.new_page())
    visit.page.on("console", lambda message: visit.said.append(message.text))
    visit.page.on("pageerror", lambda error: visit.said.append(str(error)))
    visit.page.on("request", lambda request: visit.asked.append(request.url))
    visit.page.goto(address)
    yield visit
    context.close()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_it_loads_without_a_word_and_asks_for_nothing(chromium: Any, address: str, viewport: Any, script: bool) -> None:
    with visiting(chromium, address, viewport=viewport, java_script_enabled=script) as visit:
        visit.page.mouse.wheel(0, 20_000)
        assert visit.said == []
        assert [one for one in visit.asked if one != "data:,"] == [address]


@pytest.mark.parametrize("width", [320, *(pytest.param(one, marks=pytest.mark.acceptance) for one in (375, 768)), 1280])
def test_nothing_sticks_out_at_the_side(chromium: Any, address: str, width: int) -> None:
    with visiting(chromium, address, viewport={"width": width, "height": 812}) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        visit.page.evaluate(
            "document.querySelectorAll('#table tbody').forEach(one => { one.style.contentVisibility = 'visible'; })"
        )
        wide = visit.page.evaluate(
            "[...document.querySelectorAll('body *')].filter(one => getComputedStyle(one).position !== 'absolute' && "
            "one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"
        )
        assert wide == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_no_fault(chromium: Any, address: str, scheme: str, viewport: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with visiting(chromium, address, color_scheme=scheme, viewport=viewport, bypass_csp=True) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        visit.page.add_style_tag(content=".all tbody { content-visibility: visible !important; }")
        found = Axe().run(
            visit.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
        )
        faults = {(one["id"], one["nodes"][0]["html"][:160]) for one in found.response["violations"]}
        assert faults == set()
        assert len(found.response["passes"]) > 25


def test_light_and_dark_are_two_papers(chromium: Any, address: str) -> None:
    papers = set()
    for scheme in ("light", "dark"):
        with visiting(chromium, address, color_scheme=scheme) as visit:
            papers.add(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(papers) == 2


def test_columns_sort_up_and_down_and_say_so(chromium: Any, address: str) -> None:
    with visiting(chromium, address) as visit:
        before = visit.rows()
        heading = visit.page.locator("#table thead th").first
        heading.locator("button").click()
        rising = visit.rows()
        assert heading.get_attribute("aria-sort") == "ascending"
        assert sorted(rising) == sorted(before)
        assert rising[:2] == ["10.48251/SADF.FOCUS.41", "10.48251/SADF.FOCUS.260"]
        heading.locator("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        assert visit.rows() == rising[::-1]
        other = visit.page.locator("#table thead th").nth(3)
        other.locator("button").press("Enter")
        assert heading.get_attribute("aria-sort") is None
        assert visit.rows()[0] == "10.48251/SADF.ISSN.2406-5617.C231" or visit.rows()[0].endswith(
            ("C231", "C232", "C233", "C234")
        )


def test_the_table_is_filtered_by_words_and_by_state(chromium: Any, address: str) -> None:
    from playwright.sync_api import expect

    with visiting(chromium, address) as visit:
        shown = visit.page.locator("#shown")
        assert shown.text_content() == "31 of 31 shown"
        visit.page.fill("#find", "HARBOUR question")
        expect(shown).to_have_text("2 of 31 shown")
        assert set(visit.rows()) == {"10.48251/SADF.FOCUS.260", "10.48251/SADF.ISSN.2406-5617.C260"}
        visit.page.select_option("#kind", "bad")
        assert visit.rows() == []
        visit.page.select_option("#kind", "warning")
        assert len(visit.rows()) == 2
        visit.page.fill("#find", "nothing like it")
        expect(shown).to_have_text("0 of 31 shown")
        visit.page.fill("#find", "")
        visit.page.select_option("#kind", "bad")
        expect(shown).to_have_text("4 of 31 shown")
        assert len(visit.rows()) == 4


def test_without_script_everything_is_there_and_nothing_that_would_not_work(chromium: Any, address: str) -> None:
    with visiting(chromium, address, java_script_enabled=False) as visit:
        assert not visit.page.locator("#tools").is_visible()
        assert visit.page.locator("#table button").count() == 0
        assert visit.page.locator("#table tbody tr").count() == 31
        visit.page.locator("summary").first.click()
        assert visit.page.locator("table.figures").first.is_visible()


def test_a_keyboard_reaches_what_needs_attention_first(chromium: Any, address: str) -> None:
    with visiting(chromium, address) as visit:
        visit.page.keyboard.press("Tab")
        focused = "document.activeElement"
        assert visit.page.evaluate(f"{focused}.textContent") == "Skip to what needs attention"
        assert visit.page.evaluate(f"{focused}.getBoundingClientRect().left") >= 0
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(f"{focused}.closest('.concern') !== null")
        assert visit.page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"


def test_a_screen_reader_gets_a_table_although_rows_are_laid_out_as_grids(chromium: Any, address: str) -> None:
    with visiting(chromium, address) as visit:
        session = visit.page.context.new_cdp_session(visit.page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
        assert roles.count("rowheader") >= 31
        assert roles.count("columnheader") >= 8
        assert roles.count("row") >= 32


def test_on_paper_the_controls_are_gone_and_the_rows_are_not(chromium: Any, address: str, tmp_path: Path) -> None:
    with visiting(chromium, address) as visit:
        visit.page.emulate_media(media="print")
        assert not visit.page.locator("#tools").is_visible()
        assert not visit.page.locator("nav").is_visible()
        pdf = visit.page.pdf(format="A4")
        assert pdf.startswith(b"%PDF")
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12


def test_hostile_texts_do_nothing_in_a_browser(chromium: Any, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(everything_hostile().to_html(), encoding="utf-8")
    with visiting(chromium, path.as_uri()) as visit:
        opened: list[str] = []
        visit.page.on("dialog", lambda dialog: opened.append(dialog.message))
        visit.page.locator("#table tbody tr").first.click()
        assert (opened, visit.said) == ([], [])
        assert [one for one in visit.asked if one != "data:,"] == [path.as_uri()]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("number", [0, 1, 31, pytest.param(300, marks=pytest.mark.acceptance)])
def test_links_land_where_they_say(chromium: Any, tmp_path: Path, viewport: Any, script: bool, number: int) -> None:
    """Browsers guess the height of what they have not laid out yet: a link below it must not land beside its place."""
    statuses = [
        (rejected if place % 9 == 0 else status)(place, title="A title of some length " * 3) for place in range(number)
    ]
    works = [Measured(Doi("10.5555/C1"), frozenset())]
    activity = Activity(((NOW, "registered"),), (), {})
    made = report(*statuses, charts=(activity.outcomes_chart(NOW),), series=(Completeness.of_works("notes", works),))
    path = tmp_path / "report.html"
    path.write_text(made.to_html(), encoding="utf-8")
    with visiting(
        chromium, path.as_uri(), viewport=viewport, java_script_enabled=script, reduced_motion="reduce"
    ) as visit:
        for place in ("complete", "time", "all"):
            visit.page.evaluate("scrollTo(0, 0)")
            visit.page.click(f"nav a[href='#{place}']")
            visit.page.wait_for_timeout(150)
            away = visit.page.evaluate(
                "place => { const room = document.documentElement.scrollHeight - innerHeight - scrollY;"
                " const top = document.getElementById(place).getBoundingClientRect().top;"
                " return room < 2 ? Math.min(top, 0) : top; }",
                place,
            )
            assert abs(away) < 60, (place, away)


@pytest.mark.parametrize(
    "viewport", [pytest.param(PHONE, id="phone", marks=pytest.mark.acceptance), pytest.param(DESKTOP, id="desktop")]
)
def test_links_of_a_long_page_land_where_they_say(chromium: Any, tmp_path: Path, viewport: Any) -> None:
    made = report(
        *(status(place) for place in range(3_000)),
        series=(Completeness.of_works("notes", [Measured(Doi("10.5555/C1"), frozenset())]),),
    )
    path = tmp_path / "report.html"
    path.write_text(made.to_html(), encoding="utf-8")
    with visiting(chromium, path.as_uri(), viewport=viewport, reduced_motion="reduce") as visit:
        visit.page.click("nav a[href='#complete']")
        visit.page.wait_for_timeout(400)
        top = visit.page.evaluate("document.getElementById('complete').getBoundingClientRect().top")
        assert -10 < top < viewport["height"]
