"""Show someone who types `doideposit` alone where they are, how things stand, and what comes next."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from doideposit.cli.invocation import Invocation
from doideposit.cli.receipt import local_time
from doideposit.deposits.ledger.inspection import Condition
from doideposit.findings import counted
from doideposit.reports.findings import Line, Span, Style, safe, with_target
from doideposit.wiring import open_depositor

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.values import WorkStatus

__all__ = ["show_start"]

TARGETS = {
    "sandbox": "sandbox, a rehearsal: nothing leaves this machine",
    "test": "test, Crossref's test system: nothing is registered for readers",
    "production": "production, Crossref itself: what is registered stays",
}
ALL = "All commands: `doideposit --help`. What a word means: `doideposit explain ROR`"
# The longest command, and two spaces.
WIDTH = 17
# The first page stays short; `doideposit status` has the rest of the advice.
MOST_ADVICE = 3


def show_start(invocation: Invocation) -> None:
    """Show where the person is and the next command; raises `ConfigurationError` for a configuration with faults."""
    terminal = invocation.terminal()
    settings = invocation.settings(required=False)
    if settings.path is None:
        terminal.draw(*_lines_without_configuration())
        return
    terminal.draw(
        _make_row("folder", str(Path.cwd())),
        _make_row("configuration", f"{settings.path}: {', '.join(each.title for each in settings.series.values())}"),
        _make_row("target", TARGETS[settings.target]),
    )
    # What a rehearsal registered is nothing to continue from, so the real numbers are shown wherever there are any.
    for target in dict.fromkeys((settings.target, "production")):
        terminal.draw(*_lines_of_target(invocation.settings(target=target), first=target == settings.target))


def _make_row(name: str, text: str, style: Style = Style.DIM) -> Line:
    return (Span(f"{name:<{WIDTH}}", style), Span(safe(text)))


def _lines_without_configuration() -> Iterator[Line]:
    yield (Span(f"There is no doideposit.toml in {Path.cwd()} or above it."),)
    yield ()
    yield _make_row("if you have one", "go to the folder of your records first: cd FOLDER", Style.HINT)
    yield _make_row("if not", "`doideposit init` writes one; `doideposit demo` shows the whole job before", Style.HINT)
    yield (Span(ALL, Style.DIM),)


def _lines_of_target(settings: "Settings", *, first: bool) -> Iterator[Line]:
    """Show the last numbers of one target, what is outstanding, what needs a person; for the `first` what comes next.

    Nothing is made where there is no ledger yet.
    """
    flag = None if first else settings.target
    statuses: list[WorkStatus] = []
    if Condition.of_ledger(settings.ledger.url, settings.ledger_password(os.environ)).is_current:
        with open_depositor(settings) as depositor:
            statuses = sorted(depositor.statuses(), key=lambda one: one.doi.order)
            outstanding, due = depositor.outstanding(), depositor.next_due()
    if not first and statuses:
        yield ()
        yield _make_row("target", TARGETS[settings.target])
    if statuses:
        yield from (_make_row("last", text) for text in _last_numbers(settings, statuses))
        when = f" after {local_time(due)}" if due else ""
        asks = f"{counted(outstanding, 'DOI')}: look again{when} with {with_target('`doideposit poll`', flag)}"
        yield _make_row("outstanding", asks if outstanding else "nothing")
        yield from _attention_lines(statuses, flag)
    elif first:
        yield _make_row("last", "nothing was deposited from here yet")
    if first:
        yield from _next_command_lines(settings, statuses)


def _last_numbers(settings: "Settings", statuses: "list[WorkStatus]") -> Iterator[str]:
    """Return the last number of each series, with its title and state."""
    for name, series in settings.series.items():
        own = [one for one in statuses if one.series == name]
        if own:
            number = series.number_in(own[-1].doi) or str(own[-1].doi)
            state = "registered" if own[-1].registered else "not registered yet"
            yield f"{series.title} {number}, “{own[-1].title}”, {state}; {counted(len(own), 'DOI')} in all"


def _attention_lines(statuses: "list[WorkStatus]", flag: str | None) -> Iterator[Line]:
    needing = [one for one in statuses if one.needs_person]
    yield _make_row(
        "needs you", "nothing" if not needing else counted(len(needing), "DOI"), Style.ERROR if needing else Style.DIM
    )
    for one in needing[:MOST_ADVICE]:
        yield _make_row("", f"{one.doi}: {with_target(one.next_action, flag)}")
    if len(needing) > MOST_ADVICE:
        yield _make_row("", with_target("`doideposit status --attention` shows all", flag))


def _next_command_lines(settings: "Settings", statuses: "list[WorkStatus]") -> Iterator[Line]:
    """Show the next command: a record for the number after the last one, where that is a number."""
    known = settings.series
    made = (known[one.series].number_in(one.doi) for one in statuses if one.series in known)
    numbers = [int(number) for number in made if number and number.isdecimal()]
    following = str(max(numbers) + 1) if numbers else "NUMBER"
    yield _make_row("next", f"`doideposit extract DOCUMENT -o {following}.yaml`", Style.HINT)
    yield _make_row("", f"or `doideposit new {following}`, then `doideposit check`, then `doideposit deposit`")
    yield (Span(ALL, Style.DIM),)
