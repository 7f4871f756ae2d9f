"""`references`: what became of the references of registered DOIs, and the DOIs that a person accepts for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import dois_argument, known_series
from doideposit.errors import UsageError
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.references import ReferenceFeedback, ReferenceList, ReferencesReport
    from doideposit.deposits.values import Progress

__all__ = ["references"]

# So many questions go by between two signs of life.
EVERY = 50
# So many characters of a reference are shown.
LONGEST = 200


@click.command()
@dois_argument
@click.option("--series", "series", shell_complete=known_series, help="Only this series.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="NUMBER=DOI",
    help="Write this DOI into the record file, for the reference of this number; repeatable.",
)
@click.option("--ask", is_flag=True, help="Ask about each reference for which a work was found, and write the answer.")
@click.option("--anyway", is_flag=True, help="Accept a DOI even if its work is clearly a different one.")
@click.option("--send", is_flag=True, help="Send the references of the record alone, once their DOIs are accepted.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before depositing to production.")
@click.option("--no-search", is_flag=True, help="Do not search Crossref for references without a right DOI.")
@click.option("--offline", is_flag=True, help="Use no network: show what the ledger knows.")
@target_option
@json_option
@click.pass_obj
def references(
    invocation: Invocation,
    works: tuple[str, ...],
    series: str | None,
    accepted: tuple[str, ...],
    ask: bool,
    anyway: bool,
    send: bool,
    yes: bool,
    no_search: bool,
    offline: bool,
    target: str | None,
    as_json: bool,
) -> None:
    """Show for every reference whether it has a DOI, who added it, and whether it leads to the right work.

    Without a name it checks everything that is registered. If a reference has no correct DOI, Crossref is searched for
    it. The differences of each work that is found are named, and nothing is accepted unless you say so. The exit code
    is 1 while a reference has a DOI that is dead or leads to another work. Sends nothing without --send.
    """
    from doideposit.cli.accepting import Acceptance
    from doideposit.cli.works import WorkFinder
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    if (accepted or send) and (len(works) != 1 or (accepted and ask)):
        hint = "such as `doideposit references 258 --accept 3=10.1234/x`"
        raise UsageError("--accept and --send are about one record", hint=hint)
    if ask and not terminal.interactive:
        raise UsageError("nobody is there to answer", hint="name the DOI: --accept NUMBER=DOI")
    with open_depositor(settings, announce=terminal.note, ask=terminal.ask_password) as depositor:
        dois = (
            WorkFinder(depositor).all(works)
            if works
            else [status.doi for status in depositor.statuses(series=series) if status.registered]
        )
        acceptance = Acceptance(terminal, settings, depositor, works, anyway=anyway, send=send, yes=yes)
        if accepted or (send and not ask):
            finish(acceptance.accept_given(dois, accepted, offline=offline))
        report = depositor.references.of(*dois, offline=offline, search=not no_search, on_event=_narrator(terminal))
        if as_json and not ask:
            terminal.json(report.to_dict())
        else:
            _show_lists(terminal, report)
        code = ExitCode.WORLD if report.error else ExitCode.DONE if report.ok else ExitCode.REJECTED
        if ask:
            code = acceptance.accept_by_questions(report) or code
    finish(code)


def _narrator(terminal: Terminal) -> "Callable[[Progress], None]":
    told = 0

    def tell(progress: "Progress") -> None:
        nonlocal told
        told += progress.kind == "references"
        if progress.kind == "searching" or (told and told % EVERY == 0):
            terminal.note(progress.text)

    return tell


# Showing.


def _show_lists(terminal: Terminal, report: "ReferencesReport") -> None:
    for reference_list in report.lists:
        terminal.line((Span(str(reference_list.doi), Style.PLACE), Span(f"  {safe(reference_list.title)}")))
        if not reference_list.references:
            terminal.line((Span("  no references are registered", Style.DIM),))
        for reference in reference_list.references:
            _show_one(terminal, reference_list, reference)
    terminal.say(report.summary)
    terminal.show_error(report.error)


def _show_one(terminal: Terminal, of: "ReferenceList", feedback: "ReferenceFeedback") -> None:
    from doideposit.cli.accepting import Acceptance
    from doideposit.deposits.references import ReferenceState

    word, style = {
        ReferenceState.MATCHED: ("matched", Style.GOOD),
        ReferenceState.UNMATCHED: ("not matched", Style.WARNING),
        ReferenceState.DEAD: ("dead", Style.ERROR),
        ReferenceState.WRONG: ("wrong", Style.ERROR),
    }[feedback.state]
    doi = f"  {feedback.doi} ({_asserted_by(feedback)})" if feedback.doi else ""
    terminal.line((Span(f"  {feedback.number:>3}  "), Span(word, style), Span(safe(doi), Style.PLACE)))
    if feedback.state is ReferenceState.MATCHED and not feedback.doubts:
        return
    shown = feedback.text if len(feedback.text) <= LONGEST else f"{feedback.text[:LONGEST]}…"
    terminal.line((Span(f"       {safe(shown)}", Style.DIM),))
    if feedback.state is ReferenceState.DEAD:
        terminal.line((Span("       no agency has this DOI: correct it, or remove it", Style.HINT),))
    elif feedback.doubts:
        terminal.line((Span(f"       {safe('; '.join(doubt.what for doubt in feedback.doubts))}", Style.HINT),))
    if feedback.state is ReferenceState.WRONG and feedback.asserted_by == "crossref":
        words = "the right DOI in the record takes the place of what Crossref found"
        terminal.line((Span(f"       {words}", Style.HINT),))
    if feedback.reason:
        terminal.line((Span(f"       Crossref could not look for it: {safe(feedback.reason)}", Style.HINT),))
    for candidate in feedback.candidates or ():
        Acceptance.show_candidate(terminal, candidate)
    if feedback.best is not None:
        command = f"doideposit references {of.doi} --accept {feedback.number}={feedback.best.work.doi}"
        terminal.line((Span("       accept it: ", Style.HINT), Span(safe(command))))


def _asserted_by(feedback: "ReferenceFeedback") -> str:
    if feedback.asserted_by == "crossref":
        return "found by Crossref"
    return f"yours, at {feedback.agency}" if feedback.agency else "yours"
