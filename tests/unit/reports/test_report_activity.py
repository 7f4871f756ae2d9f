"""What is counted over time: every outcome once, in periods fine enough to see and few enough to show."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.deposits.ledger.entries import LedgerEvent
from doideposit.findings import in_words
from doideposit.lifecycle import EventKind
from doideposit.reports.activity import NOT, REGISTERED, WARNED, Activity

NOW = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)


def events(*rows: tuple[str, datetime, int | None, str | None]) -> list[LedgerEvent]:
    detail = {"batch_id": "b1"}
    return [
        LedgerEvent(number, at, "sandbox", EventKind(kind), doi, submission, detail)
        for number, (kind, at, submission, doi) in enumerate(rows, 1)
    ]


def ended(*moments: datetime, kind: str = "registered") -> list[LedgerEvent]:
    return events(*((kind, moment, place, f"10.5555/{place}") for place, moment in enumerate(moments)))


def test_a_registration_is_measured_from_the_first_upload_of_its_file() -> None:
    start = NOW - timedelta(hours=3)
    activity = Activity.of_events(
        events(
            ("prepared", start - timedelta(hours=1), 7, None),
            ("sending", start, 7, None),
            ("lost", start + timedelta(minutes=20), 7, None),
            ("sending", start + timedelta(minutes=21), 7, None),
            ("received", start + timedelta(minutes=22), 7, None),
            ("registered", start + timedelta(minutes=50), 7, "10.5555/a"),
            ("failed", start + timedelta(minutes=50), 7, "10.5555/b"),
            ("acknowledged", NOW, None, "10.5555/b"),
        )
    )
    assert activity.waits == (timedelta(minutes=50),)
    assert activity.registered_in == {"10.5555/a": 7}
    assert [kind for _, kind in activity.outcomes] == [REGISTERED, NOT]


def test_the_latest_registration_of_a_doi_counts_for_its_content_and_a_failed_update_does_not() -> None:
    rows = [("registered", NOW, 1, "10.5555/a"), ("registered-with-warning", NOW, 2, "10.5555/a")]
    activity = Activity.of_events(events(*rows, ("failed", NOW, 3, "10.5555/a")))
    assert activity.registered_in == {"10.5555/a": 2}
    assert [kind for _, kind in activity.outcomes] == [REGISTERED, WARNED, NOT]


@pytest.mark.parametrize(
    ("ago", "unit", "labels"),
    [
        (timedelta(0), "day", ["14 Sep"]),
        (timedelta(days=2), "day", ["12 Sep", "13 Sep", "14 Sep"]),
        (timedelta(days=20), "week", ["24 Aug", "31 Aug", "7 Sep", "14 Sep"]),
        (timedelta(days=100), "month", ["Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026"]),
        (timedelta(days=500), "quarter", ["Q2 2025", "Q3 2025", "Q4 2025", "Q1 2026", "Q2 2026", "Q3 2026"]),
        (timedelta(days=365 * 4), "year", ["2022", "2023", "2024", "2025", "2026"]),
    ],
)
def test_periods_fit_the_span(ago: timedelta, unit: str, labels: list[str]) -> None:
    chart = Activity.of_events(ended(NOW - ago)).outcomes_chart(NOW)
    assert chart.unit == unit
    shown = [column.label for column in chart.columns]
    assert shown == labels or (unit in {"week", "month"} and shown[-len(labels) :] == labels)
    assert chart.columns[0].values == (1, 0, 0)


def test_more_than_a_dozen_years_show_the_latest_dozen() -> None:
    chart = Activity.of_events(ended(datetime(2001, 5, 1, tzinfo=UTC), NOW)).outcomes_chart(NOW)
    assert [column.label for column in chart.columns] == [str(year) for year in range(2015, 2027)]
    assert chart.total == 1


MOMENTS = st.lists(st.datetimes(datetime(2016, 1, 1), datetime(2026, 9, 14), timezones=st.just(UTC)), max_size=30)


@settings(deadline=None, max_examples=80)
@given(MOMENTS, st.sampled_from(["registered", "registered-with-warning", "failed", "missing"]))
def test_every_outcome_of_the_last_years_is_counted_once(moments: list[datetime], kind: str) -> None:
    chart = Activity.of_events(ended(*moments, kind=kind)).outcomes_chart(NOW)
    assert chart.total == len(moments)
    assert 1 <= len(chart.columns) <= 12


def test_the_median_is_told_in_words() -> None:
    start = NOW - timedelta(days=1)
    rows = [("sending", start, place, None) for place in range(3)]
    ends = (timedelta(seconds=50), timedelta(minutes=12), timedelta(days=2))
    rows += [("registered", start + wait, place, f"10.5555/{place}") for place, wait in enumerate(ends)]
    chart = Activity.of_events(events(*rows)).waiting_chart()
    assert "Half of them took no more than 12 minutes." in chart.description
    assert {column.label: sum(column.values) for column in chart.columns if sum(column.values)} == {
        "1 min": 1,
        "15 min": 1,
        "3 days": 1,
    }


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (90_000, "25 hours"),
        (172_800, "2 days"),
        (900_000, "10 days"),
    ],
)
def test_lengths_in_words(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
