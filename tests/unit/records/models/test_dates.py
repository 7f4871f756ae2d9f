"""Dates in other forms: the hint holds the corrected date, or says why there is none."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from doideposit.records.models.dates import Day, PartialDate

HINTS = [
    ("2024-3-12", "write 2024-03-12"),
    ("2024/03/12", "write 2024-03-12"),
    ("2024–03–12", "write 2024-03-12, with the hyphen"),
    ("14 września 2023", "write 2023-09-14"),
    ("14 сентября 2023", "write 2023-09-14"),
    ("14 Eylül 2023", "write 2023-09-14"),
    ("2023年9月14日", "write 2023-09-14"),
    ("2023年9月", "write 2023-09"),
    ("20240312", "write 2024-03-12"),
    ("2023-09-14T10:00:00Z", "write 2023-09-14"),
    ("2023-09-14 00:00:00", "write 2023-09-14"),
    ("14.9.2023", "write 2023-09-14"),
    ("14.09.2023", "write 2023-09-14"),
    ("14/09/2023", "write 2023-09-14"),
    ("09/14/2023", "write 2023-09-14"),
    ("04/05/2023", "write 2023-05-04 if the day comes first, 2023-04-05 if the month does"),
    ("31.02.2024", "there is no day 31 in 2024-02"),
    ("29.02.2023", "there is no day 29 in 2023-02"),
    ("2024-13-1", "there is no month 13"),
    ("14.9.23", "four digits, not 23"),
    ("2023-9", "write 2023-09"),
    ("09/2023", "write 2023-09"),
    ("45183", "write 2023-09-14"),
    ("########", "too narrow"),
    ("14 September 2023", "write 2023-09-14"),
    ("September 14, 2023", "write 2023-09-14"),
    ("Sept. 2023", "write 2023-09"),
    ("14. März 2023", "write 2023-03-14"),
    ("2 février 2026", "write 2026-02-02"),
    ("3 de enero de 2020", "write 2020-01-03"),
    ("31 June 2023", "there is no day 31 in 2023-06"),
    ("Summer 2023", "write 2023-22"),
    ("Herbst 2023", "write 2023-23"),
    ("Q3 2023", "write 2023-33"),
    ("1st quarter 2023", "write 2023-31"),
    ("soon", "year-month-day"),
    ("12345", "year-month-day"),
    ("", "year-month-day"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_the_hint_holds_the_date_that_is_meant(text: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        PartialDate.parse(text)
    assert hint in (refused.value.context or {})["hint"]


@pytest.mark.parametrize("kind", [PartialDate, Day])
def test_a_moment_with_a_time_zone_is_refused_and_a_day_is_taken(kind: type) -> None:
    adapter = TypeAdapter[object](kind)
    with pytest.raises(ValidationError, match="time zone"):
        adapter.validate_python(datetime(2023, 9, 14, 23, 30, tzinfo=UTC))
    for value in (datetime(2023, 9, 14, 23, 30), date(2023, 9, 14), "2023-09-14"):
        assert str(adapter.validate_python(value)) == "2023-09-14"
