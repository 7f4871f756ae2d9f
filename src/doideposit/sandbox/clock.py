"""Time in the sandbox: a clock that is set by hand, and how long things take on it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

__all__ = ["Clock", "Delays"]

# A fixed day, so that no example or test depends on the day it is run.
START = datetime(2026, 9, 1, 12, tzinfo=UTC)


class Clock:
    """Simulate time as a ``Callable[[], datetime]``: it stands still until someone moves it.

    `start` is the first time it shows, aware; `tick` is the number of seconds it moves by itself at every look.
    """

    def __init__(self, start: datetime = START, tick: float = 0.0) -> None:
        self._now = start.astimezone(UTC)
        self._tick = timedelta(seconds=tick)
        self._lock = Lock()

    def __call__(self) -> datetime:
        """Return the time shown now."""
        with self._lock:
            shown = self._now
            self._now += self._tick
            return shown

    def advance(self, seconds: float) -> datetime:
        """Move the clock by `seconds`, backwards when negative, and return the new time."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now

    def set(self, moment: datetime) -> None:
        """Make the clock show `moment`, which must be aware."""
        with self._lock:
            self._now = moment.astimezone(UTC)

    @staticmethod
    def system_time() -> datetime:
        """Return the time of this machine, aware and in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Delays:
    """Say how long things take, in seconds of the sandbox's clock. The default is difficult, as Crossref is.

    A received file is `hidden`, then `queued`, then `in_process`; `unready_polls` is how many polls of a file never see
    it completed, however late they come. `rest`, `handle` and
    `query` are the lags of the REST API, of the resolver and of the XML query service; Crossref's own are up to a day
    for the first and two hours for the last. After `matching` it finds the DOIs of references whose works were
    registered since; None for never.
    """

    hidden: float = 1.0
    queued: float = 2.0
    in_process: float = 2.0
    unready_polls: int = 1
    rest: float = 20.0
    handle: float = 5.0
    query: float = 0.0
    matching: float | None = None

    @classmethod
    def none(cls) -> "Delays":
        """Return no delays at all: a file is processed by the time of the first poll."""
        return cls(0, 0, 0, 0, 0, 0, 0)

    @property
    def until_processed(self) -> float:
        """Return the time from receipt to the result log."""
        return self.hidden + self.queued + self.in_process
