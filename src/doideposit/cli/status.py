"""`status` and `history`: what the ledger knows of all DOIs, and the story of one."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import in_order, local_time, show_receipt, status_table
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import doi_argument, dois_argument, find_doi, find_dois, known_series, near_dois
from doideposit.errors import UsageError
from doideposit.findings import counted
from doideposit.reports.findings import Line, Span, Style, safe, sentence, with_target

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.values import WorkStatus
    from doideposit.job.inbox.waiting import Waiting
    from doideposit.records.identifiers import Doi

__all__ = ["history", "status"]


@click.command()
@dois_argument
@target_option
@click.option("--outstanding", is_flag=True, help="Only those whose end is not known yet.")
@click.option("--attention", is_flag=True, help="Only those that need a person.")
@click.option("--series", shell_complete=known_series, help="Only those of this series.")
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
    """Show what the ledger knows; it asks nobody. `doideposit poll` asks Crossref."""
    from doideposit.job.inbox.folders import Folders
    from doideposit.job.inbox.waiting import Waiting
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    if watch is not None and as_json:
        raise UsageError("--watch shows a table that changes, --json is one document", hint="leave one of them out")
    settings = invocation.settings(target=target)
    waiting = Waiting.find(Folders(settings.inbox.folder), settings.target)
    with open_depositor(settings, announce=terminal.note) as depositor:
        wanted = find_dois(depositor, works)
        if series is not None and series not in depositor.series:
            names = ", ".join(depositor.series)
            raise UsageError(f"there is no series “{series}”", hint=f"the configuration has {names}")

        def look() -> "list[WorkStatus]":
            if wanted:
                return [depositor.status(doi) for doi in wanted]
            found = depositor.statuses(outstanding=outstanding, attention=attention, series=series)
            return in_order(one for one in found if one.needs_person or not attention)

        if as_json:
            found = look()
            ok = not any(one.needs_person for one in found)
            document = {"ok": ok, "target": depositor.target, "records": [one.to_dict() for one in found]}
            warned = sum(len(one.open_warnings) for one in found)
            terminal.json(document | {"warnings": warned, "inbox_waiting": waiting.counts})
        elif watch is not None:
            _show_repeatedly(terminal, watch, lambda: list(_show_overview(terminal, look(), depositor, target)))
        elif wanted:
            show_receipt(terminal, look(), flag=target)
            _show_similar_dois(terminal, depositor, [one.doi for one in look() if one.state is None])
        else:
            terminal.lines(_show_overview(terminal, look(), depositor, target))
            _show_waiting(terminal, waiting)


def _show_waiting(terminal: Terminal, waiting: "Waiting") -> None:
    """Show the files of the inbox that wait for a person."""
    for _, said, action in waiting.matters():
        terminal.line((Span("! ", Style.ERROR), Span(safe(said))))
        terminal.line((Span(f"  {safe(action)}"),))


def _show_overview(
    terminal: Terminal, statuses: "list[WorkStatus]", depositor: "Depositor", flag: str | None
) -> Iterator[Line]:
    """Show the table, what it comes to, and what to do next."""
    if not statuses:
        nothing = next(depositor.statuses(), None) is None
        here = f"Nothing was deposited to {depositor.target} from here yet."
        yield (Span(here if nothing else f"No DOI on {depositor.target} is like that."),)
        return
    yield from status_table(statuses, terminal.width)
    registered = sum(one.registered for one in statuses)
    attention = [one for one in statuses if one.needs_person]
    numbers = f"{registered:,} registered, {_count_outstanding(statuses)}"
    needing = f"{len(attention):,} {'needs' if len(attention) == 1 else 'need'} a person"
    overdue = sum(one.overdue is not None for one in statuses)
    needing += f", {overdue:,} overdue" if overdue else ""
    warned = sum(len(one.open_warnings) for one in statuses)
    needing += f", {counted(warned, 'warning')} of Crossref (`doideposit warnings`)" if warned else ""
    yield ()
    yield (Span(f"{counted(len(statuses), 'DOI')} on {depositor.target}: {numbers}, {needing}"),)
    yield (
        Span("proved, one after the other: received, processed, registered, resolves, indexed, as intended", Style.DIM),
    )
    for one in attention[:MOST_ADVICE]:
        yield (Span(f"! {one.doi}", Style.ERROR),)
        yield (Span(f"  {with_target(safe(one.next_action), flag)}"),)
    if len(attention) > MOST_ADVICE:
        yield (Span(f"… and {len(attention) - MOST_ADVICE:,} more: `doideposit status --attention` shows them"),)
    due = depositor.next_due() if depositor.outstanding() else None
    if due is not None:
        yield (Span("look again ", Style.HINT), Span(f"after {local_time(due)} with {with_target(POLL, flag)}"))


def _count_outstanding(statuses: "list[WorkStatus]") -> str:
    """Return how many have no end yet; of those that are registered it is an update that has none.

    The two kinds are told apart, so that what is counted as registered is not counted a second time.
    """
    new = sum(one.is_open and not one.registered for one in statuses)
    updates = sum(one.is_open and one.registered for one in statuses)
    return f"{new:,} outstanding" + (f", {counted(updates, 'update')} under way" if updates else "")


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
        wanted = find_doi(depositor, work)
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
            terminal.say(f"The ledger knows nothing of {wanted} on {depositor.target}.")
            _show_similar_dois(terminal, depositor, [wanted])
    finish(ExitCode.DONE if entries else ExitCode.REJECTED)


def _show_similar_dois(terminal: Terminal, depositor: "Depositor", unknown: "Iterable[Doi]") -> None:
    """Show which DOIs of the ledger are written nearly like those it does not know: a typing error looks new."""
    for doi in unknown:
        near = near_dois(depositor, doi)
        if near:
            terminal.line((Span("did you mean ", Style.HINT), Span(f"{' or '.join(near)}?")))
