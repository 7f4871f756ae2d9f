import pytest

from doideposit.records.extraction.draft import Draft
from drafts import read
from finished_documents import SERIES, document

SADF = "South Asia Democratic Forum"


def reading(biography: str, **parts: str) -> Draft:
    return read(document(biography=biography, **parts), file="c300.md", series=SERIES)


@pytest.mark.parametrize(
    ("biography", "institution"),
    [
        ("**Dr. Ada B. Byron**, Director of Research at SADF (Coordinator: Engines); she is also at Kings.", SADF),
        ("Ada B. Byron is a fellow at the South Asia Democratic Forum.", SADF),
        ("Dr Byron is Senior Analyst, SADF.", SADF),
        (
            "Ada B. Byron is professor at the University of Turin. She was a fellow at the Engine Society.",
            "University of Turin",
        ),
        (
            "Ada B. Byron, former director at the Engine Society, is now with the Institute for Looms.",
            "Institute for Looms",
        ),
        ("Ada B. Byron studied at Oxford. She works for Loom & Sons.", "Loom & Sons"),
        ("Ada B. Byron (Kings College London) writes on engines.", None),
        ("Ada B. Byron worked as a consultant at the Engine Society.", None),
        ("Ada B. Byron holds a PhD from Turin and was educated at Kings.", None),
        ("Ada B. Byron is a mathematician.", None),
        ("", None),
    ],
)
def test_only_a_present_affiliation_counts(biography: str, institution: str | None) -> None:
    draft = reading(biography)
    assert draft.text("authors", 0, "affiliations", 0, "name") == institution
    assert ("affiliation-missing" in {finding.code for finding in draft.findings}) == (institution is None)


def test_the_biography_itself_stays_out_of_the_record() -> None:
    draft = reading("Ada B. Byron is a fellow at SADF who keeps hedgehogs.")
    assert not any("hedgehogs" in leaf.text for _, leaf in draft.leaves())
    (finding,) = [finding for finding in draft.findings if finding.code == "biography-not-deposited"]
    assert finding.where.line == 9


def test_an_institution_behind_the_name_is_the_affiliation_without_a_better_one() -> None:
    assert reading("", byline="By Ada B. Byron (SADF)").text("authors", 0, "affiliations", 0, "name") == SADF
    draft = reading("Ada B. Byron is a fellow at the Engine Society.", byline="By Ada B. Byron (SADF)")
    assert draft.text("authors", 0, "affiliations", 0, "name") == "Engine Society"


def test_each_author_has_the_own_biography() -> None:
    biographies = "Charles Babbage is Keeper at the Engine Society (ES).\n\nAda B. Byron is a fellow at SADF."
    draft = reading(biographies, byline="By Ada B. Byron and Charles Babbage")
    names = [draft.text("authors", index, "affiliations", 0, "name") for index in (0, 1)]
    assert names == [SADF, "Engine Society"]
    assert draft.text("authors", 1, "affiliations", 0, "acronym") == "ES"


def test_an_acronym_is_spelled_out_where_the_document_does() -> None:
    body = "The Centre for Looms and Engines (CLE) counts both."
    draft = reading("Ada B. Byron is a fellow at CLE.", body=body)
    assert draft.text("authors", 0, "affiliations", 0, "name") == "Centre for Looms and Engines"
    assert draft.text("authors", 0, "affiliations", 0, "acronym") == "CLE"


def test_the_ror_of_the_configured_institution_is_used() -> None:
    institution = SERIES["sadf-comment"].institution
    assert institution is not None
    known = type(institution).model_validate(
        institution.model_dump(exclude_none=True) | {"ror": "https://ror.org/02twcfp32"}
    )
    series = SERIES["sadf-comment"].model_copy(update={"institution": known})
    draft = read(document(biography="Ada B. Byron is a fellow at SADF."), file="x", series={"s": series})
    assert draft.text("authors", 0, "affiliations", 0, "ror") == "https://ror.org/02twcfp32"
    assert "ror-missing" not in {finding.code for finding in draft.findings}


def test_an_orcid_goes_to_its_author() -> None:
    line = "Ada B. Byron is a fellow at SADF. ORCID: 0000-0002-1825-0097"
    draft = reading(line, byline="By Charles Babbage and Ada B. Byron")
    assert draft.text("authors", 1, "orcid") == "https://orcid.org/0000-0002-1825-0097"
    assert draft.text("authors", 0, "orcid") is None
    wrong = reading("Ada B. Byron is a fellow. https://orcid.org/0000-0002-1825-0098")
    assert wrong.text("authors", 0, "orcid") is None
    assert "orcid-check-digit" in {finding.code for finding in wrong.findings}


def test_abstract_keywords_and_licence_are_taken_when_they_are_printed() -> None:
    body = "## Abstract\n\nSalt is quiet.\n\nKeywords: salt; silence, flats.\n\nThe flats are quiet."
    licence = "Licence: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)"
    draft = reading("", body=body, references=licence)
    assert draft.text("abstracts", 0, "text") == "Salt is quiet."
    assert [draft.text("keywords", index) for index in range(4)] == ["salt", "silence", "flats", None]
    assert draft.text("licences", 0, "url") == "https://creativecommons.org/licenses/by/4.0/"
    assert not {"abstract-missing", "licence-missing"} & {finding.code for finding in draft.findings}
