"""Dates as documents print them, read no more precisely than they are printed."""

import re
from dataclasses import dataclass
from typing import Self

from doideposit.records.extraction.vocabulary import MONTHS

__all__ = ["PrintedDate"]

# The seasons of Crossref's schema (crossref5.5.0.xsd: month, 21 to 24).
_SEASONS = {
    "spring": 21, "printemps": 21, "frühjahr": 21, "frühling": 21, "primavera": 21,
    "summer": 22, "été": 22, "sommer": 22, "verano": 22, "estate": 22,
    "autumn": 23, "fall": 23, "automne": 23, "herbst": 23, "otoño": 23, "autunno": 23,
    "winter": 24, "hiver": 24, "invierno": 24, "inverno": 24,
}  # fmt: skip
# The longest names come first, so that no short form is tried without a result before them.
_MONTH = rf"(?P<month>(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?!\w)\.?)"
# A figure after “No.” is the number of an issue: “No. 25 September 2023” names a month, not a day.
_NO_NUMBER = r"(?<!no\.\s)(?<!nr\.\s)(?<!no\s)(?<!nº\s)(?<!n°\s)(?<!issue\s)(?<!number\s)(?<!№\s)"
# Ordinals of English, Spanish, Portuguese and Italian are printed after the day.
_DAY = rf"{_NO_NUMBER}(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|º|ª|°)?"
# Documents with a DOI of their own are of these two centuries; other numbers of four digits are not years.
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
# Content systems print the time with the date; a record has no place for it.
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
# Spanish and Portuguese put “de” between the parts, some German styles only a point.
_BETWEEN = r"(?:\s+(?:of|de|del|di|do)\s+|[-–]|\.?\s+)"
# The forms are tried in this order: one that names more parts of the date comes before one that names fewer.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_DAY}{_BETWEEN}{_MONTH}(?:,?\s+(?:de\s+|del\s+)?|-){_YEAR}(?:\s*(?:г\.?|r\.)(?!\w))?",
        rf"(?<!\w){_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?!\d){_TIME}",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?!\d)",
        r"(?P<year>(?:19|20)\d\d)\s?年\s?(?P<month>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?日)?",
        rf"(?<!\d)(?P<first>\d{{1,2}})(?P<mark>[./-])(?P<second>\d{{1,2}})[./-]{_YEAR}",
        rf"(?<!\d){_YEAR}\.?\s+{_MONTH}\s+{_DAY}(?!\d)",
        rf"(?<!\w){_MONTH},?\s+(?:de\s+|del\s+)?{_YEAR}",
        rf"(?<!\w)(?P<season>{'|'.join(_SEASONS)}),?\s+{_YEAR}",
        rf"^\W*{_YEAR}\W*$",
        r"^\W*(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])\W*$",
    )
)
# A first number above twelve can only be the day, which tells day-month order from the American one.
_LAST_MONTH = 12
# In characters: a date farther inside a line is one that the text speaks of, and the patterns take long on long lines.
_WITHIN = 1_000
# Most lines have no year, and the forms take long to say so.
_ANY_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """Hold a date in a text: `value` as a record has it (2023-09-14, 2023-09, 2023), or None when it is ambiguous."""

    value: str | None
    printed: str
    start: int
    end: int

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Return the first date of the text in the most precise form that fits.

        Only the beginning of a long text is looked at: a date of publication is in a short line.
        """
        text = text[:_WITHIN]
        if not _ANY_YEAR.search(text):
            return None
        for form in _FORMS:
            match = form.search(text)
            if match is not None:
                return cls(_date_value(match.groupdict()), match[0].strip(), match.start(), match.end())
        return None


def _date_value(parts: dict[str, str | None]) -> str | None:
    year, month, day = parts["year"], _month_number(parts), parts.get("day")
    if parts.get("first"):
        return _read_numeric_date(
            int(parts["first"] or 0), int(parts["second"] or 0), year, day_first=parts["mark"] == "."
        )
    steps = [str(year), *(f"{int(part):02d}" for part in (month, day) if part is not None)]
    return "-".join(steps)


def _month_number(parts: dict[str, str | None]) -> int | None:
    season, month = parts.get("season"), parts.get("month")
    if season:
        return _SEASONS[season.lower()]
    if not month:
        return None
    # A capital dotted İ becomes two characters in small letters; Turkish month names have none at their beginning.
    return int(month) if month.isdigit() else MONTHS[month.lower().rstrip(".")]


def _read_numeric_date(first: int, second: int, year: str | None, *, day_first: bool) -> str | None:
    """Read 14/09/2023; 09/10/2023 is two dates, in Europe and in America, and stays unread.

    With full stops the day always comes first: no country writes the month before it so (CLDR, date patterns).
    """
    if second <= _LAST_MONTH and (day_first or first > _LAST_MONTH):
        first, second = second, first
    elif first <= _LAST_MONTH and second <= _LAST_MONTH and first != second:
        return None
    return f"{year}-{first:02d}-{second:02d}"
