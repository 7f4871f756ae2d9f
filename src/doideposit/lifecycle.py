"""The life of a submission, as one table; every illegal move raises.

::

    PREPARED ──start──> SENDING ──accept──> QUEUED ──finish──> DONE
      │ ^                  │ │                ^
      │ └─────release──────┘ └──refuse──> REFUSED   (and abandon, from PREPARED, SENDING or QUEUED)
      └──────────────────recover──────────────┘

* `start`: the exact bytes, their hash, file name and timestamp are committed; the upload may begin.
* `accept`: Crossref said "received", or knows the file name when asked after a crash.
* `release`: certainly not received (never reached Crossref, or still unknown after the grace period). The same XML
  with the same timestamp goes out again under a new file name.
* `recover`: the file is to go out again, and an earlier upload of it turns up at Crossref after all.
* `refuse`: Crossref will not take it, and sending it again unchanged cannot help.
* `finish`: a completed result log was read; each DOI has its own outcome.
* `abandon`: a person gives a file up that waits for ever, with a reason.
"""

from enum import StrEnum

__all__ = ["IllegalMove", "Move", "Outcome", "State", "advance", "is_open"]


class State(StrEnum):
    """Where a submission stands."""

    PREPARED = "prepared"
    SENDING = "sending"
    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"


class Move(StrEnum):
    """What can happen to a submission."""

    START = "start"
    ACCEPT = "accept"
    RELEASE = "release"
    REFUSE = "refuse"
    FINISH = "finish"
    RECOVER = "recover"
    ABANDON = "abandon"


class Outcome(StrEnum):
    """What a completed result log says of one DOI; `registered` covers a Warning too, which has its own name."""

    REGISTERED = "registered"
    REGISTERED_WITH_WARNING = "registered-with-warning"
    FAILED = "failed"
    MISSING = "missing"

    @property
    def is_registered(self) -> bool:
        """Whether Crossref registered the DOI: a Success or a Warning of its own."""
        return self in {Outcome.REGISTERED, Outcome.REGISTERED_WITH_WARNING}


class IllegalMove(RuntimeError):
    """A fault of the programmer: the submission is not in a state from which this can happen."""


TABLE: dict[tuple[State, Move], State] = {
    (State.PREPARED, Move.START): State.SENDING,
    (State.SENDING, Move.ACCEPT): State.QUEUED,
    (State.SENDING, Move.RELEASE): State.PREPARED,
    (State.SENDING, Move.REFUSE): State.REFUSED,
    (State.QUEUED, Move.FINISH): State.DONE,
    (State.PREPARED, Move.RECOVER): State.QUEUED,
    (State.PREPARED, Move.ABANDON): State.REFUSED,
    (State.SENDING, Move.ABANDON): State.REFUSED,
    (State.QUEUED, Move.ABANDON): State.REFUSED,
}


def advance(state: State, move: Move) -> State:
    """The state after `move`; raises `IllegalMove` where the table has no such move."""
    try:
        return TABLE[state, move]
    except KeyError:
        raise IllegalMove(f"a submission that is {state} cannot {move}") from None


def is_open(state: State) -> bool:
    """Whether the end of a submission's story is not known yet: a DOI has at most one such submission."""
    return state in {State.PREPARED, State.SENDING, State.QUEUED}
