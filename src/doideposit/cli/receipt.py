"""Show where DOIs stand: a receipt for each, with what is proved and what to do next, or a table of many."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from doideposit.cli.terminal import Terminal
from doideposit.errors import WorldError
from doideposit.lifecycle import is_open
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.cli.drawing import Drawable
    from doideposit.deposits.values import Truth, WorkStatus

__all__ = ["in_order", "local_time", "show_receipt", "show_trouble", "state_words", "status_table", "with_target"]


def local_time(moment: datetime | None) -> str:
    """Return a moment as people at this machine read it, to the second; nothing for None."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def state_words(status: "WorkStatus") -> tuple[str, Style]:
    """Return the state of a DOI in a word or two, and the style to show it in."""
    words, style = _plain_words(status)
    return (f"{words}, stalled" if status.stalled else words), Style.ERROR if status.needs_person else style


def _plain_words(status: "WorkStatus") -> tuple[str, Style]:
    if status.state is None:
        return ("registered", Style.GOOD) if status.registered else ("never deposited", Style.DIM)
    if is_open(status.state):
        word = {"prepared": "waiting to be sent", "sending": "in doubt", "queued": "at Crossref"}[status.state.value]
        return word, Style.WARNING
    if status.outcome is None:
        return "refused", Style.ERROR
    words = {
        "registered": ("registered", Style.GOOD),
        "registered-with-warning": ("registered, with a warning", Style.WARNING),
        "failed": ("update failed" if status.registered else "rejected", Style.ERROR),
        "missing": ("no answer for it", Style.ERROR),
    }
    return words[status.outcome.value]


def show_receipt(
    terminal: Terminal, statuses: "Iterable[WorkStatus]", *, flag: str | None = None, place: str | None = None
) -> None:
    """Show every DOI with what is proved and what comes next.

    `flag` is the target that was given as an option; `place` says where it is registered, should that not be obvious.
    """
    for status in statuses:
        words, style = state_words(status)
        where = place or PLACES[status.target]
        terminal.say()
        terminal.line(
            (
                Span(status.doi.url, Style.PLACE),
                Span("  "),
                Span(words, style),
                Span(f" ({where})" if where else "", Style.DIM),
            )
        )
        if status.title:
            terminal.say(f"  {safe(status.title)}")
        for name, text in _details(status):
            terminal.line((Span(f"  {name:<11}", Style.DIM), Span(safe(text))))
        if status.next_action:
            terminal.line((Span("  next       ", Style.HINT), Span(with_target(safe(status.next_action), flag))))


def _details(status: "WorkStatus") -> "Iterator[tuple[str, str]]":
    for name, truth in _truths(status):
        if truth:
            yield name, f"{local_time(truth.at)}  {_proof(status, truth)}"
        elif truth.proof:
            # It was looked up, and did not hold: saying nothing would leave open whether anybody looked.
            yield name, f"{'not proved':<19}  {_proof(status, truth)}"
    if status.outcome is not None and status.message and (not status.outcome.is_registered or status.finding):
        yield "Crossref", f"“{status.message.strip()}”"
    elif status.failed and status.message:
        yield "why", status.message
    if status.submission is not None and status.submission.file_name:
        yield "file", status.submission.file_name
    if status.acknowledged:
        yield "set aside", f"because: {status.acknowledged}"


PLACES = {"sandbox": "sandbox", "test": "Crossref's test system", "production": ""}


def _proof(status: "WorkStatus", truth: "Truth") -> str:
    """Return the proof without the long name of the file that stands below it anyway."""
    name = status.submission.file_name if status.submission else None
    return truth.proof.replace(name, "this file") if name else truth.proof


def with_target(text: str, flag: str | None) -> str:
    """Return advice whose commands go where this one went: `doideposit poll` gets `--target test`."""
    return COMMANDS.sub(rf"\g<0> --target {flag}", text) if flag else text


COMMANDS = re.compile(r"(?<=`)doideposit (?:deposit|poll|status|verify|acknowledge|abandon|history)\b")


def _truths(status: "WorkStatus") -> "tuple[tuple[str, Truth], ...]":
    return (
        ("received", status.received),
        ("processed", status.processed),
        ("registered", status.registration),
        ("resolves", status.resolves),
        ("indexed", status.indexed),
    )


def show_trouble(terminal: Terminal, trouble: WorldError | None) -> None:
    """Show what went wrong outside, and that nothing is lost."""
    if trouble is None:
        return
    terminal.line()
    terminal.line((Span("not finished: ", Style.ERROR), Span(safe(trouble.message))))
    if trouble.hint:
        terminal.line((Span("  hint: ", Style.HINT), Span(safe(trouble.hint))))


# What gives way first on a narrow terminal: the time of day, the date, then what is proved.
LAYOUTS = (
    ("DOI", "state", "registered", "proved"),
    ("DOI", "state", "registered on", "proved"),
    ("DOI", "state", "proved"),
    ("DOI", "state"),
)
NARROWEST_TITLE = 20


def in_order(statuses: "Iterable[WorkStatus]") -> "list[WorkStatus]":
    """Return the statuses by DOI, as people count: C9 stands before C10."""
    return sorted(statuses, key=lambda status: _counted(status.doi.key))


def _counted(text: str) -> list[str | int]:
    parts = re.split("([0-9]+)", text)
    # Texts and numbers take turns, so that like is always compared with like.
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def status_table(statuses: "Sequence[WorkStatus]", width: int | None) -> "Iterator[Drawable]":
    """Show one line for each DOI, in as many columns as the terminal has room for; in a pipe every line is whole.

    Where not even DOI and state fit beside each other, they stand below each other.
    """
    from doideposit.cli.drawing import cropped, fitting_table

    rows = [_cells(status) for status in statuses]
    table = fitting_table(rows, LAYOUTS, width, last="title", room=NARROWEST_TITLE)
    if table is not None:
        yield table
        return
    for row in rows:
        (state, style), (title, _) = row["state"], row["title"]
        yield (Span(*row["DOI"]),)
        room = max(NARROWEST_TITLE, (width or 0) - len(state) - 4)
        yield (Span("  "), Span(f"{state}  ", style), Span(cropped(title, room)))


def _cells(status: "WorkStatus") -> dict[str, tuple[str, Style]]:
    words, style = state_words(status)
    moment = local_time(status.registration.at)
    return {
        "DOI": (str(status.doi), Style.PLAIN),
        "state": (f"! {words}" if status.needs_person else words, style),
        "registered": (moment[:16], Style.PLAIN),
        "registered on": (moment[:10], Style.PLAIN),
        "proved": (_proved(status), Style.PLAIN),
        "title": (safe(status.title), Style.PLAIN),
    }


def _proved(status: "WorkStatus") -> str:
    """Return how far it is proved: the last of the five, and an earlier one that was looked for and not found."""
    truths = _truths(status)
    last = max((place for place, (_, truth) in enumerate(truths) if truth), default=None)
    if last is None:
        return ""
    missing = [name for name, truth in truths[:last] if not truth and truth.proof]
    return truths[last][0] + (f", not {missing[0]}" if missing else "")
