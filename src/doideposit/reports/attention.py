"""Say in a word or two how a DOI stands, and gather what needs attention, most urgent first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from doideposit.deposits.values import WorkStatus
from doideposit.lifecycle import Milestone, Outcome, RetryClass, State
from doideposit.reports.findings import with_target

__all__ = ["AttentionKind", "Concern"]


class AttentionKind(StrEnum):
    """Name the few ways to be that a reader must tell apart at a glance."""

    BAD = "bad"
    WARNING = "warning"
    OPEN = "open"
    GOOD = "good"

    @staticmethod
    def of(status: WorkStatus) -> "tuple[str, AttentionKind]":
        """Return the state of a DOI in a word or two, for terminal and page, and its kind."""
        words, kind = _state_of(status)
        return (f"{words}, acknowledged" if status.acknowledged else words), kind


# Words for a deposit that is under way, whatever was registered before.
_OPEN_WORDS: Final[Mapping[State, str]] = {
    State.PREPARED: "waiting to be sent",
    State.SENDING: "being sent",
    State.QUEUED: "at Crossref",
}
# A service shows something else than was deposited, which is more urgent than a proof that is only missing.
_CONTRARY_WORDS: Final[Mapping[Milestone, str]] = {
    Milestone.RESOLVES: "registered, leads elsewhere",
    Milestone.INDEXED: "registered, indexed with other metadata",
}
_MISSING_WORDS: Final[Mapping[Milestone, str]] = {
    Milestone.RESOLVES: "registered, link not confirmed",
    Milestone.INDEXED: "registered, not indexed",
    Milestone.AS_INTENDED: "registered, not yet shown as sent",
}

# A file that a person gave up may be sent again at once; one that was held back needs a change of its record first.
_ENDED_WORDS: Final[Mapping[RetryClass | None, str]] = {
    RetryClass.NOW: "abandoned",
    RetryClass.AFTER_CHANGE: "held back",
}


def _state_of(status: WorkStatus) -> tuple[str, AttentionKind]:
    if status.is_open and status.state is not None:
        word = _OPEN_WORDS[status.state]
        if status.answer_unclear:
            # While an upload runs, nothing is in doubt yet.
            word = "in doubt" if status.state is State.SENDING else f"{word}, answer unclear"
        return (f"{word}, overdue", AttentionKind.BAD) if status.overdue else (word, AttentionKind.OPEN)
    if status.state is State.REFUSED:
        return _ENDED_WORDS.get(status.retry, "rejected"), AttentionKind.BAD
    if status.outcome is Outcome.FAILED:
        return ("update failed" if status.registered else "rejected"), AttentionKind.BAD
    if status.outcome is Outcome.MISSING:
        return "no answer for it", AttentionKind.BAD
    if any(warning.wants_person for warning in status.warnings) or (
        status.outcome is Outcome.REGISTERED_WITH_WARNING and status.acknowledged
    ):
        return "registered, with a warning", AttentionKind.WARNING
    if not status.registered:
        # What the ledger holds of it cannot be read, where a person is needed anyway.
        unread = ("unreadable in the ledger", AttentionKind.BAD)
        return unread if status.needs_person else ("never deposited", AttentionKind.OPEN)
    return _state_of_registered(status)


def _state_of_registered(status: WorkStatus) -> tuple[str, AttentionKind]:
    """Return the state of a registered DOI, by its look-ups."""
    if status.contradicted is not None:
        return _CONTRARY_WORDS[status.contradicted], AttentionKind.BAD
    if status.drift:
        return "changed by others", AttentionKind.WARNING
    return (
        (_MISSING_WORDS[status.overdue.milestone], AttentionKind.WARNING)
        if status.overdue
        else ("registered", AttentionKind.GOOD)
    )


@dataclass(frozen=True, slots=True)
class Concern:
    """Hold DOIs with the same problem and the same next step: one thing to do, however many they are."""

    kind: AttentionKind
    heading: str
    next_action: str
    statuses: tuple[WorkStatus, ...]

    @staticmethod
    def said_of(status: WorkStatus) -> str:
        """Return Crossref's words, where they say more than that all went well."""
        plain = status.outcome is Outcome.REGISTERED and status.finding is None
        return (
            ""
            if plain or AttentionKind.of(status)[1] in {AttentionKind.OPEN, AttentionKind.GOOD}
            else status.message.strip()
        )

    @property
    def quoted(self) -> str:
        """Return what Crossref said of them all, when it said the same of each."""
        said = {self.said_of(status) for status in self.statuses}
        return said.pop() if len(said) == 1 else ""

    @staticmethod
    def all_of(statuses: Iterable[WorkStatus]) -> "tuple[Concern, ...]":
        """Group what needs a person or is overdue: failures first, then warnings, stuck files, and unproved DOIs.

        Within a rank the largest group comes first.
        """
        groups: dict[tuple[int, str, str], list[WorkStatus]] = {}
        for status in statuses:
            if status.needs_person or status.overdue is not None:
                # The advice names the DOI; advice for several is the same advice anyway.
                advice = status.next_action.replace(str(status.doi), "DOI")
                groups.setdefault((_rank_of(status), _heading_of(status), advice), []).append(status)
        # The most urgent kind first, and within it the one with most DOIs.
        ordered = sorted(groups.items(), key=lambda pair: (pair[0][0], -len(pair[1]), pair[0][1:]))
        return tuple(
            Concern(
                AttentionKind.BAD if rank in {_FAILED, _WRONG, _STUCK} else AttentionKind.WARNING,
                heading,
                with_target(found[0].next_action if len(found) == 1 else advice, found[0].target),
                tuple(found),
            )
            for (rank, heading, advice), found in ordered
        )


_HEADINGS: Final[Mapping[Milestone, str]] = {
    Milestone.RECEIVED: "Not at Crossref in time",
    Milestone.PROCESSED: "Not processed by Crossref in time",
    Milestone.RESOLVES: "Registered, but not confirmed to resolve",
    Milestone.INDEXED: "Registered, but not seen in Crossref's REST API",
    Milestone.AS_INTENDED: "Registered, but not shown as it was sent",
}


# In the order of urgency, the most urgent first.
_FAILED, _WRONG, _WARNED, _STUCK, _UNPROVED = range(5)


def _rank_of(status: WorkStatus) -> int:
    if status.is_open:
        return _STUCK
    if status.failed:
        return _FAILED
    if status.contradicted is not None:
        return _WRONG
    return _WARNED if any(warning.wants_person for warning in status.warnings) or status.drift else _UNPROVED


def _heading_of(status: WorkStatus) -> str:
    rank = _rank_of(status)
    if rank in {_STUCK, _UNPROVED} and status.overdue is not None:
        return _HEADINGS[status.overdue.milestone]
    words = AttentionKind.of(status)[0]
    return words[:1].upper() + words[1:]
