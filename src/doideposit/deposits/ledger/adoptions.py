"""DOIs that were registered elsewhere: entered with what Crossref had of them, each in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from doideposit.deposits.ledger.entries import AdoptedWork
from doideposit.deposits.ledger.tables import adopted, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.lifecycle import EventKind

__all__ = ["enter_adopted"]

# What a column for whole numbers holds; Crossref has kept timestamps of other tools with more digits.
LARGEST = 2**63 - 1


def enter_adopted(transaction: Transaction, new: AdoptedWork) -> bool:
    """Enter a registered DOI; return False if the ledger has it as registered already.

    A deposit of ours that failed, or is under way, stays what it is: only what Crossref has is added to it.
    """
    # Of two runs that come to the same new DOI, the second waits here, and then finds it entered.
    transaction.lock_uploads()
    mine = (work.c.target == transaction.target, work.c.doi == new.doi.key)
    known = transaction.connection.execute(select(work).where(*mine).with_for_update()).mappings().one_or_none()
    if known is not None and known["registered_at"] is not None:
        return False
    timestamp = min(new.timestamp, LARGEST)
    registered = {
        "registered_at": _parse_moment(new.created) or transaction.now,
        "registered_proof": f"Crossref has it, registered by another tool with the timestamp {new.timestamp}",
        "registered_fingerprint": new.fingerprint,
        "registered_timestamp": timestamp,
        "registered_landing_page": new.landing_page,
    }
    if known is None:
        names = ("series", "container", "record_type", "title")
        about = {name: getattr(new, name) for name in names} | {"printed": new.doi.printed, "timestamp": timestamp}
        row = {"target": transaction.target, "doi": new.doi.key, **about, **registered}
        transaction.connection.execute(insert(work).values(**row))
    else:
        higher = max(known["timestamp"] or 0, timestamp)
        transaction.connection.execute(update(work).where(*mine).values(timestamp=higher, **registered))
    transaction.connection.execute(insert(adopted).values(**_adopted_row(transaction, new)))
    detail = {"timestamp": str(new.timestamp), "type": new.doi_type, "owner": new.owner_prefix, "member": new.member,
              "url": new.landing_page or "", "file": new.file}  # fmt: skip
    transaction.note(EventKind.ADOPTED, doi=new.doi, detail={key: value for key, value in detail.items() if value})
    return True


def _adopted_row(transaction: Transaction, new: AdoptedWork) -> dict[str, Any]:
    names = ("created", "last_update", "doi_type", "owner_prefix", "member", "file", "answer")
    return {
        "target": transaction.target,
        "doi": new.doi.key,
        "adopted_at": transaction.now,
        "timestamp": str(new.timestamp),
        **{name: getattr(new, name) for name in names},
    }


def _parse_moment(text: str) -> datetime | None:
    """Return the time in an answer, such as ``2026-09-01T12:00:05Z``; None without a zone, as in old answers."""
    try:
        moment = datetime.fromisoformat(text)
    # Crossref's moments are mostly ISO; a form of another kind is not worth failing for.
    except ValueError:
        return None
    return moment if moment.tzinfo else None
