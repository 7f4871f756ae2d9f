"""The ledger of one target: what is written about uploads and polls, and what is known of each DOI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from sqlalchemy import delete, insert, select

from doideposit.deposits.ledger.hooks import HookStates
from doideposit.deposits.ledger.observations import Observations
from doideposit.deposits.ledger.polls import Polls
from doideposit.deposits.ledger.recording import chunks
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.tables import cited
from doideposit.deposits.ledger.uploads import Uploads
from doideposit.deposits.ledger.versions import Versions
from doideposit.deposits.ledger.works import Works
from doideposit.records.identifiers import Doi

__all__ = ["TargetLedger"]

# A DOI is never taken back (Crossref documentation: DOIs cannot be deleted), but a missing one may be registered today.
MISSING_FOR: Final = timedelta(days=1)


class _CitedDois:
    """Keep which agency has each DOI that references cite, for one target, so that the resolver is not asked again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._target = session.target

    def known(self, dois: Sequence[Doi]) -> dict[str, str]:
        """Return the agency of each known DOI, by `Doi.key`; an empty name if no agency has the DOI."""
        found: dict[str, str] = {}
        # A set has no order: sorted, the same DOIs are always read in the same parts.
        for part in chunks(sorted({doi.key for doi in dois})):
            wanted = select(cited).where(cited.c.target == self._target, cited.c.doi.in_(part))
            with self._session.reading() as connection:
                rows = connection.execute(wanted).mappings().all()
            fresh = self._session.clock() - MISSING_FOR
            found |= {row["doi"]: row["agency"] for row in rows if row["agency"] or row["asked_at"] > fresh}
        return found

    def keep(self, agencies: Mapping[str, str]) -> None:
        """Store the resolver's answers, by `Doi.key`; does nothing without a ledger."""
        # Who only looks makes no ledger.
        if not agencies or not self._session.database.is_there:
            return
        with self._session.writing("cited") as transaction:
            # Sorted, so that two processes lock rows in one order and never wait for each other.
            for part in chunks(sorted(agencies)):
                mine = (cited.c.target == self._target, cited.c.doi.in_(part))
                transaction.connection.execute(delete(cited).where(*mine))
                rows = [
                    {"target": self._target, "doi": key, "agency": agencies[key], "asked_at": transaction.now}
                    for key in part
                ]
                transaction.connection.execute(insert(cited), rows)


@dataclass(frozen=True)
class TargetLedger:
    """Hold the ledger of one target: `uploads` of files, `polls` of what became of them, their `works`.

    `versions` are what was sent of each and took effect, `observations` what Crossref showed of the registered ones,
    `hooks` how far each hook has come, `cited` which agency has a DOI that they cite.
    """

    session: Session

    @cached_property
    def uploads(self) -> Uploads:
        """Return the part of the ledger that is written before and after each upload."""
        return Uploads(self.session)

    @cached_property
    def polls(self) -> Polls:
        """Return the part of the ledger that is written before and after each poll."""
        return Polls(self.session)

    @cached_property
    def works(self) -> Works:
        """Return the part of the ledger about each DOI."""
        return Works(self.session)

    @cached_property
    def versions(self) -> Versions:
        """Return the part of the ledger about registered versions."""
        return Versions(self.session)

    @cached_property
    def observations(self) -> Observations:
        """Return what Crossref showed of each registered DOI."""
        return Observations(self.session)

    @cached_property
    def hooks(self) -> HookStates:
        """Return how far each hook has come."""
        return HookStates(self.session)

    @cached_property
    def cited(self) -> _CitedDois:
        """Return which agency has each DOI that a reference names."""
        return _CitedDois(self.session)

    def has_registered(self, doi: Doi, number: str | None) -> bool:
        """Tell whether it knows the DOI as registered; with a number, as the work of that number."""
        # Most who open a ledger never ask this, and reading records takes an import of many modules.
        from doideposit.registered.reading import RegisteredRecord  # noqa: PLC0415

        known = self.works.known([doi]).get(doi.key)
        if known is None or not known.registered or number is None:
            return known is not None and known.registered
        version = self.versions.current(doi)
        return version is not None and RegisteredRecord.number_in(version, doi.printed) == number
