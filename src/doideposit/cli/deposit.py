"""`deposit` and `poll`: the plan, the sending, the waiting, and the receipt."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.activity import Activity
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.passwords import PasswordPrompt
from doideposit.cli.receipt import local_time, show_receipt, show_trouble, status_table, with_target
from doideposit.cli.terminal import Terminal, source_line
from doideposit.deposits.planning import Action
from doideposit.errors import UsageError
from doideposit.findings import Finding, Severity
from doideposit.lifecycle import is_open
from doideposit.reports.findings import Span, Style, counted, detailed, in_order, safe

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import DepositReport, Plan, Progress, WorkStatus

__all__ = ["deposit", "poll"]

TARGETS = {
    "sandbox": "sandbox (the embedded Crossref: nothing leaves this machine)",
    "test": "test (Crossref's test system: nothing is registered for readers)",
    "production": "production (Crossref: what is registered stays registered)",
}
SHORT = {"sandbox": "the sandbox", "test": "Crossref's test system", "production": "Crossref"}


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
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    prompt = PasswordPrompt(terminal)
    with open_depositor(settings, announce=terminal.note, ask=prompt) as depositor:
        with Activity(terminal, "checking"):
            plan = depositor.plan(*paths, retry=retry)
        _show_plan(terminal, plan, verbose=verbose)
        if dry_run:
            _finish_dry_run(terminal, plan)
        if not plan.ok and not skip_invalid:
            _refuse(terminal, plan)
        if plan.new + plan.updates:
            _ask(terminal, plan, yes=yes)
            depositor.ready()
        with Activity(terminal, f"sending to {SHORT[plan.target]}"):
            report = depositor.deposit(plan, on_event=narrator(terminal))
        if wait is not None and report.trouble is None and depositor.outstanding():
            wait_shown(terminal, depositor, wait, eager=settings.target == "sandbox")
        _finish(terminal, report, depositor, waited=wait is not None, flag=target)


def _show_plan(terminal: Terminal, plan: "Plan", *, verbose: bool) -> None:
    """The plan, as a person reads it before anything is sent; a program gets it with the result."""
    if terminal.as_json:
        return
    findings = [_in(entry.source, finding) for entry in plan.entries for finding in entry.findings]
    shown = [finding for finding in findings if verbose or finding.stops]
    if shown:
        terminal.lines(detailed(in_order(shown[:MOST_SHOWN]), source_line, verbose=verbose, width=terminal.width))
        if len(shown) > MOST_SHOWN:
            terminal.say(f"… and {len(shown) - MOST_SHOWN:,} more: `doideposit check` shows all")
        terminal.say()
    terminal.line((Span(f"Plan for {TARGETS[plan.target]}", Style.HEADING),))
    _show_entries(terminal, plan, verbose=verbose)
    warnings = sum(one.severity is Severity.WARNING for one in findings)
    if warnings and not verbose:
        told = "1 warning travels" if warnings == 1 else f"{warnings:,} warnings travel"
        terminal.line(
            (Span(f"  {told} along: `doideposit check` shows {'it' if warnings == 1 else 'them'}", Style.DIM),)
        )
    terminal.say(f"  {_sum(plan)}")


def _in(source: str, finding: Finding) -> Finding:
    """The finding with its file, also where it is about the whole of it, as what the ledger says of a DOI is."""
    return finding if finding.where.file else finding.at(replace(finding.where, file=source))


def _show_entries(terminal: Terminal, plan: "Plan", *, verbose: bool) -> None:
    """One line for each input, what is blocked first where not all can be shown."""
    styles = {Action.BLOCKED: Style.ERROR, Action.UNCHANGED: Style.DIM}
    entries = list(plan.entries)
    if len(entries) > MOST_SHOWN and not verbose:
        entries.sort(key=lambda entry: list(ORDER).index(entry.action))
        del entries[MOST_SHOWN:]
    for entry in entries:
        reason = f": {safe(entry.reason)}" if entry.reason and entry.action in styles else ""
        name = str(entry.doi) if entry.doi else "no DOI"
        style = styles.get(entry.action, Style.GOOD)
        terminal.line((Span(f"  {entry.action.value:<10}", style), Span(f"{name}  {safe(entry.source)}{reason}")))
    if len(entries) < len(plan.entries):
        terminal.say(f"  … and {len(plan.entries) - len(entries):,} more: --verbose shows all")


MOST_SHOWN = 30
ORDER = (Action.BLOCKED, Action.REGISTER, Action.UPDATE, Action.UNCHANGED)


def _sum(plan: "Plan") -> str:
    """What it comes to, and what costs a fee."""
    parts = []
    if plan.new:
        charged = "each" if plan.new > 1 else "it"
        fee = f"Crossref charges a fee for {charged}" if plan.target == "production" else "no fee here"
        parts.append(f"{counted(plan.new, 'new DOI')} ({fee})")
    if plan.updates:
        parts.append(f"{counted(plan.updates, 'update')} (free)")
    if plan.unchanged:
        parts.append(f"{plan.unchanged:,} unchanged")
    if plan.blocked:
        parts.append(f"{plan.blocked:,} blocked")
    return ", ".join(parts) + ("" if plan.new + plan.updates else ": nothing to send")


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
    what = " and ".join(
        counted(number, noun) for number, noun in ((plan.new, "new DOI"), (plan.updates, "update")) if number
    )
    question = f"Deposit {what} to Crossref (production)? A registered DOI can never be deleted."
    if not click.confirm(question, default=False, err=True):
        raise click.Abort


def narrator(terminal: Terminal) -> "Callable[[Progress], None]":
    """Says on standard error what happens, while it happens."""

    def narrate(progress: "Progress") -> None:
        terminal.note(f"  {progress.text}")

    return narrate


def wait_shown(terminal: Terminal, depositor: "Depositor", seconds: float, *, eager: bool) -> None:
    """Wait until everything is done, with a bar where one can be drawn and with words everywhere else."""
    total = depositor.outstanding()
    asked = SHORT[depositor.target]
    if not terminal.lively:
        terminal.note(f"  waiting for {asked}, at most {counted(round(seconds), 'second')}")
    with Activity(terminal, f"waiting for {asked}", total) as activity:

        def pausing(pause: float) -> None:
            activity.done(total - depositor.outstanding())
            if not eager:
                then = datetime.now(UTC) + timedelta(seconds=pause)
                activity.text(f"{asked} is asked again at {local_time(then)[11:]}")

        wait_until_done(depositor, seconds, narrator(terminal), eager=eager, pausing=pausing)


def wait_until_done(
    depositor: "Depositor",
    seconds: float,
    narrate: "Callable[[Progress], None]",
    *,
    eager: bool,
    pausing: Callable[[float], None] = lambda _seconds: None,
) -> None:
    """Poll until nothing is outstanding or the time is over; the waiting is done here, by the clock.

    Crossref is asked when the ledger says it is time; an `eager` wait, for a sandbox, asks every second. `pausing` is
    told before each pause how long it is.
    """
    end = time.monotonic() + seconds
    while depositor.outstanding():
        left = end - time.monotonic()
        due = EAGER_PAUSE if eager else _until(depositor.next_due())
        pause = max(0.0, min(due, left))
        pausing(pause)
        time.sleep(pause)
        report = depositor.poll(force=eager or due > left, on_event=narrate)
        if report.trouble is not None or time.monotonic() >= end:
            return


EAGER_PAUSE = 1.0


def _until(moment: datetime | None) -> float:
    return EAGER_PAUSE if moment is None else max(EAGER_PAUSE, (moment - datetime.now(UTC)).total_seconds())


def _finish(
    terminal: Terminal, report: "DepositReport", depositor: "Depositor", *, waited: bool, flag: str | None
) -> None:
    entries = tuple(
        replace(entry, status=depositor.status(entry.status.doi)) if entry.status else entry for entry in report.entries
    )
    report = replace(report, entries=entries)
    statuses = [entry.status for entry in entries if entry.status is not None]
    if terminal.as_json:
        terminal.json(report.to_dict())
    else:
        show_outcome(terminal, statuses, flag=flag)
        show_trouble(terminal, report.trouble)
        if any(status.is_open for status in statuses):
            terminal.say()
            _show_rest(terminal, depositor, depositor.outstanding(), flag)
    finish(_exit_code(report, statuses, waited=waited))


def show_outcome(terminal: Terminal, statuses: "list[WorkStatus]", *, flag: str | None) -> None:
    """The receipt: in full for a few DOIs; a table for many, and in full those that need a person."""
    if len(statuses) <= MOST_IN_FULL:
        show_receipt(terminal, statuses, flag=flag)
        return
    terminal.say()
    terminal.draw(*status_table(statuses, terminal.width))
    show_receipt(terminal, [one for one in statuses if one.needs_person][:MOST_SHOWN], flag=flag)


MOST_IN_FULL = 8


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
        with Activity(terminal, f"asking {SHORT[settings.target]}"):
            report = depositor.poll(force=force, on_event=narrator(terminal))
        if as_json:
            terminal.json(report.to_dict())
        else:
            show_outcome(terminal, list(report.changed), flag=target)
            show_trouble(terminal, report.trouble)
            if report.changed or report.trouble:
                terminal.say()
            _show_rest(terminal, depositor, report.outstanding, target)
        rejected = any(status.outcome is not None and not status.outcome.is_registered for status in report.changed)
    finish(ExitCode.WORLD if report.trouble else ExitCode.REJECTED if rejected else ExitCode.DONE)


def _show_rest(terminal: Terminal, depositor: "Depositor", outstanding: int, flag: str | None) -> None:
    """What is not finished, when to look again, and with which command."""
    where = SHORT[depositor.target]
    if not outstanding:
        terminal.say(f"Nothing is outstanding at {where}.")
        return
    due = depositor.next_due()
    when = f" after {local_time(due)}" if due and due > datetime.now(UTC) else " now"
    command = with_target("`doideposit poll`", flag)
    are = "is" if outstanding == 1 else "are"
    terminal.say(f"{counted(outstanding, 'DOI')} {are} not finished at {where}: look again{when} with {command}")
