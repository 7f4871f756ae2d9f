"""Hold requests back, so that Crossref gets no more of them at once, and in a second, than it allows.

The limits are those of Crossref's REST API since December 2025: for who gives an e-mail address 10 single records and
3 lists a second, and 3 requests at the same time; a third of that for who gives none. Every answer names the limits in
force, in the headers ``x-rate-limit-limit``, ``x-rate-limit-interval`` and ``x-concurrency-limit``, and those win.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Pace", "PassingTime"]

# Seconds: an interval above this would stop everything, and is treated as a mistake.
LONGEST_INTERVAL = 60.0
# More threads than this would only wait for one another.
MOST_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class PassingTime:
    """Hold the door to time: `now` gives seconds that only rise, `sleep` lets as many pass."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


class Pace:
    """Keep the pace of one kind of request to one host; safe from several threads.

    `rate` is the number of requests in a second and `at_once` how many may be under way, until an answer says
    otherwise.
    """

    def __init__(self, waiting: PassingTime, *, rate: float, at_once: int) -> None:
        self._waiting = waiting
        # Requests are spread evenly over the second instead of being let go in bursts.
        self._interval = 1 / rate
        self._at_once = at_once
        self._under_way = 0
        self._next = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn of one request, and hold one of the places while the block runs."""
        with self._changed:
            # First a place among those under way, then the moment to start: a slow answer holds its place, not the
            # clock.
            self._changed.wait_for(lambda: self._under_way < self._at_once)
            self._under_way += 1
            start = max(self._waiting.now(), self._next)
            self._next = start + self._interval
        try:
            self._wait_until(start)
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def learn(self, headers: Mapping[str, str]) -> None:
        """Adopt the rate limits of an answer; `headers` has lower-case keys."""
        limit, seconds = (
            _leading_number(headers, "x-rate-limit-limit"),
            _leading_number(headers, "x-rate-limit-interval"),
        )
        at_once = _leading_number(headers, "x-concurrency-limit")
        with self._changed:
            # A header with nonsense in it must neither stop everything nor lift the limit.
            if limit and seconds and seconds / limit <= LONGEST_INTERVAL:
                self._interval = seconds / limit
            if at_once:
                self._at_once = min(at_once, MOST_AT_ONCE)
            self._changed.notify_all()

    def hold(self, seconds: float) -> None:
        """Start no request for some seconds, as an answer asked for."""
        with self._changed:
            self._next = max(self._next, self._waiting.now() + seconds)

    def _wait_until(self, start: float) -> None:
        left = start - self._waiting.now()
        if left > 0:
            self._waiting.sleep(left)


def _leading_number(headers: Mapping[str, str], name: str) -> int:
    """Return the whole number that a header begins with, such as 1 of ``1s``; 0 where there is none."""
    found = re.match(r"[0-9]{1,6}", headers.get(name, "").strip(), re.ASCII)
    return int(found[0]) if found else 0
