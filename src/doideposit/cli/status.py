"""`status` and `history`: what the ledger knows of all DOIs, and the story of one."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import StatusList, local_time
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import SERIES, WorkFinder, doi_argument, dois_argument
from doideposit.errors import UsageError
from doideposit.findings import counted
from doideposit.reports.findings import Line, Span, Style, safe, sentence, with_target

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import WorkStatus
    from doideposit.job.inbox.waiting import Waiting
    from doideposit.job.monitoring import Run
    from doideposit.records.identifiers import Doi

__all__ = ["history", "status"]


@click.command()
@dois_argument
@target_option
@click.option("--outstanding", is_flag=True, help="Only DOIs whose result is not known yet.")
@click.option("--attention", is_flag=True, help="Only those that need a person.")
@click.option("--series", type=SERIES, help="Only those of this series.")
@click.option(
    "--watch",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Show it again and again until Ctrl-C, every few seconds.",
)
@json_option
@click.pass_obj
def status(
    invocation: Invocation,
    works: tuple[str, ...],
    target: str | None,
    outstanding: bool,
    attention: bool,
    series: str | None,
    watch: float | None,
    as_json: bool,
) -> None:
    """Show the state of your DOIs from the ledger. `doideposit poll` asks Crossref for news."""
    from doideposit.job.inbox.folders import Folders
    from doideposit.job.inbox.waiting import Waiting
    from doideposit.job.monitoring import Run
    from doideposit.wiring import open_depositor, system_clock

    terminal = invocation.terminal(as_json=as_json)
    if watch is not None and as_json:
        raise UsageError("--watch shows a table that changes, --json is one document", hint="leave one of them out")
    settings = invocation.settings(target=target)
    folders = Folders(settings.inbox.folder)
    run = Run.read_last(folders.last_run, system_clock())
    health = None if run is None else run.health(system_clock(), settings.api.job_within)
    with open_depositor(settings, announce=terminal.note) as depositor:
        waiting = Waiting.gather(folders, settings.target, depositor.ledger, system_clock)
        wanted = WorkFinder(depositor).all(works)
        if series is not None and series not in depositor.series:
            names = ", ".join(depositor.series)
            raise UsageError(f"there is no series “{series}”", hint=f"the configuration has {names}")

        def look() -> "Iterator[WorkStatus]":
            if wanted:
                return (depositor.status(doi) for doi in wanted)
            return _by_number(depositor, outstanding=outstanding, attention=attention, series=series)

        if as_json:
            _write_json(terminal, look(), target=depositor.target, inbox_waiting=waiting.counts, job=health)
        elif watch is not None:
            _show_repeatedly(terminal, watch, lambda: list(_show_overview(terminal, look(), depositor, target)))
        elif wanted:
            found = list(look())
            terminal.lines(StatusList(found).receipts(flag=target))
            _show_similar_dois(terminal, depositor, [work.doi for work in found if work.state is None])
        else:
            terminal.lines(_show_overview(terminal, look(), depositor, target))
            _show_waiting(terminal, waiting)
            _show_failing_job(terminal, run, health)


def _write_json(terminal: Terminal, statuses: "Iterator[WorkStatus]", **rest: object) -> None:
    """Write each status as it is read: the records of 100,000 DOIs need no memory."""
    numbers = _Numbers()
    with terminal.json_list("records", indent=2) as records:
        for work in numbers.counting(statuses):
            records.add(work.to_dict())
        records.close(ok=not numbers.needing, **rest, warnings=numbers.warnings)


def _show_waiting(terminal: Terminal, waiting: "Waiting") -> None:
    """Show the files of the inbox that wait for a person."""
    for _, said, action in waiting.matters():
        terminal.line((Span("! ", Style.ERROR), Span(safe(said))))
        terminal.line((Span(f"  {safe(action)}"),))


def _show_failing_job(terminal: Terminal, run: "Run | None", health: str | None) -> None:
    """Show that the scheduled job fails, and the error of its last pass; nothing where it does not."""
    if run is None or health != "fails":
        return
    terminal.line((Span("! ", Style.ERROR), Span(f"the scheduled job fails: {run.since_success}")))
    for error in run.errors[:1]:
        terminal.line((Span(f"  {safe(error['message'])}"),))
        terminal.line((Span(f"  {safe(error['hint'])}"),))


def _show_overview(
    terminal: Terminal, statuses: "Iterator[WorkStatus]", depositor: "Depositor", flag: str | None
) -> Iterator[Line]:
    """Yield the table, its totals, and what to do next."""
    first = next(statuses, None)
    if first is None:
        nothing = next(depositor.statuses(), None) is None
        here = f"Nothing was deposited to {depositor.target} from here yet."
        yield (Span(here if nothing else f"No DOI on {depositor.target} matches these options."),)
        return
    numbers = _Numbers()
    yield from StatusList(numbers.counting(chain([first], statuses))).table(terminal.width)
    yield ()
    yield (Span(f"{counted(numbers.dois, 'DOI')} on {depositor.target}: {numbers.words}"),)
    yield (
        Span("proved, one after the other: received, processed, registered, resolves, indexed, as intended", Style.DIM),
    )
    for work in numbers.advised:
        yield (Span(f"! {work.doi}", Style.ERROR),)
        yield (Span(f"  {with_target(safe(work.next_action), flag)}"),)
    if numbers.needing > MOST_ADVICE:
        yield (Span(f"… and {numbers.needing - MOST_ADVICE:,} more: `doideposit status --attention` shows them"),)
    due = depositor.next_due() if depositor.outstanding() else None
    if due is not None:
        yield (Span("look again ", Style.HINT), Span(f"after {local_time(due)} with {with_target(POLL, flag)}"))


def _by_number(
    depositor: "Depositor", *, outstanding: bool, attention: bool, series: str | None
) -> "Iterator[WorkStatus]":
    """Yield the wanted DOIs with numbers in order, C9 before C10; only their names are in memory together."""
    dois = sorted(depositor.works.dois_from(""), key=lambda doi: doi.order)
    for start in range(0, len(dois), AT_ONCE):
        part = dois[start : start + AT_ONCE]
        found = depositor.statuses(outstanding=outstanding, attention=attention, series=series, dois=part)
        yield from sorted(found, key=lambda work: work.doi.order)


@dataclass(slots=True)
class _Numbers:
    """Count statuses by state as they are yielded, and keep the first few that need a person.

    Unfinished deposits are counted in two kinds, so that an update of a registered DOI is not counted as a second DOI.
    """

    dois: int = 0
    registered: int = 0
    new: int = 0
    updates: int = 0
    overdue: int = 0
    warnings: int = 0
    needing: int = 0
    advised: "list[WorkStatus]" = field(default_factory=list)

    def counting(self, statuses: "Iterable[WorkStatus]") -> "Iterator[WorkStatus]":
        """Yield the statuses, each counted."""
        for work in statuses:
            self.dois += 1
            self.registered += work.registered
            self.new += work.is_open and not work.registered
            self.updates += work.is_open and work.registered
            self.overdue += work.overdue is not None
            self.warnings += len(work.open_warnings)
            self.needing += work.needs_person
            if work.needs_person and len(self.advised) < MOST_ADVICE:
                self.advised.append(work)
            yield work

    @property
    def words(self) -> str:
        """Return the numbers as one line shows them."""
        updates = f", {counted(self.updates, 'update')} under way" if self.updates else ""
        overdue = f", {self.overdue:,} overdue" if self.overdue else ""
        warned = f", {counted(self.warnings, 'warning')} of Crossref (`doideposit warnings`)" if self.warnings else ""
        needing = f"{self.needing:,} {'needs' if self.needing == 1 else 'need'} a person"
        return f"{self.registered:,} registered, {self.new:,} outstanding{updates}, {needing}{overdue}{warned}"


# DOIs that are read together; some hundred make one statement.
AT_ONCE = 500
# The table has all DOIs; further advice is shown when this is done.
MOST_ADVICE = 5
POLL = "`doideposit poll`"


def _show_repeatedly(terminal: Terminal, seconds: float, look: Callable[[], Sequence[Line]]) -> None:
    """Show the same again every so many seconds until Ctrl-C; then the last look stays on the terminal.

    On a terminal it is drawn in place, on a screen of its own; a pipe gets one look below the other.
    """
    things: Sequence[Line] = ()
    try:
        with terminal.screen() as show:
            while True:
                things = look()
                now = f"{datetime.now().astimezone():%H:%M:%S}"
                show(things, f"looked at {now}, again every {seconds:g} s; Ctrl-C ends")
                time.sleep(seconds)
    except KeyboardInterrupt:
        finish(ExitCode.INTERRUPTED)
    finally:
        if terminal.draws_screens:
            terminal.draw(*things)


@click.command()
@doi_argument
@target_option
@json_option
@click.pass_obj
def history(invocation: Invocation, work: str, target: str | None, as_json: bool) -> None:
    """Show the history of one DOI: every submission, what Crossref said, and what was proved."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        wanted = WorkFinder(depositor).one(work)
        entries = depositor.history(wanted)
        if as_json:
            documents = [entry.to_dict() for entry in entries]
            terminal.json({"ok": bool(entries), "target": depositor.target, "doi": str(wanted), "history": documents})
        elif entries:
            shown = wanted.url if depositor.target == "production" else str(wanted)
            terminal.line((Span(shown, Style.PLACE), Span(f"  on {depositor.target}")))
            for entry in entries:
                terminal.line((Span(f"  {local_time(entry.at)}  ", Style.DIM), Span(sentence(safe(entry.text)))))
        else:
            terminal.say(f"{wanted} is not in the ledger for {depositor.target}.")
            _show_similar_dois(terminal, depositor, [wanted])
    finish(ExitCode.DONE if entries else ExitCode.REJECTED)


def _show_similar_dois(terminal: Terminal, depositor: "Depositor", unknown: "Iterable[Doi]") -> None:
    """Show which DOIs of the ledger are written nearly like those it does not know: a typing error looks new."""
    for doi in unknown:
        near = WorkFinder(depositor).near(doi)
        if near:
            terminal.line((Span("did you mean ", Style.HINT), Span(f"{' or '.join(near)}?")))
