"""What a person decides about a DOI, and what a look-up at Crossref or doi.org shows of it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import select, update

from doideposit.deposits.ledger.tables import item, submission, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.deposits.ledger.uploads import close
from doideposit.lifecycle import EventKind, Move, RetryClass, State, is_open
from doideposit.records.identifiers import Doi

__all__ = ["Truth", "abandon", "acknowledge", "prove"]


class Truth(StrEnum):
    """The two truths that are looked up."""

    RESOLVES = "resolves"
    INDEXED = "indexed"


def acknowledge(transaction: Transaction, target: str, doi: Doi, reason: str) -> bool:
    """Set aside, with a reason, what the latest deposit of the DOI ended with; False when nothing asks for it."""
    latest = select(item.c.finding, submission.c.state, submission.c.alarm).select_from(
        work.join(item, item.c.id == work.c.item).join(submission, submission.c.id == item.c.submission)
    )
    mine = (work.c.target == target, work.c.doi == doi.key)
    row = transaction.connection.execute(latest.where(*mine)).mappings().one_or_none()
    if row is None or not (row["finding"] or row["alarm"] or row["state"] == State.REFUSED):
        return False
    _set(transaction, mine, acknowledged_at=transaction.now, acknowledged_reason=reason)
    transaction.note(target, EventKind.ACKNOWLEDGED, doi=doi, detail={"reason": reason})
    return True


def abandon(transaction: Transaction, target: str, doi: Doi, reason: str) -> bool:
    """Give up the open deposit of the DOI, and of every other DOI in the same file; False when none is open."""
    transaction.lock_gate(target)
    mine = select(item.c.submission).where(item.c.target == target, item.c.doi == doi.key, item.c.open.is_(True))
    key = transaction.connection.execute(mine).scalar_one_or_none()
    if key is None:
        return False
    current = transaction.lock_submission(key)
    if not is_open(current.state):
        return False
    close(
        transaction,
        current,
        Move.ABANDON,
        f"given up: {reason}",
        "deposit it again when you wish",
        retry=RetryClass.NOW,
    )
    transaction.note(target, EventKind.ABANDONED, submission=key, detail={"reason": reason})
    return True


def prove(transaction: Transaction, target: str, doi: Doi, truth: Truth, proof: str, *, holds: bool) -> None:
    """Record a look-up; only a change of the truth becomes an event."""
    mine = (work.c.target == target, work.c.doi == doi.key)
    old = transaction.connection.execute(select(work).where(*mine).with_for_update()).mappings().one()
    before = old[f"{truth}_at"]
    moment = (before or transaction.now) if holds else None
    _set(transaction, mine, **{f"{truth}_at": moment, f"{truth}_proof": proof})
    if (before is not None) != holds:
        kind = EventKind(truth.value if holds else f"not-{truth.value}")
        transaction.note(target, kind, doi=doi, detail={"proof": proof})


def _set(transaction: Transaction, mine: tuple[Any, ...], **values: Any) -> None:
    transaction.connection.execute(update(work).where(*mine).values(**values))
