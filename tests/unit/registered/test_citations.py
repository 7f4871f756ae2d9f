"""What tells a work from its near twins: each row is a reference, a work, and what is said of the two."""

import pytest

from doideposit.crossref.registrar import FoundWork
from doideposit.registered.citations import ComparedReference

NATO = {
    "text": "Schultz, T. (2023). NATO in the Indo-Pacific. South Asia Journal, 12(3), 45-60. https://x.org/2020/nato"
}
PARTS = {
    "author": "Schultz",
    "year": "2023",
    "article_title": "NATO in the Indo-Pacific",
    "volume": "12",
    "first_page": "45",
}


def work(title: str = "NATO in the Indo-Pacific", author: str = "Schultz", year: int = 2023, **more: str) -> FoundWork:
    return FoundWork("10.5555/x", (title,), (author,), (year,), **more)  # type: ignore[arg-type]


SAME = [
    (NATO, work()),
    (PARTS, work(volume="12", page="45-60", type="journal-article")),
    (NATO, work("NATO in the <i>Indo-Pacific</i>")),
    ({"text": "Müller-Lüdenscheidt, H. (1978): Die Ente bleibt draußen."},
     work("Die Ente bleibt draussen", "Müller-Lüdenscheidt", 1978)),
    ({"text": "World Bank (2019). Rivers & their people."}, work("Rivers and their People", "World Bank", 2019)),
    ({"text": "Kant, I. (1781/1998). Critique of pure reason."}, work("Critique of Pure Reason", "Kant", 1998)),
    ({"text": "Sen, A. (2019). Rivers: a history."}, FoundWork("10.5555/x", ("Rivers", "Rivers: A history"), ("Sen",), (2019,))),
    ({"text": "Roy (2015). Deltas, part 2."}, work("Deltas. Part II", "Roy", 2015)),
    ({"text": "Roy (2015). Deltas (2nd ed.)."}, work("Deltas, 2nd edition", "Roy", 2015)),
]  # fmt: skip
TWINS = [
    (NATO, work(year=2013), "year"),
    (NATO, work(year=2022), "year"),
    (NATO, work("NATO in the Indo-Pacific, Part II"), "title"),
    (NATO, work("NATO in the Indo-Pacific: a review of the debate since the cold war"), "title"),
    (NATO, work(author="Gray"), "author"),
    (PARTS, work(volume="13"), "volume"),
    (PARTS, work(volume="12", page="451-460"), "page"),
    ({"text": "Smith, J. (2010). Handbook of rivers (2nd ed.). Oxford."}, work("Handbook of Rivers", "Smith", 2010), "part"),
    ({"text": "Smith, J. (2010). Handbook of rivers, vol. 3."}, work("Handbook of Rivers", "Smith", 2010), "part"),
    ({"text": "Smith, J. (2010). Handbook of rivers."}, work("Handbook of Rivers, Volume 2", "Smith", 2010), "title"),
    ({"text": "UN (2023). Annual report 2023."}, work("Annual report 2013", "UN", 2013), "title"),
    ({"text": "Иванов, П. (2001). О реках."}, work("On rivers", "Ivanov", 2001), "title"),
    ({"text": "Sen. Rivers."}, work("Rivers", "Sen", 2001), "year"),
    (NATO, FoundWork("10.5555/x", ("NATO in the Indo-Pacific",), (), (2023,)), "author"),
    (NATO, FoundWork("10.5555/x"), "title"),
]  # fmt: skip


@pytest.mark.parametrize(("reference", "found"), SAME)
def test_the_work_itself_has_no_doubts(reference: dict[str, str], found: FoundWork) -> None:
    assert ComparedReference(reference).candidate_doubts(found) == ()
    assert not ComparedReference(reference).is_plainly_other(found)


@pytest.mark.parametrize(("reference", "found", "field"), TWINS)
def test_a_near_twin_has_its_doubt(reference: dict[str, str], found: FoundWork, field: str) -> None:
    assert field in [one.field for one in ComparedReference(reference).candidate_doubts(found)]


OTHER = [
    (NATO, work("Gene expression in mice", "Smith", 1999)),
    # The same author and year: somebody copied the DOI of the line above.
    (NATO, work("A history of the Indian railways")),
    (NATO, work(year=2009, type="journal-article")),
    ({"author": "Sen", "year": "2019"}, FoundWork("10.5555/x", (), ("Gray",), (2001,))),
]
NOT_PLAINLY = [
    # Physicists leave titles out.
    ({"text": "A. Einstein, Ann. Phys. 17, 891 (1905)"},
     FoundWork("10.5555/x", ("Zur Elektrodynamik bewegter Körper",), ("Einstein",), (1905,), volume="17", page="891-921")),
    # A translated title, at the same place.
    (PARTS, work("Die NATO im indopazifischen Raum", volume="12", page="45-60")),
    # A preprint, and a book that is printed again.
    (NATO, work(year=2021, type="posted-content")),
    ({"text": "Smith (1988). Handbook of rivers."}, work("Handbook of Rivers", "Smith", 2004, type="book")),
    (NATO, work(author="South Asia Democratic Forum")),
    ({"text": "Иванов, П. (2001). О реках."}, work("On rivers", "Ivanov", 2001)),
    (NATO, FoundWork("10.5555/x")),
    # A chapter is cited with the DOI of its book.
    ({"text": "Roy (2015). Deltas. In Sen (Ed.), Handbook of rivers."}, work("Handbook of Rivers", "Sen", 2015)),
    ({}, work()),
]  # fmt: skip


@pytest.mark.parametrize(("reference", "found"), OTHER)
def test_another_work_is_plainly_another(reference: dict[str, str], found: FoundWork) -> None:
    assert ComparedReference(reference).is_plainly_other(found)


@pytest.mark.parametrize(("reference", "found"), NOT_PLAINLY)
def test_what_may_be_the_same_is_not_called_wrong(reference: dict[str, str], found: FoundWork) -> None:
    assert not ComparedReference(reference).is_plainly_other(found)


def test_parts_alone_are_printed_in_the_usual_order() -> None:
    assert ComparedReference(PARTS).printed == "Schultz. (2023). NATO in the Indo-Pacific. 12. 45"
    assert ComparedReference({}).printed == ""


def test_long_and_odd_texts_are_compared_quickly() -> None:
    long = {"text": "part " * 20_000 + "ii " * 20_000}
    assert ComparedReference(long).doubts(work("part ii " * 2_000))
