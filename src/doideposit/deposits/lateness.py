"""Decide whether a DOI is late: one table of deadlines, asked by everything that tells people how a DOI stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from doideposit.findings import in_words
from doideposit.lifecycle import Milestone, Outcome, State

if TYPE_CHECKING:
    from doideposit.deposits.ledger.entries import LedgerWork, Submission

__all__ = [
    "NOT_YET",
    "Deadlines",
    "MaintenanceWindow",
    "Overdue",
]


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """Hold a time that Crossref announced for its maintenance, and what it said of it."""

    begins: datetime
    ends: datetime
    what: str = ""

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment is within it; its end is not."""
        return self.begins <= moment < self.ends


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Say how long each milestone may take; `[monitoring.deadlines]` in the configuration changes it."""

    # Crossref reads most files within minutes, a registered DOI resolves soon after, and the REST API follows within
    # a day or so ("Verify your registration" in Crossref's documentation). Each default leaves room for a bad day.
    #: From being recorded until Crossref has the file, however often it had to be sent.
    received: timedelta = timedelta(hours=2)
    #: From there until Crossref has read it.
    processed: timedelta = timedelta(days=1)
    #: How long a deposit that failed may wait for a person.
    registered: timedelta = timedelta(days=3)
    #: From the registration until the DOI leads to its page.
    resolves: timedelta = timedelta(days=1)
    #: From the registration until Crossref's REST API shows the record.
    indexed: timedelta = timedelta(days=3)
    #: From a deposit that took effect until the query service shows the record as it was sent; asked up to 24 h.
    as_intended: timedelta = timedelta(hours=26)

    # Crossref's REST API was seen to miss single works for weeks, while they resolved and the query service had them.
    # The same where the query service shows the record already: the REST API alone is behind then.
    lagging: timedelta = timedelta(days=42)
    # Times that Crossref announced: nothing is called late in them, and they count for no deadline.
    maintenance: tuple[MaintenanceWindow, ...] = ()

    def of(self, milestone: Milestone) -> timedelta:
        """Return the time that a milestone may take."""
        found: timedelta = getattr(self, milestone.value)
        return found

    def window(self, moment: datetime) -> MaintenanceWindow | None:
        """Return the window of maintenance that a moment is in; of several the one that ends last."""
        found = [window for window in self.maintenance if window.holds(moment)]
        return max(found, key=lambda window: window.ends, default=None)

    def due(self, since: datetime, length: timedelta) -> datetime:
        """Return when something is due that may take `length`, not counting the maintenance that came between."""
        due, counted = since + length, since
        # Windows may be written in any order, and each moves the ones after it.
        for window in sorted(self.maintenance, key=lambda window: window.begins):
            begins = max(window.begins, counted)
            if begins < due and window.ends > begins:
                due += window.ends - begins
                counted = window.ends
        return due

    def find_overdue(self, work: "LedgerWork", now: datetime, observable: frozenset[Milestone]) -> "Overdue | None":
        """Return the first milestone the DOI should have reached by now and has not; None where nothing is late.

        `observable` are the milestones that can be looked up on the target: Crossref's test system has neither a
        resolver nor a REST API, so nothing there can be late with them.
        """
        waits = [_open_wait(work.submission)] if work.submission is not None else []
        if not any(waits):
            waits = [_failed_wait(work), *_look_up_waits(work, observable)]
        lags = _is_shown(work)
        late = (_overdue_of(milestone, since, now, self, lags=lags) for milestone, since in filter(None, waits))
        return next(filter(None, late), None)

    def overdue_submission(self, submission: "Submission", now: datetime) -> "Overdue | None":
        """Return the milestone for which an unfinished file is late, as `find_overdue` does for its DOIs."""
        wait = _open_wait(submission)
        return None if wait is None else _overdue_of(*wait, now, self)

    def find_contradiction(self, work: "LedgerWork", now: datetime) -> Milestone | None:
        """Return the milestone of which a look-up showed the contrary, such as a DOI that leads to another page.

        After an update the former page is shown for a while, by doi.org and longer by the REST API: that is only late.
        """
        if work.registered_at is None:
            return None
        updated = work.submission.finished_at if work.submission and work.submission.state is State.DONE else None
        if updated is not None and updated <= work.registered_at:
            updated = None
        shown = {
            Milestone.RESOLVES: (work.resolves_at, work.resolves_proof),
            Milestone.INDEXED: (work.indexed_at, work.indexed_proof),
        }
        for milestone, (at, proof) in shown.items():
            length = self.lagging if milestone is Milestone.INDEXED and _is_shown(work) else self.of(milestone)
            lags = updated is not None and now <= self.due(updated, length)
            if at is None and proof and proof != NOT_YET[milestone] and not lags:
                return milestone
        return None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Name the milestone that a DOI has not reached in its time: waited for `since`, to be reached by `due`."""

    milestone: Milestone
    since: datetime
    due: datetime

    def words(self, now: datetime) -> str:
        """Return what the DOI waits for, and for how long."""
        return _OVERDUE_WORDS[self.milestone].format(age=in_words(now - self.since))

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON."""
        moments = {"since": self.since, "due": self.due}
        texts = {name: moment.isoformat().replace("+00:00", "Z") for name, moment in moments.items()}
        return {"milestone": self.milestone.value, **texts}


_OVERDUE_WORDS: Final[Mapping[Milestone, str]] = {
    Milestone.RECEIVED: "recorded {age} ago, but not at Crossref yet",
    Milestone.PROCESSED: "received {age} ago, but not processed yet",
    Milestone.REGISTERED: "rejected {age} ago, and nobody has dealt with it",
    Milestone.RESOLVES: "registered {age} ago, and not yet confirmed to lead to its page",
    Milestone.INDEXED: "registered {age} ago, and not yet in Crossref's REST API",
    Milestone.AS_INTENDED: "deposited {age} ago, and not yet shown by Crossref's query service as it was sent",
}


def _is_shown(work: "LedgerWork") -> bool:
    """Tell whether Crossref's query service shows the record as it was sent."""
    return work.observed is not None and work.observed.intended_at is not None


# What a look-up says of a DOI that does not show yet: normal for a while after its registration.
NOT_YET: Mapping[Milestone, str] = {
    Milestone.RESOLVES: "doi.org does not have it yet",
    Milestone.INDEXED: "Crossref's REST API has no record of it yet",
}


_Wait = tuple[Milestone, datetime]


def _open_wait(submission: "Submission") -> _Wait | None:
    """Return the milestone that an unfinished file waits for, and since when."""
    if submission.state in {State.PREPARED, State.SENDING}:
        # Counted from the beginning: a file that is lost and sent again and again must not look fresh each time.
        return Milestone.RECEIVED, submission.created_at
    if submission.state is State.QUEUED:
        return Milestone.PROCESSED, submission.accepted_at or submission.created_at
    return None


def _failed_wait(work: "LedgerWork") -> _Wait | None:
    """Return the wait of a failed deposit for a person: since when and how long it may take."""
    if work.submission is None or work.item is None or work.acknowledged_at is not None:
        return None
    failed = work.submission.state is State.REFUSED or work.item.outcome in {Outcome.FAILED, Outcome.MISSING}
    return (Milestone.REGISTERED, work.submission.finished_at or work.submission.created_at) if failed else None


def _look_up_waits(work: "LedgerWork", observable: frozenset[Milestone]) -> list[_Wait]:
    """Return the milestones that a registered DOI was not seen to reach yet; they are independent."""
    if work.registered_at is None:
        return []
    proved = {Milestone.RESOLVES: work.resolves_at, Milestone.INDEXED: work.indexed_at}
    missing = (milestone for milestone, at in proved.items() if milestone in observable and at is None)
    # What was registered elsewhere, perhaps years ago, is looked after from the day on which it was adopted.
    since = max(filter(None, (work.registered_at, work.adopted_at)))
    waits = [(milestone, since) for milestone in missing]
    seen = work.observed
    # What others changed is told as that, and not as something late.
    if seen is not None and seen.intended_at is None and not seen.drift and Milestone.AS_INTENDED in observable:
        waits.append((Milestone.AS_INTENDED, seen.since))
    return waits


def _overdue_of(
    milestone: Milestone, since: datetime, now: datetime, deadlines: Deadlines, *, lags: bool = False
) -> Overdue | None:
    length = deadlines.of(milestone)
    if milestone is Milestone.REGISTERED:
        # What waits for a person waits whether Crossref is there or not.
        return Overdue(milestone, since, since + length) if now > since + length else None
    if milestone is Milestone.INDEXED and lags:
        length = max(length, deadlines.lagging)
    due = deadlines.due(since, length)
    return Overdue(milestone, since, due) if now > due and deadlines.window(now) is None else None
