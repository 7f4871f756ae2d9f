"""The folders of a site, in each pass of the scheduled job: what is new or changed is deposited, no file is touched."""

from collections.abc import Iterable
from pathlib import Path

from doideposit.deposits.depositor import Depositor
from doideposit.deposits.planning import Action
from doideposit.job.inbox.intake import log_progress
from doideposit.job.inbox.summary import PassReport

__all__ = ["deposit_site"]


def deposit_site(depositor: Depositor, folders: Iterable[Path], report: PassReport) -> None:
    """Deposit the documents in these folders whose headers are records, without drafts and unchanged ones.

    What has errors is told in the report, each file with its first error. Raises what the depositor raises.
    """
    for folder in folders:
        done = depositor.deposit(folder, on_event=log_progress)
        report.changed += [
            entry.status for entry in done.entries if entry.status and entry.action and entry.action.sends
        ]
        report.site_blocked += [
            f"{entry.source}: {next((one.message for one in entry.findings if one.stops), entry.reason)}"
            for entry in done.entries
            if entry.action is Action.BLOCKED
        ]
        if done.error is not None:
            report.add_error(done.error)
