"""Which of several publishers a DOI, a file or a plan belongs to, as a depositor tells those who ask."""

import re
from typing import TYPE_CHECKING

from doideposit.deposits.candidates import Approved, DepositCandidate
from doideposit.deposits.context import DepositContext
from doideposit.deposits.values import Plan
from doideposit.records.identifiers import Doi

if TYPE_CHECKING:
    # A plan file and its large models are only there where somebody made one.
    from doideposit.deposits.plans.document import PlanFile, PlannedRecord

__all__ = ["Publishers"]


class Publishers:
    """Tell what belongs to whom; the name of the main publisher is empty. It is `Depositor.publishers`."""

    def __init__(self, context: DepositContext) -> None:
        self._context = context

    @property
    def further(self) -> tuple[str, ...]:
        """Return the names of all but the main one; none where there is one publisher."""
        return tuple(other.name for other in self._context.others)

    def of(self, doi: Doi) -> str:
        """Return the publisher of a DOI: by the series it was deposited in, or by its prefix."""
        work = self._context.ledger.works.one(doi)
        return self.of_series(work.series if work is not None else "", doi)

    def of_series(self, series: str, doi: Doi) -> str:
        """Return the publisher of a DOI that was deposited in a series, by its short name or its title."""
        name = self._context.accounts.find(series, doi)
        return self._context.accounts.main.name if name is None else name

    def of_text(self, text: str, *, named: str = "") -> str | None:
        """Return the publisher if a text names series of one publisher only, by short name, prefix or ISSN; else None.

        Short names are common words: what comes before one is `named`, a pattern such as that of the key ``series:``.
        """
        found = set()
        for series in self._context.series.values():
            marks = [re.escape(mark) for mark in (series.prefix, *(str(issn.issn) for issn in series.issns))]
            words = "|".join([*marks, named + re.escape(series.name)])
            if re.search(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", text, re.IGNORECASE):
                found.add(series.publisher_account or "")
        return found.pop() if len(found) == 1 else None

    def email_of(self, doi: Doi) -> str:
        """Return the address under which the publisher of a DOI is known to Crossref."""
        return self._context.accounts.named(self.of(doi)).depositor.email

    def of_file(self, submission: int) -> str:
        """Return the publisher that a file was recorded for, by its key in the ledger."""
        return self._context.ledger.polls.publishers([submission])[submission]

    def of_plan(self, plan: "Plan | PlanFile") -> frozenset[str]:
        """Return the publishers for which a plan sends something."""
        if not isinstance(plan, Plan):
            return frozenset(self._publisher_of_planned(record) for record in plan.sending)
        checked = Approved.of_plan(plan)
        return frozenset(
            self._context.account_of(plan_input).name
            for plan_input, decision in zip(checked.inputs, checked.decisions, strict=True)
            if isinstance(plan_input, DepositCandidate) and decision.action.sends
        )

    def _publisher_of_planned(self, record: "PlannedRecord") -> str:
        """Return the publisher of a record of a plan file, as the depositor finds it when it is sent."""
        accounts, sending = self._context.accounts, record.sending
        if sending is None or record.doi is None:
            return accounts.main.name
        if sending.group is None:
            return accounts.of_series(sending.series).name
        # A ready-made file names its series only by the title.
        return accounts.of_item(Doi.parse(record.doi), sending.container).name
