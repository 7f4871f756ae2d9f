"""What to write instead of a date that is not in the form 2023-09-14: the corrected date, where one alone is meant."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

__all__ = ["date_hint"]

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


def date_hint(text: str) -> str:
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
