"""`verify`, `acknowledge` and `abandon`: what a person settles about a DOI that is already in the ledger."""

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import StatusList
from doideposit.cli.works import WorkFinder, doi_argument, dois_argument
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.values import WorkStatus
from doideposit.errors import RegistrarError, WorldError
from doideposit.records.identifiers import Doi

__all__ = ["abandon", "acknowledge", "verify"]

reason_option = click.option("--reason", required=True, help="Why; it stays in the history of the DOI.")


@click.command()
@dois_argument
@target_option
@json_option
@click.pass_obj
def verify(invocation: Invocation, works: tuple[str, ...], target: str | None, as_json: bool) -> None:
    """Check with doi.org and Crossref's REST API whether registered DOIs lead readers to their pages.

    Without a DOI it checks all registered DOIs that are not proved yet. Shortly after its registration a DOI is often
    not found there; this is not a failure. The exit code is 1 if a DOI needs a person, for example because it leads
    to another page, or was changed by others.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    found: list[WorkStatus] = []
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        wanted = WorkFinder(depositor).all(works)
        if not wanted:
            wanted = [
                status.doi
                for status in depositor.statuses()
                if status.registered and not (status.resolves and status.indexed)
            ]
        error = _verify_each(depositor, wanted, found)
        needing = any(status.needs_person for status in found)
        if as_json:
            document: dict[str, object] = {"ok": error is None and not needing, "target": depositor.target}
            document["records"] = [status.to_dict() for status in found]
            terminal.json(document | WorldError.keys_of(error))
        elif not wanted:
            terminal.say("Every registered DOI is proved to resolve and to be indexed.")
        else:
            terminal.lines(StatusList(found).receipts())
            terminal.show_error(error)
    finish(ExitCode.WORLD if error else ExitCode.REJECTED if needing else ExitCode.DONE)


def _verify_each(depositor: Depositor, wanted: list[Doi], found: list[WorkStatus]) -> RegistrarError | None:
    """Verify the DOIs one by one and add them to `found`; stop when the services cannot be reached."""
    for doi in wanted:
        try:
            status = depositor.verify(doi)
        # What could not be asked is shown beside what is known.
        except RegistrarError as error:
            return error
        found.append(status)
    return None


@click.command()
@doi_argument
@reason_option
@target_option
@json_option
@click.pass_obj
def acknowledge(invocation: Invocation, work: str, reason: str, target: str | None, as_json: bool) -> None:
    """Dismiss a warning, a conflict or a failure of a DOI, with the reason. It stays in its history."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        _show_status(invocation, depositor.acknowledge(WorkFinder(depositor).one(work), reason), as_json=as_json)


@click.command()
@doi_argument
@reason_option
@target_option
@json_option
@click.pass_obj
def abandon(invocation: Invocation, work: str, reason: str, target: str | None, as_json: bool) -> None:
    """Give up the deposit of a DOI that is under way, with the reason, so that the DOI can be deposited again.

    What Crossref already has may still take effect there: `doideposit history` keeps the file names.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        _show_status(invocation, depositor.abandon(WorkFinder(depositor).one(work), reason), as_json=as_json)


def _show_status(invocation: Invocation, status: WorkStatus, *, as_json: bool) -> None:
    terminal = invocation.terminal(as_json=as_json)
    if as_json:
        terminal.json({"ok": True, "target": status.target, "records": [status.to_dict()]})
    else:
        terminal.lines(StatusList([status]).receipts())
