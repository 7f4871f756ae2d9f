"""`move`: let DOIs lead to new addresses, each proved, with a file that leads back."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.dialog import DepositDialog
from doideposit.cli.health import table_rows
from doideposit.cli.invocation import Invocation, target_option
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.files import as_typed
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import Plan
    from doideposit.health.moving import MoveTable, SiteMove

__all__ = ["move"]

TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
# Looking at more pages than these takes so long that it is announced with an estimate of the time.
MANY = 20
AGAIN = "run the same command again"


@click.command()
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False), metavar="URLS.csv")
@click.argument("records", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[RECORDS]...")
@target_option
@click.option("--dry-run", is_flag=True, help="Check the new pages, list what would be moved, and change nothing.")
@click.option(
    "--wait",
    type=click.FloatRange(1),
    # Crossref usually processes a file within minutes, and the resolver follows within minutes.
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long the first DOI may take until it leads to its new page.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production.")
@click.pass_obj
def move(
    invocation: Invocation,
    table: Path,
    records: tuple[Path, ...],
    target: str | None,
    dry_run: bool,
    wait: float,
    yes: bool,
) -> None:
    """Move registered DOIs to new addresses, from a table with the columns doi (or number, or old) and new.

    An old address with a * means all addresses of that form; the new address can have a * too. Every new page is
    fetched first: it must exist and show its DOI. Then the record files get the new address, one DOI is sent and
    proved, and the others follow. URLS-undo.csv undoes the move, URLS-failed.csv has the refused rows. RECORDS are the
    folders of the record files [default: `records` of the configuration, else the folder around it].
    """
    from doideposit.health.moving import MoveTable
    from doideposit.health.works import commentaries_in
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal()
    settings = invocation.settings(target=target)
    if settings.target == "test":
        hint = "rehearse in the sandbox: --target sandbox"
        raise UsageError("Crossref's test system cannot show where a DOI leads, so nothing can be proved", hint=hint)
    rows = table_rows(terminal, table)
    known = {
        commentary.doi.key: (commentary, Path(origin.file))
        for commentary, origin in commentaries_in(records or (settings.desk.record_folder,), settings.series)
        # A table, or a list of records, has no place where one address alone could be changed.
        if origin.file is not None and origin.index is None and Path(origin.file).suffix.lower() not in TABLES
    }
    with open_depositor(settings, announce=terminal.note, ask=terminal.ask_password) as depositor:
        found = (work for work in depositor.works.all() if work.registered_at)
        registered = {work.doi.key: work.registered_landing_page or "" for work in found}
        given = MoveTable(table)
        decided = list(given.decide(rows, known, registered))
        moves, plan = given.compare(_visit_new_pages(terminal, settings, decided, given), depositor)
        _show_moves(terminal, moves)
        if not dry_run:
            failed = given.write_failed(moves)
            if failed is not None:
                again = f"`doideposit move {as_typed(failed)}`"
                terminal.say(f"The refused rows are in {failed}: correct what is wrong, then run {again}.")
            _MoveRun(terminal, depositor, given, moves, plan, wait).run(yes=yes)
    finish(ExitCode.REJECTED if any(site_move.finding for site_move in moves) else ExitCode.DONE)


def _visit_new_pages(
    terminal: Terminal, settings: "Settings", moves: "Sequence[SiteMove]", table: "MoveTable"
) -> "list[SiteMove]":
    """Fetch every new page, and show the progress: a thousand pages take a quarter of an hour."""
    from doideposit.crossref.politeness import PassingTime
    from doideposit.wiring import open_page_fetch

    looked = []
    total = sum(site_move.goes for site_move in moves)
    if total > MANY:
        terminal.note(f"checking {counted(total, 'new page')}, one per second: about {_minutes_of(total)}")
    with ProgressIndicator(terminal, "checking the new pages", len(moves)) as activity:
        for page in table.look_at_pages(moves, open_page_fetch(settings), PassingTime()):
            looked.append(page)
            activity.done(len(looked))
    return looked


def _minutes_of(seconds: int) -> str:
    """Return a length of time in words, in whole minutes."""
    # “0 minutes” would look like a mistake.
    return counted(max(1, round(seconds / 60)), "minute")


def _show_moves(terminal: Terminal, moves: "Sequence[SiteMove]") -> None:
    """Show which rows are moved, already done or refused."""
    for site_move in moves:
        if site_move.finding is not None:
            terminal.line(
                (Span(f"{site_move.finding.where}: ", Style.PLACE), Span(safe(site_move.finding.message), Style.ERROR))
            )
            terminal.line((Span(f"  {safe(site_move.finding.hint)}", Style.HINT),))
    going, done = sum(site_move.goes for site_move in moves), sum(site_move.done for site_move in moves)
    refused = sum(site_move.finding is not None for site_move in moves)
    counts = [
        f"{counted(going, 'DOI')} to move",
        f"{done} there already" if done else "",
        f"{counted(refused, 'row')} refused" if refused else "",
    ]
    terminal.say(", ".join(filter(None, counts)))


class _MoveRun:
    """Carry out a move that was compared and shown; given again, it continues where an earlier run stopped."""

    def __init__(
        self,
        terminal: Terminal,
        depositor: "Depositor",
        table: "MoveTable",
        moves: "Sequence[SiteMove]",
        plan: "Plan | None",
        wait: float,
    ) -> None:
        self._terminal = terminal
        self._depositor = depositor
        self._dialog = DepositDialog(terminal, depositor)
        self._table = table
        self._going = [site_move for site_move in moves if site_move.goes]
        self._done = [site_move for site_move in moves if site_move.done]
        self._plan = plan
        self._wait = wait
        self._unsent = len(self._going)

    def run(self, *, yes: bool) -> None:
        """Change the record files, send one DOI and prove it, then send and prove the rest."""
        terminal, going = self._terminal, self._going
        if going:
            # Nothing is changed before somebody said yes, and before the login is known.
            self._dialog.confirm(counted(len(going), "update"), yes=yes)
            if not self._needs_approval:
                self._depositor.ready()
        # What an earlier run sent has to be seen at its new address before anything else follows it.
        proved = self._prove(self._done)
        if not going:
            self._show_proved_count(len(self._done))
            return
        self._table.write_undo(going)
        self._change_records()
        first, rest = ([], going) if proved else (going[:1], going[1:])
        for part in filter(None, (first, rest)):
            self._deposit(part)
            proved += self._prove(part)
            if part is first:
                terminal.say(f"proved: {_doi_text(part[0])} leads to {part[0].new}")
        self._show_proved_count(proved)

    @property
    def _needs_approval(self) -> bool:
        """Tell whether other people have to approve the deposit."""
        return self._depositor.plans.approvals_needed > 0

    def _change_records(self) -> None:

        # The record files come first: a later update of one that is left behind would lead its DOI back.
        for site_move in self._going:
            problem = site_move.change_record()
            if problem is not None:
                raise UsageError(f"{site_move.path}: {problem.message}", hint=f"{problem.hint}; then {AGAIN}")

    def _deposit(self, moves: "Sequence[SiteMove]") -> None:
        """Deposit the records of these moves, as they were compared, and wait; stop where one is not registered."""
        from doideposit.deposits.candidates import Approved

        if self._plan is None:
            return
        if self._needs_approval:
            self._write_plan(moves)
        plan = Approved.part_of(self._plan, {site_move.key for site_move in moves})
        self._dialog.show_plan(plan)
        many = len(moves) > 1
        self._unsent -= len(moves)
        report = self._depositor.deposit(plan, on_event=self._dialog.progress(many=many))
        blocked = [finding for entry in report.entries for finding in entry.findings if finding.stops]
        if blocked:
            self._terminal.show_findings(blocked)
            self._stop(ExitCode.REJECTED, "Not everything was sent")
        dois = [site_move.commentary.doi for site_move in moves if site_move.commentary is not None]
        error = self._dialog.wait(self._wait, dois, many=many)
        statuses = [self._depositor.status(doi) for doi in dois]
        failed = [
            status for status in statuses if not status.is_open and (status.last_update_failed or not status.registered)
        ]
        for work in failed[:MANY]:
            self._terminal.say(f"{work.doi}: {work.message or work.next_action}")
        if failed:
            self._stop(ExitCode.REJECTED, f"Crossref rejected {counted(len(failed), 'update')}")
        waiting = sum(status.is_open for status in statuses)
        if waiting:
            self._terminal.show_error(error or report.error)
            self._stop(ExitCode.PENDING, f"{counted(waiting, 'update')} not finished at Crossref yet")

    def _write_plan(self, moves: "Sequence[SiteMove]") -> None:
        """Write the next step as a plan, for those who have to approve it."""
        path = Path(f"move-{self._table.path.stem}.plan.json")
        paths = dict.fromkeys(site_move.path for site_move in moves if site_move.path is not None)
        self._depositor.plans.write(self._depositor.plan(*paths), path, by=DepositDialog.person(None))
        words = f"Written to {path}: another person runs `doideposit approve {as_typed(path)}`, then `doideposit apply"
        self._terminal.say(f"{words} {as_typed(path)}`. After that {AGAIN}.")
        finish(ExitCode.PENDING)

    def _prove(self, moves: "Sequence[SiteMove]") -> int:
        """Ask until each is seen to lead to its new page, and return how many; stop where one is not."""
        from doideposit.crossref.politeness import PassingTime
        from doideposit.health.moving import MoveProof

        ask, read = (partial(check, index=False) for check in (self._depositor.look_up, self._depositor.verify))
        proof = MoveProof.of(moves, ask, read, PassingTime(), self._wait)
        if proof.unread is not None:
            self._terminal.say(f"could not check whether anything else changed: {proof.unread.message}")
        for status in proof.changed[:MANY]:
            self._terminal.say(f"{status.doi}: more than the address changed: {status.drift[0].what}")
        if proof.unseen:
            for site_move in proof.unseen[:MANY]:
                self._terminal.say(f"does not lead to its new page yet: {_doi_text(site_move)}")
            if len(proof.unseen) > MANY:
                self._terminal.say(f"… and {len(proof.unseen) - MANY:,} more")
            self._terminal.show_error(proof.error)
            seen = counted(len(moves) - len(proof.unseen), "DOI")
            self._stop(ExitCode.WORLD if proof.error else ExitCode.PENDING, f"{seen} proved")
        return len(moves)

    def _stop(self, code: int, words: str) -> NoReturn:
        """End the command, and show what is done and what is left."""
        unsent = f", {counted(self._unsent, 'DOI')} not sent" if self._unsent else ""
        self._terminal.say(f"{words}{unsent}. Later {AGAIN}: it continues from here.")
        finish(code)
        raise AssertionError

    def _show_proved_count(self, count: int) -> None:
        if count:
            self._terminal.say(f"{counted(count, 'DOI')} proved to lead to the new address")


def _doi_text(site_move: "SiteMove") -> str:
    return str(site_move.commentary.doi) if site_move.commentary else ""
