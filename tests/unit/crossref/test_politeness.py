"""The pace of requests: no more in a second, and at the same time, than an answer allows."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from doideposit.crossref.politeness import Pace, PassingTime


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.lock = threading.Lock()

    def waiting(self) -> PassingTime:
        return PassingTime(lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


def starts(pace: Pace, time: Time, count: int) -> list[float]:
    found = []
    for _ in range(count):
        with pace.turn():
            found.append(round(time.now, 3))
    return found


def test_requests_begin_at_the_rate_allowed_and_the_answer_changes_it() -> None:
    time = Time()
    pace = Pace(time.waiting(), rate=10, at_once=3)
    assert starts(pace, time, 3) == [100.0, 100.1, 100.2]
    pace.learn({"x-rate-limit-limit": "2", "x-rate-limit-interval": "1s"})
    # The next turn was given out at the old pace; those after it keep the new one.
    assert starts(pace, time, 3) == [100.3, 100.8, 101.3]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-rate-limit-limit": "0", "x-rate-limit-interval": "1s"},
        {"x-rate-limit-limit": "x", "x-rate-limit-interval": "y"},
        {"x-rate-limit-limit": "1", "x-rate-limit-interval": "86400s"},
        {"x-rate-limit-limit": "-5", "x-rate-limit-interval": "1s", "x-concurrency-limit": "٣"},
    ],
)
def test_odd_limits_change_nothing(headers: dict[str, str]) -> None:
    time = Time()
    pace = Pace(time.waiting(), rate=10, at_once=1)
    pace.learn(headers)
    assert starts(pace, time, 3) == [100.0, 100.1, 100.2]


def test_a_pause_that_an_answer_asks_for_holds_everybody() -> None:
    time = Time()
    pace = Pace(time.waiting(), rate=10, at_once=3)
    pace.hold(5)
    assert starts(pace, time, 2) == [105.0, 105.1]


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_are_under_way_at_once_than_an_answer_allows(limit: int) -> None:
    pace = Pace(PassingTime(lambda: 0.0, lambda _: None), rate=1_000_000, at_once=2)
    pace.learn({"x-concurrency-limit": str(limit)})
    under_way, most, lock, enough = 0, 0, threading.Lock(), threading.Event()

    def one(_number: int) -> None:
        nonlocal under_way, most
        with pace.turn():
            with lock:
                under_way += 1
                most = max(most, under_way)
                if under_way == limit:
                    enough.set()
            assert enough.wait(60)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    assert most == limit
