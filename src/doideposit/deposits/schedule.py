"""When to try again, and when to ask again; all of it survives a restart, because the ledger keeps the moments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from doideposit.errors import RegistrarError

__all__ = ["GRACE", "LEASE", "WATCH", "Schedule"]

# Seconds until the next question after a file was received; then every half hour.
POLLS: Final = (20, 40, 80, 150, 300, 600, 900)
# A file that is not read after half an hour is in a long queue, and asking more often would not help.
LATER_POLLS: Final = 1800
# In seconds: the first try again comes soon, the longest pause is that of a scheduled job.
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
# How long a file may be unknown at Crossref before the same bytes are sent again under a new name.
GRACE: Final = timedelta(minutes=15)
# How long an upload, or a question, may take before another run may act; longer than every time-out of the client.
LEASE: Final = timedelta(minutes=5)
# How long an upload thought lost is still asked about.
WATCH: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Say when to ask and when to try again, each time with some jitter, so that machines and files come apart."""

    random: Random

    def next_poll(self, now: datetime, polls: int) -> datetime:
        """Return when to ask again after `polls` questions, with a tenth of jitter so that files come due apart."""
        seconds = POLLS[polls] if polls < len(POLLS) else LATER_POLLS
        # A tenth to either side, so that several machines do not ask in the same moment.
        return now + timedelta(seconds=seconds * self.random.uniform(0.9, 1.1))

    def pause_until(self, now: datetime, failures: int, error: Exception | None = None) -> datetime:
        """Return when to retry after `failures` in a row: as Crossref asked, or twice as long each time, to 15 min."""
        asked = error.retry_after if isinstance(error, RegistrarError) else None
        if asked is not None:
            # HTTP lets a server name any time in Retry-After; a day is the longest that is believed.
            return now + timedelta(seconds=min(max(asked, 1.0), 86_400.0))
        # Beyond the tenth failure the pause has long reached its bound.
        seconds = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE)
        # The jitter keeps machines that failed at the same moment from coming back at the same moment.
        return now + timedelta(seconds=seconds * self.random.uniform(0.75, 1.25))
