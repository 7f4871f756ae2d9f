r"""Halves of surrogate pairs, which JSON can write down as ``\ud800`` and nothing can print: a finding, never a crash."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from doideposit.checks.checking import Checker
from doideposit.checks.values import Checked, DepositorName
from doideposit.crossref.validator.validator import Validator
from doideposit.findings import Loc
from doideposit.records.models.series import RecordType
from made_up_records import full_record, full_series

HALF = "\ud800"
HARMS: dict[str, Callable[[Any], Any]] = {
    "alone": lambda _: HALF,
    "behind a text": lambda value: f"{value}{HALF}",
    "in a list": lambda _: [HALF],
    "as a key": lambda value: {**value, HALF: "1"} if isinstance(value, Mapping) else {HALF: "1"},
}


def no_validator() -> Validator:
    raise AssertionError("a record that cannot be written has no XML to validate")


def ways(value: Any, loc: Loc = ()) -> Iterator[Loc]:
    """The way to every value within."""
    yield loc
    if isinstance(value, str):
        return
    inside = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    )
    for step, each in inside:
        yield from ways(each, (*loc, step))


def changed(value: Any, loc: Loc, harm: Callable[[Any], Any]) -> Any:
    """The same with the value at the end of the way changed."""
    if not loc:
        return harm(value)
    step, *further = loc
    if isinstance(value, Mapping):
        return {key: changed(each, tuple(further), harm) if key == step else each for key, each in value.items()}
    return [changed(each, tuple(further), harm) if place == step else each for place, each in enumerate(value)]


def checker(record_type: RecordType) -> Checker:
    series = full_series(record_type)
    name = DepositorName("Institute", "doi@example.org", "Institute")
    return Checker(series={series.name: series}, validator=no_validator, depositor=name)


def assert_writable(checked: Checked) -> None:
    for finding in checked.findings:
        json.dumps(finding.to_dict(), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("record_type", RecordType)
def test_wherever_it_stands_it_is_a_finding_that_can_be_shown(record_type: RecordType, harm: str) -> None:
    record = {"series": full_series(record_type).name, **full_record(record_type)}
    for loc in ways(record):
        if loc or harm == "as a key":
            [checked] = checker(record_type).read([changed(record, loc, HARMS[harm])])
            assert not checked.ok, loc
            assert_writable(checked)


def test_from_a_file_the_place_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    record = {
        "series": full_series(RecordType.POSTED).name,
        **full_record(RecordType.POSTED),
        "published": f"2024{HALF}",
    }
    path.write_text(json.dumps(record), encoding="ascii")
    [checked] = checker(RecordType.POSTED).read([path])
    assert_writable(checked)
    [finding] = [each for each in checked.findings if each.code == "date-shape"]
    assert "\\ud800" in finding.message
    assert (finding.where.line, finding.where.field) == (1, "published")
