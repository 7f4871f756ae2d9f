"""The lists of the pages for staff, over a ledger with one of every kind of trouble."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mixed_ledger import work
from mixed_pages import mixed_pages
from visiting import Visitor

MACHINE = re.compile(r"\b(XML|XSD|batch\w*|ledger)\b", re.IGNORECASE)


class Numbers:
    """The pages over that ledger, and the depositor beside them, which stands for everything that runs elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.desk, pages, entry = mixed_pages(folder)
        self.ada = Visitor(pages.app.test_client()).get(entry)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Numbers]:
    made = Numbers(tmp_path_factory.mktemp("numbers"))
    yield made
    made.desk.depositor.close()


def shown(visitor: Visitor) -> str:
    """What somebody reads who opens no details."""
    return re.sub(r"<details.*?</details>|<[^>]+>", " ", visitor.page, flags=re.DOTALL)


def rows(visitor: Visitor) -> list[str]:
    return re.findall(r'<tr class="\w+"><th scope="row"><a href="/numbers/([^?"]+)', visitor.page)


@pytest.mark.parametrize("path", ["/", "/numbers", "/warnings", "/audit"])
def test_the_words_of_the_machine_stand_in_no_list(numbers: Numbers, path: str) -> None:
    numbers.ada.get(path)
    assert numbers.ada.status == 200
    assert not MACHINE.search(shown(numbers.ada)), MACHINE.findall(shown(numbers.ada))


def test_the_words_of_the_machine_stand_on_the_page_of_no_number(numbers: Numbers) -> None:
    found = {}
    for status in numbers.desk.depositor.statuses():
        page = shown(numbers.ada.get(f"/numbers/{status.doi}"))
        assert numbers.ada.status == 200
        if MACHINE.search(page):
            found[str(status.doi)] = MACHINE.findall(page)
    assert found == {}


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        ("attention", lambda one: one.needs_person),
        ("open", lambda one: one.is_open),
        ("registered", lambda one: one.registered),
        ("failed", lambda one: one.failed),
        ("warned", lambda one: one.open_warnings),
        ("conflict", lambda one: one.result.dois_in_conflict),
        ("changed", lambda one: one.drift),
        ("unproved", lambda one: one.registered and not all(one.milestones.values())),
    ],
)
def test_a_filter_shows_those_and_no_others(numbers: Numbers, kind: str, fits: Any) -> None:
    wanted = {str(one.doi) for one in numbers.desk.depositor.statuses() if fits(one)}
    assert set(rows(numbers.ada.get(f"/numbers?kind={kind}"))) == wanted


def test_a_series_and_a_word_narrow_the_list(numbers: Numbers) -> None:
    focus = rows(numbers.ada.get("/numbers?series=sadf-focus"))
    assert len(focus) == 2
    assert rows(numbers.ada.get("/numbers?series=sadf-focus&q=harbour+QUESTION"))[0] in focus
    assert rows(numbers.ada.get("/numbers?q=nothing+of+that+kind")) == []


def test_what_happens_elsewhere_is_seen_at_once(numbers: Numbers) -> None:
    before = len(rows(numbers.ada.get("/numbers?kind=open")))
    numbers.desk.depositor.enqueue(work(290, title="Sent by somebody else"))
    numbers.ada.get("/numbers?q=somebody+else")
    assert "waiting to be sent" in numbers.ada.page
    assert len(rows(numbers.ada.get("/numbers?kind=open"))) == before + 1


def test_missing_numbers_and_the_last_ones_stand_on_the_first_page(numbers: Numbers) -> None:
    numbers.ada.get("/")
    series = numbers.ada.page[numbers.ada.page.index('id="series"') :]
    assert "263" in series
    assert "Needs your attention" in numbers.ada.page


def test_a_warning_is_set_aside_with_its_reason(numbers: Numbers) -> None:
    numbers.ada.get("/warnings")
    assert "in conflict" in numbers.ada.page.lower() or "conflict" in numbers.ada.page.lower()
    before = numbers.ada.page.count("Set aside</button>")
    name = re.search(r'action="(/warnings/[^"]+)"', numbers.ada.page)
    assert name is not None
    numbers.ada.post(name[1], reason="it is another text", on="sandbox")
    assert numbers.ada.url == "/warnings"
    assert numbers.ada.page.count("Set aside</button>") == before - 1


def test_the_report_is_handed_out_as_a_file(numbers: Numbers) -> None:
    answer = numbers.ada.client.get("/report")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dois-sandbox-2026-09-14.html"'
    assert "The harbour question" in answer.text


def test_the_history_is_told_in_sentences_without_names_of_files(numbers: Numbers) -> None:
    page = shown(numbers.ada.get("/numbers/10.48251/SADF.ISSN.2406-5617.C231"))
    assert "Recorded in a file of 4 DOIs" in page
    assert "under the timestamp" not in page
    assert ".xml" in numbers.ada.page
