import pytest

from doideposit.records.extraction.apa import Parts
from doideposit.records.extraction.draft import Draft
from doideposit.records.extraction.references import PrintedReferences
from drafts import read
from finished_documents import SERIES, document


def reading(references: str, heading: str = "## References:") -> Draft:
    return read(document(references=f"{heading}\n\n{references}"), file="c300.md", series=SERIES)


def entries(draft: Draft) -> list[tuple[str | None, str | None]]:
    count = len({loc[1] for loc, _ in draft.leaves() if loc[0] == "references"})
    return [(draft.text("references", i, "text"), draft.text("references", i, "url")) for i in range(count)]


def told(draft: Draft, code: str) -> list[str | None]:
    return [finding.where.field for finding in draft.findings if finding.code == code]


ONE, TWO = "Gray, A. (2023, July 12). Mixed messages. Reuters.", "The Asahi Shimbun. (2023). A pledge."
URL_ONE, URL_TWO = "https://example.org/a_b_c", "https://example.org/d"
BOTH = [(ONE, URL_ONE), (TWO, URL_TWO)]


@pytest.mark.parametrize(
    "references",
    [
        f"{ONE}\n\n<{URL_ONE}>\n\n{TWO}\n\n<{URL_TWO}>",
        f"{ONE}\n<{URL_ONE}>\n\n{TWO}\n<{URL_TWO}>",
        f"{ONE} {URL_ONE}\n\n{TWO} {URL_TWO}",
        f"{ONE} ({URL_ONE}).\n\n{TWO} [{URL_TWO}]",
        f"{ONE} [Link]({URL_ONE})\n\n{TWO} [{URL_TWO}]({URL_TWO})",
        f"- {ONE} <{URL_ONE}>\n- {TWO} <{URL_TWO}>",
        f"* {ONE}\n  {URL_ONE}\n* {TWO}\n\n  {URL_TWO}",
        f"1. {ONE} {URL_ONE}\n2. {TWO} {URL_TWO}",
        f"[1] {ONE} {URL_ONE}\n[2] {TWO} {URL_TWO}",
        f"[^1]: {ONE} {URL_ONE}\n[^2]: {TWO} {URL_TWO}",
        f"• {ONE} {URL_ONE}\n• {TWO} {URL_TWO}",
        f"{ONE} {URL_ONE}\n{TWO} {URL_TWO}",
        f"{ONE}\n{URL_ONE}\n{TWO}\n{URL_TWO}",
        f"Gray, A. (2023, July 12). Mixed\n   messages. Reuters.\n   {URL_ONE}\nThe Asahi Shimbun. (2023).\n   A pledge.\n   {URL_TWO}",
        f"Gray, A. (2023, July 12). *Mixed messages*.\n**Reuters**. {URL_ONE}\n\nThe Asahi\nShimbun. (2023). A pledge. {URL_TWO}",
        f"{ONE} {URL_ONE}\r\n\r\n{TWO} {URL_TWO}\r\n",
        f"{ONE} https://example.org/a\\_b\\_c\n\n{TWO} {URL_TWO}",
        f"{ONE}\n\n[https://example.org/a\\\\_b\\\\_c]({URL_ONE})\n\n{TWO}\n\n{URL_TWO}\n\nEmail: info@example.org",
    ],
)
def test_the_layouts_of_reference_lists(references: str) -> None:
    assert entries(reading(references)) == BOTH


@pytest.mark.parametrize(
    "heading",
    ["References", "REFERENCES:", "## Bibliography", "**Sources**", "### Endnotes", "Works cited", "References and notes",
     "List of references", "References\n=========="],
)  # fmt: skip
def test_the_headings_of_reference_lists(heading: str) -> None:
    assert entries(reading(f"{ONE} {URL_ONE}", heading)) == BOTH[:1]


def test_a_heading_and_its_entries_may_share_a_block() -> None:
    assert entries(read(document(references=f"References:\n{ONE} {URL_ONE}"), file="x")) == BOTH[:1]


def test_entries_without_address_stay_apart() -> None:
    draft = reading(f"{ONE}\n\n{TWO}")
    assert entries(draft) == [(ONE, None), (TWO, None)]
    assert draft.text("references", 0, "type") is None


def test_no_reference_list() -> None:
    draft = read(document(), file="x", series=SERIES)
    assert entries(draft) == []
    assert told(draft, "references-missing") == ["references"]


def test_the_list_ends_before_biography_and_imprint() -> None:
    tail = "About the author\n\nAda B. Byron is Countess at the Engine Society.\n\n12 Long Lane, 1000 Brussels\nwww.example.org"
    draft = reading(f"{ONE} {URL_ONE}\n\n{tail}")
    assert entries(draft) == BOTH[:1]
    assert draft.text("authors", 0, "affiliations", 0, "name") == "Engine Society"
    unheaded = reading(f"{ONE} {URL_ONE}\n\nAda B. Byron is Countess at the Engine Society.")
    assert entries(unheaded) == BOTH[:1]


def test_page_numbers_and_repeated_footers_are_no_entries() -> None:
    footer = "Email: info@example.org"
    draft = reading(f"{ONE} {URL_ONE}\n\n{footer}\n\n3\n\n{TWO} {URL_TWO}\n\n{footer}\n\nPage 4 of 4")
    assert entries(draft) == BOTH


def test_an_entry_of_the_author_is_no_biography() -> None:
    draft = reading("Ada B. Byron (2020). On engines. https://example.org/engines")
    assert entries(draft) == [("Ada B. Byron (2020). On engines.", "https://example.org/engines")]
    assert "biography-not-deposited" not in {finding.code for finding in draft.findings}


@pytest.mark.parametrize(
    ("printed", "doi", "url"),
    [
        ("<https://doi.org/10.1234/ab.c>", "10.1234/ab.c", None),
        ("http://dx.doi.org/10.1234/ab.c.", "10.1234/ab.c", None),
        ("doi:10.1234/ab.c", "10.1234/ab.c", None),
        ("DOI: 10.1234/ab.c.", "10.1234/ab.c", None),
        ("(doi:10.1234/ab(c)d)", "10.1234/ab(c)d", None),
        ("https://example.org/a", None, "https://example.org/a"),
    ],
)
def test_dois_of_references(printed: str, doi: str | None, url: str | None) -> None:
    draft = reading(f"{ONE} {printed}")
    assert (draft.text("references", 0, "doi"), draft.text("references", 0, "url")) == (doi, url)
    assert told(draft, "references-without-doi") == ([] if doi else ["references"])


@pytest.mark.parametrize("half", ["10.1175/1520-0493(1990)118<0001:GAUGES", "10.1016/S0022-", "10.1890/0012-9658(2006"])
def test_half_of_a_doi_is_told_and_no_doi(half: str) -> None:
    draft = reading(f"Old, C. (1990). Gauges. Monthly Tides 118. doi: {half}")
    assert draft.text("references", 0, "doi") is None
    assert told(draft, "reference-doi-cut") == ["references[0].text"]
    assert half in (draft.text("references", 0, "text") or "")


def test_a_doi_with_a_typographic_hyphen_is_kept_as_printed() -> None:
    assert reading(f"{ONE} doi:10.1234/ab‐c").text("references", 0, "doi") == "10.1234/ab‐c"


def test_entries_that_are_only_addresses_are_kept_and_told() -> None:
    draft = reading(f"1. {URL_ONE}\n2. {ONE} {URL_TWO}\n3. www.example.org/x")
    assert entries(draft) == [(None, URL_ONE), (ONE, URL_TWO), (None, "www.example.org/x")]
    assert told(draft, "reference-only-url") == ["references[0]", "references[2]"]


def test_two_addresses_and_a_dead_link() -> None:
    draft = reading(f"{ONE} {URL_ONE}, archived at {URL_TWO}\n\n[A roll](#)")
    assert draft.text("references", 0, "url") == URL_ONE
    assert told(draft, "reference-urls-several") == ["references[0].url"]
    assert told(draft, "reference-url-missing") == ["references[1].text"]


def test_a_broken_address_is_joined_and_told() -> None:
    draft = reading(f"{ONE}\nhttps://example.org/long-\nname/of-it\n\n{TWO} {URL_TWO}")
    assert entries(draft) == [(ONE, "https://example.org/long-name/of-it"), (TWO, URL_TWO)]
    assert told(draft, "reference-url-joined") == ["references[0].url"]


NEWS, REPORT = "web_resource", "report"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("McCurry, J. (2023, June 7). A title, said so. The Guardian.",
         Parts(NEWS, "McCurry", "2023", article_title="A title, said so", journal_title="The Guardian")),
        ("Gray, A., Irish, J. (2023). A title. Reuters.",
         Parts(NEWS, "Gray", "2023", article_title="A title", journal_title="Reuters")),
        ("Moriyasu, K., Mili, R., & Tsuji, T. (2023). A title. Nikkei Asia.",
         Parts(NEWS, "Moriyasu", "2023", article_title="A title", journal_title="Nikkei Asia")),
        ("Scott, J. C. (1998). Seeing like a state. Yale University Press.", Parts("book", "Scott", "1998", volume_title="Seeing like a state")),
        ("Foucault, M. (1975). Surveiller et punir. Gallimard.", Parts("book", "Foucault", "1975", volume_title="Surveiller et punir")),
        ("Said, E. W. (1978). Orientalism. Pantheon Books.", Parts("book", "Said", "1978", volume_title="Orientalism")),
        ("Roe, A. (2001). Tides. Simon & Schuster.", Parts("book", "Roe", "2001", volume_title="Tides")),
        ("Roe, A. (2023). Floods. New York Review of Books.",
         Parts(NEWS, "Roe", "2023", article_title="Floods", journal_title="New York Review of Books")),
        ("Roe, A. (2023). Floods. Detroit Free Press.",
         Parts(NEWS, "Roe", "2023", article_title="Floods", journal_title="Detroit Free Press")),
        ("van der Berg, L.-M., et al. (2023a). A title.", Parts(NEWS, "van der Berg", "2023", article_title="A title")),
        ("Moriyasu, K. (2023). Why now? Nikkei Asia.",
         Parts(NEWS, "Moriyasu", "2023", article_title="Why now?", journal_title="Nikkei Asia")),
        ("The Sun. (2023, May 1). Asia: a go for now.", Parts(NEWS, "The Sun", "2023", article_title="Asia: a go for now")),
        ("Institute of Peace (IP). (2023). Views: Ours. Washington, D.C.: Institute of Peace.",
         Parts(REPORT, "Institute of Peace", "2023", volume_title="Views: Ours")),
        ("Roe, R. (n.d.). “Old Ways.” Geneva: United Press.", Parts(REPORT, "Roe", None, volume_title="Old Ways")),
        ("Roe, R. (2020). Ways of old. Journal of Ways, 12(3), 45–67. https://doi.org/10.1234/x",
         Parts("journal_article", "Roe", "2020", article_title="Ways of old", journal_title="Journal of Ways",
               volume="12", issue="3", first_page="45")),
        ("World Bank (2020). A page.", Parts(NEWS, "World Bank", "2020", article_title="A page")),
        ("Roe, R. (2020). A page. Retrieved from", Parts(NEWS, "Roe", "2020", article_title="A page")),
    ],
)  # fmt: skip
def test_parts_that_are_safe(text: str, parts: Parts) -> None:
    assert Parts.of_entry(text, has_url=True) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Interview with an official, 4 January 2020.",
        "Gray, A. Mixed messages. Reuters, 2023.",
        "Siegfried O. Wolf (2023). A title.",
        "Gray and Irish (2023). A title. Reuters.",
        "Siegfried Wolf (2023). A title. Reuters.",
        "Gray, Anna, and Bob Irish (2023). A title. Reuters.",
        "Roe, R. (2023). Trade with the U.S. Reuters.",
        "Roe, R. (2023). A title. And a second sentence of it. Reuters.",
        "Roe, R. (2023). Why now? And why not tomorrow.",
        "Roe, R. (2023). A chapter. In J. Doe (Ed.), A book (pp. 1-3). Press.",
        "Roe, R. (2023). A title. Reuters, 12 May.",
        "Ministry of Trade, India. (2023). A title.",
        "Roe, R. (2023). Lists (and what they. Hill Times.",
        "(2023). A title.",
        "",
    ],
)
def test_parts_that_are_not_safe_are_left_out(text: str) -> None:
    assert Parts.of_entry(text, has_url=True) is None


def test_an_entry_that_is_not_split_is_told() -> None:
    draft = reading(f"Gray and Irish (2023). A title. Reuters. {URL_ONE}")
    assert told(draft, "reference-not-split") == ["references[0].text"]
    assert {loc[2] for loc, _ in draft.leaves() if loc[0] == "references"} == {"key", "text", "url"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A title. Washington, D.V.: A press.", "Washington"),
        ("A title. Washington D.C.: A press.", None),
        ("A title. Washington, D.C.: A press.", None),
        ("A title. Washington, DC: A press.", None),
        ("A title. Washington, U.S.: A press.", None),
        ("A title. New York, NJ: A press.", "New York"),
        ("A title. New York, N. Y.: A press.", None),
        ("A title. Cambridge, UK: A press.", None),
        ("Washington, D. V. (2020). A title.", None),
        ("A ti\ufffdle.", "lost"),
        ("A title (first part.", "bracket"),
        ("Roe, R. (2029). A title.", "2029"),
        ("Roe, R. (2024). A title in press.", None),
    ],
)
def test_doubts_about_texts(text: str, words: str | None) -> None:
    messages = [message for message, _ in PrintedReferences.text_doubts(text, published="2023-09")]
    assert [words in message for message in messages if words] == ([True] if words else [])
    assert bool(messages) == bool(words)


UUID = "204e595f-5e05-4c06-a05e-ffa61e09b271"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (f"https://example.org/content/{UUID}", None),
        (f"https://example.org/content/{UUID[:-1]}", "11 characters instead of 12"),
        (f"https://example.org/{UUID[:7]}{UUID[8:]}/x", "group 1 has 7"),
        ("https://example.org/2023-07-12-abc-def-fed", None),
        ("https://example.org/a-b-c-d-e", None),
        ("https://https://example.org", "twice"),
        ("http://www.https//example.org", "twice"),
        ("https://web.archive.org/web/2020/https://example.org/", None),
        ("htps://example.org", "does not start"),
        ("www.example.org", "does not start"),
        ("https:///path", "no host"),
        ("https://localhost/path", "public host"),
        ("https://example..org/", "two dots"),
        ("https://[::1/", "broken host"),
        ("https://example.org/a b", "space"),
        ("https://example.org/abc...", "cut off"),
        ("https://example.org/a\\_b", "backslash"),
    ],
)
def test_doubts_about_addresses(url: str, word: str | None) -> None:
    doubts = list(PrintedReferences.url_doubts(url))
    assert [word in doubt for doubt in doubts if word] == ([True] if word else [])
    assert bool(doubts) == bool(word)


@pytest.mark.parametrize(
    ("printed", "url"),
    [
        ("www.example.org/a", "www.example.org/a"),
        ("htps://example.org/a", "htps://example.org/a"),
        ("http//example.org/a", "http//example.org/a"),
        ("<https://example.org/a b>", "https://example.org/a b"),
        ("https://https://example.org/a", "https://https://example.org/a"),
    ],
)
def test_a_misprinted_address_is_kept_and_told(printed: str, url: str) -> None:
    draft = reading(f"{ONE} {printed}")
    assert entries(draft) == [(ONE, url)]
    assert told(draft, "reference-url-suspicious") == ["references[0].url"]
