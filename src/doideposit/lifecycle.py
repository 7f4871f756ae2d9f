"""The life of a submission, as one table; every illegal move raises.

::

    PREPARED ──start──> SENDING ──accept──> QUEUED ──finish──> DONE
      │ ^                  │ │                ^
      │ └─────release──────┘ └──refuse──> REFUSED   (and abandon, from PREPARED, SENDING or QUEUED)
      └──────────────────recover──────────────┘

* `start`: the exact bytes, their hash, file name and timestamp are committed; the upload may begin.
* `accept`: Crossref said "received", or knows the file name when asked after a crash.
* `release`: certainly not received (never reached Crossref, or still unknown after the grace period). The same XML
  with the same timestamp is sent again under a new file name.
* `recover`: the file is to be sent again, and an earlier upload of it turns up at Crossref after all.
* `refuse`: Crossref rejects it, and sending it again unchanged cannot help.
* `finish`: a completed result log was read; each DOI has its own outcome. Crossref may have read a file anyway
  that it seemed to reject, or that a person gave up.
* `abandon`: a person gives a file up that waits for ever, with a reason.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Self

__all__ = [
    "STATE_AFTER",
    "EventKind",
    "Milestone",
    "Move",
    "Outcome",
    "RetryClass",
    "State",
]


class _Explained(StrEnum):
    """Describe a word of the ledger, of JSON and of the API, with a sentence that tells people what it means."""

    meaning: str

    def __new__(cls, word: str, meaning: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member


class State(StrEnum):
    """Tell where a submission stands."""

    PREPARED = "prepared"
    SENDING = "sending"
    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"

    def advance(self, move: "Move") -> "State":
        """Return the state after `move`; raise `RuntimeError` if the table has no such move."""
        try:
            return TABLE[self, move]
        # A move that the table does not have is a mistake in the program.
        except KeyError:
            raise RuntimeError(f"a submission that is {self} cannot {move}") from None

    @property
    def is_open(self) -> bool:
        """Tell whether the end of a submission's story is not known yet: a DOI has at most one such submission."""
        return self in {State.PREPARED, State.SENDING, State.QUEUED}


class Move(StrEnum):
    """Name what can happen to a submission."""

    START = "start"
    ACCEPT = "accept"
    RELEASE = "release"
    REFUSE = "refuse"
    FINISH = "finish"
    RECOVER = "recover"
    ABANDON = "abandon"


class Outcome(_Explained):
    """Tell what a completed result log says of one DOI. A Warning counts as registered, under its own name."""

    REGISTERED = "registered", "The log has a Success for this DOI."
    REGISTERED_WITH_WARNING = "registered-with-warning", "The log has a Warning: registered, but look at it."
    FAILED = "failed", "The log has a Failure, for this DOI or for the whole file."
    MISSING = "missing", "The log is complete but does not mention this DOI: never treated as success."

    @property
    def is_registered(self) -> bool:
        """Tell whether Crossref registered the DOI: a Success or a Warning of its own."""
        return self in {Outcome.REGISTERED, Outcome.REGISTERED_WITH_WARNING}


class Milestone(_Explained):
    """Name the six things that are proved of a DOI, each on its own, in the order in which they come true."""

    RECEIVED = "received", "Crossref has the file."
    PROCESSED = "processed", "Crossref has read the file."
    REGISTERED = "registered", "Crossref's result log says so for exactly this DOI."
    RESOLVES = "resolves", "doi.org leads to the landing page."
    INDEXED = "indexed", "Crossref's REST API shows the record."
    AS_INTENDED = "as_intended", "Crossref's query service shows every field as the last deposit sent it."

    @property
    def words(self) -> str:
        """Return it as people read it."""
        return self.value.replace("_", " ")


class RetryClass(_Explained):
    """Tell whether sending the same content again can help, and when."""

    NOW = "now", "At once: nothing is wrong with the content."
    ONCE = "once", "Once; if it fails again, a person has to check."
    LATER = "later", "Some hours later: the problem at Crossref may be temporary."
    AFTER_CHANGE = "after-change", "Only after the record has been changed."
    NEVER = "never", "Only after a person has solved the problem with Crossref, or in the account."


class EventKind(_Explained):
    """Name everything that the ledger writes into its history.

    The values are stored, so a kind is never renamed or taken away: `LATE` and `STALLED` are no longer written, and
    ledgers of earlier versions hold them.
    """

    PREPARED = "prepared", "The exact bytes of a file are recorded, before any of it is sent."
    SENDING = "sending", "An upload starts, under a file name that is never used again."
    RECEIVED = "received", "Crossref has the file: it said so, or it knew the file when asked."
    NOT_RECEIVED = "not-received", "The upload certainly did not arrive; the same bytes are sent again."
    DOUBT = "doubt", "It is not known whether the upload arrived: Crossref is asked for the file."
    ODD_ANSWER = "odd-answer", "Crossref, or a server before it, gave an answer that says nothing about the file."
    LOST = "lost", "Crossref did not know the file after the grace period; the same bytes are sent under a new name."
    REFUSED = "refused", "Crossref rejected the file, or it was held back before it was sent; a person has to act."
    ABANDONED = "abandoned", "A person abandoned the file, with a reason."
    PROCESSED = "processed", "Crossref has read the file, and its result log is kept."
    REGISTERED = "registered", "The result log says that this DOI is registered."
    REGISTERED_WITH_WARNING = "registered-with-warning", "This DOI is registered, but Crossref gave a warning."
    FAILED = "failed", "The result log says that this DOI was not registered, or not updated."
    MISSING = "missing", "The result log is complete, but does not mention this DOI."
    OVERDUE = "overdue", "The file has waited for its next milestone for longer than the deadline allows."
    LATE = "late", "Written by earlier versions: the file was not finished after a day."
    STALLED = "stalled", "Written by earlier versions: the file was not finished after three days."
    APPROVED = "approved", "A person approved a plan that deposits this DOI."
    APPLIED = "applied", "A plan that deposits this DOI is applied: its content is recorded next."
    ADOPTED = "adopted", "This DOI was registered elsewhere, and was adopted as Crossref has it."
    ACKNOWLEDGED = "acknowledged", "A person set a warning or a failure aside, with a reason."
    WARNED = "warned", "A report of Crossref names a conflict of this DOI, and Crossref confirmed it when asked."
    WARNING_DISMISSED = "warning-dismissed", "A person dismissed one warning of Crossref, with a reason."
    RESOLVES = "resolves", "A look-up showed that doi.org leads to the landing page."
    NOT_RESOLVES = "not-resolves", "A look-up showed that doi.org no longer leads to the landing page."
    INDEXED = "indexed", "A look-up showed the record in Crossref's REST API."
    NOT_INDEXED = "not-indexed", "A look-up no longer showed the record in Crossref's REST API as it should be."
    AS_INTENDED = "as-intended", "The registered record was read again, and every field is as it was sent."
    DRIFT = "drift", "The registered record differs from what was sent: somebody else changed it, or Crossref did."
    MATCHED = "references-matched", "Crossref found DOIs of references by itself, seen when the record was read again."
    DRIFT_OVER = "drift-over", "A change by others was no longer there when the record was read again."
    DRIFT_ACCEPTED = "drift-accepted", "A person accepted a change by others, with a reason."


# The state of a submission after its latest event of these kinds; the other kinds do not change it.
STATE_AFTER: Final[Mapping[EventKind, State]] = {
    EventKind.PREPARED: State.PREPARED,
    EventKind.SENDING: State.SENDING,
    EventKind.DOUBT: State.SENDING,
    EventKind.RECEIVED: State.QUEUED,
    EventKind.NOT_RECEIVED: State.PREPARED,
    EventKind.LOST: State.PREPARED,
    EventKind.REFUSED: State.REFUSED,
    EventKind.ABANDONED: State.REFUSED,
    EventKind.PROCESSED: State.DONE,
}


TABLE: dict[tuple[State, Move], State] = {
    (State.PREPARED, Move.START): State.SENDING,
    (State.SENDING, Move.ACCEPT): State.QUEUED,
    (State.SENDING, Move.RELEASE): State.PREPARED,
    (State.SENDING, Move.REFUSE): State.REFUSED,
    (State.QUEUED, Move.FINISH): State.DONE,
    # Crossref may have read a file that it seemed to reject: its log outweighs that.
    (State.REFUSED, Move.FINISH): State.DONE,
    # An earlier upload of the file turned up, so that it must not be sent again.
    (State.PREPARED, Move.RECOVER): State.QUEUED,
    (State.PREPARED, Move.ABANDON): State.REFUSED,
    (State.SENDING, Move.ABANDON): State.REFUSED,
    (State.QUEUED, Move.ABANDON): State.REFUSED,
}
