"""Where one DOI stands, as the report shows it, and which of them need attention first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from doideposit.reports.activity import in_words

__all__ = ["TRUTHS", "Concern", "Kind", "Lateness", "Proved", "Stage", "Standing", "concerns", "natural", "overdue"]

TRUTHS: Final = ("received", "processed", "registered", "resolves", "indexed")


class Kind(StrEnum):
    """The few ways to stand that a reader must tell apart at a glance."""

    BAD = "bad"
    WARNING = "warning"
    OPEN = "open"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Proved:
    """One of the five truths: since when, and by what; without a moment it is not proved."""

    at: datetime | None
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One DOI: what is proved, what Crossref said, and what to do next.

    `truths` are in the order of `TRUTHS`. `urgent` holds when a person has to act on what Crossref answered,
    `acknowledged` is the reason for which a person set that aside, and `late` says which stage takes too long.
    """

    doi: str
    url: str
    title: str
    series: str
    kind: Kind
    word: str
    truths: tuple[Proved, ...]
    message: str = ""
    next_action: str = ""
    file_name: str = ""
    submission_id: str = ""
    urgent: bool = False
    registered: bool = False
    open: bool = False
    stalled: bool = False
    acknowledged: str = ""
    late: "Lateness | None" = None

    @property
    def quoted(self) -> str:
        """Crossref's words, where they say more than that all went well."""
        return self.message if self.kind in {Kind.BAD, Kind.WARNING} else ""


def natural(doi: str) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts C9 before C10."""
    parts: list[tuple[int, int | str]] = []
    digits = ""
    for char in doi.casefold() + "\0":
        if char.isascii() and char.isdigit():
            digits += char
            continue
        if digits:
            parts.append((0, int(digits)))
            digits = ""
        parts.append((1, char))
    return tuple(parts)


class Stage(StrEnum):
    """A part of the way that can take too long."""

    SENDING = "sending"
    READING = "reading"
    RESOLVING = "resolving"
    INDEXING = "indexing"


@dataclass(frozen=True, slots=True)
class Lateness:
    """A stage that takes longer than it should, and for how long, in words."""

    stage: Stage
    words: str


DAY: Final = timedelta(days=1)
LIMITS: Final[Mapping[Stage, timedelta]] = {
    Stage.SENDING: DAY,
    Stage.READING: DAY,
    Stage.RESOLVING: DAY,
    Stage.INDEXING: 2 * DAY,
}
"""How long each stage may take. Crossref reads most files within minutes, and a registered DOI resolves soon after and
shows in the REST API a little later (Crossref documentation, verify your registration)."""

_WORDS: Final[Mapping[Stage, str]] = {
    Stage.SENDING: "recorded {age} ago, and not at Crossref yet",
    Stage.READING: "received {age} ago, and not read yet",
    Stage.RESOLVING: "registered {age} ago, and not proved to resolve",
    Stage.INDEXING: "registered {age} ago, and not seen in Crossref’s index",
}


def overdue(
    truths: Sequence[Proved], now: datetime, *, open_since: datetime | None, asked: frozenset[Stage]
) -> Lateness | None:
    """The stage that takes too long, if one does.

    `truths` are in the order of `TRUTHS`, `open_since` is when an unfinished deposit was recorded, and `asked` has the
    stages that can be seen on this target at all.
    """
    received, _, registered, resolves, indexed = (truth.at for truth in truths)
    if open_since is not None:
        stages = {Stage.SENDING: open_since} if received is None else {Stage.READING: received}
    elif registered is not None:
        proofs = {Stage.RESOLVING: resolves, Stage.INDEXING: indexed}
        stages = {stage: registered for stage, proof in proofs.items() if proof is None}
    else:
        return None
    for stage, since in stages.items():
        if stage in asked and now - since > LIMITS[stage]:
            return Lateness(stage, _WORDS[stage].format(age=in_words(now - since)))
    return None


@dataclass(frozen=True, slots=True)
class Concern:
    """DOIs with the same problem and the same next step: one thing to do, however many they are."""

    kind: Kind
    heading: str
    next_action: str
    standings: tuple[Standing, ...]

    @property
    def quoted(self) -> str:
        """What Crossref said of them all, when it said the same of each."""
        said = {one.quoted for one in self.standings}
        return said.pop() if len(said) == 1 else ""


HEADINGS: Final[Mapping[Stage, str]] = {
    Stage.SENDING: "Not sent for more than a day",
    Stage.READING: "Not read by Crossref for more than a day",
    Stage.RESOLVING: "Registered, but not proved to resolve",
    Stage.INDEXING: "Registered, but not seen in Crossref’s index",
}
ACTIONS: Final[Mapping[Stage, str]] = {
    Stage.SENDING: "run `doideposit poll`, which sends what waits; if it stays, `doideposit doctor` says why",
    Stage.READING: "nothing is lost: run `doideposit poll` to ask again, and after three days ask Crossref support, "
    "naming the file",
    Stage.RESOLVING: "open the link; if it does not lead to the commentary, ask Crossref support, naming the file",
    Stage.INDEXING: "the DOI may work all the same; if it is not in Crossref’s search after some days, ask Crossref "
    "support, naming the file",
}


def concerns(standings: Iterable[Standing]) -> tuple[Concern, ...]:
    """What needs attention: failures first, then warnings, what is stuck, and what is late; the largest group first."""
    groups: dict[tuple[int, str, str], list[Standing]] = {}
    for one in standings:
        rank = _rank(one)
        if rank is not None:
            groups.setdefault((rank, *_about(rank, one)), []).append(one)
    ordered = sorted(groups.items(), key=lambda pair: (pair[0][0], -len(pair[1]), pair[0][1:]))
    return tuple(
        Concern(Kind.BAD if rank in {FAILED, STALLED} else Kind.WARNING, heading, action, tuple(found))
        for (rank, heading, action), found in ordered
    )


FAILED, WARNED, STALLED, LATE = range(4)


def _rank(one: Standing) -> int | None:
    if one.urgent:
        return STALLED if one.stalled else FAILED if one.kind is Kind.BAD else WARNED
    return LATE if one.late else None


def _about(rank: int, one: Standing) -> tuple[str, str]:
    if rank == LATE and one.late:
        return HEADINGS[one.late.stage], ACTIONS[one.late.stage]
    return one.word[:1].upper() + one.word[1:], one.next_action
