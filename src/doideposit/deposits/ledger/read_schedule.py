"""When what is registered of a DOI is read: first soon after its registration, and again after each deposit."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, insert, select, update

from doideposit.deposits.ledger.tables import observed
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.records.identifiers import Doi

__all__ = ["FIRST_READ", "begin_again", "next_look_for_matches"]


# After a deposit took effect: Crossref's query service shows it at once or within its cycle of two hours.
FIRST_READ: Final = timedelta(minutes=15)


# Crossref matches references when it processes a deposit, and again as further works are registered.
LOOKS_FOR_MATCHES: Final = tuple(timedelta(days=days) for days in (1, 3, 7, 14, 28))


def next_look_for_matches(since: datetime, now: datetime) -> datetime | None:
    """Return when to look next whether references were matched since a deposit took effect; None after four weeks."""
    return next((since + after for after in LOOKS_FOR_MATCHES if since + after > now), None)


def begin_again(transaction: Transaction, doi: Doi) -> None:
    """Start observing again after a deposit took effect: what was seen before says nothing now."""
    mine = and_(observed.c.target == transaction.target, observed.c.doi == doi.key)
    fresh = {
        "since": transaction.now,
        "next_read_at": transaction.now + FIRST_READ,
        "reads": 0,
        "intended_at": None,
        "intended_proof": "",
        "deposited": "",
        "changes": "[]",
        "changed_at": None,
        "accepted": "[]",
        "accepted_at": None,
    }
    if transaction.connection.execute(select(observed.c.doi).where(mine).with_for_update()).first() is None:
        transaction.connection.execute(insert(observed).values(target=transaction.target, doi=doi.key, **fresh))
    else:
        transaction.connection.execute(update(observed).where(mine).values(**fresh))
