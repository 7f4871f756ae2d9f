"""What a person decides about a DOI, with a reason that stays in its history; each returns the DOI it was about."""

from dataclasses import dataclass

from doideposit.deposits.context import DepositContext
from doideposit.deposits.given import given_doi, require_reason
from doideposit.deposits.values import WorkStatus
from doideposit.errors import UsageError
from doideposit.records.identifiers import Doi

__all__ = ["Decisions"]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Record what a person decided."""

    context: DepositContext

    def acknowledge(self, status: WorkStatus, reason: str) -> Doi:
        """Set a warning or a failure aside; raise `UsageError` where there is none."""
        require_reason(reason)
        # What is acknowledged already may be acknowledged again, with a better reason.
        if not (status.needs_person or status.acknowledged or status.finding or status.contradicted):
            raise UsageError(
                f"there is nothing to acknowledge for {status.doi}", hint="`doideposit status` shows what is"
            )
        self.context.ledger.works.acknowledge(status.doi, reason.strip())
        return status.doi

    def accept(self, doi: Doi | str, reason: str) -> Doi:
        """Accept what others changed; raise `UsageError` if nothing was changed."""
        wanted = given_doi(doi)
        require_reason(reason)
        ledger = self.context.ledger
        if ledger.works.one(wanted) is None or not ledger.observations.accept(wanted, reason.strip()):
            raise UsageError(f"nobody changed {wanted}, as far as it was read", hint="`doideposit drift` reads it")
        return wanted

    def abandon(self, doi: Doi | str, reason: str) -> Doi:
        """Give up the open deposit of a DOI, and of all others in its file; raise `UsageError` if none is open."""
        wanted = given_doi(doi)
        require_reason(reason)
        works = self.context.ledger.works
        # Where nothing is known of the DOI, nothing is written either, not even a ledger.
        if works.one(wanted) is None or not works.abandon(wanted, reason.strip()):
            raise UsageError(f"no deposit of {wanted} is under way", hint="`doideposit status` shows what is")
        return wanted
