"""Record sealed files before anything of them is sent, and DOIs that were registered elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from doideposit.deposits.ledger.entries import AdoptedWork, NewItem, NewSubmission, Submission
from doideposit.deposits.ledger.rows import LedgerRow, json_text
from doideposit.deposits.ledger.tables import adopted, content, event, item, submission, work
from doideposit.deposits.ledger.transaction import Transaction
from doideposit.lifecycle import EventKind, Move, State
from doideposit.records.identifiers import Doi

__all__ = ["AT_ONCE", "Recording", "chunks"]

_UNFINISHED = [state.value for state in State if state.is_open]
# What a column for whole numbers holds; Crossref has kept timestamps of other tools with more digits.
LARGEST = 2**63 - 1
AT_ONCE = 400  # SQLite takes a limited number of values in one statement.


def chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return the keys in parts small enough for one statement."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


@dataclass(frozen=True, slots=True)
class Recording:
    """Record files that are about to be sent, and DOIs that were registered elsewhere, in one transaction."""

    transaction: Transaction

    def prepare(self, news: Sequence[NewSubmission], *, instead_of: int | None = None) -> tuple[int, ...] | None:
        """Record the steps of one update, often a single file; None if another process recorded one of its DOIs.

        All steps are recorded before the first leaves, so that a crash between two of them forgets none. The upload
        lock is held in the meantime, so that of two that want the same DOI exactly one gets here first. With
        `instead_of` they take the place of a recorded file, unless that is on its way by now.
        """
        transaction = self.transaction
        transaction.lock_uploads()
        replaced = None if instead_of is None else _lock_unsent(transaction, instead_of)
        if instead_of is not None and replaced is None:
            return None
        works = _lock_works(transaction, news[-1].items)
        if any(_is_overtaken(news[0], new_item, works.get(new_item.doi.key)) for new_item in news[-1].items):
            return None
        if replaced is not None:
            _withdraw(transaction, replaced, "recorded again, to be sent in several steps")
        return _record(transaction, news, works, replaced.batch_id if replaced else "")

    def replace_file(self, key: int, parts: Sequence[NewSubmission], reason: str) -> bool:
        """Record others, or another, in place of one that was never sent; False when another process was quicker."""
        transaction = self.transaction
        transaction.lock_uploads()
        replaced = _lock_unsent(transaction, key)
        if replaced is None:
            return False
        works = _lock_works(transaction, [new_item for part in parts for new_item in part.items])
        if any(_is_overtaken(part, new_item, works.get(new_item.doi.key)) for part in parts for new_item in part.items):
            return False
        _withdraw(transaction, replaced, reason)
        for part in parts:
            _record(transaction, [part], works, replaced.batch_id)
        return True

    def adopt(self, new: AdoptedWork) -> bool:
        """Enter a DOI that was registered elsewhere; return False if the ledger has it as registered already.

        A deposit of ours that failed, or is under way, stays what it is: only what Crossref has is added to it.
        """
        transaction = self.transaction
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
        detail = {"timestamp": str(new.timestamp), "type": new.doi_type, "owner": new.owner_prefix,
                      "member": new.member, "url": new.landing_page or "", "file": new.file}  # fmt: skip
        transaction.note(EventKind.ADOPTED, doi=new.doi, detail={key: value for key, value in detail.items() if value})
        return True

    @staticmethod
    def read_back(connection: Connection, key: int) -> tuple[NewSubmission, Mapping[str, str]]:
        """Return a recorded file in the form in which it was recorded, with the notes about it."""
        found = select(submission, content.c.xml).join(content, content.c.submission == submission.c.id)
        row = connection.execute(found.where(submission.c.id == key)).mappings().one()
        mine = (event.c.submission == key, event.c.kind == EventKind.PREPARED.value)
        note = connection.execute(select(event).where(*mine).order_by(event.c.id).limit(1)).mappings().one()
        detail = LedgerRow(note).event().detail
        items = select(item).where(item.c.submission == key).order_by(item.c.position)
        names = ("fingerprint", "record_type", "title", "source", "landing_page")
        new = NewSubmission(
            **{
                name: row[name] for name in ("series", "container", "schema_version", "batch_id", "timestamp", "sha256")
            },
            xml=row["xml"],
            items=tuple(
                NewItem(
                    Doi(found_row["printed"]),
                    **{name: found_row[name] for name in names},
                    after=found_row["id"],
                    lines=LedgerRow(found_row).noted("lines"),
                    removes=_split_list(LedgerRow(found_row).noted("removes")),
                    may_lose=_split_list(LedgerRow(found_row).noted("may_lose")),
                )
                for found_row in connection.execute(items).mappings()
            ),
            unseen=detail.get("unseen", ""),
            publisher=detail.get("publisher", ""),
            whole=bool(detail.get("whole")),
        )
        return new, detail


def _record(
    transaction: Transaction, news: Sequence[NewSubmission], works: Mapping[str, RowMapping], before: str
) -> tuple[int, ...]:
    """Record the steps of one update; `before` is the batch id of the file whose place they take, or empty."""
    keys: list[int] = []
    for step, new in enumerate(news, 1):
        keys.append(_insert_submission(transaction, new, step, len(news), keys[-1] if keys else None))
        _point_works(transaction, new, _insert_items(transaction, keys[-1], new.items), works)
        # The rows of works exist from the first step on.
        works = _lock_works(transaction, new.items)
        # People and programs follow the last step, whose end is that of the update.
        _note_prepared(transaction, keys[-1], new, step, len(news), before if step == len(news) else "")
    return tuple(keys)


def _lock_unsent(transaction: Transaction, key: int) -> Submission | None:
    """Lock a file that was never sent; return None if it was sent or has ended."""
    current = transaction.lock_submission(key)
    return current if current.state is State.PREPARED and current.sent_at is None else None


def _withdraw(transaction: Transaction, current: Submission, reason: str) -> None:
    """End a file that was never sent, for others that are sent in its place."""
    key = current.id
    values = {"state": current.state.advance(Move.ABANDON).value, "finished_at": transaction.now, "reason": reason}
    transaction.change(key, **values)
    transaction.connection.execute(update(item).where(item.c.submission == key).values(open=False, message=reason))
    transaction.note(EventKind.ABANDONED, submission=key, detail={"reason": reason, "anew": "yes"})


def _split_list(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(", ") if word)


def _note_prepared(
    transaction: Transaction, key: int, new: NewSubmission, step: int, steps: int, replaces: str
) -> None:
    """Write into the history what was recorded; `replaces` is the batch id of the submission that it replaces."""
    removes = dict.fromkeys(name for new_item in new.items for name in new_item.removes)
    may_lose = dict.fromkeys(name for new_item in new.items for name in new_item.may_lose)
    detail = {
        "batch_id": new.batch_id,
        "timestamp": "" if new.is_resources else str(new.timestamp),
        "dois": str(len(new.items)),
        "sha256": new.sha256,
        "compared": new.compared.isoformat() if new.compared else "",
        "may_lose": ", ".join(may_lose),
        "unseen": new.unseen,
        "publisher": new.publisher,
        "removes": ", ".join(removes),
        "whole": "yes" if new.whole else "",
        "instead_of": replaces,
        "step": f"step {step} of {steps}" if steps > 1 else "",
        "empties": ", ".join(new.empties) if step < steps else "",
    }
    detail = {name: text for name, text in detail.items() if text}
    transaction.note(EventKind.PREPARED, submission=key, detail=detail)


def _lock_works(transaction: Transaction, items: Iterable[NewItem]) -> dict[str, RowMapping]:
    rows: dict[str, RowMapping] = {}
    # Sorted, so that two processes lock rows in one order and never wait for each other.
    for part in chunks(sorted(new_item.doi.key for new_item in items)):
        statement = select(work).where(work.c.target == transaction.target, work.c.doi.in_(part)).order_by(work.c.doi)
        rows |= {row["doi"]: row for row in transaction.all(statement.with_for_update())}
    return rows


def _is_overtaken(new: NewSubmission, new_item: NewItem, row: Mapping[Any, Any] | None) -> bool:
    if row is None:
        return new_item.after is not None
    return row["item"] != new_item.after or (
        not new_item.reset and row["timestamp"] is not None and row["timestamp"] >= new.timestamp
    )


def _insert_submission(transaction: Transaction, new: NewSubmission, step: int, steps: int, follows: int | None) -> int:
    values = {
        "target": transaction.target,
        "series": new.series,
        "container": new.container,
        "schema_version": new.schema_version,
        "batch_id": new.batch_id,
        "timestamp": new.timestamp,
        "sha256": new.sha256,
        "state": State.PREPARED.value,
        "created_at": transaction.now,
        "step": step,
        "steps": steps,
        "follows": follows,
        "empties": ", ".join(new.empties),
    }
    key = transaction.connection.execute(insert(submission).values(**values).returning(submission.c.id)).scalar_one()
    transaction.connection.execute(insert(content).values(submission=key, xml=new.xml))
    return int(key)


def _insert_items(transaction: Transaction, key: int, items: Sequence[NewItem]) -> Sequence[int]:
    """Enter the DOIs of a file, with one statement for many: a job records ten thousand files at once."""
    taken = _find_taken(transaction, items)
    rows = [
        {
            "submission": key,
            "position": position,
            "target": transaction.target,
            "doi": new_item.doi.key,
            "printed": new_item.doi.printed,
            "fingerprint": new_item.fingerprint,
            "record_type": new_item.record_type,
            "title": new_item.title,
            "source": new_item.source,
            "landing_page": new_item.landing_page,
            "details": _details(new_item),
            # One that waits for an earlier deposit of its DOI takes its place when it is sent.
            "open": new_item.doi.key not in taken,
        }
        for position, new_item in enumerate(items)
    ]
    entered = insert(item).returning(item.c.id, sort_by_parameter_order=True)
    return transaction.connection.execute(entered, rows).scalars().all()


def _details(new_item: NewItem) -> str | None:
    texts = {"lines": new_item.lines, "removes": ", ".join(new_item.removes), "may_lose": ", ".join(new_item.may_lose)}
    details = {name: text for name, text in texts.items() if text}
    return json_text(details) if details else None


def _find_taken(transaction: Transaction, items: Sequence[NewItem]) -> frozenset[str]:
    """Return those that come after an earlier deposit of their DOI, which is recorded or on its way."""
    waiting = item.join(submission, submission.c.id == item.c.submission)
    found: set[str] = set()
    for part in chunks(sorted(new_item.doi.key for new_item in items)):
        about = (item.c.target == transaction.target, item.c.doi.in_(part), submission.c.state.in_(_UNFINISHED))
        found.update(transaction.connection.execute(select(item.c.doi).select_from(waiting).where(*about)).scalars())
    return frozenset(found)


def _point_works(
    transaction: Transaction, new: NewSubmission, rows: Sequence[int], works: Mapping[str, RowMapping]
) -> None:
    """Let each DOI point at its place in the new file."""
    fresh = []
    for new_item, row in zip(new.items, rows, strict=True):
        values = _values_of_work(new, new_item, row, works.get(new_item.doi.key))
        if new_item.doi.key in works:
            mine = update(work).where(work.c.target == transaction.target, work.c.doi == new_item.doi.key)
            transaction.connection.execute(mine.values(**values))
        else:
            fresh.append({"target": transaction.target, "doi": new_item.doi.key, **values})
    if fresh:
        transaction.connection.execute(insert(work), fresh)


def _values_of_work(new: NewSubmission, new_item: NewItem, row: int, old: RowMapping | None) -> dict[str, Any]:
    values = {"item": row, "acknowledged_at": None, "acknowledged_reason": None}
    if new.is_resources and old is not None:
        # It changes parts of a record: what the record is called and which version it has stay as they are.
        return {**values, "timestamp": max(new.timestamp, old["timestamp"] or 0)}
    return {
        **values,
        "printed": new_item.doi.printed,
        "series": new.series,
        "container": new.container,
        "record_type": new_item.record_type,
        "title": new_item.title,
        "timestamp": new.timestamp,
    }


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
