"""The table of many DOIs: a DOI is never cut, a title is, and columns give way on a narrow terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from doideposit.cli.receipt import local_time, state_words
from doideposit.cli.terminal import Terminal
from doideposit.cli.wrapping import columns, cropped
from doideposit.reports.findings import Line, Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.values import WorkStatus

__all__ = ["LEGEND", "in_order", "show_table", "table_lines"]

LEGEND = "proved: R received, P processed, G registered, S resolves, I indexed"
GAP = 2
NARROWEST_TITLE = 20
Cell = tuple[str, Style]
# What gives way first: the time of day, the date, then what is proved.
LAYOUTS: tuple[tuple[str, ...], ...] = (
    ("DOI", "state", "registered", "proved"),
    ("DOI", "state", "registered on", "proved"),
    ("DOI", "state", "proved"),
    ("DOI", "state"),
)


def in_order(statuses: "Iterable[WorkStatus]") -> "list[WorkStatus]":
    """By DOI, as people count: C9 stands before C10."""
    return sorted(statuses, key=lambda status: _counted(status.doi.key))


def _counted(text: str) -> list[str | int]:
    parts = re.split("([0-9]+)", text)
    # Texts and numbers take turns, so that like is always compared with like.
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def show_table(terminal: Terminal, statuses: "Sequence[WorkStatus]") -> None:
    """Show one line for each DOI, as wide as the terminal; in a pipe every line is whole."""
    terminal.lines(table_lines(statuses, terminal.width))


def table_lines(statuses: "Sequence[WorkStatus]", width: int | None) -> Iterator[Line]:
    """The lines of the table. Where not even DOI and state fit beside each other, they stand below each other."""
    rows = [_cells(status) for status in statuses]
    titles = [safe(status.title) for status in statuses]
    sizes = {name: max(columns(name), *(columns(row[name][0]) for row in rows)) for name in rows[0]}
    for names in LAYOUTS:
        used = sum(sizes[name] + GAP for name in names)
        if width is None or used + NARROWEST_TITLE <= width:
            yield _row({name: (name, Style.PLACE) for name in names} | {"title": ("title", Style.PLACE)}, sizes, names)
            for row, title in zip(rows, titles, strict=True):
                whole = title if width is None else cropped(title, width - used)
                yield _row(row | {"title": (whole, Style.PLAIN)}, sizes, names)
            return
    for row, title in zip(rows, titles, strict=True):
        yield (Span(*row["DOI"]),)
        state, style = row["state"]
        yield (Span(f"  {state}", style), Span(f"  {cropped(title, max(1, (width or 80) - columns(state) - 4))}"))


def _cells(status: "WorkStatus") -> dict[str, Cell]:
    words, style = state_words(status)
    moment = local_time(status.registration.at)
    return {
        "DOI": (str(status.doi), Style.PLAIN),
        "state": (f"! {words}" if status.needs_person else words, style),
        "registered": (moment[:16], Style.PLAIN),
        "registered on": (moment[:10], Style.PLAIN),
        "proved": (_marks(status), Style.PLAIN),
    }


def _marks(one: "WorkStatus") -> str:
    """How far it is proved: received, processed, registered, resolves, indexed; a dot stands for not yet."""
    truths = (one.received, one.processed, one.registration, one.resolves, one.indexed)
    return "".join(letter if truth else "·" for letter, truth in zip("RPGSI", truths, strict=True))


def _row(cells: dict[str, Cell], sizes: dict[str, int], names: tuple[str, ...]) -> Line:
    spans = []
    for name in names:
        text, style = cells[name]
        spans += [Span(text, style), Span(" " * (sizes[name] - columns(text) + GAP))]
    return (*spans, Span(*cells["title"]))
