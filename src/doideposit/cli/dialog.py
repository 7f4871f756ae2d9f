"""The talk with a person around a deposit: the plan and the question before it, progress and waiting, the result."""

import getpass
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode
from doideposit.cli.receipt import REHEARSED, StatusList, local_time
from doideposit.cli.terminal import Terminal
from doideposit.deposits.planning import Action, ReasonCode
from doideposit.deposits.wording import name_of
from doideposit.errors import LedgerDamaged, SubmissionInDoubt, UnexpectedAnswer, UsageError, WorldError
from doideposit.findings import Finding, Severity, counted
from doideposit.reports.findings import FindingList, Line, Span, Style, safe, with_target

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import DepositReport, Plan, PlanEntry, Progress, WorkStatus
    from doideposit.records.identifiers import Doi

__all__ = ["MOST_SHOWN", "DepositDialog"]

TARGETS = {
    "sandbox": "sandbox (the simulated Crossref: nothing leaves this machine)",
    "test": "test (Crossref's test system: nothing is registered for readers)",
    "production": "production (Crossref: what is registered stays registered)",
}
# People read so many lines of one kind; in a longer list they look for one line, and --verbose shows all.
MOST_SHOWN = 30
STYLES = {Action.BLOCKED: Style.ERROR, Action.UNCHANGED: Style.DIM}

# What goes wrong with one file while others are under way: no reason to stop waiting for them.
ABOUT_ONE_FILE = (SubmissionInDoubt, UnexpectedAnswer, LedgerDamaged)
# A sandbox without delays has its answer at once; one with delays takes seconds, and is asked no more often than them.
EAGER_PAUSES = (0.1, 0.2, 0.4, 1.0)
# What the receipt and `doideposit history` tell with the exact time anyway.
UNTOLD = {"prepared", "received"}
# Three names still fit on a line of eighty columns.
MOST_IN_LINES = 3


@dataclass(frozen=True, slots=True)
class DepositDialog:
    """Talk with a person around a deposit; `flag` is the target as it was given, for commands that are shown."""

    terminal: Terminal
    depositor: "Depositor"
    flag: str | None = None

    def show_plan(self, plan: "Plan", *, verbose: bool = False) -> None:
        """Show the plan to a person; a program gets it with the result.

        Errors come first, in full. What is unchanged takes one line for each reason, however many records there are.
        """
        terminal = self.terminal
        if terminal.as_json:
            return
        findings = [_with_file(entry.source, finding) for entry in plan.entries for finding in entry.findings]
        shown = FindingList(finding for finding in findings if verbose or finding.stops).in_order()
        terminal.show_findings(shown[:MOST_SHOWN], verbose=verbose)
        if len(shown) > MOST_SHOWN:
            terminal.say(f"… and {len(shown) - MOST_SHOWN:,} more: `doideposit check` shows all")
        if shown:
            terminal.say()
        terminal.line((Span(f"Plan for {TARGETS[plan.target]}", Style.HEADING),))
        terminal.lines(_unchanged_lines(plan, every=verbose or len(plan.entries) == 1))
        for action in (Action.BLOCKED, Action.UPDATE, Action.REGISTER):
            entries = [entry for entry in plan.entries if entry.action is action]
            terminal.lines(_entry_lines(entries if verbose else entries[:MOST_SHOWN]))
            if not verbose and len(entries) > MOST_SHOWN:
                terminal.say(f"  … and {len(entries) - MOST_SHOWN:,} more to {action}: --verbose shows all")
        if not verbose:
            terminal.lines(_warning_lines(plan))
        terminal.lines(_retry_warning(plan))
        terminal.say(f"  {_plan_summary(plan)}")

    def confirm(self, what: "str | Plan", *, yes: bool) -> None:
        """Ask for confirmation before a plan, or `what`, goes to production; raise `click.Abort` for a no."""
        if self.depositor.target != "production" or yes:
            return
        if not self.terminal.interactive:
            raise UsageError(
                "a deposit to production must be confirmed", hint="add --yes if nobody can answer the question"
            )
        # The question is on a line of its own, which no terminal breaks in the middle of a word.
        self.terminal.note("A registered DOI can never be deleted.")
        words = what if isinstance(what, str) else self.sent_by(what)
        if not click.confirm(f"Deposit {words} to Crossref (production)?", default=False, err=True):
            raise click.Abort

    @staticmethod
    def sent_by(*plans: "Plan") -> str:
        """Return in words what plans send."""
        numbers = ((sum(plan.new for plan in plans), "new DOI"), (sum(plan.updates for plan in plans), "update"))
        return " and ".join(counted(number, noun) for number, noun in numbers if number)

    @staticmethod
    def person(by: str | None) -> str:
        """Return who is at the keyboard."""
        try:
            return by or getpass.getuser()
        except (KeyError, OSError):
            # An account without a name, as in some containers.
            raise UsageError("your name is not known", hint='give it: --by "Your Name"') from None

    def progress(self, *, many: bool = False) -> "Callable[[Progress], None]":
        """Return a function that tells progress on standard error; for `many` DOIs the outcomes come at the end."""

        def tell(progress: "Progress") -> None:
            if progress.kind not in UNTOLD and not (many and progress.kind == "finished"):
                self.terminal.note(f"  {progress.text}")

        return tell

    def wait(self, seconds: float, dois: "Collection[Doi]", *, many: bool = False) -> WorldError | None:
        """Poll until these DOIs are done, with a bar where one can be drawn and with words everywhere else.

        Returns the external failure that is not over yet, if there is one.
        """
        asked, eager = name_of(self.depositor.target), self.depositor.target == "sandbox"
        if not self.terminal.lively:
            self.terminal.note(f"  waiting for {asked}, at most {counted(round(seconds), 'second')}")
        with ProgressIndicator(self.terminal, f"waiting for {asked}", len(dois)) as activity:

            def pausing(pause: float) -> None:
                activity.done(len(dois) - self._count_open(dois))
                if not eager:
                    then = datetime.now(UTC) + timedelta(seconds=pause)
                    # Only the time of day: the next question comes within hours.
                    activity.text(f"{asked} is asked again at {local_time(then)[11:]}")

            return self.poll_until_done(seconds, dois, self.progress(many=many), eager=eager, pausing=pausing)

    def _count_open(self, dois: "Collection[Doi]") -> int:
        return sum(status.doi in dois for status in self.depositor.statuses(outstanding=True))

    def poll_until_done(
        self,
        seconds: float,
        dois: "Collection[Doi]",
        tell: "Callable[[Progress], None]",
        *,
        eager: bool,
        pausing: Callable[[float], None] = lambda _seconds: None,
    ) -> WorldError | None:
        """Poll until none of these DOIs is open or the time is over; the waiting is done here, by the clock.

        Crossref is asked when the ledger says it is time; an `eager` wait, for a sandbox, asks soon and then every
        second. `pausing` is told before each pause how long it is. Returns what went wrong last, where one is open.
        """
        end = time.monotonic() + seconds
        soon = chain(EAGER_PAUSES, repeat(EAGER_PAUSES[-1]))
        while self._count_open(dois):
            left = end - time.monotonic()
            due = next(soon) if eager else _seconds_until(self.depositor.next_due())
            pause = max(0.0, min(due, left))
            pausing(pause)
            time.sleep(pause)
            report = self.depositor.poll(force=eager or due > left, on_event=tell)
            passing = report.error is None or isinstance(report.error, ABOUT_ONE_FILE)
            if not passing or time.monotonic() >= end:
                return report.error
        return None

    def conclude(
        self,
        settings: "Settings",
        report: "DepositReport",
        *,
        wait: float | None,
        again: str,
        about: "Mapping[str, object] | None" = None,
    ) -> int:
        """Wait if that was asked for, show the result, and return the exit code.

        `again` is the command that does the same for real; `about` goes into the JSON document beside the report.
        """
        dois = {entry.status.doi for entry in report.entries if entry.status and entry.status.is_open}
        error = report.error
        if wait is not None and dois and (error is None or isinstance(error, ABOUT_ONE_FILE)):
            error = self.wait(wait, dois, many=len(report.entries) > 1)
        entries = (
            replace(entry, status=self.depositor.status(entry.status.doi)) if entry.status else entry
            for entry in report.entries
        )
        report = replace(report, entries=tuple(entries), error=error)
        pending = any(entry.status is not None and entry.status.is_open for entry in report.entries)
        if self.terminal.as_json:
            self.terminal.json({**report.to_dict(), **(about or {})})
        else:
            self.show_report(report, again=again)
            self._show_landing(settings, report)
            self.terminal.show_error(report.error)
            if pending:
                self.terminal.say()
                self.show_rest(self.depositor.outstanding())
        if report.error is not None:
            return ExitCode.WORLD
        if not report.ok:
            return ExitCode.REJECTED
        return ExitCode.PENDING if wait is not None and pending else ExitCode.DONE

    @staticmethod
    def exit_code_of(plan: "Plan") -> int:
        """Return the exit code of a plan that is only shown: that of the deposit, as far as it can be known."""
        if not plan.ok:
            return ExitCode.REJECTED
        return ExitCode.DONE if plan.error is None else ExitCode.WORLD

    def show_report(self, report: "DepositReport", *, again: str) -> None:
        """Show the result of a deposit: a receipt of a single record, one line for each of several.

        `again` is the command that deposits the same for real; it is the next one after a rehearsal.
        """
        terminal = self.terminal
        statuses = [entry.status for entry in report.entries if entry.status is not None]
        rehearsed = bool(statuses) and report.target != "production" and all(map(_is_done_well, statuses))
        if len(report.entries) == 1:
            terminal.lines(StatusList(statuses).receipts(flag=self.flag, again=again if rehearsed else None))
            return
        sent = [entry.status for entry in report.entries if entry.status and entry.action and entry.action.sends]
        terminal.say()
        listed = StatusList(sent)
        terminal.lines(listed.table(terminal.width) if len(sent) > MOST_IN_LINES else listed.short())
        needing = [work for work in statuses if work.needs_person][:MOST_SHOWN]
        terminal.lines(StatusList(needing).receipts(flag=self.flag))
        states = listed.counts()
        states.update(entry.action.value for entry in report.entries if entry.action and not entry.action.sends)
        counts = ", ".join(f"{count:,} {words}" for words, count in states.items() if count)
        terminal.say(f"On {report.target}: {counts}")
        if rehearsed and sent:
            terminal.line((Span("next  ", Style.HINT), Span(f"{REHEARSED} `{again}`")))

    def _show_landing(self, settings: "Settings", report: "DepositReport") -> None:
        """Show the landing-page tags of what is registered in production: all of one DOI, the command for several."""
        from doideposit.cli.tags import show_tags
        from doideposit.cli.works import WorkFinder

        statuses = [entry.status for entry in report.entries if entry.status and entry.action and entry.action.sends]
        registered = [status.doi for status in statuses if _is_done_well(status)]
        if report.target != "production" or not registered:
            return
        if len(report.entries) == 1:
            record = WorkFinder(self.depositor).read_deposited(settings, registered[0]).record
            if record is not None:
                self.terminal.say()
                show_tags(self.terminal, record.commentary)
            return
        more = " …" if len(registered) > MOST_SHOWN else ""
        names = " ".join(map(str, registered[:MOST_SHOWN]))
        command = with_target(f"`doideposit tags {names}{more}`", self.flag)
        words = f"the citations and the tags for the landing pages: {command}"
        self.terminal.line((Span("cite  ", Style.HINT), Span(words)))

    def show_rest(self, outstanding: int) -> None:
        """Show what is not finished, when to ask again, and with which command."""
        where = name_of(self.depositor.target)
        if not outstanding:
            self.terminal.say(f"Nothing is outstanding at {where}.")
            return
        due = self.depositor.next_due()
        when = f" after {local_time(due)}" if due and due > datetime.now(UTC) else " now"
        command = with_target("`doideposit poll`", self.flag)
        what = f"{counted(outstanding, 'DOI')} {'is' if outstanding == 1 else 'are'} not finished at {where}"
        self.terminal.say(f"{what}: look again{when} with {command}")


def _seconds_until(moment: datetime | None) -> float:
    return 1.0 if moment is None else max(1.0, (moment - datetime.now(UTC)).total_seconds())


def _is_done_well(status: "WorkStatus") -> bool:
    """Tell whether the latest deposit took effect: a DOI stays registered while an update is under way, or fails."""
    return status.registered and not status.is_open and not status.failed


# Showing a plan.


def _with_file(source: str, finding: Finding) -> Finding:
    """Return the finding with its file, also where it is about the whole of it, as what the ledger says of a DOI is."""
    return finding if finding.where.file else finding.at(replace(finding.where, file=source))


def _unchanged_lines(plan: "Plan", *, every: bool) -> Iterator[Line]:
    unchanged = [entry for entry in plan.entries if entry.action is Action.UNCHANGED]
    if every:
        yield from (_entry_line(entry) for entry in unchanged)
        return
    for reason, count in Counter(entry.reason for entry in unchanged).most_common():
        yield (Span(f"  {count:,} unchanged", Style.DIM), Span(f": {safe(reason)}"))


def _entry_lines(entries: "Iterable[PlanEntry]") -> Iterator[Line]:
    for entry in entries:
        yield _entry_line(entry)
        for change in entry.changes[:MOST_SHOWN]:
            style = Style.ERROR if change.loses else Style.PLAIN
            yield (Span(f"    {'-' if change.loses else '~'} {safe(change.what)}", style),)


def _entry_line(entry: "PlanEntry") -> Line:
    reason = f": {safe(entry.reason)}" if entry.reason and entry.action in STYLES else ""
    name = str(entry.doi) if entry.doi else "no DOI"
    style = STYLES.get(entry.action, Style.GOOD)
    return (Span(f"  {entry.action.value:<10}", style), Span(f"{name}  {safe(entry.source)}{reason}"))


def _retry_warning(plan: "Plan") -> Iterator[Line]:
    """Return a warning that --retry also sends records that need no sending: a folder may hold hundreds."""
    again = sum(entry.reason_code is ReasonCode.SENT_AGAIN for entry in plan.entries)
    if again:
        text = f"--retry sends {counted(again, 'record')} again although nothing changed: name single files for less"
        yield (Span("  again     ", Style.WARNING), Span(text))


def _warning_lines(plan: "Plan") -> Iterator[Line]:
    """Show the warnings of what will be sent: by name, since one may be a wrong author, and each kind once."""
    kinds: dict[str, list[Finding]] = {}
    for entry in plan.entries:
        for finding in entry.findings if entry.action.sends else ():
            if finding.severity is Severity.WARNING and not finding.ignored_because:
                kinds.setdefault(finding.code, []).append(_with_file(entry.source, finding))
    for code, found in islice(kinds.items(), MOST_SHOWN):
        where = found[0].where
        place = ":".join(str(part) for part in (where.file, where.line) if part is not None)
        times = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        yield (Span("  warning   ", Style.WARNING), Span(f"{code}  {safe(place)}{times}: {safe(found[0].message)}"))
    if kinds:
        yield (Span("            warnings do not block: look at each, it may be a mistake", Style.DIM),)


def _plan_summary(plan: "Plan") -> str:
    """Return the totals of the plan, and its fees."""
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
    doubted = any(entry.in_doubt for entry in plan.entries)
    nothing = ": nothing is sent before that is known" if doubted else ": nothing to send"
    return ", ".join(parts) + ("" if plan.new + plan.updates else nothing)
