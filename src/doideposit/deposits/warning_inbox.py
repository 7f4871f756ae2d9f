"""The inbox of everything that Crossref warned about, over the whole ledger of one target."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from doideposit.deposits.conflicts import ConflictSide
from doideposit.deposits.context import DepositContext
from doideposit.deposits.given import Given
from doideposit.deposits.ledger.work_filter import WorkFilter
from doideposit.deposits.warnings import CrossrefWarning
from doideposit.errors import ConfigurationError, RegistrarError, UsageError
from doideposit.lifecycle import EventKind
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.registered.reading import RegisteredRecord

__all__ = ["WarningInbox"]


class WarningInbox:
    """List, compare and dismiss what Crossref warned about; nothing here changes anything at Crossref."""

    def __init__(self, context: DepositContext) -> None:
        self._context = context

    def all(self) -> Iterator[CrossrefWarning]:
        """Yield every warning that is not settled, dismissed ones included, in the order of DOIs."""
        for work in self._context.ledger.works.all(WorkFilter(attention=True)):
            yield from CrossrefWarning.all_of(work.doi, work.warning_events, work.settled)

    def one(self, name: str) -> CrossrefWarning:
        """Return the warning with that id; raise `UsageError` where there is none."""
        found = next((warning for warning in self.all() if warning.id == name.strip()), None)
        if found is None:
            raise UsageError(f"there is no warning {name!r}", hint="`doideposit warnings` lists them, with their ids")
        return found

    def dismiss(self, name: str, reason: str) -> CrossrefWarning:
        """Set a warning aside, with a reason that stays in the history; a later deposit does not bring it back."""
        why, found = Given(reason).reason(), self.one(name)
        detail = {"warning": found.id, "reason": why}
        self._context.ledger.works.note(EventKind.WARNING_DISMISSED, [found.doi], detail)
        return self.one(found.id)

    def sides(self, warning: CrossrefWarning) -> tuple[ConflictSide, ...]:
        """Return the record of its DOI, and those of the others: from the ledger, else as Crossref has them now."""
        return tuple(self._side_of(doi) for doi in (str(warning.doi), *warning.others))

    def report_conflict(self, doi: Doi, other: Doi, at: datetime) -> bool:
        """Record a conflict that a report names if the two records are alike at Crossref.

        False where they are not, where it is known already, or where nobody could look; then nothing is written.
        """
        known = {(warning.doi.key, other_doi.casefold()) for warning in self.all() for other_doi in warning.others}
        if self._context.ledger.works.one(doi) is None or (doi.key, other.key) in known:
            return False
        sides = [self._ask_crossref(str(side)) for side in (doi, other)]
        if not sides[0].is_like(sides[1]):
            return False
        detail = {"dois_in_conflict": str(other), "message": "Conflict, from a report", "reported": at.isoformat()}
        self._context.ledger.works.note(EventKind.WARNED, [doi], detail)
        return True

    def look_again(self, dois: Sequence[Doi]) -> int:
        """Make these DOIs due to be read, because a report names them; return how many are known."""
        return self._context.ledger.observations.read_soon(dois)

    def _side_of(self, text: str) -> ConflictSide:
        try:
            doi = Doi.parse(text)
        # Crossref names DOIs in warnings as they were typed.
        except InvalidIdentifier:
            return ConflictSide(text, {}, "", "that is not a DOI")
        sent = self._context.ledger.versions.last_registered(doi)
        record = RegisteredRecord.read(sent[1], doi.printed) if sent else None
        if record is not None:
            return ConflictSide(text, record.fields, "our last deposit")
        return self._ask_crossref(text)

    def _ask_crossref(self, text: str) -> ConflictSide:
        registry, doi = self._context.registry, Doi.parse(text)
        if registry is None:
            return ConflictSide(text, {}, "", "this target has no service to ask")
        try:
            state = registry.registered(doi, self._context.accounts.main.depositor.email)
        except (RegistrarError, ConfigurationError) as error:
            return ConflictSide(text, {}, "", error.message)
        record = RegisteredRecord.read(state.answer, doi.printed) if state and state.has_record else None
        if record is None:
            return ConflictSide(text, {}, "", "Crossref does not have it")
        return ConflictSide(text, record.fields, "Crossref, asked now")
