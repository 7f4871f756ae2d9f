"""The ledger of one target: what is written about uploads and polls, and what is known of each DOI."""

from dataclasses import dataclass
from functools import cached_property

from doideposit.deposits.ledger.cited import CitedDois
from doideposit.deposits.ledger.observations import Observations
from doideposit.deposits.ledger.polls import Polls
from doideposit.deposits.ledger.session import Session
from doideposit.deposits.ledger.uploads import Uploads
from doideposit.deposits.ledger.versions import Versions
from doideposit.deposits.ledger.works import Works

__all__ = ["TargetLedger"]


@dataclass(frozen=True)
class TargetLedger:
    """Hold the ledger of one target: `uploads` of files, `polls` of what became of them, their `works`.

    `versions` are what was sent of each and took effect, `observations` what Crossref showed of the registered ones,
    `cited` which agency has a DOI that they cite.
    """

    session: Session

    @cached_property
    def uploads(self) -> Uploads:
        """Return what is written before and after each upload."""
        return Uploads(self.session)

    @cached_property
    def polls(self) -> Polls:
        """Return what is written before and after Crossref is asked about a file."""
        return Polls(self.session)

    @cached_property
    def works(self) -> Works:
        """Return what is known of each DOI."""
        return Works(self.session)

    @cached_property
    def versions(self) -> Versions:
        """Return what was sent of each DOI and took effect."""
        return Versions(self.session)

    @cached_property
    def observations(self) -> Observations:
        """Return what Crossref showed of each registered DOI."""
        return Observations(self.session)

    @cached_property
    def cited(self) -> CitedDois:
        """Return which agency has each DOI that a reference names."""
        return CitedDois(self.session)
