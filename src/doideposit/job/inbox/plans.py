"""Plan files in an inbox: applied once others have approved them, and waiting until then.

A plan is taken in like any file. Where approvals are demanded nothing else is: a record that somebody dropped was seen
by one pair of eyes only.
"""

from typing import Final

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.plans.document import PlanFile, looks_like_plan
from doideposit.errors import ApprovalMissing, UsageError
from doideposit.files import disk_errors, open_input
from doideposit.job.inbox.claims import Claim, ClaimedEntry, EntryStatus
from doideposit.job.inbox.outcomes import entries_of, refused_file

__all__ = ["plan_entries"]

BY: Final = "the scheduled job"


def plan_entries(claim: Claim, depositor: Depositor) -> tuple[ClaimedEntry, ...] | None:
    """Apply the plan in a file, and return the outcome of each record; None for a file of records.

    A plan that nobody approved yet waits. Files it was made of may be on another machine; one that is here and has
    changed holds it back.
    """
    if not _is_plan(claim):
        if not depositor.plans.approvals_needed:
            return None
        return refused_file(
            "only plans that another person has approved are taken in here",
            "make one with `doideposit plan FILES -o plan.json`, put that into the inbox, and let another person run "
            "`doideposit approve plan.json`",
        )
    try:
        file = depositor.plans.read(claim.file)
    except UsageError as error:
        return refused_file(_without_path(error.message, claim), error.hint)
    try:
        report = depositor.plans.apply(file, by=BY, without_files=True, send=False)
    except ApprovalMissing as error:
        return tuple(_waiting_entries(file, error))
    except UsageError as error:
        return refused_file(error.message, error.hint)
    return entries_of(claim, report.entries)


def _is_plan(claim: Claim) -> bool:
    if not claim.name.lower().endswith(".json"):
        return False
    with disk_errors(claim.file, "cannot be read"), open_input(claim.file) as stream:
        # A plan says at its beginning that it is one.
        return looks_like_plan(stream.read(200))


def _without_path(message: str, claim: Claim) -> str:
    """Return a message with the name of the file as people know it, without its path."""
    return message.replace(str(claim.file), claim.name)


def _waiting_entries(file: PlanFile, error: ApprovalMissing) -> list[ClaimedEntry]:
    """Return the records of a plan, which wait for an approval; those that need nothing have their end."""
    ends = {"unchanged": EntryStatus.UNCHANGED, "blocked": EntryStatus.REJECTED}
    return [
        ClaimedEntry(
            place=record.source,
            doi=record.doi or "",
            status=ends.get(record.action, EntryStatus.WAITING),
            title=record.title,
            says=error.message,
            hint=error.hint,
        )
        for record in file.plan.records
    ]
