"""`deposit` and `poll`: the plan, the sending, the waiting, and the receipt."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.check import show_findings
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.passwords import PasswordPrompt
from doideposit.cli.receipt import local_time, show_receipt, show_trouble
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.findings import Severity
from doideposit.lifecycle import is_open
from doideposit.planning import Action
from doideposit.reports.findings import Span, Style, Tally, counted, safe

if TYPE_CHECKING:
    from doideposit.workflow import Depositor, DepositReport, Plan, Progress, WorkStatus

__all__ = ["deposit", "poll"]

TARGETS = {
    "sandbox": "sandbox (the embedded Crossref: nothing leaves this machine)",
    "test": "test (Crossref's test system: nothing is registered for readers)",
    "production": "production (Crossref: what is registered stays registered)",
}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECORD-OR-XML...")
@target_option
@click.option("--wait", type=click.FloatRange(0), metavar="SECONDS", help="Poll until done, at most this long.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing, not even the ledger.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production.")
@click.option("--retry", is_flag=True, help="Send again what Crossref rejected unchanged, because its cause is mended.")
@click.option("--skip-invalid", is_flag=True, help="Send the records that are right, although others are not.")
@click.option("--verbose", "-v", is_flag=True, help="Show remarks and original messages.")
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
    skip_invalid: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Plan, check and submit records or ready-made deposit files.

    Nothing is sent when any record is blocked, unless --skip-invalid is given. Repeating the command is safe: what
    is unchanged is not sent again.
    """
    from doideposit.wiring import ask_beforehand, open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    prompt = PasswordPrompt(terminal)
    with open_depositor(settings, announce=terminal.note, ask=prompt) as depositor:
        plan = depositor.plan(*paths, retry=retry)
        if dry_run or not as_json:
            _show_plan(terminal, plan, verbose=verbose)
        if dry_run:
            _finish_dry_run(terminal, plan)
        if not plan.ok and not skip_invalid:
            _refuse(terminal, plan)
        if plan.new + plan.updates:
            _ask(terminal, plan, yes=yes)
            ask_beforehand(settings, prompt)
        report = depositor.deposit(*paths, retry=retry, on_event=_narrator(terminal))
        if wait is not None and report.trouble is None:
            wait_until_done(depositor, wait, _narrator(terminal), eager=settings.target == "sandbox")
        _finish(terminal, report, depositor, waited=wait is not None)


def _show_plan(terminal: Terminal, plan: "Plan", *, verbose: bool) -> None:
    if terminal.as_json:
        return
    findings = [finding for entry in plan.entries for finding in entry.findings]
    shown = Tally()
    shown.add(findings if verbose else (finding for finding in findings if finding.stops))
    if shown.seen:
        show_findings(terminal, shown, len(plan.entries), verbose=verbose, each=False)
        terminal.say()
    terminal.line((Span(f"Plan for {TARGETS[plan.target]}", Style.HEADING),))
    styles = {Action.BLOCKED: Style.ERROR, Action.UNCHANGED: Style.DIM}
    for entry in plan.entries:
        reason = f": {safe(entry.reason)}" if entry.reason and entry.action in styles else ""
        name = str(entry.doi) if entry.doi else "no DOI"
        style = styles.get(entry.action, Style.GOOD)
        terminal.line((Span(f"  {entry.action.value:<10}", style), Span(f"{name}  {safe(entry.source)}{reason}")))
    fee = " (Crossref charges for each)" if plan.new and plan.target == "production" else ""
    warnings = sum(one.severity is Severity.WARNING for one in findings)
    if warnings and not verbose:
        terminal.line(
            (Span(f"  {counted(warnings, 'warning')} travel along: `doideposit check` shows them", Style.DIM),)
        )
    terminal.say(
        f"  {plan.new} new{fee}, {plan.updates} to update (free), {plan.unchanged} unchanged, {plan.blocked} blocked"
    )


def _finish_dry_run(terminal: Terminal, plan: "Plan") -> None:
    if terminal.as_json:
        terminal.json(plan.to_dict())
    else:
        terminal.say("Dry run: nothing was sent and nothing was written down.")
    finish(ExitCode.DONE if plan.ok else ExitCode.REJECTED)


def _refuse(terminal: Terminal, plan: "Plan") -> None:
    """Stop before anything is sent: a half-done deposit is harder to keep in mind than none."""
    if terminal.as_json:
        terminal.json(plan.to_dict())
    else:
        terminal.say()
        terminal.line(
            (Span("Nothing was sent. ", Style.ERROR), Span("Correct what is blocked, or add --skip-invalid."))
        )
    finish(ExitCode.REJECTED)


def _ask(terminal: Terminal, plan: "Plan", *, yes: bool) -> None:
    if plan.target != "production" or yes:
        return
    if not terminal.interactive:
        raise UsageError("depositing to production needs a yes", hint="add --yes when nobody is there to answer")
    question = f"Deposit {plan.new} new and {plan.updates} changed DOIs to production, where they stay for ever?"
    if not click.confirm(question, default=False, err=True):
        raise click.Abort


def _narrator(terminal: Terminal) -> "Callable[[Progress], None]":
    def narrate(progress: "Progress") -> None:
        terminal.note(f"  {progress.text}")

    return narrate


def wait_until_done(
    depositor: "Depositor", seconds: float, narrate: "Callable[[Progress], None]", *, eager: bool
) -> None:
    """Poll until nothing is outstanding or the time is over; the waiting is done here, by the clock.

    Crossref is asked when the ledger says it is time; an `eager` wait, for a sandbox, asks every second.
    """
    end = time.monotonic() + seconds
    while depositor.outstanding():
        left = end - time.monotonic()
        due = EAGER_PAUSE if eager else _until(depositor.next_due())
        time.sleep(max(0.0, min(due, left)))
        report = depositor.poll(force=eager or due > left, on_event=narrate)
        if report.trouble is not None or time.monotonic() >= end:
            return


EAGER_PAUSE = 1.0


def _until(moment: datetime | None) -> float:
    return EAGER_PAUSE if moment is None else max(EAGER_PAUSE, (moment - datetime.now(UTC)).total_seconds())


def _finish(terminal: Terminal, report: "DepositReport", depositor: "Depositor", *, waited: bool) -> None:
    entries = tuple(
        replace(entry, status=depositor.status(entry.status.doi)) if entry.status else entry for entry in report.entries
    )
    report = replace(report, entries=entries)
    statuses = [entry.status for entry in entries if entry.status is not None]
    if terminal.as_json:
        terminal.json(report.to_dict())
    else:
        show_receipt(terminal, statuses)
        show_trouble(terminal, report.trouble)
    finish(_exit_code(report, statuses, waited=waited))


def _exit_code(report: "DepositReport", statuses: "list[WorkStatus]", *, waited: bool) -> int:
    if report.trouble is not None:
        return ExitCode.WORLD
    if not report.ok:
        return ExitCode.REJECTED
    pending = any(status.state is not None and is_open(status.state) for status in statuses)
    return ExitCode.PENDING if waited and pending else ExitCode.DONE


@click.command()
@target_option
@click.option("--all", "force", is_flag=True, help="Ask about everything now, not only about what is due.")
@json_option
@click.pass_obj
def poll(invocation: Invocation, target: str | None, force: bool, as_json: bool) -> None:
    """Ask once what became of everything outstanding, and send what is waiting to be sent."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note, ask=PasswordPrompt(terminal)) as depositor:
        report = depositor.poll(force=force, on_event=_narrator(terminal))
        if as_json:
            terminal.json(report.to_dict())
        else:
            show_receipt(terminal, report.changed)
            show_trouble(terminal, report.trouble)
            _show_rest(terminal, depositor, report.outstanding)
        rejected = any(status.outcome is not None and not status.outcome.is_registered for status in report.changed)
    finish(ExitCode.WORLD if report.trouble else ExitCode.REJECTED if rejected else ExitCode.DONE)


def _show_rest(terminal: Terminal, depositor: "Depositor", outstanding: int) -> None:
    if not outstanding:
        terminal.say("Nothing is outstanding.")
        return
    due = depositor.next_due()
    when = f"; look again after {local_time(due)}" if due else ""
    terminal.say(f"{outstanding} outstanding{when} with `doideposit poll`.")
