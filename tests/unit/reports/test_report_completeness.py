"""The shares of a series, and the step that gains most for the least work."""

import pytest

from doideposit.crossref.xml.participation import Measure, Measured
from doideposit.records.identifiers import Doi
from doideposit.reports.completeness import Completeness

ALL = frozenset(Measure)


def works(number: int, *lacking: Measure, **names: tuple[str, ...]) -> list[Measured]:
    return [Measured(Doi(f"10.5555/{place}"), ALL - set(lacking), **names) for place in range(number)]


def step(found: list[Measured]) -> str:
    return Completeness.of_works("notes", found).next_step


def test_shares_are_counted_in_the_order_of_the_participation_report() -> None:
    found = Completeness.of_works("notes", [*works(2, Measure.ABSTRACTS), *works(1)])
    assert (list(found.have), found.works) == (list(Measure), 3)
    assert (found.have[Measure.ABSTRACTS], found.percent(Measure.ABSTRACTS)) == (1, 33)
    assert (found.have[Measure.REFERENCES], found.percent(Measure.REFERENCES)) == (3, 100)


def test_all_is_only_said_of_all() -> None:
    found = Completeness.of_works("notes", [*works(999), *works(1, Measure.LICENCES)])
    assert found.percent(Measure.LICENCES) == 99


def test_a_complete_series_needs_nothing_and_unfunded_work_is_no_fault() -> None:
    assert step(works(3)).startswith("Nothing")
    assert step(works(3, Measure.FUNDERS, Measure.AWARDS)).startswith("Nothing")
    assert Completeness.of_works("notes", []).next_step.startswith("Nothing")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (works(40, Measure.LICENCES, Measure.ABSTRACTS), "If the texts have a licence, name it once"),
        (works(40, Measure.RORS, without_ror=("Himalaya Institute",)), "Look up the ROR id of Himalaya Institute once"),
        (works(40, Measure.ORCIDS, without_orcid=("Maya Gurung",)), "Ask Maya Gurung for the ORCID iD"),
        (works(4, Measure.TEXT_MINING, Measure.SIMILARITY, Measure.ABSTRACTS), "Add `pdf_url`"),
        (works(1, Measure.ABSTRACTS), "Copy the abstract into the records of 1 DOI,"),
        (works(5, Measure.AFFILIATIONS), "Add the authors' `affiliations`"),
        (works(5, Measure.REFERENCES), "Add the references to the records of 5 DOIs"),
        (works(50, Measure.CROSSMARK), "Put a page on the web"),
    ],
)
def test_the_cheapest_step(found: list[Measured], words: str) -> None:
    assert step(found).startswith(words)
    assert "updates are free" in step(found)


def test_the_author_of_most_works_is_asked_first() -> None:
    lacking = Measure.ORCIDS
    found = [
        *works(2, lacking, without_orcid=("Arif Rahman",)),
        *works(3, lacking, without_orcid=("Maya Gurung", "Arif Rahman")),
        *works(9, without_orcid=("Someone Else",)),
    ]
    assert step(found).startswith("Ask Arif Rahman for the ORCID iD, and add it to the records: 5 DOIs would benefit")
