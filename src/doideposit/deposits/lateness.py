"""How everything stands on one target: numbers, what is late at which stage, and what was registered lately."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from doideposit.deposits.deadlines import Deadlines
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.ledger.entries import Work
from doideposit.deposits.values import WorkStatus
from doideposit.deposits.wording import status_of
from doideposit.lifecycle import State, is_open
from doideposit.records.identifiers import Doi

__all__ = ["LOOKED_UP", "Overdue", "Stage", "Standing", "take_standing", "unproven"]

MOST_LISTED: Final = 200
"""Of each kind; beyond that only numbers are kept, so that memory does not grow with the ledger."""


class Stage(StrEnum):
    """What has to come true of a deposit, one after the other."""

    RECEIVED = "received"
    PROCESSED = "processed"
    REGISTERED = "registered"
    RESOLVES = "resolves"
    INDEXED = "indexed"


LOOKED_UP: Final = frozenset({Stage.RESOLVES, Stage.INDEXED})
"""The stages that are looked up; a target without resolver or REST API has none of them."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A DOI that has not reached a stage in its time; `since` is when the waiting began."""

    doi: Doi
    title: str
    stage: Stage
    since: datetime
    next_action: str

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        since = self.since.isoformat().replace("+00:00", "Z")
        return {"doi": str(self.doi), "stage": self.stage.value, "since": since, "next_action": self.next_action}


@dataclass(slots=True)
class Listed:
    """A count, and the first of what was counted."""

    count: int = 0
    first: list[Any] = field(default_factory=list)

    def add(self, one: Any) -> None:
        """Count this one too."""
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(one)


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers over every DOI of the target, and the first of those that are late, need a person, or are new."""

    at: datetime
    target: str
    works: int
    registered: int
    failed: int
    states: Mapping[str, int]
    oldest_unfinished: datetime | None
    overdue: Listed
    attention: Listed
    recent: Listed
    not_proved: int

    @property
    def outstanding(self) -> int:
        """DOIs with a deposit whose end is not known yet."""
        return sum(self.states.values())

    @property
    def oldest_age(self) -> float:
        """Age in seconds of the oldest deposit that is not finished; 0 where there is none."""
        return (self.at - self.oldest_unfinished).total_seconds() if self.oldest_unfinished else 0.0

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "dois": self.works,
            "registered": self.registered,
            "rejected": self.failed,
            "needs_person": self.attention.count,
            "outstanding": self.outstanding,
            "by_state": dict(self.states),
            "not_yet_proved": self.not_proved,
            "oldest_unfinished_seconds": round(self.oldest_age, 3),
            "overdue": self.overdue.count,
            "overdue_dois": [each.to_dict() for each in self.overdue.first],
            "needs_person_dois": [
                {"doi": str(each.doi), "next_action": each.next_action} for each in self.attention.first
            ],
        }


def take_standing(
    depositor: Depositor,
    *,
    now: datetime,
    deadlines: Deadlines,
    looked_up: frozenset[Stage] = LOOKED_UP,
    recent: timedelta = timedelta(days=7),
) -> Standing:
    """Go through the ledger once, in bounded memory; raises `LedgerError`."""
    states = Counter({state.value: 0 for state in State if is_open(state)})
    overdue, attention, new = Listed(), Listed(), Listed()
    works = registered = failed = not_proved = 0
    for work in depositor.works.all():
        status = status_of(work)
        works += 1
        registered += status.registered
        failed += status.failed and not status.registered
        not_proved += bool(_missing(work, looked_up))
        if status.is_open and status.state is not None:
            states[status.state.value] += 1
        if status.needs_person:
            attention.add(status)
        if work.registered_at is not None and now - work.registered_at < recent:
            new.add(status)
        late = _late(work, status, now, deadlines, looked_up)
        if late is not None:
            overdue.add(late)
    oldest = depositor.works.oldest_unfinished()
    return Standing(
        now, depositor.target, works, registered, failed, states, oldest, overdue, attention, new, not_proved
    )


def _late(
    work: Work, status: WorkStatus, now: datetime, deadlines: Deadlines, looked_up: frozenset[Stage]
) -> Overdue | None:
    waiting = _waiting_for(work, status, looked_up)
    if waiting is None:
        return None
    stage, since = waiting
    limit: timedelta = getattr(deadlines, stage.value)
    if now - since <= limit:
        return None
    return Overdue(work.doi, work.title, stage, since, _action(stage, status))


def _waiting_for(work: Work, status: WorkStatus, looked_up: frozenset[Stage]) -> tuple[Stage, datetime] | None:
    """The stage a DOI should reach next, and since when it should; None for one that waits for nothing."""
    submission = work.submission
    if submission is not None and submission.state in {State.PREPARED, State.SENDING}:
        return Stage.RECEIVED, submission.created_at
    if submission is not None and submission.state is State.QUEUED:
        return Stage.PROCESSED, submission.accepted_at or submission.created_at
    if submission is not None and status.failed and status.needs_person:
        return Stage.REGISTERED, submission.finished_at or submission.created_at
    missing = _missing(work, looked_up)
    return (missing[0], work.registered_at) if missing and work.registered_at else None


def _missing(work: Work, looked_up: frozenset[Stage]) -> list[Stage]:
    if work.registered_at is None:
        return []
    proved = {Stage.RESOLVES: work.resolves_at, Stage.INDEXED: work.indexed_at}
    return [stage for stage, at in proved.items() if stage in looked_up and at is None]


def _action(stage: Stage, status: WorkStatus) -> str:
    if stage is Stage.RESOLVES:
        proof = f" ({status.resolves.proof})" if status.resolves.proof else ""
        return f"the DOI does not lead to its page yet{proof}: open the link, and ask Crossref support if it fails"
    if stage is Stage.INDEXED:
        proof = f" ({status.indexed.proof})" if status.indexed.proof else ""
        return f"Crossref's REST API does not show the record as it should{proof}: ask Crossref support"
    return status.next_action


def unproven(depositor: Depositor, looked_up: frozenset[Stage]) -> Iterator[Doi]:
    """Registered DOIs that are not yet seen to resolve, or in Crossref's REST API, streamed."""
    for work in depositor.works.all():
        if _missing(work, looked_up):
            yield work.doi
