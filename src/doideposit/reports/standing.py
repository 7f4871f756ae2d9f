"""Count how everything stands on one target: the numbers, what is overdue, what needs a person, what is new."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.lifecycle import Milestone, State, is_open

__all__ = ["Standing", "take_standing"]

# Of each kind; beyond that only numbers are kept, so that memory does not grow with the ledger.
MOST_LISTED: Final = 200
RECENT: Final = timedelta(days=7)


@dataclass(slots=True)
class Listed:
    """Count DOIs, and keep the first of them."""

    count: int = 0
    first: list[WorkStatus] = field(default_factory=list)

    def add(self, one: WorkStatus) -> None:
        """Count this one too."""
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(one)


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold numbers over every DOI of the target, and the first of those that are overdue, need a person, or are new."""

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
    drifted: Listed
    warnings: int
    warned: Listed
    not_as_intended: int

    @property
    def outstanding(self) -> int:
        """Return how many DOIs have a deposit whose end is not known yet."""
        return sum(self.states.values())

    @property
    def oldest_age(self) -> float:
        """Return the age in seconds of the oldest deposit that is not finished; 0 where there is none."""
        return (self.at - self.oldest_unfinished).total_seconds() if self.oldest_unfinished else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "dois": self.works,
            "registered": self.registered,
            "rejected": self.failed,
            "needs_person": self.attention.count,
            "outstanding": self.outstanding,
            "by_state": dict(self.states),
            "not_yet_proved": self.not_proved,
            "not_as_intended": self.not_as_intended,
            "drifted": self.drifted.count,
            "drifted_dois": [
                {"doi": str(each.doi), "drift": [one.to_dict() for one in each.drift], "next_action": each.next_action}
                for each in self.drifted.first
            ],
            "warnings": self.warnings,
            "warned_dois": [
                {"doi": str(each.doi), "warnings": [one.to_dict() for one in each.open_warnings]}
                for each in self.warned.first
            ],
            "oldest_unfinished_seconds": round(self.oldest_age, 3),
            "overdue": self.overdue.count,
            "overdue_dois": [_overdue(each) for each in self.overdue.first],
            "needs_person_dois": [
                {"doi": str(each.doi), "next_action": each.next_action} for each in self.attention.first
            ],
        }


def _overdue(status: WorkStatus) -> dict[str, str]:
    late = status.overdue.to_dict() if status.overdue else {}
    # `stage` is the name that `milestone` had before.
    return {"doi": str(status.doi), **late, "stage": late.get("milestone", ""), "next_action": status.next_action}


def take_standing(depositor: Depositor, *, now: datetime) -> Standing:
    """Go through the ledger once, in bounded memory; raises `LedgerError`."""
    states = Counter({state.value: 0 for state in State if is_open(state)})
    overdue, attention, new, drifted, warned = Listed(), Listed(), Listed(), Listed(), Listed()
    works = registered = failed = not_proved = not_intended = warnings = 0
    for status in depositor.statuses():
        works += 1
        registered += status.registered
        failed += status.failed and not status.registered
        not_proved += depositor.is_unproved(status)
        not_intended += status.registered and Milestone.AS_INTENDED in depositor.observable and not status.as_intended
        if status.drift:
            drifted.add(status)
        if status.open_warnings:
            warnings += len(status.open_warnings)
            warned.add(status)
        if status.is_open and status.state is not None:
            states[status.state.value] += 1
        if status.needs_person:
            attention.add(status)
        if status.registration.at is not None and now - status.registration.at < RECENT:
            new.add(status)
        if status.overdue is not None:
            overdue.add(status)
    oldest = depositor.works.oldest_unfinished()
    return Standing(
        now,
        depositor.target,
        works,
        registered,
        failed,
        states,
        oldest,
        overdue,
        attention,
        new,
        not_proved,
        drifted,
        warnings,
        warned,
        not_intended,
    )
