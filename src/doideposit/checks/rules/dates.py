"""Dates: of publication, of acceptance, and those that depend on them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import ERROR, WARNING, Match, Rules
from doideposit.checks.rules.work import Each, Work, at
from doideposit.findings import Loc
from doideposit.pages import CONSTRUCTING_DOIS, CROSSMARK, POSTED, RECOMMENDATIONS, SCHEMA
from doideposit.records.models.dates import PartialDate
from doideposit.records.models.relations import FreeToRead

__all__ = ["DATES"]

DATES: Rules[Work] = Rules("dates")
rule = DATES.rule

# The first page of the web went online in August 1991.
FIRST_WEB_YEAR = 1991
# Print follows an online edition within months; years are a mistyped date.
FAR_APART = timedelta(days=3 * 365)
# 2023-05 and 5/2023 name a year; 1900-202, 80-2010 and w1972 are running numbers of real series.
_YEAR_IN_NUMBER = Pattern(r"((?:19|20)\d\d)[-/.]\d{1,3}|\d{1,2}/((?:19|20)\d\d)")
# Web logs put the year of a post between slashes.
_YEAR_IN_ADDRESS = Pattern(r"/(199[1-9]|20\d\d)/")
# A mistyped year is off by a few; what is further away is not a year.
CLOSE_YEARS = range(2, 11)


def _free_to_read(work: Work) -> list[tuple[Loc, FreeToRead]]:
    free = work.commentary.free_to_read
    return [(("free_to_read",), free)] if free else []


@rule(
    "date-future",
    WARNING,
    "A date in the future",
    message="{day} lies in the future",
    hint="correct the date, or deposit on the day of publication",
    why="A date in the future is right only for work registered before it appears; else day or year was mistyped.",
    source=RECOMMENDATIONS,
    bad="published: 2199-09-14",
    good="published: 2023-09-14",
)
def _find_future_date(work: Work) -> Iterable[Match]:
    commentary = work.commentary
    days = (
        ("published", None if commentary.only_in_print else commentary.published),
        ("published_print", commentary.published_print),
        ("accepted", commentary.accepted),
    )
    return [
        Match.at(field, length=len(str(day)), day=day)
        for field, day in days
        if day is not None and day.year >= work.context.today.year and day.first_day > work.context.today
    ]


@rule(
    "date-accepted-late",
    WARNING,
    "Accepted after it was published",
    message="it was accepted on {accepted}, after it was published on {published}",
    hint="correct one of the two dates",
    why="Acceptance comes before publication; one of the two was mistyped.",
    source=RECOMMENDATIONS,
    bad="""
        published: 2023-09-14
        accepted: 2023-10-01
        """,
    good="""
        published: 2023-09-14
        accepted: 2023-09-01
        """,
)
def _find_late_acceptance(work: Work) -> Iterator[Match]:
    accepted, published = work.commentary.accepted, work.commentary.published
    if accepted is None or accepted.first_day <= published.first_day:
        return
    if accepted.year > published.year or published.month is not None:
        yield Match.at("accepted", length=len(str(accepted)), accepted=accepted, published=published)


@rule(
    "date-before-the-web",
    WARNING,
    "A year that the record itself contradicts",
    message="it was published in {year}, and {what} {found}",
    hint="correct the year, or the other one",
    why="A printed work can be that old. Something else here is decades younger, so one year is mistyped.",
    source=RECOMMENDATIONS,
    bad="""
        published: 1923-09-14
        url: https://www.sadf.eu/2023/09/prospects/
        """,
    good="published: 1979-09-14",
)
def _find_date_before_web(work: Work) -> Iterator[Match]:
    year = work.commentary.published.year
    if year >= FIRST_WEB_YEAR or work.commentary.only_in_print:
        return
    found = _YEAR_IN_ADDRESS.search(work.commentary.url or "")
    if found:
        yield Match.at("published", length=4, year=year, what="the address of its page names", found=found[1])
    elif work.commentary.accepted and work.commentary.accepted.year > year:
        yield Match.at("published", length=4, year=year, what="accepted in", found=work.commentary.accepted.year)


@rule(
    "date-of-a-program",
    WARNING,
    "A date that a program or another calendar made",
    message="{date} {what}",
    hint="write the day, month or year of publication, in the calendar of Crossref (Gregorian)",
    why="Programs store a missing date as the day from which they count. A year before 1450 may be one of Iran.",
    source=RECOMMENDATIONS,
    bad="published: 1970-01-01",
    good="published: 1970-01-02",
)
def _find_epoch_or_iranian_date(work: Work) -> Iterator[Match]:
    for name in ("published", "published_print", "accepted"):
        day: PartialDate | None = getattr(work.commentary, name)
        # Few dates are of such a year, and only these are written out and compared.
        if day is None or not (day.year < _IRAN_NOW or day.year in _FIRST_YEARS):
            continue
        # A work of 1900 or of the fifteenth century may well be on paper alone.
        if name == "published" and work.commentary.only_in_print:
            continue
        if str(day) in _FIRST_DAYS:
            what = "is the day from which programs count"
        elif day.year < _IRAN_NOW:
            what = f"may be a year of the Iranian calendar, which is {day.year + 621} here"
        else:
            continue
        yield Match.at(name, length=len(str(day)), date=day, what=what)


# Unix, spreadsheets on Windows and on the Mac, and databases of Microsoft.
_FIRST_DAYS = frozenset(
    {"1970-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1904-01-01", "1601-01-01", "1753-01-01"}
)
_FIRST_YEARS = frozenset(int(day[:4]) for day in _FIRST_DAYS)
# Printing with movable type began in Europe about this year; in Iran it will be the year 2071.
_IRAN_NOW = 1450

rule(
    "dates-far-apart",
    WARNING,
    "Printed years after it went online",
    message="the printed edition ({printed}) is more than three years younger than the online edition ({online})",
    hint="check both dates",
    why="Back issues go online long after print; the other way round, a gap of years is most likely a mistyped year.",
    source=RECOMMENDATIONS,
    bad="""
        published: 2013-09-14
        published_print: 2023-09-14
        """,
    good="""
        published: 2023-09-14
        published_print: 1979-10-01
        """,
)(
    at(
        "published_print",
        lambda record: (
            (printed := record.published_print)
            and printed.first_day - record.published.first_day > FAR_APART
            and {"printed": printed, "online": record.published}
        ),
    )
)


@rule(
    "date-number-year",
    WARNING,
    "The number names another year",
    message="the number {number} names the year {found}, and the date is {published}",
    hint="correct the number or the date",
    why="Where the number holds the year, the two must agree, or the DOI says one thing and the record another.",
    source=CONSTRUCTING_DOIS,
    bad="""
        number: 2021-05
        published: 2023-09-14
        """,
    good="""
        number: 1900-202
        published: 2023-09-14
        """,
)
def _find_year_unlike_number(work: Work) -> Iterator[Match]:
    number, published = work.commentary.number or "", work.commentary.published
    shape = _YEAR_IN_NUMBER.fullmatch(number)
    year = shape and (shape[1] or shape[2])
    if year and abs(int(year) - published.year) in CLOSE_YEARS:
        yield Match.at("number", length=len(number), number=number, found=year, published=published)


def _days_of_updates_and_status(work: Work) -> Iterator[tuple[Loc, date, str]]:
    for index, update in enumerate(work.commentary.updates):
        yield ("updates", index, "date"), update.date, "update"
    if work.commentary.status:
        yield ("status", "date"), work.commentary.status.date, "status"


@rule(
    "event-future",
    WARNING,
    "An update or a status in the future",
    message="the date of the {what}, {day}, lies in the future",
    hint="deposit it on that day, or correct the date",
    why="Crossmark shows readers what has happened, not what is planned.",
    source=CROSSMARK,
    bad="""
        crossmark_policy: 10.48251/policy
        updates: [{type: correction, doi: 10.48251/SADF.ISSN.2406-5617.C12, date: 2199-01-01}]
        """,
    good="""
        crossmark_policy: 10.48251/policy
        updates: [{type: correction, doi: 10.48251/SADF.ISSN.2406-5617.C12, date: 2023-09-14}]
        """,
)
def _find_future_event(work: Work) -> Iterator[Match]:
    for loc, day, what in _days_of_updates_and_status(work):
        if day > work.context.today:
            yield Match.at(*loc, length=10, what=what, day=day)


@rule(
    "status-early",
    WARNING,
    "Withdrawn before it was published",
    message="it was {type} on {day}, before it was published on {published}",
    hint="correct one of the two dates",
    why="Only what was posted can be withdrawn or removed.",
    source=POSTED,
    bad="""
        published: 2023-09-14
        status: {type: withdrawn, date: 2022-01-01, text: Replaced by a new version.}
        """,
    good="""
        published: 2023-09-14
        status: {type: withdrawn, date: 2023-12-01, text: Replaced by a new version.}
        """,
    setting='record_type = "posted"',
    good_setting='record_type = "posted"',
)
def _find_early_status(work: Work) -> Iterator[Match]:
    status, published = work.commentary.status, work.commentary.published
    if status and status.date < published.first_day:
        yield Match.at("status", "date", length=10, type=status.type, day=status.date, published=published)


rule(
    "free-to-read-dates",
    ERROR,
    "Free to read until before it began",
    message="it is free to read from {start} until {end}, which is earlier",
    hint="correct one of the two dates",
    why="The schema does not compare the two dates, and every reader of the record would draw another conclusion.",
    source=SCHEMA,
    bad="free_to_read: {start_date: 2024-01-01, end_date: 2023-01-01}",
    good="free_to_read: {start_date: 2023-09-14, end_date: 2199-01-01}",
)(
    Each(
        _free_to_read,
        lambda free: (
            free.start_date
            and free.end_date
            and free.end_date < free.start_date
            and {"start": free.start_date, "end": free.end_date}
        ),
        "end_date",
    )
)


@rule(
    "free-to-read-over",
    WARNING,
    "No longer free to read",
    message="it was free to read only until {end}",
    hint="delete `free_to_read`, or give a later date",
    why="A time that is over tells readers that they must pay now.",
    source=SCHEMA,
    bad="free_to_read: {start_date: 2023-09-14, end_date: 2023-12-31}",
    good="free_to_read: true",
)
def _find_ended_free_access(work: Work) -> Iterator[Match]:
    free = work.commentary.free_to_read
    if free and free.end_date and (free.start_date or date.min) <= free.end_date < work.context.today:
        yield Match.at("free_to_read", "end_date", length=10, end=free.end_date)
