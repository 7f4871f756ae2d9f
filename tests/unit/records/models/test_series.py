"""What a series makes of a number, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series


@given(st.from_regex(r"[0-9a-b]{1,6}(-[0-9])?", fullmatch=True))
@pytest.mark.parametrize("pattern", ["{prefix}/C{number}", "{prefix}/{number}.x", "{prefix}/SADF.{issn}.c{number}"])
def test_the_number_is_found_in_the_doi_that_was_made_of_it(pattern: str, number: str) -> None:
    series = Series(name="s", title="S", issn="2406-5617", prefix="10.48251", doi=pattern)
    doi = series.doi_for(number)
    assert doi is not None
    assert series.number_in(doi) == number
    assert series.number_in(Doi.parse(doi.printed.upper())) == number.upper()
    assert series.number_in(Doi.parse(f"10.5555/{number}")) is None


def test_a_pattern_without_a_number_finds_none() -> None:
    series = Series(name="s", title="S", issn="2406-5617", prefix="10.48251", doi="{prefix}/{any}")
    assert series.number_in(Doi.parse("10.48251/k7q2")) is None


def test_the_house_has_the_names_and_acronyms_of_all_its_bodies_once() -> None:
    series = Series.model_validate(
        {
            "name": "s",
            "title": "S",
            "issn": "2406-5617",
            "prefix": "10.48251",
            "publisher": {"name": "Tide Press"},
            "institution": {"name": "Tide Forum", "acronym": "TF"},
            "other_institutions": [{"name": "Tide Press", "acronym": ["TP", "TF"]}],
        }
    )
    assert series.house_names == ("TF", "TP", "Tide Forum", "Tide Press")
