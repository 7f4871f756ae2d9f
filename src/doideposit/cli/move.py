"""`move`: let DOIs lead to new addresses, each proved, with a file that leads back."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.deposit import ask_for_production, narrator, wait_shown
from doideposit.cli.health import table_rows
from doideposit.cli.invocation import Invocation, target_option
from doideposit.cli.passwords import PasswordPrompt
from doideposit.cli.plan import show_plan
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.health.moving import SiteMove

__all__ = ["move"]

TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})


@click.command()
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False), metavar="URLS.csv")
@click.argument("records", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[RECORDS]...")
@target_option
@click.option("--dry-run", is_flag=True, help="Look at the new pages, say what would be moved, and change nothing.")
@click.option(
    "--wait",
    type=click.FloatRange(1),
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
    """Let registered DOIs lead to new addresses, as a table with the columns doi (or number, or old) and new says.

    An old address with a * stands for all of that form, as the new one does. Every new page is looked
    at first: it has to be there and to show its DOI. Then the record files get the new address, one DOI is sent and
    proved, and the rest follows. URLS-undo.csv leads back, URLS-failed.csv has the rows to give again. RECORDS are the
    folders of the record files [default: `records` of the configuration, else the folder around it].
    """
    from doideposit.crossref.politeness import PassingTime
    from doideposit.health.moving import compared_moves, decide_moves, look_at_pages, write_failed, write_undo
    from doideposit.health.works import commentaries_in
    from doideposit.wiring import open_depositor, open_page_fetch

    terminal = invocation.terminal()
    settings = invocation.settings(target=target)
    if settings.target == "test":
        hint = "rehearse in the sandbox: --target sandbox"
        raise UsageError("Crossref's test system cannot show where a DOI leads, so nothing can be proved", hint=hint)
    rows = table_rows(terminal, table)
    known = {
        each.doi.key: (each, Path(origin.file))
        for each, origin in commentaries_in(records or (settings.desk.record_folder,), settings.series)
        # A table, or a list of records, has no place where one address alone could be changed.
        if origin.file is not None and origin.index is None and Path(origin.file).suffix.lower() not in TABLES
    }
    with open_depositor(settings, announce=terminal.note, ask=PasswordPrompt(terminal)) as depositor:
        found = (one for one in depositor.works.all() if one.registered_at)
        registered = {one.doi.key: one.registered_landing_page or "" for one in found}
        decided = list(decide_moves(rows, known, registered, str(table)))
        looked = look_at_pages(decided, open_page_fetch(settings), PassingTime(), str(table))
        moves = list(compared_moves(list(looked), depositor, str(table)))
        going = _show(terminal, moves)
        if not dry_run and any(one.finding for one in moves):
            write_failed(table, moves)
        if going and not dry_run:
            # Nothing is changed before somebody said yes, and before the login is known.
            ask_for_production(terminal, depositor.target, counted(len(going), "update"), yes=yes)
            depositor.ready()
            write_undo(table, moves)
            _change_records(going)
            _send(terminal, depositor, going, wait=wait)
    finish(ExitCode.REJECTED if any(one.finding for one in moves) else ExitCode.DONE)


def _show(terminal: Terminal, moves: "Sequence[SiteMove]") -> "list[SiteMove]":
    """Show what becomes of the rows, and return those that go."""
    for one in moves:
        if one.finding is not None:
            terminal.line((Span(f"{one.finding.where}: ", Style.PLACE), Span(safe(one.finding.message), Style.ERROR)))
            terminal.line((Span(f"  {safe(one.finding.hint)}", Style.HINT),))
    going, done = [one for one in moves if one.goes], sum(one.done for one in moves)
    refused = sum(one.finding is not None for one in moves)
    counts = [
        f"{counted(len(going), 'DOI')} to move",
        f"{done} there already" if done else "",
        f"{counted(refused, 'row')} refused" if refused else "",
    ]
    terminal.say(", ".join(filter(None, counts)))
    return going


def _change_records(moves: "Iterable[SiteMove]") -> None:
    from doideposit.health.moving import change_record

    for one in moves:
        problem = change_record(one)
        if problem is not None:
            raise UsageError(f"{one.path}: {problem.message}", hint=f"{problem.hint}; then give the command again")


def _send(terminal: Terminal, depositor: "Depositor", moves: "Sequence[SiteMove]", *, wait: float) -> None:
    """Send one DOI and prove that it leads to its new page; only then the rest."""
    first, *rest = moves
    if not _deposit(terminal, depositor, [first], wait=wait) or not _proved(depositor, first, wait):
        terminal.say(
            "The first DOI was not seen to lead to its new page, so nothing else was sent. Look at it with "
            "`doideposit status`, then run `doideposit deposit` on the record files."
        )
        finish(ExitCode.PENDING)
    terminal.say(f"proved: {_doi(first)} leads to {first.new}")
    if rest and not _deposit(terminal, depositor, rest, wait=wait):
        finish(ExitCode.PENDING)
    unproved = [one for one in rest if not _proved(depositor, one, wait)]
    for one in unproved:
        terminal.say(
            f"not seen to lead to its new page yet: {_doi(one)}; ask later with `doideposit verify {_doi(one)}`"
        )
    terminal.say(f"{counted(len(moves) - len(unproved), 'DOI')} proved to lead to the new address")
    if unproved:
        finish(ExitCode.PENDING)


def _doi(one: "SiteMove") -> str:
    return str(one.commentary.doi) if one.commentary else ""


def _deposit(terminal: Terminal, depositor: "Depositor", moves: "Sequence[SiteMove]", *, wait: float) -> bool:
    """Deposit the records of these moves; tell whether every one is registered."""
    plan = depositor.plan(*dict.fromkeys(one.path for one in moves if one.path is not None))
    show_plan(terminal, plan, verbose=False)
    if not plan.ok:
        terminal.say("Nothing was sent: correct what is blocked, then run `doideposit deposit` on the record files.")
        finish(ExitCode.REJECTED)
    depositor.deposit(plan, on_event=narrator(terminal, many=len(moves) > 1))
    dois = [one.commentary.doi for one in moves if one.commentary is not None]
    wait_shown(terminal, depositor, wait, dois, eager=depositor.target == "sandbox", many=len(moves) > 1)
    statuses = [depositor.status(_doi(one)) for one in moves]
    return all(one.registered and not one.is_open and not one.last_update_failed for one in statuses)


def _proved(depositor: "Depositor", one: "SiteMove", seconds: float) -> bool:
    """Ask at the handle, until it leads to the new page or the time is over."""
    end = time.monotonic() + seconds
    while True:
        # It holds only where the handle leads to what was deposited last, which is the new address.
        if depositor.verify(_doi(one)).resolves.at is not None:
            return True
        if time.monotonic() + 1 > end:
            return False
        time.sleep(1)
