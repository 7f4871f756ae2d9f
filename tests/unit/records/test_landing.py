"""Landing pages: what a browser's parser reads back is what went in, whatever the texts hold."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depositing import SERIES, commentary
from doideposit.records import landing
from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series


class Page(HTMLParser):
    """Everything a browser sees in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts[self._inside] = self.texts.get(self._inside, "") + data

    @property
    def meta(self) -> list[tuple[str | None, str | None]]:
        return [(each["name"], each["content"]) for tag, each in self.elements if tag == "meta"]


def full(**changes: Any) -> Commentary:
    data: dict[str, Any] = {
        "title": "Prospects for <i>NATO</i>-Japan relations",
        "subtitle": "A comment",
        "authors": [
            {
                "given": "Siegfried O.",
                "family": "Wolf",
                "orcid": "0000-0001-5109-3700",
                "affiliations": [{"name": "South Asia Democratic Forum", "ror": "https://ror.org/05gq02987"}],
            },
            {"given": "Martin", "family": "King", "suffix": "Jr.", "roles": ["writing-original-draft"]},
            {"organisation": "SADF Team"},
            {"anonymous": True},
            {"given": "Ed", "family": "Itor", "roles": ["editor"]},
        ],
        "pdf_url": "https://www.sadf.eu/wp-content/c258.pdf",
        "licences": ["https://creativecommons.org/licenses/by/4.0/"],
        "free_to_read": True,
        "keywords": ["NATO", "Japan"],
        "references": [
            {"text": "Schultz, T. (2023). <i>NATO in Indo-Pacific</i>.", "url": "https://www.dw.com/en/1"},
            {"author": "Tsuji", "year": "2020", "article_title": "On x", "doi": "10.5555/abc"},
        ],
    }
    merged = data | changes
    return Commentary.model_validate({"series": SERIES, "number": "258", "published": "2023-09-14", **merged})


def series(**changes: Any) -> Series:
    return Series.model_validate(SERIES.model_dump(exclude_unset=True) | changes)


def test_the_highwire_tags_of_a_report() -> None:
    assert landing.citation_meta(full()) == (
        ("citation_title", "Prospects for NATO-Japan relations: A comment"),
        ("citation_author", "Wolf, Siegfried O."),
        ("citation_author", "King, Martin, Jr."),
        ("citation_author", "SADF Team"),
        ("citation_publication_date", "2023/09/14"),
        ("citation_doi", "10.48251/SADF.ISSN.2406-5617.C258"),
        ("citation_language", "en"),
        ("citation_pdf_url", "https://www.sadf.eu/wp-content/c258.pdf"),
        ("citation_issn", "2406-5617"),
        ("citation_technical_report_institution", "South Asia Democratic Forum"),
        ("citation_technical_report_number", "SADF Comment 258"),
    )


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("report-single", {"citation_technical_report_institution", "citation_technical_report_number"}),
        ("journal", {"citation_journal_title", "citation_issue"}),
        ("posted", set()),
    ],
)
def test_the_container_follows_the_record_type(kind: str, names: set[str]) -> None:
    general = {"citation_title", "citation_author", "citation_publication_date", "citation_doi", "citation_language"}
    tags = dict(landing.citation_meta(full(series=series(record_type=kind))))
    assert set(tags) == general | {"citation_pdf_url", "citation_issn"} | names
    if kind == "journal":
        assert (tags["citation_journal_title"], tags["citation_issue"]) == ("SADF Comment", "258")


@pytest.mark.parametrize(
    ("published", "tag", "iso"),
    [("2023", "2023", "2023"), ("2023-09", "2023/09", "2023-09"), ("2023-22", "2023", "2023")],
)
def test_a_date_is_as_precise_as_it_is_known(published: str, tag: str, iso: str) -> None:
    one = full(published=published)
    assert dict(landing.citation_meta(one))["citation_publication_date"] == tag
    assert landing.json_ld(one)["datePublished"] == iso


@pytest.mark.parametrize("pdf", ["https://cdn.example.org/c258.pdf", None])
def test_a_pdf_elsewhere_is_not_named(pdf: str | None) -> None:
    assert "citation_pdf_url" not in dict(landing.citation_meta(full(pdf_url=pdf)))


def test_json_ld_of_a_report() -> None:
    data = landing.json_ld(full())
    assert data["@type"] == "Report"
    assert data["headline"] == data["name"] == "Prospects for NATO-Japan relations: A comment"
    assert data["author"][0] == {
        "@type": "Person",
        "name": "Siegfried O. Wolf",
        "givenName": "Siegfried O.",
        "familyName": "Wolf",
        "identifier": "https://orcid.org/0000-0001-5109-3700",
        "affiliation": [
            {
                "@type": "Organization",
                "name": "South Asia Democratic Forum",
                "identifier": "https://ror.org/05gq02987",
            }
        ],
    }
    assert [each["name"] for each in data["author"]] == ["Siegfried O. Wolf", "Martin King Jr.", "SADF Team"]
    assert [each["familyName"] for each in data["editor"]] == ["Itor"]
    assert data["identifier"]["propertyID"] == "DOI"
    assert data["sameAs"] == "https://doi.org/10.48251/SADF.ISSN.2406-5617.C258"
    assert data["isPartOf"] == {"@type": "Periodical", "name": "SADF Comment", "issn": "2406-5617"}
    assert data["reportNumber"] == "SADF Comment 258"
    assert data["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert data["isAccessibleForFree"] is True
    assert data["citation"] == [
        "Schultz, T. (2023). NATO in Indo-Pacific. https://www.dw.com/en/1",
        "Tsuji. 2020. On x https://doi.org/10.5555/abc",
    ]


def test_json_ld_of_a_journal_issue_and_of_a_bare_commentary() -> None:
    issue = landing.json_ld(full(series=series(record_type="journal")))
    assert issue["@type"] == "ScholarlyArticle"
    assert issue["isPartOf"]["@type"] == "PublicationIssue"
    assert issue["isPartOf"]["issueNumber"] == "258"
    assert issue["isPartOf"]["isPartOf"]["issn"] == "2406-5617"
    assert "reportNumber" not in issue
    bare = landing.json_ld(commentary())
    assert not {"license", "citation", "keywords", "editor", "isAccessibleForFree"} & set(bare)


def test_the_doi_is_shown_as_a_whole_address() -> None:
    link = landing.doi_display(Doi.parse("doi:10.48251/SADF.ISSN.2406-5617.C258"))
    address = "https://doi.org/10.48251/SADF.ISSN.2406-5617.C258"
    assert link == f'<a href="{address}">{address}</a>'


NASTY = [
    '"><script>alert(1)</script>',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]> & ' \" ` {{ }}",
    "a\u2028b",
    "H<sub>2</sub>O &amp; co",
]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_gets_out_of_its_place(text: str) -> None:
    references = [{"author": text, "year": "2020"}]
    one = full(
        authors=[{"family": text, "affiliations": [text]}], keywords=[text], references=references, report_number=text
    )
    page = Page(landing.head_html(one))
    assert [tag for tag, _ in page.elements] == ["meta"] * len(landing.citation_meta(one)) + ["script"]
    assert tuple(page.meta) == landing.citation_meta(one)
    assert json.loads(page.texts["script"]) == landing.json_ld(one)


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1).filter(str.strip))
def test_any_family_name_is_read_back(name: str) -> None:
    try:
        one = full(authors=[{"family": name}])
    except ValueError:
        return
    page = Page(landing.head_html(one))
    assert tuple(page.meta) == landing.citation_meta(one)
    assert json.loads(page.texts["script"]) == landing.json_ld(one)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Wolf, S. O. (2023). Prospects"),
        ({"authors": [{"family": "Madonna"}]}, "Madonna. (2023). "),
        (
            {"authors": [{"given": "Jean-Luc", "family": "Marie"}, {"organisation": "A Forum"}]},
            "Marie, J.-L. & A Forum. (",
        ),
        ({"authors": [{"anonymous": True}]}, "Anonymous. (2023). "),
        ({"title": "Who counts?"}, "(2023). Who counts? "),
    ],
)
def test_a_citation_names_what_others_need(changes: dict[str, Any], expected: str) -> None:
    made: dict[str, Any] = {"authors": [{"given": "Siegfried O.", "family": "Wolf"}], "title": "Prospects", **changes}
    work = Commentary(series=SERIES, number="258", published="2023-09-14", **made)
    cited = landing.citation(work)
    assert expected in cited
    assert cited.endswith(f"{SERIES.title} 258. {work.doi.url}")
