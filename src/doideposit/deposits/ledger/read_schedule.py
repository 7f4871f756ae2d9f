"""When what is registered of a DOI is read: first soon after its registration, and again after each deposit."""

from datetime import timedelta
from typing import Final

from sqlalchemy import and_, insert, select, update

from doideposit.deposits.ledger.tables import observed
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.records.identifiers import Doi

__all__ = ["FIRST_READ", "begin_again"]


# After a deposit took effect: Crossref's query service shows it at once or within its cycle of two hours.
FIRST_READ: Final = timedelta(minutes=15)


def begin_again(transaction: Transaction, doi: Doi) -> None:
    """Wait anew until Crossref shows what a deposit that took effect sent: what was seen before says nothing now."""
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
