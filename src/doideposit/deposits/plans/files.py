"""Plans as files: written for another person, compared with how things stand, approved, and applied."""

from collections.abc import Callable
from pathlib import Path

from doideposit.checks.checking import Checker
from doideposit.deposits.candidates import Approved, checked_of
from doideposit.deposits.context import DepositContext, OnEvent
from doideposit.deposits.plan_entries import plan_entry
from doideposit.deposits.plans.applying import compare_with_now
from doideposit.deposits.plans.approvals import (
    ApprovalRules,
    approve,
    approvers,
    clean_name,
    note_applied,
    wants_enough,
)
from doideposit.deposits.plans.document import PlanFile, parse_plan, plan_text, read_plan
from doideposit.deposits.plans.writing import body_of
from doideposit.deposits.values import DepositReport, Plan, Progress
from doideposit.errors import UsageError
from doideposit.files import write_atomic

__all__ = ["PlanFiles"]


def _silent(_progress: Progress) -> None:
    """Watch nothing."""


class PlanFiles:
    """Write plans into files, take approvals, and apply them, for one depositor; it is `Depositor.plans`.

    Wherever a plan is asked for, it is a `PlanFile` or the path of one; `PlanUnusable` is raised for a file that is not
    as it was written, and `UsageError` for one that is for another target.
    """

    def __init__(
        self,
        context: DepositContext,
        checker: Checker,
        rules: ApprovalRules,
        deposit: Callable[[Approved, OnEvent, bool], DepositReport],
    ) -> None:
        self._context = context
        self._checker = checker
        self._rules = rules
        self._deposit = deposit

    @property
    def approvals_needed(self) -> int:
        """Return how many other people must approve a plan before it is applied here."""
        return self._rules.needed if self._rules.apply_to(self._context.target) else 0

    def make(self, plan: Plan, *, by: str) -> PlanFile:
        """Return a plan as its file holds it: everything that would be sent, and no secret; `by` is who made it.

        Raises `PlanUnusable` for a plan that is too large for anybody to read.
        """
        body = body_of(self._context, self._checker, checked_of(plan), plan.entries, by=clean_name(by))
        return parse_plan(plan_text(body).encode("utf-8"))

    def write(self, plan: Plan, path: Path | str, *, by: str) -> PlanFile:
        """Write a plan into a file, for another person to read; raises as `make` does, and `DiskError`."""
        file = self.make(plan, by=by)
        # A plan is read by other people: it holds nothing that will not be public.
        write_atomic(Path(path), plan_text(file.plan), mode=0o644)
        return file

    def read(self, plan: PlanFile | Path | str) -> PlanFile:
        """Return the plan of a file, which must be for the target of this depositor."""
        file = plan if isinstance(plan, PlanFile) else read_plan(Path(plan))
        if file.plan.target != self._context.target:
            message = f"the plan is for {file.plan.target}, and this sends to {self._context.target}"
            raise UsageError(message, hint=f"add --target {file.plan.target}")
        return file

    def compare(self, plan: PlanFile | Path | str, *, without_files: bool = False) -> Plan:
        """Say what applying a plan would do now; nothing is changed. Raises as `apply` does."""
        compared = compare_with_now(self._context, self._checker, self.read(plan), without_files=without_files)
        return Plan(self._context.target, tuple(map(plan_entry, compared.approved.decisions)))

    def approve(self, plan: PlanFile | Path | str, *, by: str, signature: str = "") -> tuple[str, ...]:
        """Approve a plan, and return who has approved it by now; it is kept in the ledger and in the history.

        `signature` is one of SSH over the line that `approvals.statement_of` makes of the plan. Raises `UsageError` for
        whoever made the plan, and for a signature that does not hold.
        """
        file = self.read(plan)
        approve(self._context, self._rules, file, by=by, signature=signature)
        return approvers(self._context, self._rules, file)

    def approvers(self, plan: PlanFile | Path | str) -> tuple[str, ...]:
        """Return who approved a plan: never who made it, and where signatures count, those that hold now."""
        return approvers(self._context, self._rules, self.read(plan))

    def wants_approval(self, plan: PlanFile | Path | str) -> tuple[str, ...]:
        """Return who approved a plan; raise `ApprovalMissing` where fewer people approved it than must."""
        return wants_enough(self._context, self._rules, self.read(plan))

    def apply(
        self,
        plan: PlanFile | Path | str,
        *,
        by: str,
        without_files: bool = False,
        send: bool = True,
        on_event: OnEvent = _silent,
    ) -> DepositReport:
        """Send what a plan holds, byte for byte, or nothing of it when anything moved since it was made.

        Files, configuration, ledger and what is registered are compared with the plan; with `without_files` a file
        that is not on this machine holds nothing back. What is done already is not done again, so a plan whose
        applying was interrupted can be applied once more. With `send` false it is recorded, and goes out with
        `Depositor.send` or `poll`. Raises `ApprovalMissing`, and as `Depositor.deposit` does.
        """
        file = self.read(plan)
        approved_by = wants_enough(self._context, self._rules, file)
        compared = compare_with_now(self._context, self._checker, file, without_files=without_files)
        if not compared.moved and not compared.finished:
            note_applied(self._context, file, by=by, approved_by=approved_by)
        return self._deposit(compared.approved, on_event, send and not compared.moved)
