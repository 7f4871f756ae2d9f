"""What was sent of each DOI and took effect, and what it was before that."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from doideposit.crossref.names import RESOURCES
from doideposit.crossref.xml.resources import ResourceDeposit
from doideposit.deposits.ledger.entries import NewSubmission
from doideposit.deposits.ledger.recording import Recording, chunks
from doideposit.deposits.ledger.rows import TOOK_EFFECT
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import adopted, content, item, observed, submission
from doideposit.errors import LedgerDamaged
from doideposit.records.identifiers import Doi

__all__ = ["Versions"]


def _is_resources_file() -> ColumnElement[bool]:
    """Return the condition that a file is a resource-only deposit."""
    return submission.c.schema_version.startswith(RESOURCES)


class Versions:
    """Read the versions of the DOIs of one target that took effect."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._target = session.target

    def last_registered(self, doi: Doi) -> tuple[int, bytes] | None:
        """Return timestamp and bytes of the last deposit of a DOI that took effect, None where none did.

        What resource-only deposits changed since is in the bytes: it is what our deposits made of the record.
        """
        found = self._effective_deposits(doi).add_columns(submission.c.timestamp, content.c.xml)
        found = found.join(content, content.c.submission == submission.c.id)
        with self._session.reading() as connection:
            row = connection.execute(found.limit(1)).one_or_none()
        return None if row is None else (int(row[1]), self._with_parts(doi, row[2], row[0]))

    def current(self, doi: Doi) -> bytes | None:
        """Return what counts as registered of a DOI: our last deposit that took effect, else as it was taken over."""
        sent = self.last_registered(doi)
        return sent[1] if sent else self.adopted_version(doi)

    def took_effect(self, dois: Sequence[Doi]) -> frozenset[str]:
        """Return the keys of those DOIs of which any deposit of ours took effect."""
        found: set[str] = set()
        with self._session.reading() as connection:
            for part in chunks(sorted({doi.key for doi in dois})):
                mine = (item.c.target == self._target, item.c.doi.in_(part), item.c.outcome.in_(TOOK_EFFECT))
                found.update(connection.execute(select(item.c.doi).where(*mine)).scalars())
        return frozenset(found)

    def registered_file(self, doi: Doi) -> NewSubmission | None:
        """Return the last file that took effect for a DOI; of an update in steps the last one.

        What resource-only deposits changed since is in its bytes, as with `last_registered`. Raises `LedgerDamaged`
        where the stored bytes are not those that were sent.
        """
        whole = self._effective_deposits(doi).where(submission.c.step == submission.c.steps)
        with self._session.reading() as connection:
            key = connection.execute(whole.limit(1)).scalar_one_or_none()
            recorded = None if key is None else Recording.read_back(connection, key)[0]
        if recorded is None:
            return None
        # It is planned to be sent again: what a failing disk or a person made of it must not be registered.
        if hashlib.sha256(recorded.xml).hexdigest() != recorded.sha256:
            raise LedgerDamaged(
                f"the ledger no longer holds the last deposit of {doi} as it was sent",
                hint="restore a backup with `doideposit ledger restore FILE`, or deposit the record of the DOI again; "
                "`doideposit ledger check` shows what is wrong",
            )
        return replace(recorded, xml=self._with_parts(doi, recorded.xml, key))

    def each_registered(self) -> Iterator[tuple[bytes, frozenset[str]]]:
        """Yield the registered version of each DOI: a file, or an answer of Crossref, and the keys of its DOIs.

        Each file is read once, however many DOIs it holds; each DOI comes once, as our last deposit that took effect
        has it, else as it was adopted.
        """
        joined = item.join(submission, submission.c.id == item.c.submission)
        took_effect = (item.c.target == self._target, item.c.outcome.in_(TOOK_EFFECT))
        files = select(item.c.doi, submission.c.id, _is_resources_file()).select_from(joined).where(*took_effect)
        # Adopted DOIs count where no deposit of ours took effect.
        known = select(adopted.c.doi).where(adopted.c.target == self._target)
        with self._session.reading() as connection:
            rows = connection.execute(files.order_by(submission.c.timestamp, submission.c.id)).all()
            entered = set(connection.execute(known).scalars())
        # The rows come in the order of their timestamps, so that the last one of each DOI stays.
        last = {str(doi): int(key) for doi, key, alone in rows if not alone}
        parts = {str(doi) for doi, _, alone in rows if alone}
        together: dict[int, set[str]] = {}
        for doi, key in last.items():
            if doi not in parts:
                together.setdefault(key, set()).add(doi)
        for key, dois in together.items():
            with self._session.reading() as connection:
                xml = connection.execute(select(content.c.xml).where(content.c.submission == key)).scalar_one()
            yield xml, frozenset(dois)
        yield from self._adopted_answers(sorted(entered - last.keys() - parts))
        for doi in sorted(parts):
            version = self.current(Doi(doi)) if doi in last else self.adopted_version(Doi(doi))
            if version is not None:
                yield version, frozenset({doi})

    def _adopted_answers(self, keys: Sequence[str]) -> Iterator[tuple[bytes, frozenset[str]]]:
        for part in chunks(keys):
            mine = (adopted.c.target == self._target, adopted.c.doi.in_(part))
            with self._session.reading() as connection:
                answers = connection.execute(select(adopted.c.doi, adopted.c.answer).where(*mine)).all()
            yield from ((answer, frozenset({str(doi)})) for doi, answer in answers)

    def parts_since(self, doi: Doi, key: int | None = None) -> tuple[bytes, ...]:
        """Return the resource-only deposits of a DOI that took effect after the given full deposit; all without one."""
        later = submission.c.id > (key or 0)
        took_effect = (item.c.outcome.in_(TOOK_EFFECT), _is_resources_file(), later)
        statement = (
            select(content.c.xml)
            .select_from(item)
            .join(submission, submission.c.id == item.c.submission)
            .join(content, content.c.submission == submission.c.id)
            .where(item.c.target == self._target, item.c.doi == doi.key, *took_effect)
        )
        with self._session.reading() as connection:
            # Of one DOI only one is on its way at a time, so that the order of recording is the order of arrival.
            return tuple(connection.execute(statement.order_by(submission.c.id)).scalars())

    def files(self, batch_ids: Iterable[str]) -> Iterator[bytes]:
        """Yield the bytes of these submissions, one after the other; those that are gone are left out."""
        joined = select(content.c.xml).join(submission, submission.c.id == content.c.submission)
        for batch_id in batch_ids:
            wanted = joined.where(submission.c.target == self._target, submission.c.batch_id == batch_id)
            with self._session.reading() as connection:
                xml = connection.execute(wanted).scalar_one_or_none()
            if xml is not None:
                yield xml

    def changed_in_parts(self, dois: Sequence[Doi]) -> frozenset[str]:
        """Return which of these DOIs a resource-only deposit ever changed, by `Doi.key`."""
        joined = item.join(submission, submission.c.id == item.c.submission)
        took_effect = (item.c.target == self._target, item.c.outcome.in_(TOOK_EFFECT), _is_resources_file())
        found = set[str]()
        with self._session.reading() as connection:
            for part in chunks([doi.key for doi in dois]):
                statement = select(item.c.doi).select_from(joined).where(*took_effect, item.c.doi.in_(part))
                found.update(connection.execute(statement).scalars())
        return frozenset(found)

    def parts_not_shown(self, doi: Doi) -> tuple[bytes, ...]:
        """Return the resource-only deposits of a DOI that Crossref was not seen to show yet."""
        files = self.parts_since(doi)
        # Nearly always there are none, and nothing else has to be asked.
        if not files:
            return ()
        seen = (observed.c.target == self._target, observed.c.doi == doi.key)
        known = or_(observed.c.intended_at.is_not(None), observed.c.changed_at.is_not(None))
        with self._session.reading() as connection:
            if connection.execute(select(observed.c.doi).where(*seen, known)).first() is not None:
                return ()
            key = connection.execute(self._effective_deposits(doi).limit(1)).scalar_one_or_none()
        return files if key is None else self.parts_since(doi, key)

    def _with_parts(self, doi: Doi, xml: bytes, key: int | None) -> bytes:
        for file in self.parts_since(doi, key):
            xml = ResourceDeposit.read(file).applied_to(xml, doi)
        return xml

    def _effective_deposits(self, doi: Doi) -> Select[Any]:
        """Return the question for whole deposits of a DOI that took effect, the last one first."""
        joined = submission.join(item, item.c.submission == submission.c.id)
        mine = (item.c.target == self._target, item.c.doi == doi.key, item.c.outcome.in_(TOOK_EFFECT))
        whole = select(submission.c.id).select_from(joined).where(*mine, ~_is_resources_file())
        return whole.order_by(submission.c.timestamp.desc())

    def adopted_answer(self, doi: Doi) -> bytes | None:
        """Return what Crossref had of a DOI when it was taken over, None for one that was not."""
        mine = (adopted.c.target == self._target, adopted.c.doi == doi.key)
        with self._session.reading() as connection:
            return connection.execute(select(adopted.c.answer).where(*mine)).scalar_one_or_none()

    def adopted_owner(self, doi: Doi) -> str:
        """Return the prefix that owned a DOI when it was taken over; empty for one that was not."""
        mine = (adopted.c.target == self._target, adopted.c.doi == doi.key)
        with self._session.reading() as connection:
            return connection.execute(select(adopted.c.owner_prefix).where(*mine)).scalar_one_or_none() or ""

    def adopted_timestamp(self, doi: Doi) -> int | None:
        """Return the timestamp that a DOI had when it was taken over, with all of its digits."""
        mine = (adopted.c.target == self._target, adopted.c.doi == doi.key)
        with self._session.reading() as connection:
            text = connection.execute(select(adopted.c.timestamp).where(*mine)).scalar_one_or_none()
            return None if text is None else int(text)

    def adopted_version(self, doi: Doi) -> bytes | None:
        """Return the adopted version of a DOI, with the resource-only deposits since."""
        known = self.adopted_answer(doi)
        return None if known is None else self._with_parts(doi, known, None)

    def sent_with(self, doi: Doi, timestamp: int) -> tuple[int, bytes] | None:
        """Return timestamp and bytes of the deposit of a DOI that was sent with this timestamp, however it ended."""
        # SQLite keeps integers of 64 bits with a sign.
        if not 0 <= timestamp < 2**63:
            return None
        statement = (
            select(submission.c.timestamp, content.c.xml)
            .join(item, item.c.submission == submission.c.id)
            .join(content, content.c.submission == submission.c.id)
            .where(item.c.target == self._target, item.c.doi == doi.key, submission.c.timestamp == timestamp)
            .where(submission.c.sent_at.is_not(None), ~_is_resources_file())
        )
        with self._session.reading() as connection:
            row = connection.execute(statement.limit(1)).one_or_none()
            return None if row is None else (int(row[0]), row[1])
