"""Findings: the way to a field, written and read, and what is known nearest to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doideposit.findings import Loc, counted, field_path, loc_of, nearest, writable

STEPS = st.one_of(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers(0, 99))
LOCS = st.lists(STEPS, max_size=4).map(tuple)


@given(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), LOCS)
def test_a_way_is_read_as_it_was_written(first: str, rest: Loc) -> None:
    loc = (first, *rest)
    assert loc_of(field_path(loc)) == loc


@pytest.mark.parametrize(
    ("known", "loc", "found"),
    [
        ({("authors", 0): "a", ("authors",): "b"}, ("authors", 0, "orcid"), (("authors", 0), "a")),
        ({("authors", 0): "a", ("authors",): "b"}, ("authors", 1, "orcid"), (("authors",), "b")),
        ({("authors", 0, "orcid"): "a"}, ("authors", 0, "orcid"), (("authors", 0, "orcid"), "a")),
        ({(): "top"}, ("title",), ((), "top")),
        ({("title",): "a"}, ("number",), None),
        ({}, (), None),
    ],
)
def test_what_is_known_nearest_around_a_field_counts(
    known: dict[Loc, str], loc: Loc, found: tuple[Loc, str] | None
) -> None:
    assert nearest(known, loc) == found


def test_half_of_a_letter_can_be_written_down() -> None:
    assert writable("a\ud83d") == "a\\ud83d"
    assert writable("é") == "é"


@pytest.mark.parametrize(("number", "words"), [(0, "0 records"), (1, "1 record"), (1200, "1,200 records")])
def test_numbers_have_their_noun(number: int, words: str) -> None:
    assert counted(number, "record") == words
