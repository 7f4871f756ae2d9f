"""Conditions under which a file waits for another: a series that begins, and an earlier deposit of its DOIs."""

from sqlalchemy import ColumnElement, Label, and_, case, exists, or_, select

from doideposit.deposits.ledger.tables import item, submission, work
from doideposit.lifecycle import State

__all__ = ["registered_title", "waits_for_earlier", "waits_for_series"]


def waits_for_series() -> ColumnElement[bool]:
    """Return the condition that a series has nothing registered yet and another first deposit is under way.

    Two first deposits at once can make two title records at Crossref (gitlab.com/crossref/issues 984 and 1326).
    """
    other = submission.alias("other")
    same = and_(other.c.target == submission.c.target, other.c.container == submission.c.container)
    busy = exists().where(same, other.c.state.in_([State.SENDING.value, State.QUEUED.value]))
    opened = exists().where(
        work.c.target == submission.c.target,
        work.c.container == submission.c.container,
        work.c.registered_at.is_not(None),
    )
    return and_(busy, ~opened)


def waits_for_earlier() -> ColumnElement[bool]:
    """Return the condition that an earlier deposit of one of the file's DOIs is unfinished.

    Two versions of one DOI on the way at once could arrive in either order. One that was recorded before goes before,
    also where it had to be put off: a later one must not overtake it.
    """
    mine, other, file = item.alias("mine"), item.alias("other_item"), submission.alias("other_file")
    same = and_(other.c.target == mine.c.target, other.c.doi == mine.c.doi, other.c.submission == file.c.id)
    before = and_(other.c.id < mine.c.id, file.c.state == State.PREPARED.value)
    later = and_(mine.c.submission == submission.c.id, other.c.submission != submission.c.id)
    return exists().where(later, same, or_(other.c.open.is_(True), before))


def registered_title() -> Label[str | None]:
    """Return the column with the title that is registered, where the latest deposit has not taken effect; else NULL."""
    earlier = item.alias("earlier")
    same = (earlier.c.target == work.c.target, earlier.c.doi == work.c.doi)
    held = select(earlier.c.title).where(*same, earlier.c.fingerprint == work.c.registered_fingerprint)
    # Asked of few rows only: a list of ten thousand works looks at none but those under way or failed.
    other = item.c.fingerprint != work.c.registered_fingerprint
    return case((other, held.order_by(earlier.c.id.desc()).limit(1).scalar_subquery())).label("work_registered_title")
