"""Show where DOIs stand: a receipt for each, with what is proved and what to do next, or a table of many."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from doideposit.registered.drift_values import DriftKind
from doideposit.reports.findings import Line, Span, Style, safe, with_target

if TYPE_CHECKING:
    from doideposit.deposits.values import Proof, WorkStatus

__all__ = ["REHEARSED", "StatusList", "local_time"]


def local_time(moment: datetime | None) -> str:
    """Return a moment in the zone of this machine, with its name, to the second; nothing for None."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


@dataclass(frozen=True, slots=True)
class StatusList:
    """Show where DOIs stand, in lines for a terminal or a pipe; the statuses are read once, as they come."""

    statuses: "Iterable[WorkStatus]"

    def receipts(
        self, *, flag: str | None = None, place: str | None = None, again: str | None = None
    ) -> Iterator[Line]:
        """Yield a receipt of each DOI: its milestones, and its next step.

        `flag` is the target that was given as an option; `place` says where it is registered, should that not be
        obvious; `again` is the command that does for real what was rehearsed. Only a DOI of production is an address
        that works.
        """
        for status in self.statuses:
            words, style = _state_words(status)
            where = place or PLACES[status.target]
            yield ()
            yield (
                Span(status.shown_doi, Style.PLACE),
                Span("  "),
                Span(words, style),
                Span(f" ({where})" if where else "", Style.DIM),
            )
            if status.title:
                yield (Span(f"  {safe(status.title)}"),)
            for name, text in _detail_rows(status):
                yield (Span(f"  {name:<11}", Style.DIM), Span(safe(text)))
            action = f"{REHEARSED} `{again}`" if again else with_target(_next_step(status), flag)
            if action:
                yield (Span("  next       ", Style.HINT), Span(action))

    def short(self) -> Iterator[Line]:
        """Yield one line for each DOI: the DOI, its state and its title, whole."""
        for status in self.statuses:
            words, style = _state_words(status)
            yield (Span(f"{status.doi}  ", Style.PLACE), Span(words, style), Span(f"  {safe(status.title)}"))

    def table(self, width: int | None) -> Iterator[Line]:
        """Yield one line for each DOI, in as many columns as the terminal has room for; in a pipe each line is whole.

        Where not even DOI and state fit beside each other, they are below each other.
        """
        rows = [_table_cells(status) for status in self.statuses]
        table = _fitting_table(rows, LAYOUTS, width, last="title", room=NARROWEST_TITLE)
        if table is not None:
            yield from table
            return
        for row in rows:
            (state, style), (title, _) = row["state"], row["title"]
            yield (Span(*row["DOI"]),)
            # Two columns before the state, and two between state and title.
            room = max(NARROWEST_TITLE, (width or 0) - len(state) - 4)
            yield (Span("  "), Span(f"{state}  ", style), Span(_crop(title, room)))

    def counts(self) -> Counter[str]:
        """Return how many DOIs are in each state, by the words for it."""
        return Counter(_state_words(status)[0] for status in self.statuses)


def _state_words(status: "WorkStatus") -> tuple[str, Style]:
    """Return the state of a DOI in a word or two, with its style."""
    from doideposit.reports.attention import AttentionKind

    words, kind = AttentionKind.of(status)
    return words, Style.ERROR if status.needs_person else STYLES[kind.value]


STYLES = {"bad": Style.ERROR, "warning": Style.WARNING, "open": Style.WARNING, "good": Style.GOOD}


def _next_step(status: "WorkStatus") -> str:
    """Return the next step; where a look-up came too early, that it can be made again."""
    early = any(proof.text and not proof for proof in status.milestones.values())
    if early and status.next_action == "nothing to do":
        return "some of it takes a while: `doideposit verify` looks again"
    return safe(status.next_action)


def _detail_rows(status: "WorkStatus") -> "Iterator[tuple[str, str]]":
    if status.registered_title is not None:
        yield "title", f"the registered title is “{status.registered_title}”"
    yield from _milestone_rows(status)
    if status.outcome is not None and status.message and (not status.outcome.is_registered or status.finding):
        yield "Crossref", f"“{status.message.strip()}”"
    elif status.failed and status.message:
        yield "why", status.message
    yield from status.result.lines()
    for warning in status.warnings:
        yield (
            "warning",
            f"{warning.id}  {warning.message}" + (f" (dismissed: {warning.dismissed})" if warning.dismissed else ""),
        )
    if status.submission is not None and status.submission.file_name:
        yield "file", status.submission.file_name
    if status.acknowledged:
        yield "set aside", f"because: {status.acknowledged}"


def _milestone_rows(status: "WorkStatus") -> "Iterator[tuple[str, str]]":
    for milestone, proof in status.milestones.items():
        # The first column has room for ten letters.
        name = milestone.words.removeprefix("as ")
        if proof:
            yield name, f"{local_time(proof.at)}  {_short_proof(status, proof)}"
        elif proof.text:
            # It was looked up, and did not hold: saying nothing would leave open whether anybody looked.
            yield name, f"{'not proved':<23}  {_short_proof(status, proof)}"
    for difference in status.drift:
        yield "changed", difference.what
        for change in difference.fields if difference.kind is DriftKind.DEPOSIT else ():
            yield "", change
    if status.overdue is not None:
        yield "overdue", f"{local_time(status.overdue.due)}  {status.overdue.milestone.words} was expected by then"


REHEARSED = "this was a rehearsal, and the DOI does not exist yet. For real:"
# For production no place is named: it is where people expect a DOI to be registered.
PLACES = {"sandbox": "sandbox", "test": "Crossref's test system", "production": ""}


def _short_proof(status: "WorkStatus", proof: "Proof") -> str:
    """Return the proof without the long file name, which is below it anyway."""
    name = status.submission.file_name if status.submission else None
    return proof.text.replace(name, "this file") if name else proof.text


# What gives way first on a narrow terminal: the time of day, the date, then what is proved.
LAYOUTS = (
    ("DOI", "state", "registered", "proved"),
    ("DOI", "state", "registered on", "proved"),
    ("DOI", "state", "proved"),
    ("DOI", "state"),
)
# A title cut shorter than this often does not tell two works apart any more.
NARROWEST_TITLE = 20
# There is also one space between the words of a cell.
GAP = 2


def _fitting_table(
    rows: Sequence[dict[str, tuple[str, Style]]],
    layouts: Iterable[Sequence[str]],
    width: int | None,
    *,
    last: str,
    room: int,
) -> Iterator[Line] | None:
    """Yield the lines of a table: the first layout of columns that leaves `room` for the `last` one, None without any.

    Only the last column is cut, with a … that says so: what has to be copied, such as a DOI, stays whole.
    """
    from rich.cells import cell_len

    sizes = {name: max(cell_len(name), *(cell_len(row[name][0]) for row in rows)) for name in rows[0]}
    for names in layouts:
        left = sizes[last] if width is None else width - sum(sizes[name] + GAP for name in names)
        if width is None or left >= room:
            head = {name: (name, Style.PLACE) for name in (*names, last)}
            columns = [(name, sizes[name]) for name in names]
            return (_table_line(row, columns, last, left) for row in chain([head], rows))
    return None


def _table_line(row: dict[str, tuple[str, Style]], columns: Iterable[tuple[str, int]], last: str, room: int) -> Line:
    from rich.cells import cell_len

    cells = [(*row[name], size) for name, size in columns]
    text, style = row[last]
    return (
        *(Span(cell + " " * (size - cell_len(cell) + GAP), its_style) for cell, its_style, size in cells),
        Span(text if cell_len(text) <= room else _crop(text, room), style),
    )


def _crop(text: str, width: int) -> str:
    """Cut a text to at most `width` columns; a … says that there is more."""
    from rich.text import Text

    shown = Text(text)
    shown.truncate(width, overflow="ellipsis")
    return shown.plain


def _table_cells(status: "WorkStatus") -> dict[str, tuple[str, Style]]:
    words, style = _state_words(status)
    moment = local_time(status.registration.at)
    return {
        "DOI": (str(status.doi), Style.PLAIN),
        "state": (f"! {words}" if status.needs_person else words, style),
        # Date, hour and minute; seconds are in the JSON.
        "registered": (moment[:16], Style.PLAIN),
        "registered on": (moment[:10], Style.PLAIN),
        "proved": (_last_proved(status), Style.PLAIN),
        "title": (safe(status.title), Style.PLAIN),
    }


def _last_proved(status: "WorkStatus") -> str:
    """Return how far it is proved: the last of the six, and an earlier one that was looked for and not found."""
    reached = [milestone for milestone, proof in status.milestones.items() if proof]
    if not reached:
        return ""
    earlier = list(status.milestones)[: list(status.milestones).index(reached[-1])]
    missing = [
        milestone.words
        for milestone in earlier
        if not status.milestones[milestone] and status.milestones[milestone].text
    ]
    return reached[-1].words + (f", not {missing[0]}" if missing else "")
