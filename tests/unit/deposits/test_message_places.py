"""The lines of a record that the ledger notes: few of them, and every field is found on its own line again."""

import json

from hypothesis import given
from hypothesis import strategies as st

from doideposit.deposits.message_places import NotedLines
from doideposit.findings import Finding, Loc, Severity, Where, field_path
from doideposit.records.origin import Origin, Place

FIELDS: tuple[Loc, ...] = ((), ("title",), ("authors",), ("authors", 0), ("authors", 0, "family"), ("doi",))


def noted(lines: dict[Loc, int]) -> str:
    places = {loc: Place(line, 1) for loc, line in lines.items()}
    return NotedLines.of(Origin("a.yaml", None, places)).text


def line_of(loc: Loc, note: str) -> int | None:
    found = NotedLines(note).place(Finding("x", Severity.ERROR, "x", where=Where(field=field_path(loc))))
    return None if found is None else found.where.line


@given(st.lists(st.integers(1, 4), min_size=len(FIELDS), max_size=len(FIELDS)))
def test_every_field_is_found_on_its_line_again(numbers: list[int]) -> None:
    lines = dict(zip(FIELDS, numbers, strict=True))
    note = noted(lines)
    assert {loc: line_of(loc, note) for loc in FIELDS if loc} == {loc: line for loc, line in lines.items() if loc}


def test_a_record_on_one_line_is_noted_by_one_line() -> None:
    assert json.loads(noted(dict.fromkeys(FIELDS, 11)))["lines"] == {"": 11}
    assert line_of(("authors", 0, "orcid"), noted(dict.fromkeys(FIELDS, 11))) == 11


def test_a_record_that_came_from_no_file_is_not_noted() -> None:
    assert NotedLines.of(Origin(None, None, {})).text == ""
