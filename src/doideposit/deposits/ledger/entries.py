"""What the ledger holds, as frozen values: what planning reads, what sending and looking need, what people are told.

Moments are aware datetimes in UTC. A timestamp is Crossref's version number of a DOI: an exact integer, never a float.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from doideposit.crossref.names import is_resources
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import EventKind, Outcome, RetryClass, State
from doideposit.records.identifiers import Doi
from doideposit.registered.drift_values import Drift

__all__ = [
    "EARLIER_DEPOSIT",
    "FIRST_OF_SERIES",
    "FIRST_READ",
    "HARMED_FILE",
    "MAX_TIMESTAMP",
    "OPEN",
    "TIMESTAMP_STEP",
    "AdoptedWork",
    "Attempt",
    "AttemptStatus",
    "Item",
    "KnownWork",
    "LedgerEvent",
    "LedgerWork",
    "NewItem",
    "NewSubmission",
    "Observed",
    "OpenDeposit",
    "PastFailure",
    "Submission",
]


# Crossref makes a title record of the first deposit: two at once would make two.
FIRST_OF_SERIES = "waits until the first deposit of its series has completed"
# The states, as the ledger writes them, of a file whose end is not known yet.
OPEN = (State.PREPARED.value, State.SENDING.value, State.QUEUED.value)

# Why a recorded file is not sent yet, as its `reason` says it.
EARLIER_DEPOSIT = "waits until the earlier deposit of its DOI is done"
# Until what is registered is read after a deposit took effect: Crossref's query service shows it at once or within its
# cycle of two hours.
FIRST_READ: Final = timedelta(minutes=15)
# Crossref matches references when it processes a deposit, and again as further works are registered.
LOOKS_FOR_MATCHES: Final = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 28))
# Between two versions of a DOI at least this much: Crossref's notes speak of a double, which blurs near neighbours.
TIMESTAMP_STEP: Final = 1_000
# The largest timestamp of 17 digits, the length doideposit writes.
MAX_TIMESTAMP: Final = 10**17 - 1
# Not sent any more: what Crossref would register is not what was recorded.
HARMED_FILE = "the ledger no longer holds it as it was recorded"


class AttemptStatus(StrEnum):
    """Tell what became of one upload under one file name."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    DOUBT = "doubt"
    DECLINED = "declined"
    NOT_RECEIVED = "not-received"
    LOST = "lost"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OpenDeposit:
    """Describe the one deposit of a DOI whose end is not known yet."""

    submission: int
    state: State
    fingerprint: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastFailure:
    """Describe the latest deposit of a DOI, when it failed: `retry` is the class its message belongs to.

    `times` counts how often this same content has failed. `read` says that Crossref read the file: its log says so.
    `sent` is false for what was held back here, because it would have destroyed something.
    """

    fingerprint: str
    at: datetime
    code: str
    retry: RetryClass
    message: str
    times: int = 1
    read: bool = True
    sent: bool = True


@dataclass(frozen=True, slots=True)
class KnownWork:
    """Describe what planning needs to know of a DOI on one target.

    `latest` names its latest deposit, so that recording the next one can tell whether another process was quicker.
    `reset` says that `timestamp` is smaller than what the ledger holds, because Crossref's support made it so.
    `own_timestamp` is that of our latest deposit. `unsettled` says that a deposit later than the registered one ended
    without a known result: Crossref may have applied it. `applied` is the fingerprint of the latest deposit where that
    took effect; of a resource-only deposit it is not the `registered_fingerprint`, which is that of a whole record.
    `series` and `container` are those that it was deposited in.
    """

    doi: Doi
    record_type: str | None = None
    timestamp: int | None = None
    registered: bool = False
    registered_fingerprint: str | None = None
    open: OpenDeposit | None = None
    failure: PastFailure | None = None
    latest: int | None = None
    reset: bool = False
    own_timestamp: int | None = None
    unsettled: bool = False
    applied: str | None = None
    series: str = ""
    container: str = ""

    def too_many_digits(self) -> Finding | None:
        """Return the finding that stops a DOI whose registered timestamp leaves no room below 18 digits."""
        if self.timestamp is None or self.timestamp + TIMESTAMP_STEP <= MAX_TIMESTAMP:
            return None
        message = f"{self.doi} was registered with the timestamp {self.timestamp}, and no higher number has 17 digits"
        hint = "Crossref accepts only increasing timestamps; ask Crossref support to reset the timestamp of this DOI"
        return Finding("plan-timestamp-digits", Severity.ERROR, message, hint)


@dataclass(frozen=True, slots=True)
class NewItem:
    """Describe one DOI of a file that is about to be recorded; `after` is `KnownWork.latest` as planning saw it.

    With `reset` Crossref's support has made the number of the registered version smaller, and ours no longer counts.
    `lines` notes where each field of its record stands, for messages of Crossref that name one. `removes` are the
    fields that its record takes away, `may_lose` those that a person lets be lost.
    """

    doi: Doi
    fingerprint: str
    record_type: str
    title: str = ""
    source: str = ""
    landing_page: str | None = None
    after: int | None = None
    reset: bool = False
    lines: str = ""
    removes: tuple[str, ...] = ()
    may_lose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """Describe a sealed file that is about to be recorded, before any of it is sent.

    `container` is what Crossref keeps one title record for; `series` the short name people know; `publisher` is whose
    login sends it, empty for the main one. `compared` is when its content was compared with what is registered, None
    where nobody could look yet, and `unseen` is why a person let it go without a look. `empties` are the blocks that
    this file takes away at Crossref for another file that follows it, and of that one those that were taken away
    before. A ready-made file is sent `whole`, or not at all.
    """

    series: str
    container: str
    schema_version: str
    batch_id: str
    timestamp: int
    xml: bytes = field(repr=False)
    sha256: str
    items: tuple[NewItem, ...]
    compared: datetime | None = None
    unseen: str = ""
    publisher: str = ""
    empties: tuple[str, ...] = ()
    whole: bool = False

    @staticmethod
    def unique_name(series: str, now: datetime) -> str:
        """Return a name no file ever had: series, moment in UTC and eight random hexadecimal digits, without suffix."""
        # The name is a batch id and a file name that Crossref is asked by, so it holds nothing that needs an escape.
        word = re.sub(r"[^a-z0-9]+", "-", series.lower()).strip("-")[:40].strip("-") or "deposit"
        # Milliseconds and eight random digits: two machines may make a file in the same moment.
        return f"{word}-{now:%Y%m%dt%H%M%S}{now.microsecond // 1000:03d}-{uuid.uuid4().hex[:8]}"

    @property
    def is_resources(self) -> bool:
        """Tell whether it changes parts of records alone; its timestamp is a place in our order then."""
        return is_resources(self.schema_version)


@dataclass(frozen=True, slots=True)
class AdoptedWork:
    """Describe a DOI that was registered elsewhere, with what Crossref has of it; `answer` is its whole answer.

    `fingerprint` is that of the record written to `file`, where that record gives the registered one again; so a
    deposit of it unchanged is known to change nothing. `created` and `last_update` are as Crossref wrote them.
    """

    doi: Doi
    timestamp: int
    series: str
    container: str
    record_type: str
    title: str
    landing_page: str | None
    fingerprint: str | None
    doi_type: str
    owner_prefix: str
    member: str
    created: str
    last_update: str
    file: str
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """Describe one file for Crossref, as it is.

    `reason` says in plain words why it waits or was refused, `hint` what a person should do about it. `doubt` is set
    while the last answer says nothing: whether a file arrived that is being sent, or what became of one that did.
    `failures` counts uploads in a row that did not get through, `polls` how often Crossref was asked about it. An
    update that empties blocks first has several `steps`: this is number `step`, which waits for the submission that it
    `follows`; `empties` names what an earlier step takes away before the last one sends everything.
    """

    id: int
    target: str
    series: str
    container: str
    schema_version: str
    batch_id: str
    timestamp: int
    sha256: str
    state: State
    created_at: datetime
    file_name: str | None = None
    submission_id: str | None = None
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_proof: str = ""
    finished_at: datetime | None = None
    finished_proof: str = ""
    not_before: datetime | None = None
    next_poll_at: datetime | None = None
    polls: int = 0
    failures: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    doubt: bool = False
    reason: str = ""
    hint: str = ""
    overdue: str = ""
    step: int = 1
    steps: int = 1
    follows: int | None = None
    empties: str = ""

    @property
    def is_resources(self) -> bool:
        """Tell whether it changes parts of records alone; its timestamp is a place in our order then."""
        return is_resources(self.schema_version)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Describe one upload: its file name stays on record for ever."""

    id: int
    submission: int
    file_name: str
    sent_at: datetime
    status: AttemptStatus
    next_poll_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Describe one DOI of one submission, and what became of it."""

    submission: int
    doi: Doi
    fingerprint: str
    title: str
    source: str
    open: bool
    outcome: Outcome | None = None
    message: str = ""
    finding: Finding | None = None
    retry: RetryClass | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """Describe what Crossref showed of one registered DOI, and when it is asked about next.

    `since` is when our latest deposit took effect, `sent` the version it has, `address` where it leads. `deposited` is
    what the REST API said of the last change, `accepted` are the marks of changes that a person let stand.
    """

    doi: Doi
    since: datetime
    next_read_at: datetime | None = None
    reads: int = 0
    read_at: datetime | None = None
    timestamp: str = ""
    last_update: str = ""
    intended_at: datetime | None = None
    intended_proof: str = ""
    deposited: str = ""
    drift: tuple[Drift, ...] = ()
    drift_at: datetime | None = None
    accepted: tuple[str, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    address: str | None = None

    def next_look_for_matches(self, now: datetime) -> datetime | None:
        """Return when to look for matched references again after the deposit; None after four weeks."""
        return next((self.since + after for after in LOOKS_FOR_MATCHES if self.since + after > now), None)


@dataclass(frozen=True, slots=True)
class LedgerWork:
    """Describe one DOI on one target: what is proved of it, its latest deposit, and what Crossref showed since."""

    doi: Doi
    target: str
    series: str
    record_type: str
    title: str
    timestamp: int | None
    item: Item | None
    submission: Submission | None
    registered_at: datetime | None = None
    registered_proof: str = ""
    registered_landing_page: str | None = None
    last_update_failed: bool = False
    # Of the registered version, where the latest deposit is another one and has not taken effect; else None.
    registered_title: str | None = None
    resolves_at: datetime | None = None
    resolves_proof: str = ""
    indexed_at: datetime | None = None
    indexed_proof: str = ""
    adopted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_reason: str | None = None
    observed: Observed | None = None
    # The events that Crossref's warnings are made of, oldest first; none where it never warned.
    warning_events: tuple["LedgerEvent", ...] = ()
    # Numbers of conflicts that result logs of other DOIs named as resolved.
    settled: frozenset[str] = frozenset()
    # Nothing but its DOI can be read.
    harmed: bool = False


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """Describe one line of the history, never changed: ids rise, so that a reader can go on from the last one seen."""

    id: int
    at: datetime
    target: str
    kind: EventKind
    doi: str | None
    submission: int | None
    detail: Mapping[str, str]
    # As they were deposited and sent, for programs outside; read by `Works.events` alone.
    printed: str | None = None
    batch_id: str | None = None
