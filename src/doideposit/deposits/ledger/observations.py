"""What Crossref shows of registered DOIs: when each is asked about next, what was seen, and what others changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, insert, literal, or_, select, update

from doideposit.deposits.ledger.entries import Observed
from doideposit.deposits.ledger.recording import chunks
from doideposit.deposits.ledger.rows import LedgerRow, json_text
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import item, observed, watch, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.lifecycle import EventKind
from doideposit.records.identifiers import Doi
from doideposit.registered.drift_values import Drift, DriftKind

__all__ = ["Observations", "Sight"]


@dataclass(frozen=True, slots=True)
class Sight:
    """Hold what one look at a DOI showed. `intended` says that everything is as it was sent; `proof` what shows it.

    `drift` is what others changed, without what a person accepted; `taken` are the marks of differences that count as
    accepted from the beginning. With `known` False Crossref does not show our version yet, and nothing is concluded.
    """

    next_read_at: datetime
    proof: str
    known: bool = False
    timestamp: str = ""
    last_update: str = ""
    drift: tuple[Drift, ...] = ()
    taken: tuple[str, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)

    @property
    def intended(self) -> bool:
        """Tell whether the registered record is as it was sent."""
        return self.known and not self.drift


class Observations:
    """Keep what was seen of the registered DOIs of one target."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._target = session.target

    def enroll(self) -> None:
        """Begin to observe the registered DOIs that are not observed yet, such as those of earlier versions."""
        known = exists().where(observed.c.target == work.c.target, observed.c.doi == work.c.doi)
        new = and_(work.c.target == self._target, work.c.registered_at.is_not(None), ~known)
        with self._session.reading() as connection:
            if connection.execute(select(work.c.doi).where(new).limit(1)).first() is None:
                return
        with self._session.writing("enroll") as transaction:
            now = literal(transaction.now, observed.c.since.type)
            rows = select(work.c.target, work.c.doi, now, now).where(new)
            names = ["target", "doi", "since", "next_read_at"]
            transaction.connection.execute(insert(observed).from_select(names, rows))

    def all_due(self) -> None:
        """Make every watched DOI due to be read."""
        with self._session.writing("all due") as transaction:
            self._lock_rows(transaction, observed.c.target == self._target)
            mine = update(observed).where(observed.c.target == self._target)
            transaction.connection.execute(mine.values(next_read_at=transaction.now))

    def read_soon(self, dois: Sequence[Doi]) -> int:
        """Make these DOIs due to be read; return how many of them are watched."""
        with self._session.writing("read soon") as transaction:
            found = 0
            for part in chunks(sorted({doi.key for doi in dois})):
                self._lock_rows(transaction, observed.c.doi.in_(part))
                mine = update(observed).where(observed.c.target == self._target, observed.c.doi.in_(part))
                soon = mine.where(or_(observed.c.next_read_at.is_(None), observed.c.next_read_at > transaction.now))
                found += transaction.connection.execute(soon.values(next_read_at=transaction.now)).rowcount
            return found

    def changed(self, dois: Collection[Doi]) -> dict[str, tuple[Drift, ...]]:
        """Return what others changed of these DOIs, by `Doi.key`; unchanged ones are left out."""
        found: dict[str, tuple[Drift, ...]] = {}
        # A set has no order: sorted, the same DOIs are always read in the same parts.
        for part in chunks(sorted({doi.key for doi in dois})):
            wanted = self._observed_rows().where(observed.c.doi.in_(part), observed.c.changed_at.is_not(None))
            with self._session.reading() as connection:
                seen = [LedgerRow(row).observed() for row in connection.execute(wanted).mappings()]
            found |= {observation.doi.key: observation.drift for observation in seen}
        return found

    def one(self, doi: Doi) -> Observed | None:
        """Return the observation of a DOI that is watched."""
        with self._session.reading() as connection:
            row = connection.execute(self._observed_rows().where(observed.c.doi == doi.key)).mappings().one_or_none()
            return None if row is None else LedgerRow(row).observed()

    def due(self, most: int) -> tuple[Observed, ...]:
        """Return the DOIs that should be read now, the longest due first; without those that have an open deposit."""
        # While our own deposit is on its way, what Crossref shows is either of two versions, and says nothing.
        under_way = exists().where(item.c.target == observed.c.target, item.c.doi == observed.c.doi, item.c.open)
        wanted = self._observed_rows().where(observed.c.next_read_at <= self._session.clock(), ~under_way)
        with self._session.reading() as connection:
            rows = connection.execute(wanted.order_by(observed.c.next_read_at, observed.c.doi).limit(most)).mappings()
            return tuple(LedgerRow(row).observed() for row in rows)

    def to_list(self, before: datetime, most: int, after: str = "") -> tuple[Observed, ...]:
        """Return DOIs that no list was requested for since `before`, in order, from the one that follows `after`."""
        old = or_(observed.c.listed_at.is_(None), observed.c.listed_at < before)
        # In the order of the primary key: sorted in any other way, every list would go through all that are left.
        wanted = self._observed_rows().where(old, observed.c.doi > after).order_by(observed.c.doi)
        with self._session.reading() as connection:
            rows = connection.execute(wanted.limit(most)).mappings()
            return tuple(LedgerRow(row).observed() for row in rows)

    def listed(self, asked: Sequence[Observed], deposited: Mapping[str, str], hints: Collection[str]) -> None:
        """Record what a list says of these DOIs; those in `hints` changed, and become due."""
        moved = {
            observation.doi.key: deposited[observation.doi.key]
            for observation in asked
            if _is_new(observation, deposited)
        }
        with self._session.writing("listed") as transaction:
            keys = sorted(observation.doi.key for observation in asked)
            self._lock_rows(transaction, observed.c.doi.in_(keys))
            listed = self._update_of(keys).values(listed_at=transaction.now)
            transaction.connection.execute(listed)
            # A list is a hint alone: the record itself is read before anything is said about it.
            if hints:
                transaction.connection.execute(self._update_of(sorted(hints)).values(next_read_at=transaction.now))
            for key, moment in sorted(moved.items()):
                transaction.connection.execute(self._update_of([key]).values(deposited=moment))

    def _lock_rows(self, transaction: Transaction, which: Any) -> None:
        """Lock rows in the order of their DOIs, as every writer of this table does: an update has another order."""
        rows = select(observed.c.doi).where(observed.c.target == self._target, which)
        transaction.connection.execute(rows.order_by(observed.c.doi).with_for_update()).all()

    def _update_of(self, keys: Sequence[str]) -> Any:
        return update(observed).where(observed.c.target == self._target, observed.c.doi.in_(keys))

    def record_sight(self, seen: Observed, sight: Sight) -> bool:
        """Record an observation; return False if a deposit took effect in the meantime, which makes it worthless."""
        with self._session.writing("observe") as transaction:
            # Only this row: anyone who holds that of the work may be about to take this one.
            found = self._observed_rows().where(observed.c.doi == seen.doi.key).with_for_update(of=observed)
            row = transaction.connection.execute(found).mappings().one_or_none()
            # `since` moves with every deposit that took effect: what was read before it is out of date.
            if row is None or row["since"] != seen.since:
                return False
            self._write_sight(transaction, LedgerRow(row).observed(), sight)
            return True

    def _write_sight(self, transaction: Transaction, before: Observed, sight: Sight) -> None:
        values: dict[str, Any] = {
            "next_read_at": sight.next_read_at,
            "reads": before.reads + 1,
            "read_at": transaction.now,
            # An answer that lacks one of these must not make us forget what an earlier answer said.
            "timestamp": sight.timestamp or before.timestamp,
            "last_update": sight.last_update or before.last_update,
            "intended_proof": sight.proof,
        }
        if sight.known:
            values |= {
                "intended_at": (before.intended_at or transaction.now) if sight.intended else None,
                "changes": json_text([{**difference.to_dict(), "mark": difference.mark} for difference in sight.drift]),
                "changed_at": (before.drift_at or transaction.now) if sight.drift else None,
                # Sorted, so that equal sets are equal texts.
                "accepted": json_text(sorted({*before.accepted, *sight.taken})),
                "matched": json_text(dict(sight.matched)),
            }
            _note_changes(transaction, before, sight)
        transaction.connection.execute(update(observed).where(self._is_this(before.doi)).values(**values))

    def accept(self, doi: Doi, reason: str) -> bool:
        """Accept what others changed, by a person's decision; return False if nothing was changed."""
        with self._session.writing("accept drift") as transaction:
            # The row of the work first, as when a deposit takes effect.
            same = and_(work.c.target == self._target, work.c.doi == doi.key)
            transaction.connection.execute(select(work.c.doi).where(same).with_for_update()).first()
            found = self._observed_rows().where(observed.c.doi == doi.key).with_for_update(of=observed)
            row = transaction.connection.execute(found).mappings().one_or_none()
            before = None if row is None else LedgerRow(row).observed()
            if before is None or not before.drift:
                return False
            # The mark names the value that was accepted: when it changes once more, it is told once more.
            marks = sorted({*before.accepted, *(drift.mark for drift in before.drift)})
            proof = f"accepted as Crossref has it: {reason}"
            values = {
                "changes": "[]",
                "changed_at": None,
                "accepted": json_text(marks),
                "accepted_at": transaction.now,
            }
            values |= {"intended_at": transaction.now, "intended_proof": proof}
            transaction.connection.execute(update(observed).where(self._is_this(doi)).values(**values))
            if any(drift.kind is DriftKind.ADDRESS for drift in before.drift):
                # What a look-up said of the same address is settled with it.
                aside = {"acknowledged_at": transaction.now, "acknowledged_reason": reason}
                transaction.connection.execute(update(work).where(same).values(**aside))
            for difference in before.drift:
                detail = {"what": difference.what, "reason": reason, "drift": difference.kind.value}
                transaction.note(EventKind.DRIFT_ACCEPTED, doi=doi, detail=detail)
            return True

    # When what is read is away.

    def note_unavailable(self, reason: str, not_before: datetime) -> bool:
        """Record that the services cannot be reached; return whether that is new."""
        with self._session.writing("services away") as transaction:
            row = transaction.connection.execute(self._watch_row().with_for_update()).mappings().one_or_none()
            values = {"away_reason": reason, "not_before": not_before}
            if row is None:
                new = {"target": self._target, "away_since": transaction.now, **values}
                transaction.connection.execute(insert(watch).values(**new))
                return True
            is_new = row["away_since"] is None
            values["away_since"] = row["away_since"] or transaction.now
            transaction.connection.execute(update(watch).where(watch.c.target == self._target).values(**values))
            return is_new

    def note_available(self) -> None:
        """Record that the services answer again."""
        if self.unavailable_since() is None:
            return
        with self._session.writing("services back") as transaction:
            values = {"away_since": None, "away_reason": "", "not_before": None}
            transaction.connection.execute(update(watch).where(watch.c.target == self._target).values(**values))

    def unavailable_since(self) -> tuple[datetime, datetime | None, str] | None:
        """Return since when the services cannot be reached, when to retry, and why; None if they answer."""
        with self._session.reading() as connection:
            row = connection.execute(self._watch_row()).mappings().one_or_none()
            if row is None or row["away_since"] is None:
                return None
            return row["away_since"], row["not_before"], row["away_reason"]

    def _watch_row(self) -> Any:
        return select(watch).where(watch.c.target == self._target)

    def _observed_rows(self) -> Any:
        columns = (work.c.printed, work.c.registered_landing_page, work.c.registered_timestamp)
        joined = observed.join(work, and_(work.c.target == observed.c.target, work.c.doi == observed.c.doi))
        return select(observed, *columns).select_from(joined).where(observed.c.target == self._target)

    def _is_this(self, doi: Doi) -> Any:
        return and_(observed.c.target == self._target, observed.c.doi == doi.key)


def _note_changes(transaction: Transaction, before: Observed, sight: Sight) -> None:
    """Write events for changes: a record became as intended, was changed by others, or was restored."""
    known = {drift.mark for drift in before.drift}
    marks = {drift.mark for drift in sight.drift}
    for difference in sight.drift:
        if difference.mark not in known:
            detail = {
                "what": difference.what,
                "drift": difference.kind.value,
                "before": difference.before,
                "after": difference.after,
            }
            transaction.note(EventKind.DRIFT, doi=before.doi, detail=detail)
    for change in before.drift:
        if change.mark not in marks and change.kind not in {drift.kind for drift in sight.drift}:
            transaction.note(
                EventKind.DRIFT_OVER, doi=before.doi, detail={"what": change.what, "drift": change.kind.value}
            )
    found = [f"{key} → {doi}" for key, doi in sorted(sight.matched.items()) if before.matched.get(key) != doi]
    if found:
        transaction.note(EventKind.MATCHED, doi=before.doi, detail={"what": "; ".join(found)})
    if sight.intended and before.intended_at is None:
        transaction.note(EventKind.AS_INTENDED, doi=before.doi, detail={"proof": sight.proof})


def _is_new(observation: Observed, deposited: Mapping[str, str]) -> bool:
    return deposited.get(observation.doi.key, "") not in {"", observation.deposited}
