"""What a deposit ends with: the DOIs as links, what is proved of each, and when to look again with which command."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from doideposit.cli.terminal import Terminal
from doideposit.errors import WorldError
from doideposit.lifecycle import is_open
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.workflow import Truth, WorkStatus

__all__ = ["local_time", "show_receipt", "show_trouble", "state_words"]


def local_time(moment: datetime | None) -> str:
    """A moment as people at this machine read it, to the second."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def state_words(status: "WorkStatus") -> tuple[str, Style]:
    """The standing of a DOI in a word or two, and how to show it."""
    if status.needs_person:
        return "needs a person", Style.ERROR
    if status.state is None:
        return ("registered", Style.GOOD) if status.registered else ("never deposited", Style.DIM)
    if is_open(status.state):
        word = {"prepared": "waiting to be sent", "sending": "in doubt", "queued": "at Crossref"}[status.state.value]
        return (f"{word}, stalled" if status.stalled else word), Style.WARNING
    if status.outcome is None:
        return "refused", Style.ERROR
    words = {
        "registered": ("registered", Style.GOOD),
        "registered-with-warning": ("registered, with a warning", Style.WARNING),
        "failed": ("update failed" if status.registered else "rejected", Style.ERROR),
        "missing": ("no answer for it", Style.ERROR),
    }
    return words[status.outcome.value]


def show_receipt(terminal: Terminal, statuses: "Iterable[WorkStatus]") -> None:
    """Show every DOI with what is proved and what comes next."""
    for status in statuses:
        words, style = state_words(status)
        terminal.say()
        terminal.line((Span(status.doi.url, Style.PLACE), Span("  "), Span(words, style)))
        if status.title:
            terminal.say(f"  {safe(status.title)}")
        for name, truth in _truths(status):
            if truth:
                terminal.line((Span(f"  {name:<11}", Style.DIM), Span(f"{local_time(truth.at)}  {safe(truth.proof)}")))
        if status.message and (status.outcome is None or not status.outcome.is_registered or status.finding):
            terminal.line((Span("  Crossref   ", Style.DIM), Span(f"“{safe(status.message.strip())}”")))
        if status.submission is not None and status.submission.file_name:
            terminal.line((Span("  file       ", Style.DIM), Span(status.submission.file_name)))
        if status.next_action:
            terminal.line((Span("  next       ", Style.HINT), Span(safe(status.next_action))))


def _truths(status: "WorkStatus") -> "tuple[tuple[str, Truth], ...]":
    return (
        ("received", status.received),
        ("processed", status.processed),
        ("registered", status.registration),
        ("resolves", status.resolves),
        ("indexed", status.indexed),
    )


def show_trouble(terminal: Terminal, trouble: WorldError | None) -> None:
    """Say what went wrong outside, and that nothing is lost."""
    if trouble is None:
        return
    terminal.line()
    terminal.line((Span("not finished: ", Style.ERROR), Span(safe(trouble.message))))
    if trouble.hint:
        terminal.line((Span("  do this: ", Style.HINT), Span(safe(trouble.hint))))
