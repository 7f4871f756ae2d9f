"""`deposit` and `poll`: the plan, the sending, the waiting, and the receipt."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.dialog import MOST_SHOWN, DepositDialog
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import StatusList
from doideposit.cli.terminal import Terminal
from doideposit.deposits.wording import name_of
from doideposit.files import as_typed
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style

if TYPE_CHECKING:
    from doideposit.deposits.values import Plan, WorkStatus

__all__ = ["deposit", "poll"]

RETRY = (
    "Send EVERYTHING that is named here again, unless it is under way: what Crossref rejected, and also what is "
    "registered and unchanged."
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECORD-OR-XML...")
@target_option
@click.option("--wait", type=click.FloatRange(0), metavar="SECONDS", help="Poll until done, at most this long.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing; the exit code is that of the deposit.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production.")
@click.option("--retry", is_flag=True, help=RETRY)
@click.option("--allow-loss", multiple=True, metavar="FIELD", help="Allow an update to delete this field; repeatable.")
@click.option("--unseen", metavar="REASON", help="Send although the registered record could not be read from Crossref.")
@click.option("--skip-invalid", is_flag=True, help="Send the other records, and leave out those that are blocked.")
@click.option("--verbose", "-v", is_flag=True, help="Show everything: every record, info, original messages.")
@json_option
@click.pass_obj
def deposit(
    invocation: Invocation,
    paths: tuple[Path, ...],
    target: str | None,
    wait: float | None,
    dry_run: bool,
    yes: bool,
    retry: bool,
    allow_loss: tuple[str, ...],
    unseen: str | None,
    skip_invalid: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Check records or ready-made deposit files, show the plan, and send them to Crossref.

    Nothing is sent when any record is blocked, unless --skip-invalid is given. Repeating the command is safe: what
    is unchanged is not sent again. An update shows what it changes, and is blocked where it would destroy something.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note, ask=terminal.ask_password) as depositor:
        dialog = DepositDialog(terminal, depositor, target)
        with ProgressIndicator(terminal, "checking"):
            plan = depositor.plan(*paths, retry=retry, allow_loss=allow_loss, unseen=unseen)
        dialog.show_plan(plan, verbose=verbose)
        if dry_run:
            _finish_dry_run(terminal, plan)
        if not plan.ok and not skip_invalid:
            _refuse_plan(terminal, plan)
        if plan.new + plan.updates:
            dialog.confirm(plan, yes=yes)
            depositor.ready(plan)
        with ProgressIndicator(terminal, f"sending to {name_of(plan.target)}"):
            report = depositor.deposit(plan, on_event=dialog.progress(many=len(plan.entries) > 1))
        code = dialog.conclude(settings, report, wait=wait, again=_production_command(invocation, paths))
    finish(code)


def _finish_dry_run(terminal: Terminal, plan: "Plan") -> None:
    if terminal.as_json:
        terminal.json(plan.to_dict())
    else:
        terminal.show_error(plan.error)
        terminal.say("Dry run: nothing was sent and nothing was recorded.")
    finish(DepositDialog.exit_code_of(plan))


def _refuse_plan(terminal: Terminal, plan: "Plan") -> None:
    """Stop before anything is sent: a deposit of half the records is harder to follow than none."""
    if terminal.as_json:
        terminal.json(plan.to_dict())
    else:
        terminal.say()
        terminal.line(
            (
                Span("Nothing was sent. ", Style.ERROR),
                Span(f"Correct what is blocked{_advice_for_rest(plan)}."),
            )
        )
    finish(ExitCode.REJECTED)


def _advice_for_rest(plan: "Plan") -> str:
    """Return how to send the rest of a plan alone; empty if there is no rest."""
    rest = plan.new + plan.updates
    return f", or send only the rest ({counted(rest, 'record')}) with --skip-invalid" if rest else ""


def _production_command(invocation: Invocation, paths: Iterable[Path]) -> str:
    """Return the command that deposits the same to production."""
    config = f" --config {as_typed(invocation.config_path)}" if invocation.config_path else ""
    return f"doideposit{config} deposit {as_typed(*paths)} --target production"


def _show_outcome(terminal: Terminal, statuses: "list[WorkStatus]", *, flag: str | None) -> None:
    """Show the receipts of a few DOIs; a table of many, and receipts of those that need a person."""
    if len(statuses) <= MOST_IN_FULL:
        terminal.lines(StatusList(statuses).receipts(flag=flag))
        return
    terminal.say()
    terminal.lines(StatusList(statuses).table(terminal.width))
    needing = [status for status in statuses if status.needs_person][:MOST_SHOWN]
    terminal.lines(StatusList(needing).receipts(flag=flag))


# More than eight receipts are longer than a screen, and a table shows more.
MOST_IN_FULL = 8


@click.command()
@target_option
@click.option("--all", "force", is_flag=True, help="Ask about everything now, not only about what is due.")
@json_option
@click.pass_obj
def poll(invocation: Invocation, target: str | None, force: bool, as_json: bool) -> None:
    """Ask Crossref once for the results of everything outstanding, and send the files that wait."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note, ask=terminal.ask_password) as depositor:
        dialog = DepositDialog(terminal, depositor, target)
        with ProgressIndicator(terminal, f"asking {name_of(settings.target)}"):
            report = depositor.poll(force=force, on_event=dialog.progress())
        if as_json:
            terminal.json(report.to_dict())
        else:
            _show_outcome(terminal, list(report.changed), flag=target)
            terminal.show_error(report.error)
            if report.changed or report.error:
                terminal.say()
            dialog.show_rest(report.outstanding)
        rejected = any(status.outcome is not None and not status.outcome.is_registered for status in report.changed)
    finish(ExitCode.WORLD if report.error else ExitCode.REJECTED if rejected else ExitCode.DONE)
