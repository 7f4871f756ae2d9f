"""The lines of a plan, from what was decided about each input."""

from doideposit.deposits.planning import Decision
from doideposit.deposits.values import FieldChange, PlanEntry

__all__ = ["field_changes", "plan_entry"]


def plan_entry(decision: Decision) -> PlanEntry:
    """Return a decision as people and programs are told of it."""
    wanted, changes = decision.wanted, field_changes(decision)
    return PlanEntry(wanted.source, wanted.doi, decision.action, decision.reason, decision.all_findings, changes)


def field_changes(decision: Decision) -> tuple[FieldChange, ...]:
    """Return what a decision changes of what is registered."""
    differences = decision.update.differences if decision.update else ()
    return tuple(
        FieldChange(one.field, one.what, one.loses, one.kind, one.registered, one.desired) for one in differences
    )
