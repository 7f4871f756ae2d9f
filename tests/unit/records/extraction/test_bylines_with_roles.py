"""Nobody of a byline is lost silently, whatever stands between the names."""

import pytest

from doideposit.records.extraction.draft import Confidence
from drafts import read
from finished_documents import document


@pytest.mark.parametrize(
    "byline",
    [
        "By Ana Keller, Research Fellow, and Jan Mey",
        "Ana Keller, Island Institute and Jan Mey",
        "Ana Keller, Island Institute, and Tsegaye Alemu",
        "By Ana Keller, Partner, and Tsegaye Alemu",
        "Tsegaye Alemu, Partner, and Ana Keller",
        "By Ana Keller, Director, Blue Institute; Jan Mey, Fellow, Green Institute",
        "Ana Keller, Research Fellow, Tsegaye Alemu, Director",
        "Ana Keller, Saltwatch  \nTsegaye Alemu, Delta Network",
        "Ana Keller  \nTsegaye Alemu, Delta Network",
    ],
)
def test_of_two_authors_both_are_found_or_a_doubt_says_so(byline: str) -> None:
    draft = read(document(byline=byline), file="c300.md")
    leaves = [leaf for loc, leaf in draft.leaves() if loc[0] == "authors"]
    found = len(draft.data.get("authors", []))
    assert found in {0, 2} or any(leaf.confidence is Confidence.DOUBTFUL for leaf in leaves)


@pytest.mark.parametrize(
    ("byline", "families"),
    [
        ("Ana Keller, Island Institute", ["Keller"]),
        ("Ana Keller and Jan Mey, Département Territoires", ["Keller", "Mey"]),
        ("Ana Keller, Jan Mey (Direction des pêches)", ["Keller", "Mey"]),
        ("By Ana Keller, Partner, Shipping and Trade", ["Keller"]),
        ("Ana Keller1,2, Jan Mey2", ["Keller", "Mey"]),
        ("Ana Keller∗ and Jan Mey†", ["Keller", "Mey"]),
        ("Ana Keller · May 2021", ["Keller"]),
        ("Ana Keller | May 4, 2021 | 6 min read", ["Keller"]),
    ],
)
def test_what_is_no_author_is_none(byline: str, families: list[str]) -> None:
    draft = read(document(byline=byline), file="c300.md")
    assert [one["family"] for one in draft.data["authors"]] == families
    assert all(leaf.confidence is not Confidence.DOUBTFUL for loc, leaf in draft.leaves() if loc[0] == "authors")
