"""What the ledger's events say over time: outcomes by period, and how long a registration took."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self

from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.findings import in_words
from doideposit.lifecycle import EventKind
from doideposit.reports.charts import Chart

__all__ = ["Activity"]

REGISTERED: Final = "registered"
WARNED: Final = "registered, with a warning"
NOT: Final = "not registered"
# Only these events end a deposit; a failure that is tried again is not an outcome.
OUTCOMES: Final[Mapping[EventKind, str]] = {
    EventKind.REGISTERED: REGISTERED,
    EventKind.REGISTERED_WITH_WARNING: WARNED,
    EventKind.FAILED: NOT,
    EventKind.MISSING: NOT,
}
# More columns would leave no room for readable labels.
MOST_COLUMNS: Final = 12


@dataclass(frozen=True, slots=True)
class Activity:
    """Summarize events.

    `outcomes` are the moment and the kind of every result; `waits` how long each registration took from the first
    upload of its file; `registered_in` names, by the key of the DOI, the submission that registered it last.
    """

    outcomes: tuple[tuple[datetime, str], ...]
    waits: tuple[timedelta, ...]
    registered_in: Mapping[str, int]

    @classmethod
    def of_events(cls, events: Iterable[LedgerEvent]) -> Self:
        """Fold the events of one target, oldest first, into a summary."""
        sent: dict[int, datetime] = {}
        outcomes: list[tuple[datetime, str]] = []
        waits: list[timedelta] = []
        registered_in: dict[str, int] = {}
        for event in events:
            if event.submission is None:
                continue
            if event.kind is EventKind.SENDING:
                # A file may be sent again: people waited since the first time.
                sent.setdefault(event.submission, event.at)
            elif event.kind in OUTCOMES and event.doi is not None:
                kind = OUTCOMES[event.kind]
                outcomes.append((event.at, kind))
                if kind != NOT:
                    registered_in[event.doi] = event.submission
                    waits.append(event.at - sent.get(event.submission, event.at))
        return cls(tuple(outcomes), tuple(waits), registered_in)

    def outcomes_chart(self, now: datetime) -> Chart:
        """Return how many DOIs came to an end in each period up to now, by outcome."""
        kinds = (REGISTERED, WARNED, NOT)
        days = [(moment.astimezone(UTC).date(), kind) for moment, kind in self.outcomes]
        today = now.astimezone(UTC).date()
        first = min((day for day, _ in days), default=today)
        last = max([today, *(day for day, _ in days)])
        periods = _periods(first, last)
        counts: Counter[tuple[int, str]] = Counter()
        for day, number in Counter(days).items():
            place = periods.place(day[0])
            if place is not None:
                counts[place, day[1]] += number
        bars = [(label, [counts[place, kind] for kind in kinds]) for place, label in enumerate(periods.labels)]
        description = f"DOIs by {periods.name} of Crossref's answer. A DOI is counted once for each of its deposits."
        return Chart.of_columns("Submissions over time", description, periods.name, kinds, bars)

    def waiting_chart(self) -> Chart:
        """Return how long registrations took, in steps that people think in."""
        counts: Counter[str] = Counter()
        for wait in self.waits:
            counts[next((label for label, most in BUCKETS if wait <= most), LONGER)] += 1
        bars = [(label, [counts[label]]) for label in (*(label for label, _ in BUCKETS), LONGER)]
        description = f"DOIs by the time from sending to registration, up to the length shown. {_median_words(self)}"
        return Chart.of_columns("Time to registration", description.strip(), "up to", [REGISTERED], bars)


@dataclass(frozen=True, slots=True)
class _Periods:
    """Describe the periods between two days: what one is called, and its label for a day."""

    name: str
    labels: tuple[str, ...]
    starts: tuple[date, ...]

    def place(self, day: date) -> int | None:
        """Return which period the day is in; None before the first."""
        found = [place for place, start in enumerate(self.starts) if start <= day]
        return found[-1] if found else None


def _periods(first: date, last: date) -> _Periods:
    """Choose days, weeks, months, quarters or years: the finest that needs no more than a dozen columns."""
    # Weeks begin on Monday (ISO 8601).
    makers = {
        "day": _starts_by_day(first, last, 1),
        "week": _starts_by_day(first - timedelta(first.weekday()), last, 7),
    }
    # The number of months in a period; quarters begin in January, April, July and October.
    makers |= {name: _starts_by_month(first, last, step) for name, step in (("month", 1), ("quarter", 3), ("year", 12))}
    name, starts = next(((n, s) for n, s in makers.items() if len(s) <= MOST_COLUMNS), ("year", makers["year"]))
    # Even years can be too many: the latest are kept.
    kept = starts[-MOST_COLUMNS:]
    return _Periods(name, tuple(_period_label(name, start) for start in kept), tuple(kept))


def _starts_by_day(first: date, last: date, step: int) -> list[date]:
    # Longer spans are never shown in days or weeks; the bound keeps a ledger of many years from making long lists.
    most = MOST_COLUMNS * step + step
    span = min((last - first).days, most)
    return [first + timedelta(days) for days in range(0, span + 1, step)]


def _starts_by_month(first: date, last: date, step: int) -> list[date]:
    # Months are numbered without a break from one year to the next, so that periods can run over the turn of a year.
    begin = first.year * 12 + (first.month - 1) // step * step
    end = last.year * 12 + last.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(begin, end + 1, step)]


MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _period_label(name: str, start: date) -> str:
    match name:
        case "year":
            return str(start.year)
        case "quarter":
            return f"Q{(start.month + 2) // 3} {start.year}"
        case "month":
            return f"{MONTHS[start.month - 1]} {start.year}"
        case _:
            return f"{start.day} {MONTHS[start.month - 1]}"


# Round times; each is three to six times the one before.
BUCKETS: Final[Sequence[tuple[str, timedelta]]] = (
    ("1 min", timedelta(minutes=1)),
    ("5 min", timedelta(minutes=5)),
    ("15 min", timedelta(minutes=15)),
    ("1 h", timedelta(hours=1)),
    ("6 h", timedelta(hours=6)),
    ("1 day", timedelta(days=1)),
    ("3 days", timedelta(days=3)),
)
LONGER: Final = "longer"


def _median_words(activity: Activity) -> str:
    if not activity.waits:
        return ""
    # Of two values in the middle the lower one: it is the time of a real deposit.
    middle = sorted(activity.waits)[(len(activity.waits) - 1) // 2]
    return f"Half of them took no more than {in_words(middle)}."
