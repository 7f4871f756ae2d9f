"""DOIs that a person accepts for references: checked, written into the record file, and sent on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from doideposit.cli.dialog import DepositDialog
from doideposit.cli.plan import show_plan
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import WorkFinder
from doideposit.config.settings import Settings
from doideposit.deposits.depositor import Depositor
from doideposit.deposits.references import CitedCandidate, ReferenceFeedback, ReferencesReport, ReferenceState
from doideposit.errors import UsageError
from doideposit.findings import Finding
from doideposit.health.accepting import AcceptedReference
from doideposit.health.works import commentaries_in
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.reports.findings import Span, Style, safe

__all__ = ["Acceptance"]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Accept DOIs for the references of the works that a command names.

    With `anyway` a work may be plainly another one; with `send` the references go out alone, and with `yes` nobody is
    asked before that goes to production.
    """

    terminal: Terminal
    settings: Settings
    depositor: Depositor
    works: Sequence[str]
    anyway: bool = False
    send: bool = False
    yes: bool = False

    def accept_given(self, dois: Sequence[Doi], accepted: Sequence[str], *, offline: bool) -> int:
        """Accept what a person named, such as ``3=10.1234/x``; return the exit code. Raises `UsageError`."""
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
        return self._write_dois(
            doi, [AcceptedReference(one.number, one.text, wanted[one.number]) for one in found.values()]
        )

    def accept_by_questions(self, report: ReferencesReport) -> int:
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

    def _require_fitting(self, feedback: ReferenceFeedback) -> None:
        """Refuse a DOI that is not registered, or belongs to a clearly different work; name the differences."""
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

    def _ask_about(self, feedback: ReferenceFeedback) -> AcceptedReference | None:
        if not feedback.candidates:
            return None
        # Three hundred characters of a reference show which work it cites.
        self.terminal.note(f"\n{feedback.number}: {feedback.text[:300]}")
        for place, candidate in enumerate(feedback.candidates, 1):
            self.show_candidate(self.terminal, candidate, f"{place})")
        names = [str(place) for place in range(1, len(feedback.candidates) + 1)]
        best = str(feedback.candidates.index(feedback.best) + 1) if feedback.best else "none"
        answer = click.prompt("Which one", type=click.Choice([*names, "none"]), default=best, err=True)
        if answer == "none":
            return None
        return AcceptedReference(
            feedback.number, feedback.text, Doi.parse(feedback.candidates[int(answer) - 1].work.doi)
        )

    def _write_dois(self, doi: Doi, accepted: list[AcceptedReference]) -> int:
        path = self._record_file(doi)
        written = AcceptedReference.write_all(path, doi, accepted, self.settings.series) if accepted else ()
        if isinstance(written, Finding):
            raise UsageError(f"{written.where}: {written.message}", hint=written.hint)
        for accepted_reference, where in zip(accepted, written, strict=True):
            words = f"reference {accepted_reference.number} has the DOI {accepted_reference.doi}"
            self.terminal.line((Span(f"{where}: ", Style.PLACE), Span(words)))
        rows = [
            {"number": one.number, "doi": str(one.doi), "line": where.line}
            for one, where in zip(accepted, written, strict=True)
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
        if len(self.works) == 1 and WorkFinder.is_file_name(self.works[0]):
            return Path(self.works[0])
        work = self.depositor.works.one(doi)
        source = Path(work.item.source) if work is not None and work.item is not None and work.item.source else None
        folders = [path for path in (source, self.settings.desk.records) if path is not None and path.exists()]
        for commentary, origin in commentaries_in(folders, self.settings.series):
            if commentary.doi.key == doi.key and origin.file is not None:
                return Path(origin.file)
        raise UsageError(f"there is no record file of {doi}", hint="name it in place of the DOI")

    @staticmethod
    def show_candidate(terminal: Terminal, candidate: CitedCandidate, mark: str = "-") -> None:
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

    def _send(self, path: Path, about: Mapping[str, object]) -> int:
        """Send only the references, after comparing them with the registered record."""
        terminal, depositor = self.terminal, self.depositor
        dialog = DepositDialog(terminal, depositor, self.settings.target)
        plan = depositor.plan_references(path).without_options()
        show_plan(terminal, plan, verbose=False)
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
