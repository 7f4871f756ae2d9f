"""Dates as documents print them, read no more precisely than they are printed."""

import re
from dataclasses import dataclass

__all__ = ["PrintedDate", "find_date"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}  # crossref5.5.0.xsd: month
_MONTH = rf"(?P<month>(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_DAY}\.?\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)",
        rf"(?<!\d)(?P<first>\d{{1,2}})[./-](?P<second>\d{{1,2}})[./-]{_YEAR}",
        rf"\b{_MONTH},?\s+{_YEAR}",
        rf"\b(?P<season>{'|'.join(_SEASONS)}),?\s+{_YEAR}",
        rf"^\W*{_YEAR}\W*$",
    )
)
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in a text: `value` as a record has it (2023-09-14, 2023-09, 2023), or None when it is ambiguous."""

    value: str | None
    printed: str
    start: int
    end: int


def find_date(text: str) -> PrintedDate | None:
    """Return the first date of the text in the most precise form that fits."""
    for form in _FORMS:
        match = form.search(text)
        if match is not None:
            return PrintedDate(_value(match.groupdict()), match[0].strip(), match.start(), match.end())
    return None


def _value(parts: dict[str, str | None]) -> str | None:
    year, month, day = parts["year"], _month(parts), parts.get("day")
    if parts.get("first"):
        return _numeric(int(parts["first"] or 0), int(parts["second"] or 0), year)
    steps = [str(year), *(f"{int(part):02d}" for part in (month, day) if part is not None)]
    return "-".join(steps)


def _month(parts: dict[str, str | None]) -> int | None:
    season, month = parts.get("season"), parts.get("month")
    if season:
        return _SEASONS[season.lower()]
    if not month:
        return None
    return int(month) if month.isdigit() else _MONTHS[month.lower().rstrip(".")]


def _numeric(first: int, second: int, year: str | None) -> str | None:
    """Read 14/09/2023; 09/10/2023 is two dates, in Europe and in America, and stays unread."""
    if first > _LAST_MONTH >= second:
        first, second = second, first
    elif first <= _LAST_MONTH and second <= _LAST_MONTH and first != second:
        return None
    return f"{year}-{first:02d}-{second:02d}"
