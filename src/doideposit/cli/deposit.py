"""`deposit` and `poll`: the plan, the sending, the waiting, and the receipt."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.passwords import PasswordPrompt
from doideposit.cli.plan import MOST_SHOWN, show_plan
from doideposit.cli.receipt import (
    REHEARSED,
    local_time,
    show_error,
    show_receipt,
    state_words,
    status_table,
)
from doideposit.cli.terminal import Terminal
from doideposit.errors import LedgerDamaged, SubmissionInDoubt, UnexpectedAnswer, UsageError, WorldError
from doideposit.files import as_typed
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe, with_target

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import DepositReport, Plan, Progress, WorkStatus
    from doideposit.records.identifiers import Doi

__all__ = ["ask_before_production", "deposit", "poll"]

# The production system is what people mean by “Crossref”.
SHORT = {"sandbox": "the sandbox", "test": "Crossref's test system", "production": "Crossref"}


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
    """Plan, check and submit records or ready-made deposit files.

    Nothing is sent when any record is blocked, unless --skip-invalid is given. Repeating the command is safe: what
    is unchanged is not sent again. An update shows what it changes, and is blocked where it would destroy something.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    prompt = PasswordPrompt(terminal)
    with open_depositor(settings, announce=terminal.note, ask=prompt) as depositor:
        with ProgressIndicator(terminal, "checking"):
            plan = depositor.plan(*paths, retry=retry, allow_loss=allow_loss, unseen=unseen)
        show_plan(terminal, plan, verbose=verbose)
        many = len(plan.entries) > 1
        if dry_run:
            _finish_dry_run(terminal, plan)
        if not plan.ok and not skip_invalid:
            _refuse_plan(terminal, plan)
        if plan.new + plan.updates:
            ask_before_production(terminal, plan, yes=yes)
            depositor.ready(plan)
        with ProgressIndicator(terminal, f"sending to {SHORT[plan.target]}"):
            report = depositor.deposit(plan, on_event=narrator(terminal, many=many))
        code = conclude(
            terminal, settings, depositor, report, wait=wait, flag=target, again=_production_command(invocation, paths)
        )
    finish(code)


def conclude(
    terminal: Terminal,
    settings: "Settings",
    depositor: "Depositor",
    report: "DepositReport",
    *,
    wait: float | None,
    flag: str | None,
    again: str,
    about: "Mapping[str, object] | None" = None,
) -> int:
    """Wait if that was asked for, show the result, and return the exit status.

    `again` is the command that does the same for real; `about` goes into the JSON document beside the report.
    """
    many = len(report.entries) > 1
    dois = {entry.status.doi for entry in report.entries if entry.status and entry.status.is_open}
    if wait is not None and dois and (report.error is None or isinstance(report.error, ABOUT_ONE_FILE)):
        error = wait_shown(terminal, depositor, wait, dois, eager=report.target == "sandbox", many=many)
        report = replace(report, error=error)
    report = _with_current_status(report, depositor)
    if terminal.as_json:
        terminal.json({**report.to_dict(), **(about or {})})
    else:
        show_report(terminal, report, flag=flag, again=again)
        _show_landing(terminal, settings, report, depositor, flag=flag)
        _show_end(terminal, report, depositor, flag=flag)
    return _exit_code(report, waited=wait is not None)


def _finish_dry_run(terminal: Terminal, plan: "Plan") -> None:
    if terminal.as_json:
        terminal.json(plan.to_dict())
    else:
        show_error(terminal, plan.error)
        terminal.say("Dry run: nothing was sent and nothing was written down.")
    finish(plan_status(plan))


def plan_status(plan: "Plan") -> int:
    """Return the exit status of a plan that is only shown: that of the deposit, as far as it can be known."""
    if not plan.ok:
        return ExitCode.REJECTED
    return ExitCode.DONE if plan.error is None else ExitCode.WORLD


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
    return f", or send the rest ({counted(rest, 'record')}) alone with --skip-invalid" if rest else ""


def ask_before_production(terminal: Terminal, plan: "Plan", *, yes: bool) -> None:
    """Ask for confirmation before a plan goes to production; raise `click.Abort` for a no."""
    what = " and ".join(
        counted(number, noun) for number, noun in ((plan.new, "new DOI"), (plan.updates, "update")) if number
    )
    ask_for_production(terminal, plan.target, what, yes=yes)


def ask_for_production(terminal: Terminal, target: str, what: str, *, yes: bool) -> None:
    """Ask for confirmation before `what` goes to production; raise `click.Abort` for a no."""
    if target != "production" or yes:
        return
    if not terminal.interactive:
        raise UsageError(
            "a deposit to production must be confirmed", hint="add --yes if nobody can answer the question"
        )
    # The question stands on a line of its own, which no terminal breaks in the middle of a word.
    terminal.note("A registered DOI can never be deleted.")
    question = f"Deposit {what} to Crossref (production)?"
    if not click.confirm(question, default=False, err=True):
        raise click.Abort


# What the receipt and `doideposit history` tell with the exact time anyway.
UNTOLD = {"prepared", "received"}


def narrator(terminal: Terminal, *, many: bool = False) -> "Callable[[Progress], None]":
    """Return a function that reports progress on standard error; for `many` DOIs the outcomes come at the end."""

    def narrate(progress: "Progress") -> None:
        if progress.kind not in UNTOLD and not (many and progress.kind == "finished"):
            terminal.note(f"  {progress.text}")

    return narrate


def wait_shown(
    terminal: Terminal,
    depositor: "Depositor",
    seconds: float,
    dois: "Collection[Doi]",
    *,
    eager: bool,
    many: bool = False,
) -> WorldError | None:
    """Poll until these DOIs are done, with a bar where one can be drawn and with words everywhere else.

    Returns what went wrong outside and is not settled.
    """
    total = len(dois)
    asked = SHORT[depositor.target]
    if not terminal.lively:
        terminal.note(f"  waiting for {asked}, at most {counted(round(seconds), 'second')}")
    with ProgressIndicator(terminal, f"waiting for {asked}", total) as activity:

        def pausing(pause: float) -> None:
            activity.done(total - _count_open(depositor, dois))
            if not eager:
                then = datetime.now(UTC) + timedelta(seconds=pause)
                # Only the time of day: the next question comes within hours.
                activity.text(f"{asked} is asked again at {local_time(then)[11:]}")

        return wait_until_done(depositor, seconds, narrator(terminal, many=many), dois, eager=eager, pausing=pausing)


# What goes wrong with one file while others are under way: no reason to stop waiting for them.
ABOUT_ONE_FILE = (SubmissionInDoubt, UnexpectedAnswer, LedgerDamaged)


def _count_open(depositor: "Depositor", dois: "Collection[Doi]") -> int:
    return sum(one.doi in dois for one in depositor.statuses(outstanding=True))


def wait_until_done(
    depositor: "Depositor",
    seconds: float,
    narrate: "Callable[[Progress], None]",
    dois: "Collection[Doi]",
    *,
    eager: bool,
    pausing: Callable[[float], None] = lambda _seconds: None,
) -> WorldError | None:
    """Poll until none of these DOIs is open or the time is over; the waiting is done here, by the clock.

    Crossref is asked when the ledger says it is time; an `eager` wait, for a sandbox, asks soon and then every second.
    `pausing` is told before each pause how long it is. Returns what went wrong last, where one is still open.
    """
    end = time.monotonic() + seconds
    soon = chain(EAGER_PAUSES, repeat(EAGER_PAUSES[-1]))
    while _count_open(depositor, dois):
        left = end - time.monotonic()
        due = next(soon) if eager else _seconds_until(depositor.next_due())
        pause = max(0.0, min(due, left))
        pausing(pause)
        time.sleep(pause)
        report = depositor.poll(force=eager or due > left, on_event=narrate)
        passing = report.error is None or isinstance(report.error, ABOUT_ONE_FILE)
        if not passing or time.monotonic() >= end:
            return report.error
    return None


# A sandbox without delays has its answer at once; one with delays takes seconds, and is asked no more often than them.
EAGER_PAUSES = (0.1, 0.2, 0.4, 1.0)


def _seconds_until(moment: datetime | None) -> float:
    return 1.0 if moment is None else max(1.0, (moment - datetime.now(UTC)).total_seconds())


def _with_current_status(report: "DepositReport", depositor: "Depositor") -> "DepositReport":
    """Return the report with the status of every DOI after the waiting."""
    entries = (
        replace(entry, status=depositor.status(entry.status.doi)) if entry.status else entry for entry in report.entries
    )
    return replace(report, entries=tuple(entries))


def _production_command(invocation: Invocation, paths: Iterable[Path]) -> str:
    """Return the command that deposits the same to production."""
    config = f" --config {as_typed(invocation.config_path)}" if invocation.config_path else ""
    return f"doideposit{config} deposit {as_typed(*paths)} --target production"


def show_report(terminal: Terminal, report: "DepositReport", *, flag: str | None, again: str) -> None:
    """Show the result of a deposit: a receipt of a single record, one line for each of several.

    `again` is the command that deposits the same for real; it is the next one after a rehearsal.
    """
    statuses = [entry.status for entry in report.entries if entry.status is not None]
    rehearsed = bool(statuses) and report.target != "production" and all(map(_is_done_well, statuses))
    if len(report.entries) == 1:
        show_receipt(terminal, statuses, flag=flag, again=again if rehearsed else None)
        return
    sent = [entry.status for entry in report.entries if entry.status and entry.action and entry.action.sends]
    terminal.say()
    if len(sent) > MOST_IN_LINES:
        terminal.draw(*status_table(sent, terminal.width))
    else:
        for status in sent:
            words, style = state_words(status)
            title = f"  {safe(status.title)}"
            terminal.line((Span(f"{status.doi}  ", Style.PLACE), Span(words, style), Span(title)))
    show_receipt(terminal, [one for one in statuses if one.needs_person][:MOST_SHOWN], flag=flag)
    states = Counter(state_words(one)[0] for one in sent)
    states.update(entry.action.value for entry in report.entries if entry.action and not entry.action.sends)
    counts = ", ".join(f"{count:,} {words}" for words, count in states.items() if count)
    terminal.say(f"On {report.target}: {counts}")
    if rehearsed and sent:
        terminal.line((Span("next  ", Style.HINT), Span(f"{REHEARSED} `{again}`")))


# Three names still fit on a line of eighty columns.
MOST_IN_LINES = 3


def _is_done_well(status: "WorkStatus") -> bool:
    """Tell whether the latest deposit took effect: a DOI stays registered while an update is under way, or fails."""
    return status.registered and not status.is_open and not status.failed


def _show_landing(
    terminal: Terminal, settings: "Settings", report: "DepositReport", depositor: "Depositor", *, flag: str | None
) -> None:
    """Show the landing-page tags of what is registered in production: all of one DOI, the command for several."""
    from doideposit.cli.tags import show_tags

    statuses = [entry.status for entry in report.entries if entry.status and entry.action and entry.action.sends]
    registered = [one.doi for one in statuses if _is_done_well(one)]
    if report.target != "production" or not registered:
        return
    if len(report.entries) == 1:
        show_tags(terminal, settings, depositor, registered[0])
        return
    more = " …" if len(registered) > MOST_SHOWN else ""
    names = " ".join(map(str, registered[:MOST_SHOWN]))
    terminal.line(
        (Span("cite  ", Style.HINT), Span(f"{CITED} {with_target(f'`doideposit tags {names}{more}`', flag)}"))
    )


CITED = "the citations and the tags for the landing pages:"


def _show_end(terminal: Terminal, report: "DepositReport", depositor: "Depositor", *, flag: str | None) -> None:
    """Show external failures, and when to look again if something is outstanding."""
    show_error(terminal, report.error)
    if any(entry.status is not None and entry.status.is_open for entry in report.entries):
        terminal.say()
        _show_rest(terminal, depositor, depositor.outstanding(), flag)


def _show_outcome(terminal: Terminal, statuses: "list[WorkStatus]", *, flag: str | None) -> None:
    """Show the receipts of a few DOIs; a table of many, and receipts of those that need a person."""
    if len(statuses) <= MOST_IN_FULL:
        show_receipt(terminal, statuses, flag=flag)
        return
    terminal.say()
    terminal.draw(*status_table(statuses, terminal.width))
    show_receipt(terminal, [one for one in statuses if one.needs_person][:MOST_SHOWN], flag=flag)


# More than eight receipts are longer than a screen, and a table shows more.
MOST_IN_FULL = 8


def _exit_code(report: "DepositReport", *, waited: bool) -> int:
    if report.error is not None:
        return ExitCode.WORLD
    if not report.ok:
        return ExitCode.REJECTED
    pending = any(entry.status is not None and entry.status.is_open for entry in report.entries)
    return ExitCode.PENDING if waited and pending else ExitCode.DONE


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
    with open_depositor(settings, announce=terminal.note, ask=PasswordPrompt(terminal)) as depositor:
        with ProgressIndicator(terminal, f"asking {SHORT[settings.target]}"):
            report = depositor.poll(force=force, on_event=narrator(terminal))
        if as_json:
            terminal.json(report.to_dict())
        else:
            _show_outcome(terminal, list(report.changed), flag=target)
            show_error(terminal, report.error)
            if report.changed or report.error:
                terminal.say()
            _show_rest(terminal, depositor, report.outstanding, target)
        rejected = any(status.outcome is not None and not status.outcome.is_registered for status in report.changed)
    finish(ExitCode.WORLD if report.error else ExitCode.REJECTED if rejected else ExitCode.DONE)


def _show_rest(terminal: Terminal, depositor: "Depositor", outstanding: int, flag: str | None) -> None:
    """Show what is not finished, when to ask again, and with which command."""
    where = SHORT[depositor.target]
    if not outstanding:
        terminal.say(f"Nothing is outstanding at {where}.")
        return
    due = depositor.next_due()
    when = f" after {local_time(due)}" if due and due > datetime.now(UTC) else " now"
    command = with_target("`doideposit poll`", flag)
    are = "is" if outstanding == 1 else "are"
    terminal.say(f"{counted(outstanding, 'DOI')} {are} not finished at {where}: look again{when} with {command}")
