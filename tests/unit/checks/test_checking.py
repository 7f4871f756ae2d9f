"""Records are checked one after the other, in order, and none is asked for before its turn."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from depositing import DEPOSITOR, SERIES, commentary, validator
from doideposit.checks.checking import Checked, Checker, Input
from doideposit.crossref.validator import Validator
from doideposit.crossref.xml import build


def checker(*, without_schema: bool = False) -> Checker:
    def missing() -> Validator:
        raise RuntimeError("there is no schema")

    return Checker(
        series={SERIES.name: SERIES},
        validator=missing if without_schema else validator,
        depositor=DEPOSITOR,
        clock=lambda: datetime(2026, 9, 1, tzinfo=UTC),
    )


def record(number: int, **changes: Any) -> dict[str, Any]:
    fields = {"series": SERIES.name, "number": str(number), "title": f"The tide of day {number} and what it left"}
    return fields | {"published": "2023-09-14", "authors": [{"given": "Ada", "family": "Mariner"}]} | changes


def until_it_fails(results: Iterable[Checked]) -> tuple[list[Checked], Exception]:
    before: list[Checked] = []
    with pytest.raises((OSError, RuntimeError)) as failed:  # noqa: PT012
        for one in results:
            before.append(one)  # noqa: PERF402 (the list must have what came before the failure)
    return before, failed.value


def numbers(results: Iterable[Checked]) -> list[str]:
    return [one.record.commentary.number if one.record else "-" for one in results]


def test_a_mapping_that_is_filled_anew_for_each_record_is_read_in_time() -> None:
    def same() -> Iterator[Input]:
        fields = record(0)
        for number in range(5):
            fields["number"] = str(number)
            yield fields

    assert numbers(checker().read(same())) == [str(number) for number in range(5)]


def test_a_file_of_xml_that_is_gone_afterwards_is_read_in_time(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"

    def passing() -> Iterator[Input]:
        for number in (1, 2):
            yield record(number)
            path.write_bytes(build(DEPOSITOR.head("batch", 20230914000000000), [commentary(number)]).xml)
            yield path
            path.unlink()

    found = list(checker().read(passing()))
    assert [one.ok for one in found] == [True] * 4
    assert [str(one.items[0].doi)[-1] for one in found] == ["1", "1", "2", "2"]


@pytest.mark.parametrize("failing", [0, 1, 5])
def test_what_came_before_a_failure_comes_out_first(failing: int) -> None:
    def breaking() -> Iterator[Input]:
        yield from map(record, range(failing))
        raise OSError("the disk is gone")

    before, failure = until_it_fails(checker().read(breaking()))
    assert numbers(before) == [str(number) for number in range(failing)]
    assert str(failure) == "the disk is gone"


def test_without_a_schema_the_records_before_the_first_verdict_come_out() -> None:
    wrong = {"title": "—"}
    given = [record(1, **wrong), {}, record(2, **wrong), record(3), record(4, **wrong)]
    before, failure = until_it_fails(checker(without_schema=True).read(given))
    assert numbers(before) == ["1", "-", "2"]
    assert str(failure) == "there is no schema"


@pytest.mark.parametrize("depth", [99, 100, 101, 250, 1_000, 100_000])
def test_no_depth_of_markup_stops_a_run(depth: int) -> None:
    deep = "<i>" * depth + "x" + "</i>" * depth
    given = [
        record(1),
        record(2, title=deep),
        record(3, subtitle=deep),
        record(4, references=[{"text": deep}]),
        record(5),
    ]
    found = list(checker().read(given))
    fits = depth <= 100
    assert [one.ok for one in found] == [True, fits, fits, fits, True]


def test_no_more_is_asked_for_than_is_checked() -> None:
    asked = []

    def given() -> Iterator[Input]:
        for number in range(3):
            asked.append(number)
            yield record(number)

    results = checker().read(given())
    assert not asked
    next(results)
    assert asked == [0]
