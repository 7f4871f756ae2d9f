"""Fault switches: every way in which Crossref, or the way to it, is known to misbehave.

A fault is armed by name, in process (`Faults.add`), over HTTP (``POST /sandbox/faults``) or on the command line
(`Fault.parse`). It fires a number of times, without end, or with a probability from a seeded generator.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock
from types import MappingProxyType
from typing import Final, Literal, Self, get_args

from doideposit.errors import UsageError

__all__ = ["FAULTS", "Fault", "FaultKind", "FaultPlace", "Faults"]


# Where a fault can strike: a request of one kind, or the processing of a submission.
FaultPlace = Literal["upload", "poll", "rest", "handle", "query", "process"]

_PLACES: Final[tuple[FaultPlace, ...]] = get_args(FaultPlace)
UPLOAD: Final[frozenset[FaultPlace]] = frozenset({"upload"})
POLL: Final[frozenset[FaultPlace]] = frozenset({"poll"})
QUERY: Final[frozenset[FaultPlace]] = frozenset({"query"})
PROCESS: Final[frozenset[FaultPlace]] = frozenset({"process"})
BOTH: Final = UPLOAD | POLL
REQUESTS: Final = frozenset(_PLACES) - PROCESS


@dataclass(frozen=True, slots=True)
class FaultKind:
    """Describe one switch: its name, what it does, where it strikes by default and on request, and its values.

    `choices` lists the values it takes, the first being the default; ``("N",)`` stands for a number that must be
    given and ``("TEXT",)`` for any text. `required` says that there is no default.
    """

    name: str
    meaning: str
    places: frozenset[FaultPlace]
    choices: tuple[str, ...] = ()
    more_places: frozenset[FaultPlace] = frozenset()
    required: bool = False

    def settle(self, value: str | None) -> str | None:
        """Return the value in force; raises `UsageError` when the switch takes no such value."""
        if self.choices in {("N",), ("TEXT",)}:
            good = value is not None and (self.choices == ("TEXT",) or _NUMBER.fullmatch(value))
        elif value is None and self.choices and not self.required:
            return self.choices[0]
        else:
            good = value in self.choices if self.choices else value is None
        if not good:
            raise UsageError(f"the fault {self.name!r} takes {self._accepted_values()}, not {value!r}")
        return value

    def _accepted_values(self) -> str:
        words = {("N",): "a number", ("TEXT",): "a text", (): "no value"}
        return words.get(self.choices) or "one of " + ", ".join(self.choices)


# Numbers of seconds, counts and per cents as people write them.
_NUMBER = re.compile(r"\d+(\.\d+)?")
STATUSES: Final = ("403", "429", "500", "502", "503", "504", "200", "302", "400", "404", "413")

_KINDS = (
    FaultKind("auth", "the login is refused, right or wrong", BOTH, ("200page", "401")),
    FaultKind("status", "an error page with this status; nothing is stored", BOTH, STATUSES, REQUESTS, required=True),
    FaultKind(
        "status_after_accept",
        "the upload is stored, and an error page says otherwise",
        UPLOAD,
        (*STATUSES[2:], "403"),
        required=True,
    ),
    FaultKind("retry_after", "status 429, or that of `status`, with Retry-After: N seconds", BOTH, ("N",), REQUESTS),
    FaultKind("drop_before_body", "the connection is closed before the body is read", UPLOAD, (), REQUESTS),
    FaultKind("drop_after_accept", "the upload is stored and the connection closed without a reply", UPLOAD),
    FaultKind("slow", "the reply comes N seconds late", BOTH, ("N",), REQUESTS),
    FaultKind(
        "queue_full",
        "more than 10,000 submissions are pending: 429, or 503 as older manuals say",
        UPLOAD,
        ("429", "503"),
    ),
    FaultKind("html_200", "status 200 and a page that is not SUCCESS; nothing is stored", UPLOAD, ("failure", "empty")),
    FaultKind("unknown_for", "the submission is unknown for N polls, although it was received", POLL, ("N",)),
    FaultKind(
        "stuck", "the submission never leaves the queue, or never leaves the worker", BOTH, ("queued", "in_process")
    ),
    FaultKind("poll_login_page", "a poll is answered with the login page and status 200", POLL),
    FaultKind(
        "poll_garbage",
        "a poll is answered with something that is not a log",
        POLL,
        ("truncated", "html", "empty", "binary", "other_root", "dtd", "huge"),
    ),
    FaultKind("old_log_first", "a poll finds another, older log: the file name was used before", POLL),
    FaultKind("leading_whitespace", "there is white space before the log's XML declaration", PROCESS),
    FaultKind("no_status_attr", "the completed log has no status attribute", PROCESS),
    FaultKind("zero_records", "the log is completed, names no record, and nothing was registered", PROCESS),
    FaultKind(
        "extra_record", "the log has one record more than was sent", PROCESS, ("notice", "container", "duplicate")
    ),
    FaultKind("upper_doi", "the log writes DOIs in capitals", PROCESS),
    FaultKind("multi_pair_record", "one record of the log holds several pairs of doi and msg", PROCESS),
    FaultKind("reject", "every record fails with this text", PROCESS, ("TEXT",)),
    FaultKind(
        "query_garbage",
        "the XML query service answers with something that is not a record",
        QUERY,
        ("truncated", "html", "empty", "binary", "other_root", "dtd", "huge", "login", "busy", "other_doi"),
    ),
    FaultKind("rest_lag", "/works shows the records N seconds after processing", PROCESS, ("N",)),
    FaultKind("handle_lag", "the handles resolve N seconds after processing", PROCESS, ("N",)),
)

FAULTS: Final[Mapping[str, FaultKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one armed switch. `times` is how often it will still fire, None without end; `at` limits it to one place."""

    name: str
    value: str | None = None
    times: int | None = 1
    at: FaultPlace | None = None
    probability: float = 1.0

    def __post_init__(self) -> None:
        kind = FAULTS.get(self.name)
        if kind is None:
            raise UsageError(f"there is no fault {self.name!r}", hint="the faults are: " + ", ".join(FAULTS))
        if self.at is not None and self.at not in kind.places | kind.more_places:
            raise UsageError(f"the fault {self.name!r} cannot occur at {self.at!r}")
        if not 0 < self.probability <= 1 or (self.times is not None and self.times < 1):
            raise UsageError(f"the fault {self.name!r} must fire at least once, with a probability up to 100 %")
        object.__setattr__(self, "value", kind.settle(self.value))

    @property
    def number(self) -> float:
        """Return the value as a number; for switches that take one."""
        return float(self.value or 0)

    def strikes(self, place: FaultPlace) -> bool:
        """Tell whether this fault is for that place."""
        return place in FAULTS[self.name].places if self.at is None else place == self.at

    def __str__(self) -> str:
        place = f"@{self.at}" if self.at else ""
        value = f"={self.value}" if self.value is not None else ""
        # `:g` writes 5 and not 5.0.
        chance = f":{self.probability * 100:g}%" if self.probability < 1 else ""
        times = ":*" if self.times is None and not chance else f":{self.times}" if self.times not in {None, 1} else ""
        return f"{self.name}{place}{value}{chance or times}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``NAME[@WHERE][=VALUE][:TIMES]``, TIMES being a number, ``*`` for ever, or a chance such as ``25%``.

        Raises `UsageError` when there is no such fault, place or value.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            raise UsageError(
                f"{text!r} is not a fault", hint="write NAME[@WHERE][=VALUE][:TIMES], as in status@poll=503:3"
            )
        percent = found["percent"]
        times = None if percent or found["ever"] else int(found["times"] or 1)
        chance = float(percent) / 100 if percent else 1.0
        return cls(found["name"], found["value"], times, _parse_place(found["at"]), chance)


@dataclass(slots=True)
class Faults:
    """Hold the armed switches of one sandbox, safe for several threads. `fired` counts what has struck so far."""

    seed: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    _armed: list[Fault] = field(default_factory=list)
    _random: random.Random = field(init=False)
    _lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable tests, no secrets

    @property
    def armed(self) -> tuple[Fault, ...]:
        """Return the faults that are still armed, in order."""
        with self._lock:
            return tuple(self._armed)

    def add(
        self,
        name: str,
        value: str | float | None = None,
        *,
        times: int | None = 1,
        at: str | None = None,
        probability: float = 1.0,
    ) -> Fault:
        """Arm a switch; raises `UsageError` for a name, value or place that does not exist."""
        text = (
            None if value is None else f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
        )
        fault = Fault(name, text, times, _parse_place(at), probability)
        self.arm([fault])
        return fault

    def arm(self, faults: Iterable[Fault]) -> None:
        """Arm switches that were parsed already."""
        with self._lock:
            self._armed.extend(faults)

    def clear(self, name: str | None = None) -> None:
        """Disarm one kind of fault, or all."""
        with self._lock:
            self._armed = [fault for fault in self._armed if name is not None and fault.name != name]

    def take(self, name: str, place: FaultPlace) -> Fault | None:
        """Return the fault of this name that strikes here and now, its count lowered, or None."""
        with self._lock:
            for index, fault in enumerate(self._armed):
                if fault.name == name and fault.strikes(place) and self._random.random() < fault.probability:
                    self._use_up(index, fault)
                    return fault
        return None

    def _use_up(self, index: int, fault: Fault) -> None:
        self.fired[fault.name] += 1
        # A fault without an end is never used up.
        if fault.times is None:
            return
        if fault.times == 1:
            del self._armed[index]
        else:
            self._armed[index] = replace(fault, times=fault.times - 1)


# The value is matched lazily, so that a number of times after the last colon is not taken for a part of it.
_WRITTEN = re.compile(
    r"(?P<name>\w+)(@(?P<at>\w+))?(=(?P<value>.*?))?(:((?P<times>\d+)|(?P<percent>\d+(\.\d+)?)%|(?P<ever>\*)))?"
)


def _parse_place(name: str | None) -> FaultPlace | None:
    if name is None:
        return None
    place = next((place for place in _PLACES if place == name), None)
    if place is None:
        raise UsageError(f"{name!r} is not a place for a fault", hint="places are: " + ", ".join(_PLACES))
    return place
