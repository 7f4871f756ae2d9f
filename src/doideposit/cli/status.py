"""`status` and `history`: what the ledger knows of all DOIs, and the story of one."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import local_time, show_receipt, state_words
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.identifiers import Doi, InvalidIdentifier
from doideposit.reports.findings import Span, Style, counted, safe

if TYPE_CHECKING:
    from doideposit.workflow import Depositor, WorkStatus

__all__ = ["history", "status"]

RICH_STYLES = {Style.ERROR: "bold red", Style.WARNING: "yellow", Style.GOOD: "green", Style.DIM: "dim"}


@click.command()
@click.argument("dois", nargs=-1, metavar="[DOI]...")
@target_option
@click.option("--outstanding", is_flag=True, help="Only those whose end is not known yet.")
@click.option("--attention", is_flag=True, help="Only those that need a person.")
@click.option("--series", help="Only those of this series.")
@click.option(
    "--watch", type=click.FloatRange(1), metavar="SECONDS", help="Show it again every so often, until Ctrl-C."
)
@json_option
@click.pass_obj
def status(
    invocation: Invocation,
    dois: tuple[str, ...],
    target: str | None,
    outstanding: bool,
    attention: bool,
    series: str | None,
    watch: float | None,
    as_json: bool,
) -> None:
    """Show what the ledger knows; it asks nobody. `doideposit poll` asks Crossref."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    wanted = [parse_doi(doi) for doi in dois]
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:

        def select() -> "Iterator[WorkStatus]":
            if wanted:
                return iter([depositor.status(doi) for doi in wanted])
            return depositor.statuses(outstanding=outstanding, attention=attention, series=series)

        while True:
            _show(terminal, list(select()), depositor, in_full=bool(wanted))
            if watch is None or as_json:
                break
            time.sleep(watch)
            click.clear()


def _show(terminal: Terminal, statuses: "list[WorkStatus]", depositor: "Depositor", *, in_full: bool) -> None:
    if terminal.as_json:
        ok = not any(one.needs_person for one in statuses)
        terminal.json({"ok": ok, "target": depositor.target, "records": [one.to_dict() for one in statuses]})
    elif in_full:
        show_receipt(terminal, statuses)
    elif statuses:
        _show_table(terminal, statuses)
        _show_counts(terminal, statuses, depositor)
    elif next(depositor.statuses(), None) is None:
        terminal.say(f"Nothing was deposited to {depositor.target} from here yet.")
    else:
        terminal.say(f"No DOI on {depositor.target} is like that.")


def _show_table(terminal: Terminal, statuses: "list[WorkStatus]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, options in COLUMNS:
        table.add_column(heading, **options)
    for one in statuses:
        words, style = state_words(one)
        table.add_row(
            str(one.doi),
            Text(words, style=RICH_STYLES.get(style, "")),
            local_time(one.registration.at) if one.registration else "",
            _marks(one),
            safe(one.title or ""),
        )
    terminal.console().print(table)


COLUMNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DOI", {"no_wrap": True}),
    ("state", {"no_wrap": True}),
    ("registered", {"no_wrap": True}),
    ("proved", {"no_wrap": True}),
    ("title", {"overflow": "ellipsis", "no_wrap": True, "ratio": 1}),
)


def _marks(one: "WorkStatus") -> str:
    """How far it is proved: received, processed, registered, resolves, indexed; a dot stands for not yet."""
    truths = (one.received, one.processed, one.registration, one.resolves, one.indexed)
    return "".join(letter if truth else "·" for letter, truth in zip("RPGSI", truths, strict=True))


def _show_counts(terminal: Terminal, statuses: "list[WorkStatus]", depositor: "Depositor") -> None:
    registered = sum(one.registered for one in statuses)
    attention = sum(one.needs_person for one in statuses)
    terminal.say()
    numbers = f"{registered} registered, {depositor.outstanding()} outstanding, {attention} needing a person"
    terminal.say(f"{counted(len(statuses), 'DOI')} on {depositor.target}: {numbers}")
    terminal.line((Span("proved: R received, P processed, G registered, S resolves, I indexed", Style.DIM),))


@click.command()
@click.argument("doi")
@target_option
@json_option
@click.pass_obj
def history(invocation: Invocation, doi: str, target: str | None, as_json: bool) -> None:
    """Tell the story of one DOI: every submission, what Crossref said, and what was proved."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    wanted = parse_doi(doi)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        entries = depositor.history(wanted)
        if as_json:
            documents = [entry.to_dict() for entry in entries]
            terminal.json({"ok": bool(entries), "target": depositor.target, "doi": str(wanted), "history": documents})
        elif entries:
            terminal.line((Span(wanted.url, Style.PLACE), Span(f"  on {depositor.target}")))
            for entry in entries:
                terminal.line((Span(f"  {local_time(entry.at)}  ", Style.DIM), Span(safe(entry.text))))
        else:
            terminal.say(f"The ledger knows nothing of {wanted} on {depositor.target}.")
    finish(ExitCode.DONE if entries else ExitCode.REJECTED)


def parse_doi(text: str) -> Doi:
    """The DOI a user typed, bare or as a link; raises `UsageError`."""
    try:
        return Doi.parse(text)
    except InvalidIdentifier as error:
        raise UsageError(error.message, hint=error.hint) from None
