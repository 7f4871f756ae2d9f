"""`drift`: what others changed of what is registered, and what a person decides about it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import StatusList
from doideposit.cli.works import WorkFinder, doi_argument
from doideposit.errors import ApprovalMissing, UsageError
from doideposit.files import as_typed
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.cli.terminal import Terminal
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import WatchReport, WorkStatus
    from doideposit.records.identifiers import Doi

__all__ = ["drift"]

# More than any ledger holds: all of them.
EVERYTHING = 1_000_000


@click.group(invoke_without_command=True)
@target_option
@click.option("--all", "every", is_flag=True, help="Read every registered DOI now, also those that were read recently.")
@json_option
@click.pass_context
def drift(context: click.Context, target: str | None, every: bool, as_json: bool) -> None:
    """Show what others changed in your registered DOIs: content, address, owner, aliases.

    Crossref's REST API is asked for lists once a day; each record is read again after its deposit, and then once a
    week. The exit code is 1 while a change needs your decision: `drift accept` or `drift restore`.
    """
    if context.invoked_subcommand is not None:
        if target is not None or every or as_json:
            # Given here they would be for the pass over everything, and nobody would notice.
            raise UsageError(
                f"options of `drift {context.invoked_subcommand}` stand after its name",
                hint=f"such as `doideposit drift {context.invoked_subcommand} DOI --json`",
            )
        return
    from doideposit.wiring import open_depositor

    invocation: Invocation = context.obj
    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        with ProgressIndicator(terminal, "reading what is registered"):
            watched = depositor.watch(EVERYTHING, force=True, every=every)
        changed = [status for status in depositor.statuses(attention=True) if status.drift]
        if as_json:
            document = {
                "ok": not changed and watched.error is None,
                "target": depositor.target,
                "read": len(watched.read),
                "lists": watched.lists,
                "records": [status.to_dict() for status in changed],
            }
            terminal.json(document | ({"error": watched.error.to_dict()} if watched.error else {}))
        else:
            _show_report(terminal, depositor, watched, changed)
    finish(ExitCode.WORLD if watched.error else ExitCode.REJECTED if changed else ExitCode.DONE)


def _show_report(
    terminal: "Terminal", depositor: "Depositor", watched: "WatchReport", changed: "list[WorkStatus]"
) -> None:
    terminal.lines(StatusList(changed).receipts())
    if changed:
        terminal.say()
    words = f"{counted(len(watched.read), 'record')} read again on {depositor.target}"
    words += f", {counted(watched.lists, 'list')} asked for" if watched.lists else ""
    changed_words = f"{counted(len(changed), 'DOI')} changed by others" if changed else "nothing changed by others"
    terminal.line((Span(f"{words}; {changed_words}", Style.PLAIN),))
    terminal.show_error(watched.error)


@drift.command("accept")
@doi_argument
@click.option("--reason", required=True, help="Why it is right; it stays in the history of the DOI.")
@target_option
@json_option
@click.pass_obj
def _accept(invocation: Invocation, work: str, reason: str, target: str | None, as_json: bool) -> None:
    """Accept what others changed, with the reason. A later change is reported again."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        status = depositor.accept(WorkFinder(depositor).one(work), reason)
        if as_json:
            terminal.json({"ok": True, "target": status.target, "records": [status.to_dict()]})
        else:
            terminal.lines(StatusList([status]).receipts())


def _to_be_approved(doi: "Doi", flag: str | None, allow_loss: tuple[str, ...]) -> ApprovalMissing:
    """Return the command to run if another person has to approve the deposit."""
    options = [f"--target {flag}"] if flag else []
    options += [f"--allow-loss {as_typed(field)}" for field in allow_loss]
    command = " ".join(["doideposit drift restore", as_typed(str(doi)), *options, "-o restore.json"])
    target = f" --target {flag}" if flag else ""
    return ApprovalMissing(
        "this installation sends only plans that another person has approved",
        hint=f"run `{command}`, let another person run `doideposit approve restore.json{target}`, then run "
        f"`doideposit apply restore.json{target}`",
    )


@drift.command("restore")
@doi_argument
@click.option(
    "--allow-loss",
    multiple=True,
    metavar="FIELD",
    help="Allow the update to delete this field of their version; repeatable.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PLAN.json",
    help="Send nothing, and write the plan into this file, for another person to approve.",
)
@click.option("--by", metavar="NAME", help="With -o: your name, as others know you [default: your account's name].")
@target_option
@json_option
@click.pass_obj
def _restore(
    invocation: Invocation,
    work: str,
    allow_loss: tuple[str, ...],
    yes: bool,
    output: Path | None,
    by: str | None,
    target: str | None,
    as_json: bool,
) -> None:
    """Send your last version again, which replaces what others changed. It shows first what that changes.

    Content that they added is deleted only if --allow-loss names it.
    """
    from doideposit.cli.dialog import DepositDialog
    from doideposit.cli.plans import write_plan
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        doi = WorkFinder(depositor).one(work)
        plan = depositor.restoration(doi, allow_loss=allow_loss)
        dialog = DepositDialog(terminal, depositor, target)
        dialog.show_plan(plan)
        if not plan.ok:
            if as_json:
                terminal.json(plan.to_dict())
            finish(ExitCode.REJECTED)
        if output is not None:
            write_plan(invocation, terminal, depositor, plan, output, by=by, flag=target)
            return
        if depositor.plans.approvals_needed:
            raise _to_be_approved(doi, target, allow_loss)
        dialog.confirm(plan, yes=yes)
        depositor.ready()
        report = depositor.deposit(plan, on_event=dialog.progress())
        if as_json:
            terminal.json(report.to_dict())
        else:
            dialog.show_report(report, again=f"doideposit drift restore {safe(str(doi))}")
    finish(ExitCode.WORLD if report.error else ExitCode.DONE if report.ok else ExitCode.REJECTED)
