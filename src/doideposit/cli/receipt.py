"""What a deposit ends with: the DOIs as links, what is proved of each, and when to look again with which command."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from doideposit.cli.terminal import Terminal
from doideposit.errors import WorldError
from doideposit.lifecycle import is_open
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.values import Truth, WorkStatus

__all__ = ["local_time", "show_receipt", "show_trouble", "state_words", "with_target"]


def local_time(moment: datetime | None) -> str:
    """A moment as people at this machine read it, to the second."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def state_words(status: "WorkStatus") -> tuple[str, Style]:
    """The standing of a DOI in a word or two, and how to show it."""
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
    """The proof, without the long name of the file that stands below it anyway."""
    name = status.submission.file_name if status.submission else None
    return truth.proof.replace(name, "this file") if name else truth.proof


def with_target(text: str, flag: str | None) -> str:
    """Advice whose commands go where this one went: `doideposit poll` becomes `doideposit poll --target test`."""
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
    """Say what went wrong outside, and that nothing is lost."""
    if trouble is None:
        return
    terminal.line()
    terminal.line((Span("not finished: ", Style.ERROR), Span(safe(trouble.message))))
    if trouble.hint:
        terminal.line((Span("  do this: ", Style.HINT), Span(safe(trouble.hint))))
