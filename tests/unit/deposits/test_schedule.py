"""When to try again: longer each time, as long as Crossref asks, and never without end."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from doideposit.deposits.schedule import Schedule
from doideposit.errors import RegistrarBusy

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(("polls", "seconds"), [(0, 20), (3, 150), (6, 900), (7, 1800), (5000, 1800)])
def test_questions_come_further_apart_and_no_further_than_half_an_hour(polls: int, seconds: int) -> None:
    waits = {(Schedule(Random(seed)).next_poll(NOW, polls) - NOW).total_seconds() for seed in range(20)}
    assert all(0.9 * seconds <= wait <= 1.1 * seconds for wait in waits)
    assert len(waits) > 1, "files that were sent together are asked about apart"


@pytest.mark.parametrize(("failures", "seconds"), [(0, 5), (3, 40), (10, 900), (5000, 900)])
def test_pauses_double_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    wait = (Schedule(Random(1)).pause_until(NOW, failures) - NOW).total_seconds()
    assert 0.75 * seconds <= wait <= 1.25 * seconds


@pytest.mark.parametrize(("asked", "seconds"), [(0.0, 1), (90.0, 90), (10_000_000.0, 86_400)])
def test_crossref_is_given_the_time_it_asks_for_but_no_more_than_a_day(asked: float, seconds: int) -> None:
    error = RegistrarBusy("busy", retry_after=asked)
    assert Schedule(Random(1)).pause_until(NOW, 7, error) - NOW == timedelta(seconds=seconds)
