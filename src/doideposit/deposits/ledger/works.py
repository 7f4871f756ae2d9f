"""What the ledger knows of each DOI: for planning, for people, and what they decide."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Label, RowMapping, Select, and_, case, func, or_, select, update

from doideposit.deposits.ledger.entries import (
    OPEN,
    AdoptedWork,
    AttemptStatus,
    KnownWork,
    LedgerEvent,
    LedgerWork,
    NewSubmission,
    OpenDeposit,
    PastFailure,
    Submission,
)
from doideposit.deposits.ledger.recording import Recording, chunks
from doideposit.deposits.ledger.rows import SUBMISSION_FIELDS, TOOK_EFFECT, LedgerRow
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import (
    adopted,
    attempt,
    content,
    event,
    item,
    log,
    observed,
    submission,
    work,
)
from doideposit.deposits.ledger.work_filter import WorkFilter, with_warning_events
from doideposit.errors import LedgerDamaged
from doideposit.lifecycle import EventKind, Milestone, Move, Outcome, RetryClass, State
from doideposit.records.identifiers import Doi

__all__ = ["Works"]

# So many rows fit into one statement, and into memory with what is read beside them.
PAGE = 500
FILES = 5  # A file has up to a hundred DOIs, so that these have as many.


class Works:
    """Keep every DOI of one target: what is proved of it, its latest deposit, and everything that happened."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._target = session.target

    # Planning, and recording what was planned.

    def known(self, dois: Sequence[Doi]) -> dict[str, KnownWork]:
        """Return the facts about these DOIs that planning needs, by `Doi.key`; unknown DOIs have no entry."""
        # Sorted, so that a list given twice is read in the same parts.
        parts = chunks(sorted({doi.key for doi in dois}))
        with self._session.reading() as connection:
            return {
                key: known_work for part in parts for key, known_work in _known_part(connection, self._target, part)
            }

    def prepare(self, *steps: NewSubmission, instead_of: int | None = None) -> tuple[int, ...] | None:
        """Record sealed files, the steps of one update, before anything is sent; None if another process came first.

        With `instead_of` they take the place of a recorded file that was never sent.
        """
        with self._session.writing("prepare") as transaction:
            return Recording(transaction).prepare(steps, instead_of=instead_of)

    def recorded_anew(self, doi: Doi, batch_id: str) -> str:
        """Return the batch id of the file that replaced an unsent one; its own id if none did."""
        for noted, of in self.history(doi):
            if of is not None and noted.kind is EventKind.PREPARED and noted.detail.get("instead_of") == batch_id:
                batch_id = of.batch_id
        return batch_id

    def recorded(self, key: int) -> tuple[NewSubmission, Mapping[str, str]]:
        """Return a recorded file in the form in which it was recorded, with the notes about it."""
        with self._session.reading() as connection:
            return Recording.read_back(connection, key)

    def adopt(self, new: AdoptedWork) -> bool:
        """Enter a DOI that was registered elsewhere; return False if the ledger has it as registered already."""
        with self._session.writing("adopt") as transaction:
            return Recording(transaction).adopt(new)

    # Telling.

    def one(self, doi: Doi) -> LedgerWork | None:
        """Return the work of a DOI; raise `UsageError` for an unknown DOI."""
        found = self._read_page(work.c.doi == doi.key)
        return found[0] if found else None

    def by_key(self, dois: Iterable[Doi]) -> dict[str, LedgerWork]:
        """Return the works of these DOIs, by `Doi.key`, with one query for some hundreds of them."""
        parts = chunks(sorted({doi.key for doi in dois}))
        return {
            ledger_work.doi.key: ledger_work for part in parts for ledger_work in self._read_page(work.c.doi.in_(part))
        }

    def all(self, wanted: WorkFilter | None = None) -> Iterator[LedgerWork]:
        """Yield every wanted work in the order of DOIs, page by page."""
        wanted = wanted or WorkFilter()
        parts = [()] if wanted.keys is None else [(work.c.doi.in_(part),) for part in chunks(sorted(set(wanted.keys)))]
        for among in parts:
            yield from self._read_pages((*among, *wanted.conditions()), wanted.after)

    def names(self, wanted: WorkFilter) -> Iterator[Doi]:
        """Yield the DOIs of wanted works in their order, page by page, without reading more of them."""
        mine = (work.c.target == self._target, *wanted.conditions())
        named = _select_works().with_only_columns(work.c.doi, work.c.printed).where(*mine).order_by(work.c.doi)
        after, more = wanted.after, True
        while more:
            with self._session.reading() as connection:
                found = connection.execute(named.where(work.c.doi > after).limit(PAGE)).all()
            yield from (Doi(printed) for _, printed in found)
            more = len(found) == PAGE
            after = found[-1].doi if found else ""

    def _read_pages(self, conditions: tuple[Any, ...], after: str) -> Iterator[LedgerWork]:
        more = True
        while more:
            # Each page begins after the last DOI of the one before: an offset would skip or repeat what others add
            # in the meantime.
            where = (work.c.doi > after, *conditions)
            found = self._read_page(*where)
            yield from found
            more = len(found) == PAGE
            after = found[-1].doi.key if found else ""

    def _read_page(self, *where: Any) -> tuple[LedgerWork, ...]:
        """Read the first works that meet the conditions; a damaged one is replaced only by its DOI."""
        mine = (work.c.target == self._target, *where)
        try:
            with self._session.reading() as connection:
                rows = connection.execute(_select_works().where(*mine).order_by(work.c.doi).limit(PAGE)).mappings()
                return with_warning_events(connection, self._target, tuple(_ledger_work(row) for row in rows))
        # One damaged row must not hide the others of its page: they are read one by one.
        except LedgerDamaged:
            keys = _select_works().with_only_columns(work.c.doi, work.c.printed).where(*mine).order_by(work.c.doi)
            with self._session.reading() as connection:
                names = connection.execute(keys.limit(PAGE)).all()
            return tuple(self._read_one(key, printed) for key, printed in names)

    def _read_one(self, key: str, printed: str) -> LedgerWork:
        try:
            with self._session.reading() as connection:
                mine = _select_works().where(work.c.target == self._target, work.c.doi == key)
                return with_warning_events(
                    connection, self._target, [_ledger_work(connection.execute(mine).mappings().one())]
                )[0]
        except LedgerDamaged:
            # One damaged row is shown as harmed, and hides no other DOI.
            return LedgerWork(Doi(printed), self._target, "", "", "", None, None, None, harmed=True)

    def harmed_files(self) -> Mapping[int, tuple[str, ...]]:
        """Return the unfinished files that cannot be read, or do not have their hash, with their DOIs.

        Each is read alone, with its bytes: for the moment in which one of them stopped everything.
        """
        mine = (submission.c.target == self._target, submission.c.state.in_(OPEN))
        with self._session.reading() as connection:
            keys = connection.execute(select(submission.c.id).where(*mine)).scalars().all()
        return {key: self.dois_in(key) for key in keys if not self._is_whole(key)}

    def _is_whole(self, key: int) -> bool:
        try:
            with self._session.reading() as connection:
                joined = select(submission, content.c.xml).outerjoin(content, content.c.submission == submission.c.id)
                row = connection.execute(joined.where(submission.c.id == key)).mappings().one()
                uploads = connection.execute(select(attempt).where(attempt.c.submission == key)).mappings()
                attempts = [LedgerRow(upload).attempt() for upload in uploads]
                sent = [upload for upload in attempts if upload.status is not AttemptStatus.NOT_RECEIVED]
                of_items = connection.execute(select(item).where(item.c.submission == key)).mappings()
                readable = [LedgerRow(found_row).item() for found_row in of_items]
                digest = hashlib.sha256(row["xml"] or b"").hexdigest()
                current = LedgerRow(row).submission()
                is_sent = current.state is State.PREPARED or bool(sent)
                return bool(readable) and is_sent and current.sha256 == digest
        # A file that cannot be read is none that could be sent.
        except LedgerDamaged:
            return False

    def dois_in(self, key: int) -> tuple[str, ...]:
        """Return the DOIs in the file of a submission, in its order, whatever became of them later."""
        try:
            with self._session.reading() as connection:
                names = select(item.c.printed).where(item.c.submission == key)
                return tuple(connection.execute(names.order_by(item.c.position)).scalars())
        # Without the names, the error tells the submission by its number.
        except LedgerDamaged:
            return ()

    def in_submissions(self, keys: Sequence[int]) -> Iterator[LedgerWork]:
        """Yield the works whose latest deposit is in one of these submissions, those of some files at a time."""
        ordered = sorted(keys)
        for start in range(0, len(ordered), FILES):
            wanted = _select_works().where(item.c.submission.in_(ordered[start : start + FILES])).order_by(item.c.id)
            with self._session.reading() as connection:
                found = [_ledger_work(row) for row in connection.execute(wanted).mappings()]
                known = with_warning_events(connection, self._target, found)
            yield from known

    def dois_from(self, beginning: str, most: int | None = None) -> tuple[Doi, ...]:
        """Return the first DOIs, in order, at or after a text; without `most` all of them."""
        statement = select(work.c.printed).where(work.c.target == self._target, work.c.doi >= beginning.lower())
        with self._session.reading() as connection:
            rows = connection.execute(statement.order_by(work.c.doi).limit(most))
            return tuple(Doi(printed) for printed in rows.scalars())

    def events(self, since: int = 0) -> Iterator[LedgerEvent]:
        """Yield everything that happened after the event `since`, oldest first, page by page."""
        same = and_(work.c.target == event.c.target, work.c.doi == event.c.doi)
        joined = event.outerjoin(work, same).outerjoin(submission, submission.c.id == event.c.submission)
        named = select(event, work.c.printed, submission.c.batch_id).select_from(joined)
        while True:
            # A transaction for each page, so that a slow reader holds none open.
            later = named.where(event.c.target == self._target, event.c.id > since)
            with self._session.reading() as connection:
                rows = connection.execute(later.order_by(event.c.id).limit(PAGE)).mappings()
                found = tuple(LedgerRow(row).event() for row in rows)
            yield from found
            if len(found) < PAGE:
                return
            since = found[-1].id

    def last_event(self) -> int:
        """Return the id of the newest event of this target; 0 where nothing happened yet."""
        with self._session.reading() as connection:
            return connection.scalar(select(func.max(event.c.id)).where(event.c.target == self._target)) or 0

    def history(self, doi: Doi) -> tuple[tuple[LedgerEvent, Submission | None], ...]:
        """Return everything that happened to the DOI, oldest first, each with the submission it belongs to."""
        mine = select(item.c.submission).where(item.c.target == self._target, item.c.doi == doi.key)
        about = or_(event.c.doi == doi.key, and_(event.c.doi.is_(None), event.c.submission.in_(mine)))
        columns = [submission.c[name].label(f"sub_{name}") for name in SUBMISSION_FIELDS]
        joined = event.outerjoin(submission, submission.c.id == event.c.submission)
        statement = select(*event.c, *columns).select_from(joined).where(event.c.target == self._target, about)
        with self._session.reading() as connection:
            rows = connection.execute(statement.order_by(event.c.id)).mappings()
            return tuple(
                (LedgerRow(row).event(), LedgerRow(row, "sub_").submission() if row["sub_id"] else None) for row in rows
            )

    def stored(self, key: int) -> bytes:
        """Return the bytes of a submission; raises `LedgerDamaged` when they are gone."""
        with self._session.reading() as connection:
            found = select(content.c.xml).where(content.c.submission == key)
            xml: bytes | None = connection.execute(found).scalar_one_or_none()
        if xml is None:
            raise LedgerDamaged(f"the bytes of submission {key} are not in the ledger")
        return xml

    def result_logs(self, most: int) -> tuple[tuple[str, bytes], ...]:
        """Return the latest raw result logs, the newest first, each with the file name that was polled."""
        joined = log.join(submission, submission.c.id == log.c.submission)
        statement = select(log.c.file_name, log.c.answer).select_from(joined)
        mine = statement.where(submission.c.target == self._target).order_by(log.c.id.desc()).limit(most)
        with self._session.reading() as connection:
            return tuple((str(name), answer) for name, answer in connection.execute(mine))

    # What is open.

    def outstanding(self) -> int:
        """Return how many DOIs have a deposit whose end is not known yet."""
        joined = item.join(submission, submission.c.id == item.c.submission)
        counted = select(func.count(func.distinct(item.c.doi))).select_from(joined)
        statement = counted.where(item.c.target == self._target, submission.c.state.in_(OPEN))
        with self._session.reading() as connection:
            return int(connection.execute(statement).scalar_one())

    def oldest_unfinished(self) -> datetime | None:
        """Return when the oldest deposit was prepared whose end is not known yet."""
        first = select(func.min(submission.c.created_at))
        statement = first.where(submission.c.target == self._target, submission.c.state.in_(OPEN))
        with self._session.reading() as connection:
            oldest: datetime | None = connection.execute(statement).scalar_one()
            return oldest

    # What people decide, and what look-ups prove.

    def acknowledge(self, doi: Doi, reason: str) -> None:
        """Set aside, with a reason, the failure and the overdue milestone of a known DOI."""
        with self._session.writing("acknowledge") as transaction:
            set_aside = {"acknowledged_at": transaction.now, "acknowledged_reason": reason}
            transaction.connection.execute(update(work).where(self._is_this(doi)).values(**set_aside))
            transaction.note(EventKind.ACKNOWLEDGED, doi=doi, detail={"reason": reason})

    def note(self, kind: EventKind, dois: Sequence[Doi], detail: dict[str, str]) -> None:
        """Write an event that people caused into the history of each of these DOIs, all in one transaction."""
        with self._session.writing(kind.value) as transaction:
            for doi in dois:
                transaction.note(kind, doi=doi, detail=detail)

    def noted(self, kind: EventKind, doi: Doi) -> tuple[Mapping[str, str], ...]:
        """Return the details of every event of a kind that was noted for the DOI, oldest first."""
        mine = (event.c.target == self._target, event.c.doi == doi.key, event.c.kind == kind.value)
        with self._session.reading() as connection:
            rows = connection.execute(select(event).where(*mine).order_by(event.c.id)).mappings()
            return tuple(LedgerRow(row).event().detail for row in rows)

    def abandon(self, doi: Doi, reason: str) -> bool:
        """Give up the open deposit of the DOI, and of all others in its file; return False if none is open."""
        about = (item.c.target == self._target, item.c.doi == doi.key, item.c.open.is_(True))
        with self._session.writing("abandon") as transaction:
            transaction.lock_uploads()
            key = transaction.connection.execute(select(item.c.submission).where(*about)).scalar_one_or_none()
            if key is None:
                return False
            current = transaction.lock_submission(key)
            if not current.state.is_open:
                return False
            given_up, hint = f"abandoned: {reason}", "deposit it again if you want to"
            transaction.close_submission(current, Move.ABANDON, given_up, hint, retry=RetryClass.NOW)
            transaction.note(EventKind.ABANDONED, submission=key, detail={"reason": reason})
            return True

    def prove(self, doi: Doi, milestone: Milestone, proof: str, *, holds: bool, contrary: bool = False) -> None:
        """Record the result of a look-up of `RESOLVES` or `INDEXED`; only a change becomes an event.

        `contrary` says that something else was seen, and not only nothing yet.
        """
        with self._session.writing("prove") as transaction:
            found = select(work).where(self._is_this(doi)).with_for_update()
            row = transaction.connection.execute(found).mappings().one()
            before, said = row[f"{milestone}_at"], row[f"{milestone}_proof"]
            moment = (before or transaction.now) if holds else None
            values = {f"{milestone}_at": moment, f"{milestone}_proof": proof}
            news = contrary and proof != said
            if news:
                # What a person set aside before was something else.
                values |= {"acknowledged_at": None, "acknowledged_reason": None}
            transaction.connection.execute(update(work).where(self._is_this(doi)).values(**values))
            if (before is not None) != holds or news:
                kind = EventKind(milestone.value if holds else f"not-{milestone.value}")
                transaction.note(kind, doi=doi, detail={"proof": proof})

    def _is_this(self, doi: Doi) -> Any:
        return and_(work.c.target == self._target, work.c.doi == doi.key)


def _known_part(connection: Connection, target: str, keys: Sequence[str]) -> Iterator[tuple[str, KnownWork]]:
    names = ("fingerprint", "outcome", "message", "finding", "retry")
    columns: list[Any] = [item.c[name].label(f"item_{name}") for name in names]
    columns += [submission.c.id.label("sub_id"), submission.c.state, submission.c.reason, submission.c.finished_at]
    columns.append(submission.c.timestamp.label("own_timestamp"))
    joined = work.outerjoin(item, item.c.id == work.c.item).outerjoin(submission, submission.c.id == item.c.submission)
    statement = select(work, *columns).select_from(joined).where(work.c.target == target, work.c.doi.in_(keys))
    for row in connection.execute(statement).mappings():
        yield row["doi"], _known_work(connection, row)


def _known_work(connection: Connection, row: RowMapping) -> KnownWork:
    state = State(row["state"]) if row["state"] else None
    waiting = None
    if state and state.is_open:
        waiting = OpenDeposit(row["sub_id"], state, row["item_fingerprint"], row["reason"])
    return KnownWork(
        doi=Doi(row["printed"]),
        record_type=row["record_type"],
        timestamp=row["timestamp"],
        registered=row["registered_at"] is not None,
        registered_fingerprint=row["registered_fingerprint"],
        open=waiting,
        failure=_past_failure(connection, row, state),
        latest=row["item"],
        own_timestamp=row["own_timestamp"],
        unsettled=row["registered_timestamp"] is not None and _is_unsettled(connection, row),
        series=row["series"],
        container=row["container"],
        applied=row["item_fingerprint"] if row["item_outcome"] in TOOK_EFFECT else None,
    )


def _is_unsettled(connection: Connection, row: RowMapping) -> bool:
    """Tell whether a file sent after the registered one ended without a log that names the DOI."""
    joined = item.join(submission, submission.c.id == item.c.submission)
    later = (
        item.c.target == row["target"],
        item.c.doi == row["doi"],
        submission.c.timestamp > row["registered_timestamp"],
        submission.c.sent_at.is_not(None),
        or_(submission.c.state == State.REFUSED.value, item.c.outcome == Outcome.MISSING.value),
    )
    return connection.execute(select(item.c.id).select_from(joined).where(*later).limit(1)).first() is not None


def _past_failure(connection: Connection, row: RowMapping, state: State | None) -> PastFailure | None:
    failed = row["item_outcome"] in {Outcome.FAILED, Outcome.MISSING}
    if not failed and state is not State.REFUSED:
        return None
    finding = LedgerRow(row, "item_").finding()
    same = (item.c.target == row["target"], item.c.doi == row["doi"], item.c.fingerprint == row["item_fingerprint"])
    times = select(func.count()).select_from(item).where(*same, item.c.outcome.in_(["failed", "missing"]))
    return PastFailure(
        fingerprint=row["item_fingerprint"],
        at=row["finished_at"],
        code=finding.code if finding else "refused",
        retry=RetryClass(row["item_retry"] or RetryClass.NEVER),
        message=finding.message if finding else row["item_message"] or row["reason"],
        times=connection.execute(times).scalar_one(),
        read=failed,
        # Only what was held back before it was sent ends in this way.
        sent=failed or row["item_retry"] != RetryClass.AFTER_CHANGE,
    )


# Made once: SQLAlchemy takes longer to put these eighty columns together than SQLite to read a row of them.
@cache
def _select_works() -> Select[Any]:
    columns = [column.label(f"work_{column.name}") for column in work.c]
    columns += [column.label(f"item_{column.name}") for column in item.c]
    columns += [submission.c[name].label(f"sub_{name}") for name in SUBMISSION_FIELDS]
    columns += [column.label(f"seen_{column.name}") for column in observed.c] + [_registered_title()]
    joined = work.outerjoin(item, item.c.id == work.c.item).outerjoin(submission, submission.c.id == item.c.submission)
    entered = (adopted.c.target == work.c.target) & (adopted.c.doi == work.c.doi)
    same = and_(observed.c.target == work.c.target, observed.c.doi == work.c.doi)
    joined = joined.outerjoin(adopted, entered).outerjoin(observed, same)
    return select(*columns, adopted.c.adopted_at).select_from(joined)


def _registered_title() -> Label[str | None]:
    """Return the column with the title that is registered, where the latest deposit has not taken effect; else NULL."""
    earlier = item.alias("earlier")
    same = (earlier.c.target == work.c.target, earlier.c.doi == work.c.doi)
    held = select(earlier.c.title).where(*same, earlier.c.fingerprint == work.c.registered_fingerprint)
    # Asked of few rows only: a list of ten thousand works looks at none but those under way or failed.
    other = item.c.fingerprint != work.c.registered_fingerprint
    return case((other, held.order_by(earlier.c.id.desc()).limit(1).scalar_subquery())).label("work_registered_title")


def _ledger_work(row: RowMapping) -> LedgerWork:
    names = (
        "registered_title registered_at last_update_failed registered_landing_page acknowledged_at acknowledged_reason "
        "target series record_type title timestamp registered_proof resolves_at resolves_proof indexed_at indexed_proof"
    ).split()
    return LedgerWork(
        doi=Doi(row["work_printed"]),
        item=LedgerRow(row, "item_").item() if row["item_id"] is not None else None,
        submission=LedgerRow(row, "sub_").submission() if row["sub_id"] is not None else None,
        adopted_at=row["adopted_at"],
        observed=LedgerRow(row, "seen_").observed("work_") if row["seen_doi"] is not None else None,
        **{name: row[f"work_{name}"] for name in names},
    )
