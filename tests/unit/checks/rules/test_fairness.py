"""What is right must not be complained about: names, titles, addresses and references as people really have them."""

from datetime import date
from typing import Any

import pytest

from doideposit.checks.rules.evaluation import RECORD_RULES, Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.models.series import Series
from doideposit.records.origin import Origin, Place

MISSING = {rule.code for rule in RECORD_RULES if rule.category == "completeness"} | {"issn-medium-assumed"}
SERIES = Series.model_validate(
    {
        "name": "sadf-comment",
        "title": "SADF Comment",
        "labels": ["COMMENT", "Comment"],
        "issn": "2406-5617",
        "prefix": "10.48251",
        "language": "en",
        "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
        "publisher": {"name": "South Asia Democratic Forum", "place": "Brussels"},
        "institution": {"name": "South Asia Democratic Forum", "acronym": "SADF", "place": "Brussels"},
    }
)


def commentary(**fields: Any) -> Commentary:
    data = {
        "series": SERIES,
        "number": "258",
        "title": "Prospects for NATO-Japan relations",
        "published": "2023-09-14",
        "authors": [{"given": "Siegfried O.", "family": "Wolf"}],
        "url": "https://www.sadf.eu/prospects-for-nato-japan-relations-c258/",
    }
    return Commentary.model_validate(data | fields)


def codes(**fields: Any) -> set[str]:
    return {
        finding.code for finding in Evaluation(Context(date(2026, 9, 1))).check(Record(commentary(**fields)))
    } - MISSING


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Siegfried O.", "Wolf"),
        ("Charles", "de Gaulle"),
        ("Ursula", "von der Leyen"),
        ("Gabriel", "García Márquez"),
        ("Conor", "O'Brien"),
        ("Jean-Luc", "Mélenchon"),
        ("Jinping", "Xi"),
        ("Wai Kit", "Ng"),
        ("S. Jaishankar", "Rao"),
        ("Mohammed", "bin Salman"),
        ("Yo-Yo", "Ma"),
        ("T. S.", "Eliot"),
        ("Đặng", "Nguyễn"),
        ("Владимир", "Сорокин"),
        ("安倍", "晋三"),
        ("J. R. R.", "Tolkien"),
        ("Drew", "Barrymore"),
        ("Amber", "Hon"),
        ("Profulla", "Sen"),
        (None, "Sukarno"),
        (None, "van Gogh"),
    ],
)
def test_real_names_pass(given: str | None, family: str) -> None:
    person = {"family": family} | ({"given": given} if given else {})
    assert codes(authors=[person]) == set()


@pytest.mark.parametrize(
    "name",
    [
        "South Asia Democratic Forum",
        "NATO",
        "The Asahi Shimbun",
        "Médecins Sans Frontières",
        "Amnesty International",
        "United Nations",
        "SADF Team",
    ],
)
def test_real_groups_pass(name: str) -> None:
    assert codes(authors=[{"organisation": name}]) == set()


@pytest.mark.parametrize(
    "title",
    [
        "Why is NATO edging into Asia?",
        "Enough is enough!",
        "Comments on the Indo-Pacific strategy",
        "No comment",
        "Reply to Comment 12",
        "Pakistan at 75",
        "UN Resolution 2583",
        "The U.S. and the E.U.",
        "NATO",
        "BRICS+ and G7",
        "AT&T in Asia",
        "R&D; a primer",
        "C# and the state",
        "A <i>coup d’état</i> in Niger",
        "H<sub>2</sub>O diplomacy",
        "Étude à Âge égal",
        "São Tomé and Príncipe",
        "Is 2023 the year of Japan?",
        "Short- and long-term prospects",
        "India–Pakistan relations",
        "Ten years after 11 September",
        "Professor and poet",
        "“Zeitenwende” and after",
    ],
)
def test_real_titles_pass(title: str) -> None:
    assert codes(title=title) == set()


def test_a_title_may_be_a_formula_alone() -> None:
    """Without its formula nothing is left of it, and the rules look at what is left."""
    formula = "<mml:math><mml:mi>E</mml:mi><mml:mo>=</mml:mo><mml:mi>m</mml:mi></mml:math>"
    assert codes(title=formula) == set()
    assert codes(title=formula, subtitle="A note") == set()


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("COMMENT 258: Prospects", "title-series-label"),
        ("Prospects for relations (SADF Comment 258)", "title-series-label"),
        ("SADF Comment – Prospects for relations", "title-series-label"),
        ("Prospects for NATO-Japan relations – C258", "title-number"),
        ("258. Prospects for relations", "title-number"),
        ("Prospects for relations (258)", "title-number"),
        ("Prospects for relations #258", "title-number"),
        ("Siegfried O. Wolf: Prospects for relations", "title-author"),
        ("Prospects, September 14, 2023", "title-date"),
        ("Prospects 2023-09-14", "title-date"),
        ("Cafe\u0301 diplomatique â€“ a view", "text-mojibake"),
        ("FranÃ§ois and Japan", "text-mojibake"),
        ("A &nbsp; B of relations", "text-entity"),
        ("Relations &#8211; a view", "text-entity"),
        ("See [here](https://www.sadf.eu/) for more", "text-markdown"),
        (r"Topics\_49190 and others", "text-markdown"),
    ],
)
def test_faulty_titles_are_found(title: str, code: str) -> None:
    assert code in codes(title=title)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.sadf.eu/prospects/",
        "https://sadf.eu/index.php/258-prospects",
        "https://www.sadf.eu/?id=258",
        "https://www.sadf.eu/2023/09/14/prospects-(part-1)",
        "https://www.sadf.eu/prospects-c258-2/",
        "https://www.sadf.eu/category/comment/prospects/",
        "https://sadf.co.uk/prospects",
    ],
)
def test_real_addresses_pass(url: str) -> None:
    assert codes(url=url) == set()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://user@www.sadf.eu/258/", "url-password"),
        ("https://192.168.1.7/258/", "url-local"),
        ("https://[::1]/258/", "url-local"),
        ("https://intranet/258/", "url-local"),
        ("https://files.sadf.local/258/", "url-local"),
        ("https://dx.doi.org/10.48251/x", "url-is-doi"),
        ("https://www.sadf.eu/{number}/", "url-placeholder"),
        ("https://sadf.eu/files/Comment-258.PDF", "url-is-file"),
        ("ftp://sadf.eu/258/", "url-not-https"),
        ("https://www.sadf.eu/c257/", "url-number-disagrees"),
        ("https://www.sadf.eu/wp-admin/post.php?post=1", "url-preview"),
    ],
)
def test_faulty_addresses_are_found(url: str, code: str) -> None:
    assert code in codes(url=url)


@pytest.mark.parametrize(
    "reference",
    [
        {"text": "North Atlantic Treaty Organization. (2023, April 25). Contact Point Embassies in partner countries."},
        {"text": "Gray, A., Irish, J. (2023). Mixed messages.", "author": "Gray", "year": "2023"},
        {
            "text": "Ministry of Foreign Affairs and Trade (n.d.). A plan.",
            "author": "Ministry of Foreign Affairs and Trade",
        },
        {"text": "Archived page (2019). A page.", "url": "https://web.archive.org/web/2019/https://www.dw.com/a"},
        {"text": "A share (2023). A link.", "url": "https://www.facebook.com/sharer.php?u=https://www.dw.com/a"},
        {"text": "FT (2023).  A story.", "url": "https://www.ft.com/content/0f0c0e3c-5bb0-4cc5-9e0c-ffa61e09b271"},
        {"text": "Encyclopedia (2023). Mercury.", "url": "https://en.wikipedia.org/wiki/Mercury_(planet)"},
        {"text": "The United States Institute of Peace (2023). Washington, D.C.: USIP."},
        {"text": "1984 was a novel. Orwell, G. (1949). London: Secker & Warburg."},
    ],
)
def test_real_references_pass(reference: dict[str, str]) -> None:
    assert codes(references=[reference]) == set()


def test_a_finding_points_at_its_line() -> None:
    places = {("authors", 0, "given"): Place(7, 12), (): Place(1, 1)}
    record = Record(commentary(authors=[{"given": "Dr. Siegfried", "family": "Wolf"}]), Origin("a.yaml", places=places))
    finding = next(f for f in Evaluation(Context(date(2026, 9, 1))).check(record) if f.code == "name-honorific")
    assert (finding.where.file, finding.where.line, finding.where.column) == ("a.yaml", 7, 12)
    assert finding.where.field == "authors[0].given"
    assert finding.length == len("Dr.")
    assert finding.message == "“Dr.” in the name of Dr. Siegfried is a title, not a name"


def test_braces_in_a_text_do_not_disturb_the_message() -> None:
    assert "text-program-word" in codes(title="{{title}}")
    assert "text-tex" in codes(title=r"The \emph{Indo-Pacific} turn")


def test_the_worked_example_is_judged_as_expected() -> None:
    findings = Evaluation(Context(date(2026, 9, 1))).check(Record(commentary(url=None)))
    by_code = {finding.code: finding.severity.value for finding in findings}
    assert by_code == {
        "url-missing": "error",
        "issn-medium-assumed": "warning",
        "abstract-missing": "info",
        "licence-missing": "info",
        "orcid-missing": "info",
        "affiliation-missing": "info",
        "ror-missing": "info",
        "funding-missing": "info",
        "references-missing": "info",
        "full-text-missing": "info",
        "crossmark-missing": "info",
    }


@pytest.mark.parametrize(("live", "severity"), [(True, "error"), (False, "info")])
def test_this_machine_is_fine_for_a_rehearsal_alone(live: bool, severity: str) -> None:
    record = Record(commentary(url="http://localhost:8000/258/"))
    found = {each.code: each.severity for each in Evaluation(Context(date(2026, 9, 1), live=live)).check(record)}
    assert found["url-local"] == severity
