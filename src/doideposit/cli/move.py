"""`move`: let DOIs lead to new addresses, each proved, with a file that leads back."""

import csv
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.deposit import ask_before_production, narrator, wait_shown
from doideposit.cli.health import read_table
from doideposit.cli.invocation import Invocation, target_option
from doideposit.cli.passwords import PasswordPrompt
from doideposit.cli.plan import show_plan
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.findings import Finding
from doideposit.reports.findings import Span, Style, counted, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.health.moving import SiteMove
    from doideposit.records.models.commentary import Commentary

__all__ = ["move"]


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
    """Let registered DOIs lead to new addresses, as a table with the columns doi (or number) and new says.

    Every new page is looked at first: it has to be there and to show its DOI. Then the record files get the new
    address, one DOI is sent and proved, and the rest follows. URLS-undo.csv leads back, URLS-failed.csv has the rows
    to give again. RECORDS are the folders of the record files [default: `records` of the configuration].
    """
    from doideposit.crossref.politeness import PassingTime
    from doideposit.health.moving import decide_moves, look_at_pages
    from doideposit.wiring import open_depositor, open_page_fetch

    terminal = invocation.terminal()
    settings = invocation.settings(target=target)
    rows = read_table(terminal, table)
    known = dict(_records(settings, records or (settings.desk.records,)))
    with open_depositor(settings, announce=terminal.note, ask=PasswordPrompt(terminal)) as depositor:
        registered = frozenset(one.doi.key for one in depositor.statuses() if one.registered)
        decided = list(decide_moves(rows, known, registered, str(table)))
        moves = list(look_at_pages(decided, open_page_fetch(settings), PassingTime(), str(table)))
        going = [one for one in moves if one.goes]
        _show(terminal, moves)
        if going and not dry_run:
            _write_files(table, moves)
            _change_records(going)
            _send(terminal, depositor, going, wait=wait, yes=yes)
    finish(ExitCode.REJECTED if any(one.finding for one in moves) else ExitCode.DONE)


def _records(settings: "Settings", folders: Iterable[Path]) -> "Iterator[tuple[str, tuple[Commentary, Path]]]":
    """Yield the commentary of every record file by the key of its DOI."""
    from doideposit.records.sources.parsing import parse
    from doideposit.records.sources.reading import read_path

    for folder in folders:
        for raw in read_path(folder):
            if isinstance(raw, Finding) or raw.origin.file is None:
                continue
            record = parse(raw, series=settings.series).record
            if record is not None:
                yield record.commentary.doi.key, (record.commentary, Path(raw.origin.file))


def _show(terminal: Terminal, moves: "Sequence[SiteMove]") -> None:
    for one in moves:
        if one.finding is not None:
            terminal.line((Span(f"{one.finding.where}: ", Style.PLACE), Span(safe(one.finding.message), Style.ERROR)))
            terminal.line((Span(f"  {safe(one.finding.hint)}", Style.HINT),))
    going, done = sum(one.goes for one in moves), sum(one.done for one in moves)
    refused = sum(one.finding is not None for one in moves)
    counts = [
        f"{counted(going, 'DOI')} to move",
        f"{done} there already" if done else "",
        f"{counted(refused, 'row')} refused" if refused else "",
    ]
    terminal.say(", ".join(filter(None, counts)))


def _write_files(table: Path, moves: "Sequence[SiteMove]") -> None:
    """Write what leads back and what is to be given again, before anything is changed."""
    undo, failed = (table.with_name(f"{table.stem}-{what}.csv") for what in ("undo", "failed"))
    begins = not undo.exists()
    # A later run adds to it: what an earlier one moved must stay there.
    with undo.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerows([("doi", "new")] if begins else [])
        writer.writerows((one.commentary.doi, one.commentary.url) for one in moves if one.goes and one.commentary)
    with failed.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("number", "doi", "new", "why"))
        writer.writerows(
            (one.row.number, one.row.doi, one.new, one.finding.message) for one in moves if one.finding is not None
        )


def _change_records(moves: "Iterable[SiteMove]") -> None:
    """Write the new address into each record file; everything else in it stays as it is."""
    from doideposit.records.editing import Set, open_for_editing

    for one in moves:
        if one.path is None:
            continue
        editable = open_for_editing(one.path)
        edited = editable if isinstance(editable, Finding) else editable.edit(Set(("url",), one.new))
        problem = edited if isinstance(edited, Finding) else edited.save()
        if problem is not None:
            raise UsageError(f"{one.path}: {problem.message}", hint=f"{problem.hint}; then give the command again")


def _send(terminal: Terminal, depositor: "Depositor", moves: "Sequence[SiteMove]", *, wait: float, yes: bool) -> None:
    """Send one DOI and prove that it leads to its new page; only then the rest."""
    first, *rest = moves
    if not _deposit(terminal, depositor, [first], wait=wait, yes=yes) or not _proved(depositor, first, wait):
        terminal.say(
            "The first DOI was not seen to lead to its new page, so nothing else was sent. Look at it with "
            "`doideposit status`, then run `doideposit deposit` on the record files."
        )
        finish(ExitCode.PENDING)
    terminal.say(f"proved: {_doi(first)} leads to {first.new}")
    if rest and not _deposit(terminal, depositor, rest, wait=wait, yes=True):
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


def _deposit(
    terminal: Terminal, depositor: "Depositor", moves: "Sequence[SiteMove]", *, wait: float, yes: bool
) -> bool:
    """Deposit the records of these moves; tell whether every one is registered."""
    plan = depositor.plan(*dict.fromkeys(one.path for one in moves if one.path is not None))
    show_plan(terminal, plan, verbose=False)
    if not plan.ok:
        terminal.say("Nothing was sent: correct what is blocked, then run `doideposit deposit` on the record files.")
        finish(ExitCode.REJECTED)
    ask_before_production(terminal, plan, yes=yes)
    depositor.deposit(plan, on_event=narrator(terminal, many=len(moves) > 1))
    dois = [one.commentary.doi for one in moves if one.commentary is not None]
    wait_shown(terminal, depositor, wait, dois, eager=depositor.target == "sandbox", many=len(moves) > 1)
    statuses = [depositor.status(_doi(one)) for one in moves]
    return all(one.registered and not one.is_open and not one.last_update_failed for one in statuses)


def _proved(depositor: "Depositor", one: "SiteMove", seconds: float) -> bool:
    """Ask at the handle, until it leads to the new page or the time is over."""
    end = time.monotonic() + seconds
    while True:
        if one.new in depositor.verify(_doi(one)).resolves.text:
            return True
        if time.monotonic() + 1 > end:
            return False
        time.sleep(1)
