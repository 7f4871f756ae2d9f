"""Does the ledger agree with itself? Every contradiction is a finding; nothing is changed."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, or_, select, text

from doideposit.deposits.ledger.entries import OPEN
from doideposit.deposits.ledger.tables import adopted, content, event, item, submission, work
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import STATE_AFTER, EventKind, Outcome, State

__all__ = ["audit"]

REGISTERED = tuple(outcome.value for outcome in Outcome if outcome.is_registered)
RESTORE = "restore a backup, and keep this ledger beside it: it shows what was deposited since the backup"


def audit(connection: Connection) -> Iterator[Finding]:
    """Yield every contradiction in the ledger, one finding each."""
    yield from _check_database_file(connection)
    yield from _check_stored_bytes(connection)
    yield from _check_states(connection)
    yield from _check_items(connection)
    yield from _check_timestamps(connection)
    yield from _check_works(connection)


def _error_finding(code: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message, RESTORE)


def _check_database_file(connection: Connection) -> Iterator[Finding]:
    """Yield the errors that SQLite finds in its file; PostgreSQL checks its own files."""
    if connection.dialect.name != "sqlite":
        return
    for (answer,) in connection.execute(text("PRAGMA integrity_check")):
        if answer != "ok":
            yield _error_finding("ledger-file", f"SQLite finds its file damaged: {answer}")
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield _error_finding("ledger-reference", f"a row of {row[0]} refers to a row of {row[2]} that is missing")


def _check_stored_bytes(connection: Connection) -> Iterator[Finding]:
    """Yield submissions whose stored bytes are gone or do not have their SHA-256."""
    joined = submission.outerjoin(content, content.c.submission == submission.c.id)
    first = select(func.min(item.c.printed)).where(item.c.submission == submission.c.id).scalar_subquery()
    statement = select(submission.c.batch_id, submission.c.sha256, content.c.xml, first).select_from(joined)
    # Fifty files of at most ten megabytes each are in memory at a time.
    for batch_id, sha256, xml, doi in connection.execution_options(yield_per=50).execute(statement):
        if xml is None:
            yield _error_finding("ledger-bytes", f"the bytes of batch {batch_id} ({doi}) are missing")
        elif hashlib.sha256(xml).hexdigest() != sha256:
            yield _error_finding("ledger-bytes", f"the bytes of batch {batch_id} ({doi}) do not have their SHA-256")


def _check_states(connection: Connection) -> Iterator[Finding]:
    """Yield submissions whose state is not the one that their events lead to."""
    last = (
        select(event.c.submission, func.max(event.c.id).label("id"))
        .where(event.c.kind.in_(STATE_AFTER))
        .group_by(event.c.submission)
        .subquery()
    )
    joined = submission.outerjoin(last, last.c.submission == submission.c.id).outerjoin(event, event.c.id == last.c.id)
    statement = select(submission.c.batch_id, submission.c.state, event.c.kind).select_from(joined)
    for batch_id, state, kind in connection.execute(statement):
        if kind is None or STATE_AFTER[EventKind(kind)].value != state:
            yield _error_finding(
                "ledger-state", f"batch {batch_id} is {state}, and its last event is {kind or 'missing'}"
            )


def _check_items(connection: Connection) -> Iterator[Finding]:
    """Yield DOIs that are open longer than their submission, or have no outcome once it is done.

    One that is prepared may wait for an earlier deposit of the same DOI, and is open once it is sent.
    """
    joined = item.join(submission, submission.c.id == item.c.submission)
    wrongly_open = and_(item.c.open != submission.c.state.in_(OPEN), submission.c.state != State.PREPARED.value)
    done = submission.c.state == State.DONE.value
    wrong_outcome = or_(and_(done, item.c.outcome.is_(None)), and_(~done, item.c.outcome.is_not(None)))
    statement = select(item.c.printed, submission.c.batch_id, submission.c.state, item.c.open, item.c.outcome)
    for row in connection.execute(statement.select_from(joined).where(or_(wrongly_open, wrong_outcome))):
        printed, batch_id, state, is_open, outcome = row
        words = f"open {bool(is_open)}, outcome {outcome}"
        yield _error_finding("ledger-open", f"{printed} in batch {batch_id} ({state}) has {words}")


def _check_timestamps(connection: Connection) -> Iterator[Finding]:
    """Yield DOIs whose timestamps do not rise from one deposit to the next."""
    # Crossref takes a deposit only with a greater timestamp than the one before, so ours must have risen.
    before = func.lag(submission.c.timestamp).over(partition_by=(item.c.target, item.c.doi), order_by=item.c.id)
    joined = item.join(submission, submission.c.id == item.c.submission)
    pairs = select(item.c.printed, submission.c.timestamp, before.label("before")).select_from(joined).subquery()
    statement = select(pairs).where(pairs.c.before >= pairs.c.timestamp)
    for printed, timestamp, earlier in connection.execute(statement):
        yield _error_finding("ledger-timestamp", f"{printed} was deposited with {timestamp} after {earlier}")


def _check_works(connection: Connection) -> Iterator[Finding]:
    """Yield DOIs that do not point at their latest deposit, or are registered where no deposit of theirs was."""
    same = and_(item.c.target == work.c.target, item.c.doi == work.c.doi)
    latest = select(func.max(item.c.id)).where(same).scalar_subquery()
    proofs = select(func.count()).select_from(item).where(same, item.c.outcome.in_(REGISTERED)).scalar_subquery()
    # What was registered elsewhere has no deposit of ours: the answer of Crossref with which it was adopted proves it.
    entered = and_(adopted.c.target == work.c.target, adopted.c.doi == work.c.doi)
    answers = select(func.count()).select_from(adopted).where(entered).scalar_subquery()
    statement = select(work.c.printed, work.c.item, latest, work.c.registered_at, proofs + answers)
    for printed, pointed, newest, registered_at, proved in connection.execute(statement):
        if pointed != newest:
            yield _error_finding("ledger-work", f"{printed} does not refer to its latest deposit")
        if (registered_at is not None) != (proved > 0):
            yield _error_finding(
                "ledger-registered", f"{printed} is registered without proof, or has a proof without being registered"
            )
