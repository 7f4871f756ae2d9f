"""Show someone who types `doideposit` alone where they are, how things stand, and what comes next."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from doideposit.cli.invocation import Invocation
from doideposit.cli.receipt import local_time
from doideposit.deposits.ledger.inspection import Condition
from doideposit.findings import counted
from doideposit.reports.findings import Line, Span, Style, safe, with_target
from doideposit.wiring import open_depositor, open_ledger, system_clock

if TYPE_CHECKING:
    from datetime import datetime

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
        _make_row(
            "configuration", f"{settings.path}: {', '.join(series.title for series in settings.series.values())}"
        ),
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


@dataclass(slots=True)
class _FirstPage:
    """Hold what is said of one target, counted while the ledger is read: it may have a hundred thousand DOIs.

    `last` has the highest DOI of each series and how many there are, `needing` the first that need a person.
    """

    last: "dict[str, tuple[WorkStatus, int]]" = field(default_factory=dict)
    needing: "list[WorkStatus]" = field(default_factory=list)
    need_a_person: int = 0
    highest: int | None = None
    outstanding: int = 0
    due: "datetime | None" = None

    def add(self, status: "WorkStatus", settings: "Settings") -> None:
        """Count this DOI too."""
        before, count = self.last.get(status.series, (status, 0))
        self.last[status.series] = max(before, status, key=_place), count + 1
        if status.needs_person:
            self.need_a_person += 1
            self.needing = sorted([*self.needing, status], key=_place)[:MOST_ADVICE]
        series = settings.series.get(status.series)
        number = series.number_in(status.doi) if series else None
        if number and number.isdecimal():
            self.highest = max(self.highest or 0, int(number))


def _place(status: "WorkStatus") -> "tuple[tuple[int, int | str], ...]":
    return status.doi.order


def _lines_of_target(settings: "Settings", *, first: bool) -> Iterator[Line]:
    """Show the last numbers of one target, what is outstanding, what needs a person; for the `first` what comes next.

    Nothing is made where there is no ledger yet.
    """
    flag = None if first else settings.target
    seen = _read_first_page(settings)
    if not first and seen.last:
        yield ()
        yield _make_row("target", TARGETS[settings.target])
    if seen.last:
        yield from (_make_row("last", text) for text in _last_numbers(settings, seen))
        when = f" after {local_time(seen.due)}" if seen.due else ""
        asks = f"{counted(seen.outstanding, 'DOI')}: look again{when} with {with_target('`doideposit poll`', flag)}"
        yield _make_row("outstanding", asks if seen.outstanding else "nothing")
        yield from _attention_lines(seen, flag)
    elif first:
        yield _make_row("last", "nothing was deposited from here yet")
    if first:
        yield from _next_command_lines(seen)


def _read_first_page(settings: "Settings") -> _FirstPage:
    """Read what the first page shows of the settings' target; nothing where there is no ledger yet."""
    seen = _FirstPage()
    if _has_events(settings):
        with open_depositor(settings) as depositor:
            for status in depositor.statuses():
                seen.add(status, settings)
            seen.outstanding, seen.due = depositor.outstanding(), depositor.next_due()
    return seen


def _has_events(settings: "Settings") -> bool:
    """Tell whether anything happened on the target: of one that was never used, its settings need not be right yet."""
    if not Condition.of_ledger(settings.ledger.url, settings.ledger_password(os.environ)).is_current:
        return False
    with open_ledger(settings) as ledger:
        return ledger.on(settings.target, system_clock).works.last_event() > 0


def _last_numbers(settings: "Settings", seen: _FirstPage) -> Iterator[str]:
    """Return the last number of each series, with its title and state."""
    for name, series in settings.series.items():
        if name in seen.last:
            last, count = seen.last[name]
            number = series.number_in(last.doi) or str(last.doi)
            state = "registered" if last.registered else "not registered yet"
            yield f"{series.title} {number}, “{last.title}”, {state}; {counted(count, 'DOI')} in all"


def _attention_lines(seen: _FirstPage, flag: str | None) -> Iterator[Line]:
    many = seen.need_a_person
    yield _make_row("needs you", counted(many, "DOI") if many else "nothing", Style.ERROR if many else Style.DIM)
    for status in seen.needing:
        yield _make_row("", f"{status.doi}: {with_target(status.next_action, flag)}")
    if many > MOST_ADVICE:
        yield _make_row("", with_target("`doideposit status --attention` shows all", flag))


def _next_command_lines(seen: _FirstPage) -> Iterator[Line]:
    """Show the next command: a record for the number after the last one, where that is a number."""
    following = "NUMBER" if seen.highest is None else str(seen.highest + 1)
    yield _make_row("next", f"`doideposit extract DOCUMENT -o {following}.yaml`", Style.HINT)
    yield _make_row("", f"or `doideposit new {following}`, then `doideposit check`, then `doideposit deposit`")
    yield (Span(ALL, Style.DIM),)
