"""`references`: what became of the references of registered DOIs, and the DOIs that a person accepts for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import SERIES, WorkFinder, dois_argument
from doideposit.errors import UsageError
from doideposit.findings import Finding
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.references import CitedCandidate, ReferenceFeedback, ReferenceList, ReferencesReport
    from doideposit.deposits.values import Progress
    from doideposit.health.accepting import AcceptedReference

__all__ = ["references"]

# So many questions go by between two signs of life.
EVERY = 50
# So many characters of a reference are shown.
LONGEST = 200


@click.command()
@dois_argument
@click.option("--series", "series", type=SERIES, help="Only this series.")
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
        acceptance = _Acceptance(terminal, settings, depositor, works, anyway=anyway, send=send, yes=yes)
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
        _show_candidate(terminal, candidate)
    if feedback.best is not None:
        command = f"doideposit references {of.doi} --accept {feedback.number}={feedback.best.work.doi}"
        terminal.line((Span("       accept it: ", Style.HINT), Span(safe(command))))


def _asserted_by(feedback: "ReferenceFeedback") -> str:
    if feedback.asserted_by == "crossref":
        return "found by Crossref"
    return f"yours, at {feedback.agency}" if feedback.agency else "yours"


def _show_candidate(terminal: Terminal, candidate: "CitedCandidate", mark: str = "-") -> None:
    """Show a work that a reference may mean, with its score and what makes it doubtful."""
    work = candidate.work
    authors = f"{work.authors[0]}{' and others' if len(work.authors) > 1 else ''}" if work.authors else ""
    year = str(work.years[0]) if work.years else ""
    about = ". ".join(
        part for part in (" ".join(filter(None, (authors, year))), *work.titles[:1], work.container) if part
    )
    terminal.line((Span(f"       {mark} "), Span(work.doi, Style.PLACE), Span(f"  {safe(about)}")))
    score = "" if work.score is None else f"score {work.score:.0f}"
    doubts = "; ".join(doubt.what for doubt in candidate.doubts)
    words = ", ".join(filter(None, (score, f"doubtful: {doubts}" if doubts else "no differences found")))
    terminal.line((Span(f"         {safe(words)}", Style.DIM),))


# Accepting.


@dataclass(frozen=True, slots=True)
class _Acceptance:
    """Accept DOIs for the references of the works that a command names.

    With `anyway` a work may be plainly another one; with `send` the references go out alone, and with `yes` nobody is
    asked before that goes to production.
    """

    terminal: Terminal
    settings: "Settings"
    depositor: "Depositor"
    works: Sequence[str]
    anyway: bool = False
    send: bool = False
    yes: bool = False

    def accept_given(self, dois: Sequence[Doi], accepted: Sequence[str], *, offline: bool) -> int:
        """Accept what a person named, such as ``3=10.1234/x``; return the exit code. Raises `UsageError`."""
        from doideposit.health.accepting import AcceptedReference

        if len(dois) != 1:
            raise UsageError("--accept and --send are about one record", hint="name its DOI or its number")
        [doi] = dois
        wanted = _parse_accepted(accepted)
        report = self.depositor.references.of(doi, offline=offline, instead=wanted)
        found = {reference.number: reference for references in report.lists for reference in references.references}
        missing = sorted(set(wanted) - set(found))
        if missing:
            hint = f"`doideposit references {doi} --offline` counts them"
            raise UsageError(f"{doi} has no reference {missing[0]}", hint=hint)
        for feedback in found.values():
            self._require_fitting(feedback)
        if report.error is not None:
            self.terminal.note(f"could not check whether the DOIs exist: {report.error.message}")
        chosen = [AcceptedReference(number, feedback.text, wanted[number]) for number, feedback in found.items()]
        return self._write_dois(doi, chosen)

    def accept_by_questions(self, report: "ReferencesReport") -> int:
        """Ask about each reference for which works were found; nothing is the answer unless one fits without a doubt.

        Returns the exit code.
        """
        codes = [0]
        for references in report.lists:
            chosen = [
                answer for reference in references.references if (answer := self._ask_about(reference)) is not None
            ]
            if chosen:
                codes.append(self._write_dois(references.doi, chosen))
        return max(codes)

    def _require_fitting(self, feedback: "ReferenceFeedback") -> None:
        """Refuse a DOI that is not registered, or belongs to a clearly different work; name the differences."""
        from doideposit.deposits.references import ReferenceState

        if feedback.state is ReferenceState.DEAD:
            raise UsageError(f"no agency has the DOI {feedback.doi}", hint="compare it with the page of the cited work")
        what = "; ".join(doubt.what for doubt in feedback.doubts)
        if feedback.state is ReferenceState.WRONG and not self.anyway:
            hint = "compare the two; if it is right after all, add --anyway"
            raise UsageError(
                f"{feedback.doi} is clearly a different work from reference {feedback.number}: {what}", hint=hint
            )
        if what:
            self.terminal.note(f"{feedback.number}: {what}")

    def _ask_about(self, feedback: "ReferenceFeedback") -> "AcceptedReference | None":
        from doideposit.health.accepting import AcceptedReference

        if not feedback.candidates:
            return None
        # Three hundred characters of a reference show which work it cites.
        self.terminal.note(f"\n{feedback.number}: {feedback.text[:300]}")
        for place, candidate in enumerate(feedback.candidates, 1):
            _show_candidate(self.terminal, candidate, f"{place})")
        names = [str(place) for place in range(1, len(feedback.candidates) + 1)]
        best = str(feedback.candidates.index(feedback.best) + 1) if feedback.best else "none"
        answer = click.prompt("Which one", type=click.Choice([*names, "none"]), default=best, err=True)
        if answer == "none":
            return None
        return AcceptedReference(
            feedback.number, feedback.text, Doi.parse(feedback.candidates[int(answer) - 1].work.doi)
        )

    def _write_dois(self, doi: Doi, accepted: "list[AcceptedReference]") -> int:
        from doideposit.health.accepting import AcceptedReference

        path = self._record_file(doi)
        written = AcceptedReference.write_all(path, doi, accepted, self.settings.series) if accepted else ()
        if isinstance(written, Finding):
            raise UsageError(f"{written.where}: {written.message}", hint=written.hint)
        for reference, where in zip(accepted, written, strict=True):
            words = f"reference {reference.number} has the DOI {reference.doi}"
            self.terminal.line((Span(f"{where}: ", Style.PLACE), Span(words)))
        rows = [
            {"number": reference.number, "doi": str(reference.doi), "line": where.line}
            for reference, where in zip(accepted, written, strict=True)
        ]
        about: Mapping[str, object] = {"file": str(path), "accepted": rows}
        if self.send:
            return self._send(path, about)
        if self.terminal.as_json:
            self.terminal.json({"ok": True, "target": self.depositor.target, **about})
        else:
            self.terminal.say(f"It is sent with the next update: doideposit deposit {path}")
        return 0

    def _record_file(self, doi: Doi) -> Path:
        """Return the record file: the one named, else the one it was deposited from, else one among the records."""
        from doideposit.health.works import commentaries_in

        if len(self.works) == 1 and WorkFinder.is_file_name(self.works[0]):
            return Path(self.works[0])
        work = self.depositor.works.one(doi)
        source = Path(work.item.source) if work is not None and work.item is not None and work.item.source else None
        folders = [path for path in (source, self.settings.desk.records) if path is not None and path.exists()]
        for commentary, origin in commentaries_in(folders, self.settings.series):
            if commentary.doi.key == doi.key and origin.file is not None:
                return Path(origin.file)
        raise UsageError(f"there is no record file of {doi}", hint="name it in place of the DOI")

    def _send(self, path: Path, about: Mapping[str, object]) -> int:
        """Send only the references, after comparing them with the registered record."""
        from doideposit.cli.dialog import DepositDialog

        terminal, depositor = self.terminal, self.depositor
        dialog = DepositDialog(terminal, depositor, self.settings.target)
        plan = depositor.plan_references(path).without_options()
        dialog.show_plan(plan)
        if not plan.ok:
            if terminal.as_json:
                terminal.json({**plan.to_dict(), **about})
            else:
                terminal.say("Nothing was sent: correct what is blocked, then run the command with --send again.")
            return 1
        if plan.new + plan.updates:
            dialog.confirm(plan, yes=self.yes)
            depositor.ready(plan)
        report = depositor.deposit(plan, on_event=dialog.progress())
        again = f"doideposit references {path} --send"
        return dialog.conclude(self.settings, report, wait=None, again=again, about=about)


def _parse_accepted(accepted: Sequence[str]) -> dict[int, Doi]:
    found: dict[int, Doi] = {}
    for text in accepted:
        number, _, doi = text.partition("=")
        if not number.strip().isdecimal() or not doi:
            raise UsageError(f"“{text}” is not a number and a DOI", hint="write it as 3=10.1234/x")
        try:
            found[int(number)] = Doi.parse(doi)
        except InvalidIdentifier as error:
            raise UsageError(error.message, hint=error.hint) from None
    return found
