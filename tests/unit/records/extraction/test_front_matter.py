import pytest

from doideposit.records.extraction.draft import Draft, Gap
from doideposit.records.models.series import Series
from drafts import read
from finished_documents import SERIES, document

REFERENCES = "## References\n\nA group. (2020). A title.\n\n<https://example.org/a>"


def reading(text: str) -> Draft:
    return read(text, file="c300.md", series=SERIES)


def codes(draft: Draft) -> set[str]:
    return {finding.code for finding in draft.findings}


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("## COMMENT 300", "# Salt and silence"),
        ("COMMENT 300", "**Salt and silence**"),
        ("## COMMENT 300 Salt and silence", ""),
        ("Comment 300: Salt and silence", ""),
        ("SADF Comment 300- Salt and silence", ""),
        ("# SADF COMMENT No. 300 — Salt and silence", ""),
        ("SADF Comment – Issue 300", "Salt and silence"),
        ("Comment #300", "Salt and\nsilence"),
        ("", "# Salt and silence -C300"),
        ("", "# Salt and silence – C 300"),
        ("", "Salt and silence (C300)"),
        ("# Salt and silence", "## COMMENT 300"),
        ("Salt and silence", "COMMENT 300"),
        ("SADF\n\nsadf@example.org", "COMMENT 300\n\nSalt and silence"),
        ("Salt and silence\n================", "Comment 300\n-----------"),
        ("## COMMENT 300\r\n", "# Salt and silence\r\n"),
    ],
)
def test_number_and_title_in_the_layouts_of_the_series(heading: str, title: str) -> None:
    draft = reading(document(heading=heading, title=title))
    assert (draft.text("number"), draft.text("title")) == ("300", "Salt and silence")
    assert draft.text("authors", 0, "family") == "Byron"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("# Sri Lanka- Shadows", "Sri Lanka- Shadows"),
        ("# China, 2049: the plan", "China, 2049: the plan"),
        ("# On *Homo sacer* and H<sub>2</sub>O", "On <i>Homo sacer</i> and H<sub>2</sub>O"),
        ("# *Salt and silence*", "Salt and silence"),
        ("# Salt & “silence”: what\u00a0now?", "Salt & “silence”: what now?"),
        ("# Section C300", "Section C300"),
        ("# A title with a [link](https://example.org)", "A title with a link"),
    ],
)
def test_titles_stay_as_printed(title: str, expected: str) -> None:
    assert reading(document(title=title)).text("title") == expected


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By **Ada B. Byron**", [("Ada B.", "Byron")]),
        ("**By Ada B. Byron**", [("Ada B.", "Byron")]),
        ("by: Ada Byron", [("Ada", "Byron")]),
        ("Author: Ada Byron*", [("Ada", "Byron")]),
        ("By Ada Byron and Charles Babbage", [("Ada", "Byron"), ("Charles", "Babbage")]),
        ("By Ada Byron & Dr. Charles Babbage", [("Ada", "Byron"), ("Charles", "Babbage")]),
        ("By Ada Byron, Charles Babbage, and Mary S.", [("Ada", "Byron"), ("Charles", "Babbage"), ("Mary", "S.")]),
        (
            "By Ada Byron,\nCharles Babbage and\nMary Shelley",
            [("Ada", "Byron"), ("Charles", "Babbage"), ("Mary", "Shelley")],
        ),
        ("By\n\nAda Byron", [("Ada", "Byron")]),
        ("By Ada Byron\n\nand Charles Babbage", [("Ada", "Byron"), ("Charles", "Babbage")]),
        ("By Byron, Ada B.", [("Ada B.", "Byron")]),
        ("By Prof. Dr. Ludwig van der Berg, PhD", [("Ludwig", "van der Berg")]),
        ("By Khaled bin Salman al-Rashid", [("Khaled bin Salman", "al-Rashid")]),
        ("By Amb. Maria da Silva (Retd.)", [("Maria", "da Silva")]),
        ("By Dr.Ada Byron¹", [("Ada", "Byron")]),
        ("By Tenzin", [(None, "Tenzin")]),
        ("By Łukasz Żółć", [("Łukasz", "Żółć")]),
        ("By 李明", [("明", "李")]),
        ("Ada Byron and Charles Babbage", [("Ada", "Byron"), ("Charles", "Babbage")]),
    ],
)
def test_bylines(byline: str, names: list[tuple[str | None, str]]) -> None:
    draft = reading(document(byline=byline))
    found = [(draft.text("authors", index, "given"), draft.text("authors", index, "family")) for index in range(4)]
    assert [name for name in found if name != (None, None)] == names
    splits = [finding for finding in draft.findings if finding.code == "name-split-assumed"]
    assert len(splits) == len(names)


def test_titles_degrees_and_suffixes_are_told() -> None:
    draft = reading(document(byline="By Dr. Ada Byron, PhD and Prof. John Doe Jr."))
    assert draft.text("authors", 1, "suffix") == "Jr."
    dropped = [f.message for f in draft.findings if f.code in {"name-prefix-dropped", "name-degree-dropped"}]
    assert ["Dr." in dropped[0], "PhD" in dropped[1], "Prof." in dropped[2]] == [True] * 3


def test_organisations_and_anonymous_authors() -> None:
    draft = reading(document(byline="By SADF Team"))
    assert draft.text("authors", 0, "organisation") == "SADF Team"
    assert "author-organisation-assumed" in codes(draft)
    assert reading(document(byline="By Anonymous")).text("authors", 0, "anonymous") == "true"
    behind = reading(document(byline="By Ada Byron, SADF"))
    assert [behind.text("authors", 0, "family"), behind.text("authors", 1, "organisation")] == ["Byron", None]
    assert "byline-unread" in codes(behind)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("14 September 2023", "2023-09-14"),
        ("14 September, 2023", "2023-09-14"),
        ("September 14, 2023", "2023-09-14"),
        ("14. September 2023", "2023-09-14"),
        ("14th of September 2023", "2023-09-14"),
        ("Sept. 14, 2023", "2023-09-14"),
        ("14 September 2023–", "2023-09-14"),
        ("14 September 2023– DOI: 10.48251/SADF.ISSN.2406-5617.C300", "2023-09-14"),
        ("Brussels, 14 September 2023", "2023-09-14"),
        ("Published: Thursday, 14 September 2023", "2023-09-14"),
        ("2023-09-14", "2023-09-14"),
        ("14/09/2023", "2023-09-14"),
        ("September 2023", "2023-09"),
        ("Summer 2023", "2023-22"),
        ("2023", "2023"),
    ],
)
def test_dates_are_as_precise_as_printed(date: str, expected: str) -> None:
    draft = reading(
        document(date=date, body="On 31 January, 2024 the talks went on, and on 1 February 2024 they ended.")
    )
    assert draft.text("published") == expected


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("9/10/2023", "date-ambiguous"),
        ("31 February 2023", "date-impossible"),
        ("", "published-missing"),
        ("Once upon a time in May", "published-missing"),
    ],
)
def test_a_date_that_cannot_be_told_stays_a_gap(date: str, code: str) -> None:
    draft = reading(document(date=date))
    assert isinstance(draft.fields["published"], Gap)
    assert code in codes(draft)


DOI = "10.48251/SADF.ISSN.2406-5617.C300"


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (f"<https://doi.org/{DOI}>", set()),
        (f"[https://doi.org/{DOI}](https://doi.org/{DOI})", set()),
        (f"https://doi.org/{DOI}", set()),
        (f"DOI: {DOI}", {"doi-display"}),
        (f"doi:{DOI}.", {"doi-display"}),
        (f"DOI: [{DOI}](https://doi.org/{DOI})", {"doi-display"}),
        (f"[DOI](https://doi.org/{DOI})", {"doi-display"}),
        (f"DOI:\n{DOI}", {"doi-display"}),
        (f"DOI:\n\n{DOI}", {"doi-display"}),
        (f"DOI: {DOI[:9]} {DOI[9:]}", {"doi-display", "doi-joined"}),
        (f"DOI: {DOI[:24]}\n{DOI[24:]}", {"doi-display", "doi-joined"}),
        (f"{DOI} (open access)", {"doi-display"}),
        (f"(DOI: {DOI})", {"doi-display"}),
        (f"<br>DOI:<br\n/>{DOI}", {"doi-display"}),
    ],
)
def test_dois_in_all_their_spellings(printed: str, told: set[str]) -> None:
    draft = reading(document(date=f"4 May 2021\n\n{printed}"))
    assert draft.text("doi") == DOI
    assert {code for code in codes(draft) if code.startswith("doi-")} == told


def test_a_doi_that_disagrees_with_its_link_or_its_number_is_told() -> None:
    assert "doi-link-disagrees" in codes(reading(document(date=f"DOI: [{DOI}](https://doi.org/{DOI[:-1]}1)")))
    assert {"number-disagrees", "doi-disagrees"} <= codes(reading(document(date=f"DOI: {DOI[:-1]}1")))
    assert "doi-disagrees" not in codes(reading(document(date=f"DOI: {DOI.lower()}")))


def test_numbers_keep_their_letter_and_running_text_is_no_heading() -> None:
    assert reading(document(heading="COMMENT 12b", date="")).text("number") == "12b"
    draft = reading(document(heading="", title="# Salt -C300", body="Report 12 was read aloud, and paper 7 was not."))
    assert draft.text("number") == "300"


def test_the_number_may_stand_in_the_doi_alone() -> None:
    draft = reading(document(heading="", title="# Salt and silence"))
    assert (draft.text("number"), draft.text("title")) == ("300", "Salt and silence")
    assert "number-assumed" in codes(draft)
    none = reading(document(heading="", title="# Salt and silence", date="4 May 2021"))
    assert isinstance(none.fields["number"], Gap)
    assert "number-missing" in codes(none)


def test_a_title_that_is_only_the_number_is_a_gap() -> None:
    for draft in (reading(document(heading="", title="# - C300")), reading(document(title=""))):
        assert isinstance(draft.fields["title"], Gap)
        assert "title-missing" in codes(draft)


def test_a_wrong_check_digit_in_an_issn_is_told() -> None:
    draft = reading(document(date="DOI: 10.48251/SADF.ISSN.2406-5618.C300"))
    assert "issn-check-digit" in codes(draft)
    assert "issn-check-digit" in codes(reading(document(references="ISSN 2406-5618")))


def test_a_name_in_capitals_is_told() -> None:
    draft = reading(document(byline="By ADA BYRON"))
    assert draft.text("authors", 0, "family") == "BYRON"
    assert "name-capitals" in codes(draft)


def test_a_doi_with_a_dash_is_kept_and_told() -> None:
    draft = reading(document(date="DOI: 10.48251/SADF.ISSN.2406‐5617.C300"))
    assert draft.text("doi") == "10.48251/SADF.ISSN.2406‐5617.C300"
    assert any(code.startswith("doi-") and code != "doi-display" for code in codes(draft))


def test_a_doi_in_the_imprint_is_found() -> None:
    draft = reading(document(date="4 May 2021", references=f"{REFERENCES}\n\nISSN 2406-5617\nDOI: {DOI}"))
    assert draft.text("doi") == DOI
    assert draft.text("references", 1, "text") is None


def test_a_missing_doi_follows_from_the_series() -> None:
    draft = reading(document(date="4 May 2021"))
    assert isinstance(draft.fields["doi"], Gap)
    assert draft.text("series") == "sadf-comment"
    assert {"doi-missing", "series-assumed"} <= codes(draft)


def other(name: str, title: str, issn: str | None = "2406-5617") -> Series:
    return Series(
        name=name, title=title, issn=issn, prefix="10.48251", record_type="posted" if issn is None else "report-series"
    )


def test_the_series_is_never_guessed() -> None:
    assert isinstance(read(document(), file="x").fields["series"], Gap)
    twins = {"a": other("a", "SADF Comment"), "b": other("b", "Other Comment")}
    draft = read(document(), file="x", series=twins)
    assert isinstance(draft.fields["series"], Gap)
    assert "series-ambiguous" in {finding.code for finding in draft.findings}
    told_by_word = read(document(heading="SADF Comment 300"), file="x", series=twins)
    assert told_by_word.text("series") == "a"
    elsewhere = read(document(), file="x", series={"c": other("c", "Comment", "2406-5773")})
    assert elsewhere.text("series") == "c"
    assert "series-assumed" in {finding.code for finding in elsewhere.findings}


def test_a_label_of_the_configuration_is_a_series_word() -> None:
    labelled = SERIES["sadf-comment"].model_copy(update={"labels": ("Zwischenruf",)})
    draft = read(document(heading="ZWISCHENRUF 12", date="2 May 2020"), file="x", series={"s": labelled})
    assert (draft.text("number"), draft.text("series")) == ("12", "sadf-comment")


def test_the_medium_of_the_issn_is_asked_for_only_while_it_is_unknown() -> None:
    assert "issn-medium-assumed" in codes(reading(document()))
    settled = SERIES["sadf-comment"].model_copy(update={"issn_medium": "electronic"})
    draft = read(document(), file="x", series={"s": settled})
    assert "issn-medium-assumed" not in {finding.code for finding in draft.findings}
    printed = reading(document(references="ISSN (online): 2406-5617"))
    assert "issn-medium-assumed" not in codes(printed)


def test_the_landing_page_comes_from_the_pattern_of_the_series() -> None:
    with_pattern = SERIES["sadf-comment"].model_copy(update={"url": "https://www.example.org/comment-{number}/"})
    draft = read(document(), file="x", series={"s": with_pattern})
    assert draft.fields["url"] == Gap("https://www.example.org/comment-300/", draft.fields["url"].hint)  # type: ignore[union-attr]
    assert "url-missing" not in {finding.code for finding in draft.findings}


def test_lines_that_are_not_understood_are_told() -> None:
    draft = reading(document(title="# Salt and silence\n\n## What the flats keep"))
    assert draft.text("subtitle") == "What the flats keep"
    assert "subtitle-assumed" in codes(draft)
    late = reading(document(byline="By Ada Byron\n\nA short and puzzling remark"))
    assert late.text("subtitle") is None
    assert "front-matter-unread" in codes(late)


@pytest.mark.parametrize("text", ["", "\n\n", "Just a note to myself.", "# Shopping\n\n- milk\n- eggs\n", "%%%"])
def test_what_is_no_commentary_is_refused(text: str) -> None:
    draft = reading(text)
    assert "document-unrecognised" in {finding.code for finding in draft.findings if finding.stops}
