"""Dates of three precisions, and what to write instead of a text that is none: the one that is meant."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from doideposit.findings import writable
from doideposit.records.parsed_value import ParsedValue

__all__ = ["Day", "PartialDate"]

# 21 to 24 in the schema: spring, summer, autumn, winter.
SEASONS = range(21, 25)
# 31 to 34 in the schema: the quarters.
QUARTERS = range(31, 35)
FIRST_YEAR, LAST_YEAR = 1400, 2200  # Crossref schema, crossref5.5.0.xsd: year


@dataclass(frozen=True, slots=True, order=False)
class PartialDate(ParsedValue):
    """A date as precise as it is known: a year, a year and month, or a day. It is never completed by guessing.

    A month from 21 to 24 is a season, one from 31 to 34 a quarter (crossref5.5.0.xsd: month).
    """

    year: int
    month: int | None = None
    day: int | None = None
    json_schema: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": r"^\d{4}(-(0[1-9]|1[0-2]|2[1-4]|3[1-4])(-(0[1-9]|[12]\d|3[01]))?)?$",
        "examples": ["2023-09-14", "2023-09", "2023"],
    }

    def __post_init__(self) -> None:
        problem = _date_problem(self.year, self.month, self.day)
        if problem is not None:
            raise PydanticCustomError("date-impossible", "{what}", {"what": problem[0], "hint": problem[1]})

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ``2023``, ``2023-09`` or ``2023-09-14``; raises `PydanticCustomError`."""
        match = _DATE.fullmatch(text.strip())
        if match is None:
            raise PydanticCustomError(
                "date-shape",
                "“{text}” is not a date in the form 2023, 2023-09 or 2023-09-14",
                {
                    "text": writable(text),
                    "hint": _date_hint(text),
                },
            )
        year, month, day = match.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @property
    def first_day(self) -> date:
        """Return the earliest day the date can mean, to compare dates of different precision."""
        if self.month is None:
            return date(self.year, 1, 1)
        if self.month in SEASONS:
            # Seasons are counted from January for comparisons, whatever the hemisphere.
            return date(self.year, (self.month - 21) * 3 + 1, 1)
        if self.month in QUARTERS:
            # The first month of the quarter.
            return date(self.year, (self.month - 31) * 3 + 1, 1)
        return date(self.year, self.month, self.day or 1)

    @classmethod
    def from_input(cls, value: Any) -> "PartialDate":
        """Return the date of an input of a model; raises `PydanticCustomError`."""
        match value:
            case PartialDate():
                return value
            case datetime() if value.tzinfo is not None:
                raise _refuse_time_zone(value)
            case date():
                return cls(value.year, value.month, value.day)
            case bool():
                pass
            case int():
                return cls(value)
            case str():
                return cls.parse(value)
        raise PydanticCustomError("date-shape", "a date is expected here", {"hint": "write it as 2023-09-14"})

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)


# The three precisions of the schema: year, month, day.
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")


def _refuse_time_zone(value: datetime) -> PydanticCustomError:
    """Refuse a moment with a time zone: its day depends on the place of the publisher."""
    return PydanticCustomError(
        "date-with-time-zone",
        "this is a time with a time zone, {value}, but a date is needed",
        {
            "value": value.isoformat(),
            "hint": f"give the day where it was published: {value.date()}, or that of value.astimezone(zone).date()",
        },
    )


# February, but in leap years.
_SHORTEST_MONTH: Final = 28


def _date_problem(year: int, month: int | None, day: int | None) -> tuple[str, str] | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"the year {year} is out of range", f"Crossref accepts years from {FIRST_YEAR} to {LAST_YEAR}"
    if month is None:
        return None if day is None else ("a day without a month", "give the month too, or leave the day out")
    if month not in range(1, 13):
        if (month in SEASONS or month in QUARTERS) and day is None:
            return None
        return f"there is no month {month}", "months go from 01 to 12"
    if day is None or 1 <= day <= _SHORTEST_MONTH:
        return None
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        return f"there is no day {day} in {year:04d}-{month:02d}", f"that month has {last} days"
    return None


def _parse_day(value: Any) -> Any:
    """Read a whole date; pydantic alone would take a bare number for seconds since 1970."""
    if isinstance(value, datetime):
        value = PartialDate.from_input(value)
    if isinstance(value, date):
        return value
    parsed = PartialDate.from_input(value)
    if parsed.day is None:
        raise PydanticCustomError(
            "day-incomplete",
            "a complete date is needed here, with month and day",
            {"hint": "write it as 2023-09-14"},
        )
    return parsed.first_day


# A calendar day, for the places where Crossref takes no less.
Day = Annotated[date, BeforeValidator(_parse_day), Field(examples=["2023-09-14"])]


# What to write instead of a text that is not a date: the corrected date, where one alone is meant.

# The form of ISO 8601, of which Crossref takes year, month and day apart.
_DEFAULT: Final = "write year-month-day with hyphens and leading zeros, as precisely as you know it"
# Beginnings of the names of months in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish,
# Turkish and Russian.
_MONTHS: Final = (
    "jan ene gen sty oca янв", "feb fev fév lut şub фев", "mar mär mrz maa мар", "apr avr abr kwi nis апр",
    "may mai mag mei maj май мая", "jun juin giu cze haz июн", "jul juil lug lip tem июл",
    "aug aoû aou ago sie ağu авг",
    "sep set wrz eyl сен", "oct okt ott out paź eki окт", "nov lis kas ноя", "dec dez déc dic gru ara дек",
)  # fmt: skip
# Hyphens and dashes of typography, which look like the hyphen of ISO 8601.
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
# Crossref numbers the seasons from 21 to 24 (schema, type of month).
_SEASONS: Final = {
    21: "spring frühling frühjahr printemps primavera lente",
    22: "summer sommer été ete verano estate verão verao zomer",
    23: "autumn fall herbst automne otoño otono autunno outono herfst",
    24: "winter hiver invierno inverno",
}
# Quarters are 31 to 34 in the same type.
_QUARTER: Final = re.compile(r"\bq([1-4])\b|\b([1-4])(?:st|nd|rd|th|\.)? (?:quarter|quartal|trimest)", re.IGNORECASE)
_ISO: Final = re.compile(r"\d{4}(?:-\d\d){0,2}")
# Years of print; other numbers of four digits are not dates.
_YEAR: Final = re.compile(r"\b(1[4-9]\d\d|2[01]\d\d)\b")
_EXCEL_BEGINS: Final = date(1899, 12, 30)  # Day 0 of a spreadsheet; with it, days after February 1900 come out right.
_EXCEL_DAYS: Final = range(15_000, 80_000)  # From 1941 to 2119: other numbers of five digits are not dates.
_MONTHS_OF_A_YEAR: Final = 12


def _date_hint(text: str) -> str:
    """Return what to do about a text that is not a date: write the one that is meant, or one of two."""
    shown = _DASHES.sub("-", text.strip())
    if shown != text.strip() and _ISO.fullmatch(shown):
        return f"write {shown}, with the hyphen of the keyboard"
    for pattern, answer in _FORMS:
        if match := re.fullmatch(pattern, shown, re.IGNORECASE):
            return answer(match)
    return _hint_season(shown) or _hint_month_name(shown) or _DEFAULT


def _write_date_hint(year: int, month: int, day: int) -> str:
    # A day that a month does not have cannot be guessed.
    try:
        return f"write {date(year, month, day)}"
    except ValueError:
        if month not in range(1, _MONTHS_OF_A_YEAR + 1):
            return f"there is no month {month}; {_DEFAULT}"
        return f"there is no day {day} in {year:04d}-{month:02d}; correct the day"


def _hint_year_first(match: re.Match[str]) -> str:
    return _write_date_hint(int(match[1]), int(match[2]), int(match[3]))


def _hint_year_last(match: re.Match[str]) -> str:
    """Read 14.9.2023 as day and month; with slashes both orders are usual, and only a day over 12 is clear."""
    # Between them stands the sign, which tells nothing of the order.
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > _MONTHS_OF_A_YEAR or first == second:
        return _write_date_hint(year, second, first)
    if second > _MONTHS_OF_A_YEAR:
        return _write_date_hint(year, first, second)
    other = date(year, first, second)
    return f"{_write_date_hint(year, second, first)} if the day comes first, {other} if the month does"


def _hint_month(match: re.Match[str]) -> str:
    year, month = (match[1], match[2]) if len(match[1]) > len(match[2]) else (match[2], match[1])
    return f"write {year}-{int(month):02d}"


def _hint_spreadsheet_number(match: re.Match[str]) -> str:
    days = int(match[1])
    if days not in _EXCEL_DAYS:
        return _DEFAULT
    return f"write {_EXCEL_BEGINS + timedelta(days=days)}, if it is a spreadsheet's number for a day"


def _hint_two_digits(match: re.Match[str]) -> str:
    return f"write the year with four digits, not {match[3]}; {_DEFAULT}"


def _hint_too_narrow(_: re.Match[str]) -> str:
    return "the column of the spreadsheet was too narrow to show the date: widen it and save again"


_FORMS: Final[tuple[tuple[str, Callable[[re.Match[str]], str]], ...]] = (
    (r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:[T ]\d{1,2}:.*|T.*)?", _hint_year_first),
    (r"(\d{4})(\d\d)(\d\d)", _hint_year_first),
    (r"(\d{4})年(\d{1,2})月(\d{1,2})日", _hint_year_first),
    (r"(\d{4})年(\d{1,2})月", _hint_month),
    (r"(\d{1,2})([-/.])\s?(\d{1,2})[-/.]\s?(\d{4})(?: \d{1,2}:.*)?", _hint_year_last),
    (r"(\d{4})[-/. ](\d)", _hint_month),
    (r"(\d{1,2})[-/.](\d{4})", _hint_month),
    (r"(\d{4})[/. ](\d\d)", _hint_month),
    (r"(\d{5})(?:\.\d+)?", _hint_spreadsheet_number),
    (r"(\d{1,2})([-/.])\d{1,2}[-/.](\d\d)", _hint_two_digits),
    (r"#+", _hint_too_narrow),
)


def _hint_season(text: str) -> str | None:
    year = _YEAR.search(text)
    if year is None:
        return None
    if quarter := _QUARTER.search(text):
        # Crossref's numbers of the quarters begin at 31.
        return f"write {year[1]}-{30 + int(quarter[1] or quarter[2])}: 31 to 34 in place of a month are the quarters"
    words = re.findall(r"[^\W\d_]+", text.lower())
    for month, names in _SEASONS.items():
        if any(word in names.split() for word in words):
            return f"write {year[1]}-{month}: 21 to 24 in place of a month are spring, summer, autumn and winter"
    return None


def _hint_month_name(text: str) -> str | None:
    """Read a month by its name, with a year and perhaps a day beside it."""
    year = _YEAR.search(text)
    word = re.search(r"[^\W\d_]{3,}", text)
    if year is None or word is None:
        return None
    starts = enumerate(_MONTHS, 1)
    month = next((number for number, names in starts if word[0].lower().startswith(tuple(names.split()))), None)
    if month is None:
        return None
    day = re.search(r"(?<!\d)(\d{1,2})(?!\d)", text.replace(year[1], " ", 1))
    return _write_date_hint(int(year[1]), month, int(day[1])) if day else f"write {year[1]}-{month:02d}"
