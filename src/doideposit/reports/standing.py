"""Count how everything stands on one target: the numbers, what is overdue, what needs a person, what is new."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.lifecycle import Milestone, State

__all__ = ["MAIN_PUBLISHER", "Standing"]

# Of each kind; beyond that only numbers are kept, so that memory does not grow with the ledger.
MOST_LISTED: Final = 200
# What stands for the publisher of [depositor], which has no name; no other can have this one.
MAIN_PUBLISHER: Final = "[depositor]"
# For the weekly digest.
RECENT: Final = timedelta(days=7)


@dataclass(slots=True)
class Listed:
    """Count DOIs, and keep the first of them."""

    count: int = 0
    first: list[WorkStatus] = field(default_factory=list)

    def add(self, status: WorkStatus) -> None:
        """Count this one too."""
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(status)


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold numbers over every DOI of the target, and the first of those that are overdue, need a person, or are new.

    `publishers` has the same for each of several publishers, by name, empty for the main one.
    """

    at: datetime
    target: str
    works: int
    registered: int
    failed: int
    states: Mapping[str, int]
    oldest_unfinished: datetime | None
    overdue: Listed
    needs_person: Listed
    recent: Listed
    not_proved: int
    drifted: Listed
    warnings: int
    warned: Listed
    not_as_intended: int
    publishers: "Mapping[str, Standing]" = field(default_factory=dict)

    @property
    def outstanding(self) -> int:
        """Return how many DOIs have a deposit whose end is not known yet."""
        return sum(self.states.values())

    @property
    def oldest_age(self) -> float:
        """Return the age in seconds of the oldest deposit that is not finished; 0 where there is none."""
        return (self.at - self.oldest_unfinished).total_seconds() if self.oldest_unfinished else 0.0

    @property
    def numbers(self) -> dict[str, int]:
        """Return the numbers that monitoring has of each of several publishers."""
        return {
            "registered": self.registered,
            "rejected": self.failed,
            "needs_person": self.needs_person.count,
            "outstanding": self.outstanding,
            "overdue": self.overdue.count,
            "drifted": self.drifted.count,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON; with several publishers, also the numbers of each."""
        each = {name or MAIN_PUBLISHER: standing.numbers for name, standing in self.publishers.items()}
        return ({"publishers": each} if each else {}) | {
            "dois": self.works,
            "registered": self.registered,
            "rejected": self.failed,
            "needs_person": self.needs_person.count,
            "outstanding": self.outstanding,
            "by_state": dict(self.states),
            "not_yet_proved": self.not_proved,
            "not_as_intended": self.not_as_intended,
            "drifted": self.drifted.count,
            "drifted_dois": [
                {
                    "doi": str(status.doi),
                    "drift": [difference.to_dict() for difference in status.drift],
                    "next_action": status.next_action,
                }
                for status in self.drifted.first
            ],
            "warnings": self.warnings,
            "warned_dois": [
                {"doi": str(status.doi), "warnings": [warning.to_dict() for warning in status.open_warnings]}
                for status in self.warned.first
            ],
            "oldest_unfinished_seconds": round(self.oldest_age, 3),
            "overdue": self.overdue.count,
            "overdue_dois": [_overdue_document(status) for status in self.overdue.first],
            "needs_person_dois": [
                {"doi": str(status.doi), "next_action": status.next_action} for status in self.needs_person.first
            ],
        }

    @staticmethod
    def take(depositor: Depositor, *, now: datetime) -> "Standing":
        """Count the DOIs of the ledger in bounded memory; raises `LedgerError`."""
        publishers = depositor.publishers
        tallies: dict[str, _PublisherCounts] = {}
        for status in depositor.statuses():
            name = publishers.of_series(status.series, status.doi) if publishers.further else ""
            tallies.setdefault(name, _PublisherCounts()).add(status, depositor, now)
        # In the same order each time, so that two reports can be compared.
        parts = {name: tally.standing(now, depositor.target) for name, tally in sorted(tallies.items())}
        whole = Standing.together(parts.values(), now, depositor.target)
        oldest = depositor.works.oldest_unfinished()
        return replace(whole, oldest_unfinished=oldest, publishers=parts if publishers.further else {})

    @staticmethod
    def together(parts: "Iterable[Standing]", now: datetime, target: str) -> "Standing":
        """Return the standing of several publishers as one."""
        tally = _PublisherCounts()
        for standing in parts:
            tally.works += standing.works
            tally.registered += standing.registered
            tally.failed += standing.failed
            tally.not_proved += standing.not_proved
            tally.not_intended += standing.not_as_intended
            tally.warnings += standing.warnings
            tally.states.update(standing.states)
            for whole, part in (
                (tally.overdue, standing.overdue),
                (tally.needs_person, standing.needs_person),
                (tally.recent, standing.recent),
                (tally.drifted, standing.drifted),
                (tally.warned, standing.warned),
            ):
                whole.count += part.count
                whole.first = [*whole.first, *part.first][:MOST_LISTED]
        return tally.standing(now, target)


def _overdue_document(status: WorkStatus) -> dict[str, str]:
    late = status.overdue.to_dict() if status.overdue else {}
    # `stage` is the name that `milestone` had before.
    return {"doi": str(status.doi), **late, "stage": late.get("milestone", ""), "next_action": status.next_action}


@dataclass(slots=True)
class _PublisherCounts:
    """Count the DOIs of one publisher."""

    states: Counter[str] = field(default_factory=lambda: Counter({state.value: 0 for state in State if state.is_open}))
    works: int = 0
    registered: int = 0
    failed: int = 0
    not_proved: int = 0
    not_intended: int = 0
    warnings: int = 0
    overdue: Listed = field(default_factory=Listed)
    needs_person: Listed = field(default_factory=Listed)
    recent: Listed = field(default_factory=Listed)
    drifted: Listed = field(default_factory=Listed)
    warned: Listed = field(default_factory=Listed)

    def add(self, status: WorkStatus, depositor: Depositor, now: datetime) -> None:
        """Count this DOI too."""
        intended = Milestone.AS_INTENDED not in depositor.observable or status.as_intended
        self.works += 1
        self.registered += status.registered
        self.failed += status.failed and not status.registered
        self.not_proved += depositor.is_unproved(status)
        self.not_intended += status.registered and not intended
        self.warnings += len(status.open_warnings)
        if status.is_open and status.state is not None:
            self.states[status.state.value] += 1
        is_new = status.registration.at is not None and now - status.registration.at < RECENT
        for listed, counts in (
            (self.drifted, status.drift),
            (self.warned, status.open_warnings),
            (self.needs_person, status.needs_person),
            (self.recent, is_new),
            (self.overdue, status.overdue),
        ):
            if counts:
                listed.add(status)

    def standing(self, now: datetime, target: str) -> Standing:
        """Return the counts collected so far."""
        return Standing(
            now,
            target,
            self.works,
            self.registered,
            self.failed,
            self.states,
            None,
            self.overdue,
            self.needs_person,
            self.recent,
            self.not_proved,
            self.drifted,
            self.warnings,
            self.warned,
            self.not_intended,
        )
