"""The page: self-contained, complete, bounded, and harmless whatever the ledger holds."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.crossref.xml.participation import Measure, Measured
from doideposit.deposits.values import Proof, SubmissionRef
from doideposit.lifecycle import Milestone, Outcome
from doideposit.records.identifiers import Doi
from doideposit.reports.activity import Activity
from doideposit.reports.completeness import Completeness
from doideposit.reports.page import Planned
from made_up_reports import HOSTILE, NOW, everything_hostile, proofs, rejected, report, status, under_way


class Reader(HTMLParser):
    """Collects what a browser would make of a page: elements with their attributes, and the text outside of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in {"script", "style"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def test_whatever_comes_from_outside_is_shown_and_does_nothing() -> None:
    html = everything_hostile().to_html()
    read = Reader(html)
    assert [tag for tag, _ in read.elements].count("script") == 1
    assert not any(tag in {"img", "iframe", "object", "embed", "base"} for tag, _ in read.elements)
    assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0b-\x1f\x7f-\x9f]", html)
    assert "\\u202egnp.exe\\u202c" in read.text
    assert "\\u001b[31mred\\u0007" in read.text
    assert "<img src=x onerror=alert(2)>" in read.text


def test_links_lead_to_the_web_or_to_the_page_itself() -> None:
    html = everything_hostile().to_html()
    links = [attributes["href"] for tag, attributes in Reader(html).elements if tag in {"a", "link"}]
    assert {re.match(r"#[a-z]|data:,$", link)[0] for link in links} == {"#m", "#r", "#a", "#t", "#c", "data:,"}
    links = re.findall(r'href="([^"]*)"', report(rejected(1, doi=Doi(f"10.5555/{HOSTILE}"))).to_html())
    assert all(link.startswith(("https://doi.org/10.5555/%3C", "#", "data:,")) for link in links)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_any_text_stays_text(text: str) -> None:
    read = Reader(report(rejected(1, title=text, message=text, next_action=text)).to_html())
    baseline = Reader(report(rejected(1, title="x", message="x", next_action="x")).to_html())
    dull = {"code", "p", "bdi", "blockquote"}
    assert [tag for tag, _ in read.elements if tag not in dull] == [t for t, _ in baseline.elements if t not in dull]


def test_joiners_of_persian_and_indic_words_stay() -> None:
    assert "می\u200cخواهم" in report(status(1, title="می\u200cخواهم")).to_html()


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else() -> None:
    html = report(status()).to_html()
    policy = next(a["content"] for tag, a in Reader(html).elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for name in ("style", "script"):
        content = re.search(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert not re.search(r"\sstyle=", html.split("<body>")[1])


def test_every_doi_is_there_once_with_its_six_milestones() -> None:
    partly = under_way(3, milestones={**proofs(), Milestone.RECEIVED: Proof(NOW, "SUCCESS")})
    html = report(status(10), status(9), partly).to_html()
    rows = html.split('id="table"')[1].split("</table>")[0].split("<tr")[2:]
    assert [re.search(r"10\.5555/C\d+", row)[0] for row in rows] == ["10.5555/C10", "10.5555/C9", "10.5555/C3"]
    assert rows[0].count("2026-09-14") == 6
    assert (rows[2].count("2026-09-14"), rows[2].count("not yet")) == (1, 5)
    assert 'title="09:30 UTC: proof of indexed"' in rows[0]


def test_the_head_names_target_ledger_moment_and_counts() -> None:
    text = Reader(report(status(1), under_way(2), target="test").to_html()).text
    assert "DOIs on test" in text
    assert "Written 2026-09-14 09:30 UTC by doideposit 1.2.3 from the ledger /srv/ledger.sqlite3" in text
    assert "nothing here is registered for readers" in text
    assert "nothing here is registered for readers" not in Reader(report(status(1)).to_html()).text
    assert report(status(1), under_way(2)).counts == {
        "dois": 2,
        "registered": 1,
        "outstanding": 1,
        "needs_person": 0,
        "overdue": 0,
        "changed_by_others": 0,
        "warnings": 0,
        "as_intended": 1,
        "attention": 0,
    }


def test_an_empty_ledger_says_what_to_do() -> None:
    text = Reader(report(target="sandbox").to_html()).text
    assert "The ledger has no DOI for this target yet" in text
    assert "Nothing needs attention" not in text
    assert "Nothing needs attention" in Reader(report(status()).to_html()).text


def test_what_needs_attention_stands_before_everything_else_with_its_next_step() -> None:
    failed = rejected(2, submission=SubmissionRef("f.xml", "b", "17", 1))
    html = report(status(1), failed).to_html()
    text = Reader(html).text
    assert text.index("Rejected") < text.index("Every DOI with")
    assert "Next Add issn ." in text
    assert "<code>issn</code>" in html
    assert "No ISSN" in text
    assert "File f.xml , submission 17" in text


def test_what_was_acknowledged_says_why() -> None:
    html = report(status(1, outcome=Outcome.REGISTERED_WITH_WARNING, acknowledged="two editions")).to_html()
    assert '<td class="w" title="acknowledged: two editions">registered, with a warning, acknowledged' in html
    assert "Nothing needs attention" in html


def test_records_that_cannot_be_deposited_need_attention_and_keep_the_names_of_their_files() -> None:
    text = "records/bad/k305.yaml is not UTF-8"
    blocked = Planned("records/bad/k305.yaml", "", "blocked", text)
    known = Planned("r.csv:2", "10.5555/C2", "blocked", "there is no day 31 in 2023-02", "Rivers")
    shown = report(status(), records=(blocked, known)).to_html()
    assert "Nothing needs attention" not in shown
    assert "2 records cannot be deposited as they are" in shown
    assert f"<bdi>{text}.</bdi>" in shown
    assert "<bdi>There is no day 31 in 2023-02.</bdi>" in shown
    assert "<bdi>Rivers</bdi>" in shown
    assert "Nothing needs attention" in report(status(), records=(replace(known, action="update"),)).to_html()


def test_records_are_named_only_when_they_were_asked_for() -> None:
    assert "Records that differ" not in report(status()).to_html()
    assert (
        "The last deposit of each named record matches the record as it is now"
        in report(status(), records=()).to_html()
    )
    assert '<table class="plans">' not in report(status(), records=()).to_html()
    text = Reader(
        report(status(), records=(Planned("c259.yaml", "10.5555/C259", "update", "the title changed"),)).to_html()
    ).text
    assert "c259.yaml" in text
    assert "update it" in text
    assert "The title changed." in text


def test_charts_have_a_title_a_description_and_their_figures_as_a_table() -> None:
    activity = Activity(((NOW, "registered"), (NOW, "not registered")), (timedelta(minutes=3),), {})
    html = report(status(), charts=(activity.outcomes_chart(NOW), activity.waiting_chart())).to_html()
    assert html.count("<figure>") == 2
    assert html.count('role="img"') == 2
    assert html.count('<table class="figures">') == 2
    assert re.search(r'<th scope="row">14 Sep</th><td>1</td><td>0</td><td>1</td>', html)


def test_completeness_is_told_by_series() -> None:
    work = Measured(Doi("10.5555/1"), frozenset(Measure) - {Measure.LICENCES})
    text = Reader(report(status(), series=(Completeness.of_works("notes", [work]),)).to_html()).text
    assert "If the texts have a licence, name it once" in text
    assert "0 % 0 of 1" in text


@pytest.mark.slow
def test_ten_thousand_dois_make_a_page_that_can_still_be_mailed() -> None:
    titled = {"title": "T" * 70}
    statuses = [rejected(n, **titled) if n % 2 else status(n, **titled) for n in range(10_000)]
    html = report(*statuses).to_html()
    assert len(html.encode()) < 6_000_000
    assert "4,995 more DOIs" in html
    assert "4,800 more DOIs" in html
    assert html.count("<tr class=") == 10_000


def test_the_same_report_is_the_same_page() -> None:
    assert everything_hostile().to_html() == everything_hostile().to_html()


def test_a_link_to_doi_org_is_given_where_the_doi_exists_and_nowhere_else() -> None:
    assert report(status(1)).to_html().count('href="https://doi.org/10.5555/C1"') == 1
    for target in ("sandbox", "test"):
        html = report(status(1), rejected(2), target=target).to_html()
        assert "doi.org/10.5555" not in html
        assert ">10.5555/C1<" in html


def test_the_page_is_headed_by_the_publisher_and_its_rows_name_authors_and_date() -> None:
    authors = tuple(f"Author {number}" for number in range(6))
    works = (
        Measured(status(1).doi, frozenset(), authors=authors, published="2023-09"),
        Measured(status(2).doi, frozenset(), published="2023"),
    )
    html = report(
        status(1), status(2), publisher="A <small> press", measured={work.doi.key: work for work in works}
    ).to_html()
    assert "<h1><bdi>A &lt;small&gt; press</bdi>: DOIs on" in html
    assert "<title>A &lt;small&gt; press: DOIs on production, 2026-09-14</title>" in html
    assert ">Author 0, Author 1, Author 2, Author 3 and 2 more · 2023-09<" in html
    assert ">2023</bdi>" in html


def test_every_milestone_has_its_column_and_on_a_phone_its_own_name() -> None:
    """The stylesheet counts the cells from the end: one more milestone would shift every name by one."""
    css = (files("doideposit.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    names = dict(re.findall(r"td:nth-last-child\((\d+)\)::after \{ content: \"([^\"]+)\"", css))
    wanted = [milestone.value.replace("_", " ").capitalize() for milestone in Milestone]
    assert [names[str(place)] for place in range(len(wanted), 0, -1)] == wanted
    assert set(re.findall(r"repeat\((\d), [\d.]+rem\)", css)) == {str(len(wanted))}
