"""A commentary from very little, and what it refuses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from doideposit.records.identifiers import Doi
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.contributors import Anonymous, Institution, Organisation, Person
from doideposit.records.models.references import Reference
from doideposit.records.models.series import IssnMedium, Series

SERIES: dict[str, Any] = {
    "name": "sadf-comment",
    "title": "SADF Comment",
    "issn": "2406-5617",
    "prefix": "10.48251",
    "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
    "url": "https://www.example.org/comment-{number}/",
}


def commentary(**changes: Any) -> Commentary:
    data = {
        "series": Series(**SERIES),
        "number": 258,
        "title": "Prospects for NATO-Japan relations",
        "authors": [{"given": "Siegfried O.", "family": "Wolf"}],
        "published": "2023-09-14",
    }
    return Commentary.model_validate(data | changes)


def codes(**changes: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        commentary(**changes)
    return [error["type"] for error in caught.value.errors()]


def test_five_things_make_a_commentary() -> None:
    made = Commentary(
        series=Series(**SERIES),
        number="258",
        title="Prospects for NATO-Japan relations",  # type: ignore[arg-type]
        authors=(Person(given="Siegfried O.", family="Wolf"),),
        published="2023-09-14",  # type: ignore[arg-type]
    )
    assert made == commentary()
    assert str(made.doi) == "10.48251/SADF.ISSN.2406-5617.C258"
    assert made.url == "https://www.example.org/comment-258/"
    assert hash(made) == hash(commentary())


def test_a_given_doi_is_kept_as_printed_when_it_agrees() -> None:
    assert str(commentary(doi="10.48251/sadf.issn.2406-5617.c258").doi) == "10.48251/sadf.issn.2406-5617.c258"


@pytest.mark.parametrize("number", ["259", "0258", "258a"])
def test_a_doi_that_disagrees_with_the_number_is_an_error(number: str) -> None:
    assert codes(number=number, doi="10.48251/SADF.ISSN.2406-5617.C258") == ["doi-disagrees"]


def test_a_number_that_cannot_stand_in_a_doi() -> None:
    assert codes(number="25 8") == ["number-not-in-doi"]


@pytest.mark.parametrize("number", ["012", "3.10", "no", "258a"])
def test_numbers_stay_as_printed(number: str) -> None:
    made = commentary(number=number)
    assert made.number == number
    assert made.doi.suffix.endswith(f"C{number}")


def test_contributors_keep_their_order_and_kind() -> None:
    made = commentary(
        authors=[
            {"organisation": "SADF Team"},
            {"family": "Plato"},
            {"anonymous": True},
            {"given": "A.", "family": "B"},
        ]
    )
    assert [type(each) for each in made.authors] == [Organisation, Person, Anonymous, Person]
    assert [each.display for each in made.authors] == ["SADF Team", "Plato", "Anonymous", "A. B"]


def test_it_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        commentary().number = "259"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "extra_forbidden"),
        ({"authors": []}, "too_short"),
        ({"title": ""}, "empty-text"),
        ({"url": "www.example.org"}, "string_pattern_mismatch"),
        ({"language": "English!"}, "string_pattern_mismatch"),
        ({"relations": [{"type": "isCousinOf", "identifier": "10.5555/x"}]}, "relation-type-unknown"),
        ({"relations": [{"type": "isPartOf", "identifier": "10.5555/x y"}]}, "doi-character"),
        ({"funding": [{"awards": ["1"]}]}, "funder-unnamed"),
        ({"references": [{"key": "ref1"}]}, "reference-empty"),
        ({"edition": "2nd"}, "string_pattern_mismatch"),
        ({"published": "2023-02-31"}, "date-impossible"),
    ],
)
def test_refusals(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes) == [code]


def test_short_forms() -> None:
    made = commentary(
        version="2",
        abstracts=["In short."],
        licences=["https://creativecommons.org/licenses/by/4.0/"],
        free_to_read="yes",
    )
    assert made.version is not None
    assert (made.version.label, made.abstracts[0].text) == ("2", "In short.")
    assert made.effective_free_to_read is not None
    assert commentary(free_to_read="no").effective_free_to_read is None


def test_a_series_knows_its_numbers() -> None:
    series = Series(**SERIES, other_issns=[{"issn": "2406-5773", "medium": "print"}])
    assert series.doi_for("7") == Doi.parse("10.48251/sadf.issn.2406-5617.c7")
    assert [(str(each.issn), each.medium) for each in series.issns] == [
        ("2406-5617", IssnMedium.ELECTRONIC),
        ("2406-5773", IssnMedium.PRINT),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issn": "2406-5618"}, "issn-check-digit"),
        ({"issn": None}, "series-issn-missing"),
        ({"doi": "{prefix}/{colour}"}, "template-place"),
        ({"doi": "{prefix/{number}"}, "template-braces"),
        ({"doi": "{prefix}/{number"}, "template-braces"),
        ({"prefix": "48251"}, "string_pattern_mismatch"),
        ({"record_type": "book"}, "enum"),
    ],
)
def test_a_series_that_cannot_be(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Series.model_validate({key: value for key, value in (SERIES | changes).items() if value is not None})
    assert [error["type"] for error in caught.value.errors()] == [code]


def test_an_institution_needs_a_name_or_an_id() -> None:
    assert Institution.model_validate("SADF").name == "SADF"
    with pytest.raises(ValidationError, match="a name or an id"):
        Institution.model_validate({"place": "Brussels"})


def test_a_reference_may_be_text_alone() -> None:
    assert Reference.model_validate({"text": "A. <i>B</i>."}).key is None


@given(
    st.lists(
        st.sampled_from(
            "a.B / {number} {prefix} {issn} {{ }} {number!s} {number!r} {number:>6} {number:{issn}} {prefix:.3}".split()
        ),
        max_size=5,
    ).map("".join),
    st.sampled_from(["258", "3.10", "{number}", "7 a", "ä"]),
)
def test_a_pattern_is_filled_as_python_formats_it(pattern: str, number: str) -> None:
    filled: object
    try:
        series = Series.model_validate(SERIES | {"url": "https://example.org/" + pattern})
        filled = series.url_for(number)
    except (ValueError, KeyError) as error:
        filled = type(error)
    wanted: object
    try:
        wanted = ("https://example.org/" + pattern).format(prefix="10.48251", issn="2406-5617", number=number)
    except (ValueError, KeyError) as error:
        wanted = type(error)
    assert filled == wanted or (filled is ValidationError and not isinstance(wanted, str))
