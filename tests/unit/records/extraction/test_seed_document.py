"""Comment 258 itself, as it lies beside the repository: every row of what its draft has to hold."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from doideposit.findings import Severity
from doideposit.records.extraction.draft import Draft, Gap
from drafts import read
from finished_documents import SERIES

SEED = Path(__file__).parents[5] / "shared" / "seed" / "comment-258.md"
pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the document of comment 258 is not on this machine")


@pytest.fixture(scope="module")
def draft() -> Draft:
    return read(SEED.read_text(encoding="utf-8"), file="comment-258.md", series=SERIES)


def test_front_matter(draft: Draft) -> None:
    texts = {
        ("series",): "sadf-comment",
        ("number",): "258",
        ("title",): "Prospects for NATO-Japan relations",
        ("published",): "2023-09-14",
        ("authors", 0, "given"): "Siegfried O.",
        ("authors", 0, "family"): "Wolf",
        ("authors", 0, "affiliations", 0, "name"): "South Asia Democratic Forum",
        ("authors", 0, "affiliations", 0, "acronym"): "SADF",
        ("authors", 0, "affiliations", 0, "place"): "Brussels",
        ("doi",): "10.48251/SADF.ISSN.2406-5617.C258",
    }
    assert {loc: leaf.text for loc, leaf in draft.leaves() if loc[0] != "references"} == texts
    lines = {loc: leaf.line for loc, leaf in draft.leaves()}
    assert [lines[loc] for loc in texts] == [9, 3, 5, 9, 7, 7, 13, 13, 13, 9]
    assert isinstance(draft.fields["url"], Gap)
    assert not {"subtitle", "language"} & set(draft.fields)


NIKKEI = "Nikkei Asia"
REFERENCES = [
    ("web_resource", "The Asahi Shimbun", "Kishida pledges to strengthen Japan's ties with NATO on defense", None),
    ("web_resource", "Gray", "NATO leaders send mixed messages in Japan office controversy", "Reuters"),
    (
        "web_resource",
        "McCurry",
        "France opposed to opening of Nato liaison office in Japan, official says",
        "The Guardian",
    ),
    ("web_resource", "Moriyasu", "NATO to open Japan office, deepening Indo-Pacific engagement", NIKKEI),
    ("web_resource", "Moriyasu", "NATO removes Tokyo office mention from joint communique", NIKKEI),
    ("web_resource", "Moriyasu", "Why is NATO edging into Asia?", NIKKEI),
    ("web_resource", "North Atlantic Treaty Organization", "Contact Point Embassies in partner countries", None),
    ("web_resource", "Schultz", "NATO in Indo-Pacific: Tokyo office a no-go for now", "Deutsche Welle"),
    ("web_resource", "Sevastopulo", "France objects to Nato plan for office in Tokyo", "Financial Times"),
]


@pytest.mark.parametrize(("index", "expected"), list(enumerate(REFERENCES)))
def test_the_references_in_their_parts(draft: Draft, index: int, expected: tuple[str | None, ...]) -> None:
    keys = ("type", "author", "article_title", "journal_title")
    assert tuple(draft.text("references", index, key) for key in keys) == expected
    assert draft.text("references", index, "key") == f"ref{index + 1}"
    assert draft.text("references", index, "year") == "2023"
    assert draft.text("references", index, "volume_title") is None
    text, title = draft.text("references", index, "text"), expected[2]
    assert text is not None
    assert title is not None
    assert title in text
    assert "http" not in text


def test_the_report_among_the_references(draft: Draft) -> None:
    reference = {loc[2]: leaf.text for loc, leaf in draft.leaves() if loc[:2] == ("references", 9)}
    assert reference == {
        "key": "ref10",
        "type": "report",
        "text": "The United States Institute of Peace. (2023). NATO and Indo-Pacific Partners: Understanding Views and "
        "Interests. Washington, D.V.: United States Institute of Peace (USIP).",
        "url": "https://www.usip.org/programs/nato-and-indo-pacific-partners-understanding-views-and-interests",
        "author": "The United States Institute of Peace",
        "year": "2023",
        "volume_title": "NATO and Indo-Pacific Partners: Understanding Views and Interests",
    }
    assert draft.text("references", 10, "key") is None


def test_the_addresses_of_the_references(draft: Draft) -> None:
    urls = [leaf.text for loc, leaf in draft.leaves() if loc[-1] == "url"]
    assert len(urls) == 10
    assert urls[0] == "https://www.asahi.com/ajw/articles/14829095"
    assert urls[6] == "https://www.nato.int/cps/en/natohq/topics_49190.htm"
    assert urls[8] == "https://www.ft.com/content/204e595f-5e05-4c06-a05e-ffa61e09b27"


def test_the_doubts(draft: Draft) -> None:
    warning, info = Severity.WARNING, Severity.INFO
    found = {(finding.code, finding.severity, finding.where.line) for finding in draft.findings}
    assert found == {
        ("url-missing", warning, None),
        ("abstract-missing", warning, None),
        ("licence-missing", warning, None),
        ("orcid-missing", warning, 7),
        ("ror-missing", warning, 13),
        ("issn-medium-assumed", warning, 9),
        ("reference-url-suspicious", warning, 59),
        ("reference-text-suspicious", warning, 61),
        ("doi-display", warning, 9),
        ("name-prefix-dropped", info, 13),
        ("name-split-assumed", info, 7),
        ("affiliation-assumed", info, 13),
        ("biography-not-deposited", info, 13),
        ("references-without-doi", info, None),
        ("body-links-dead", info, 15),
    }
    messages = {finding.code: finding.message for finding in draft.findings}
    assert "10 of 10" in messages["references-without-doi"]
    assert "29 links" in messages["body-links-dead"]
    assert "D.V." in messages["reference-text-suspicious"]
    assert "11 characters instead of 12" in messages["reference-url-suspicious"]


def unmarked(text: str) -> str:
    """The document as plain text: addresses in place of links, no headings, no bold."""
    text = re.sub(
        r"\[((?:\\.|[^\]\\])*)\]\(([^)]*)\)", lambda link: link[2] if "nato.int" in link[2] else link[1], text
    )
    return re.sub(r"</?sup>|[*<>#]", "", text)


def wrapped(text: str) -> str:
    """The document with lines of at most 72 characters, headings whole."""
    rows = (line if line.startswith("#") else textwrap.fill(line, 72, break_long_words=False, break_on_hyphens=False)
            for line in text.split("\n"))  # fmt: skip
    return "\n".join(rows)


def dense(text: str) -> str:
    """The document without any blank line."""
    return re.sub(r"\n\n+", "\n", text.strip())


@pytest.mark.parametrize(
    "change",
    [
        unmarked,
        wrapped,
        lambda text: wrapped(unmarked(text)),
        lambda text: dense(unmarked(text)),
        lambda text: dense(wrapped(unmarked(text))),
        lambda text: textwrap.indent(unmarked(text), "\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text.replace(" ", "\u00a0").replace("#\u00a0", "# "),
    ],
    ids=["plain", "wrapped", "plain-wrapped", "plain-dense", "plain-dense-wrapped", "plain-tabs", "crlf", "nbsp"],
)
def test_the_same_document_in_other_clothes_gives_the_same_record(draft: Draft, change: Callable[[str], str]) -> None:
    other = read(change(SEED.read_text(encoding="utf-8")), file="comment-258.txt", series=SERIES)
    assert other.data == draft.data
    dead = {"body-links-dead"}
    assert {one.code for one in other.findings} | dead == {one.code for one in draft.findings}


def test_without_a_configured_series_nothing_is_made_up() -> None:
    draft = read(SEED.read_text(encoding="utf-8"), file="comment-258.md")
    assert isinstance(draft.fields["series"], Gap)
    assert draft.text("authors", 0, "affiliations", 0, "name") == "SADF"
    assert "series-unknown" in {finding.code for finding in draft.findings}
