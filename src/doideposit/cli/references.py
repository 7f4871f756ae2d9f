"""`references`: what became of the references of registered DOIs, and the DOIs that a person accepts for them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.receipt import show_error
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import dois_argument, known_series
from doideposit.errors import UsageError
from doideposit.findings import Finding
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.references import CitedCandidate, ReferenceFeedback, ReferenceList, ReferencesReport
    from doideposit.deposits.values import Progress
    from doideposit.health.accepting import AcceptedReference
    from doideposit.records.identifiers import Doi

__all__ = ["references"]

# So many questions go by between two signs of life.
EVERY = 50


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
@click.option("--yes", "-y", is_flag=True, help="Accept a DOI also where its work is plainly another one.")
@click.option("--offline", is_flag=True, help="Ask nobody: tell what the ledger knows.")
@target_option
@json_option
@click.pass_obj
def references(
    invocation: Invocation,
    works: tuple[str, ...],
    series: str | None,
    accepted: tuple[str, ...],
    ask: bool,
    yes: bool,
    offline: bool,
    target: str | None,
    as_json: bool,
) -> None:
    """Tell of every reference whether it has a DOI, whose word that is, and whether it leads to the right work.

    Without a name, of everything that is registered. For references without a right DOI Crossref is searched; what
    makes a find doubtful is said, and nothing is accepted unless you say so. It exits with 1 while a reference has a
    DOI that is dead or leads to another work. Sends nothing.
    """
    from doideposit.cli.works import find_dois
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    if accepted and (len(works) != 1 or ask):
        raise UsageError(
            "--accept is about one record", hint="such as `doideposit references 258 --accept 3=10.1234/x`"
        )
    if ask and not terminal.interactive:
        raise UsageError("nobody is there to be asked", hint="name the DOI: --accept NUMBER=DOI")
    with open_depositor(settings, announce=terminal.note) as depositor:
        dois = (
            find_dois(depositor, works)
            if works
            else [one.doi for one in depositor.statuses(series=series) if one.registered]
        )
        if accepted:
            _accept_given(terminal, settings, depositor, dois, works, accepted, yes=yes, offline=offline)
            return
        report = depositor.references.of(*dois, offline=offline, on_event=_teller(terminal))
        if as_json:
            terminal.json(report.to_dict())
        else:
            _show(terminal, report)
        if ask:
            _ask(terminal, settings, depositor, report, works)
    finish(ExitCode.WORLD if report.error else ExitCode.DONE if report.ok else ExitCode.REJECTED)


def _teller(terminal: Terminal) -> "Callable[[Progress], None]":
    told = 0

    def tell(progress: "Progress") -> None:
        nonlocal told
        told += 1
        if told % EVERY == 0:
            terminal.note(progress.text)

    return tell


# Showing.


def _show(terminal: Terminal, report: "ReferencesReport") -> None:
    for each in report.lists:
        terminal.line((Span(str(each.doi), Style.PLACE), Span(f"  {safe(each.title)}")))
        if not each.references:
            terminal.line((Span("  no references are registered", Style.DIM),))
        for one in each.references:
            _show_one(terminal, each, one)
    terminal.say(report.summary)
    show_error(terminal, report.error)


def _show_one(terminal: Terminal, of: "ReferenceList", one: "ReferenceFeedback") -> None:
    from doideposit.deposits.references import ReferenceState

    word, style = {
        ReferenceState.MATCHED: ("matched", Style.GOOD),
        ReferenceState.UNMATCHED: ("not matched", Style.WARNING),
        ReferenceState.DEAD: ("dead", Style.ERROR),
        ReferenceState.WRONG: ("wrong", Style.ERROR),
    }[one.state]
    doi = f"  {one.doi} ({_whose(one)})" if one.doi else ""
    terminal.line((Span(f"  {one.number:>3}  "), Span(word, style), Span(safe(doi), Style.PLACE)))
    if one.state is ReferenceState.MATCHED:
        return
    terminal.line((Span(f"       {safe(one.text[:200])}", Style.DIM),))
    if one.state is ReferenceState.DEAD:
        terminal.line((Span("       no agency has this DOI: correct it, or take it out", Style.HINT),))
    elif one.doubts:
        terminal.line((Span(f"       {safe('; '.join(each.what for each in one.doubts))}", Style.HINT),))
    if one.reason:
        terminal.line((Span(f"       Crossref could not look for it: {safe(one.reason)}", Style.HINT),))
    for candidate in one.candidates or ():
        _show_candidate(terminal, candidate)
    if one.best is not None:
        command = f"doideposit references {of.doi} --accept {one.number}={one.best.work.doi}"
        terminal.line((Span("       accept it: ", Style.HINT), Span(safe(command))))


def _whose(one: "ReferenceFeedback") -> str:
    asserted = "Crossref found it" if one.asserted_by == "crossref" else "yours"
    return f"{asserted}, {one.agency}" if one.agency else asserted


def _show_candidate(terminal: Terminal, candidate: "CitedCandidate", mark: str = "-") -> None:
    work = candidate.work
    authors = f"{work.authors[0]}{' and others' if len(work.authors) > 1 else ''}" if work.authors else ""
    year = str(work.years[0]) if work.years else ""
    about = ". ".join(
        part for part in (" ".join(filter(None, (authors, year))), *work.titles[:1], work.container) if part
    )
    terminal.line((Span(f"       {mark} "), Span(work.doi, Style.PLACE), Span(f"  {safe(about)}")))
    score = "" if work.score is None else f"score {work.score:.0f}"
    doubts = "; ".join(one.what for one in candidate.doubts)
    words = ", ".join(filter(None, (score, f"doubtful: {doubts}" if doubts else "nothing speaks against it")))
    terminal.line((Span(f"         {safe(words)}", Style.DIM),))


# Accepting.


def _accept_given(
    terminal: Terminal,
    settings: "Settings",
    depositor: "Depositor",
    dois: "Sequence[Doi]",
    works: Sequence[str],
    accepted: Sequence[str],
    *,
    yes: bool,
    offline: bool,
) -> None:
    """Check the DOIs that a person named, and write them into the record file."""
    from doideposit.deposits.references import ReferenceState

    if len(dois) != 1:
        raise UsageError("--accept is about one record", hint="name its DOI or its number")
    [doi] = dois
    wanted = _parsed(accepted)
    report = depositor.references.of(doi, offline=offline, instead=wanted)
    found = {one.number: one for each in report.lists for one in each.references}
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise UsageError(
            f"{doi} has no reference {missing[0]}", hint=f"`doideposit references {doi} --offline` counts them"
        )
    for one in found.values():
        if one.state is ReferenceState.DEAD:
            raise UsageError(f"no agency has the DOI {one.doi}", hint="compare it with the page of the cited work")
        what = "; ".join(each.what for each in one.doubts)
        if one.state is ReferenceState.WRONG and not yes:
            hint = "compare the two; where it is right all the same, add --yes"
            raise UsageError(f"{one.doi} is plainly another work than reference {one.number}: {what}", hint=hint)
        if what:
            terminal.note(f"{one.number}: {what}")
    if report.error is not None:
        terminal.note(f"whether the DOIs exist could not be asked: {report.error.message}")
    _write(terminal, settings, depositor, doi, works, [_accepted(one, wanted[one.number]) for one in found.values()])


def _parsed(accepted: Sequence[str]) -> "dict[int, Doi]":
    from doideposit.records.identifiers import Doi, InvalidIdentifier

    found: dict[int, Doi] = {}
    for text in accepted:
        number, _, doi = text.partition("=")
        if not number.strip().isdecimal() or not doi:
            raise UsageError(f"“{text}” is no number and DOI", hint="write it as 3=10.1234/x")
        try:
            found[int(number)] = Doi.parse(doi)
        except InvalidIdentifier as error:
            raise UsageError(error.message, hint=error.hint) from None
    return found


def _accepted(one: "ReferenceFeedback", doi: "Doi") -> "AcceptedReference":
    from doideposit.health.accepting import AcceptedReference

    return AcceptedReference(one.number, one.text, doi)


def _write(
    terminal: Terminal,
    settings: "Settings",
    depositor: "Depositor",
    doi: "Doi",
    works: Sequence[str],
    accepted: "list[AcceptedReference]",
) -> None:
    from doideposit.health.accepting import accept_references

    path = _record_file(settings, depositor, doi, works)
    written = accept_references(path, doi, accepted, settings.series)
    if isinstance(written, Finding):
        raise UsageError(f"{written.where}: {written.message}", hint=written.hint)
    if terminal.as_json:
        places = [{"number": one.number, "doi": str(one.doi)} for one in accepted]
        lines = [where.line for where in written]
        rows: list[Mapping[str, object]] = [{**row, "line": line} for row, line in zip(places, lines, strict=True)]
        terminal.json({"ok": True, "target": depositor.target, "file": str(path), "accepted": rows})
        return
    for one, where in zip(accepted, written, strict=True):
        terminal.line((Span(f"{where}: ", Style.PLACE), Span(f"reference {one.number} has the DOI {one.doi}")))
    terminal.say(f"It goes out with the next update: doideposit deposit {path}")


def _record_file(settings: "Settings", depositor: "Depositor", doi: "Doi", works: Sequence[str]) -> Path:
    """Return the record file: the one named, else the one it was deposited from, else one among the records."""
    from doideposit.cli.works import is_file_name
    from doideposit.health.works import commentaries_in

    if works and is_file_name(works[0]):
        return Path(works[0])
    work = depositor.works.one(doi)
    source = Path(work.item.source) if work is not None and work.item is not None and work.item.source else None
    folders = [folder for folder in (source, settings.desk.records) if folder is not None and folder.exists()]
    for each, origin in commentaries_in(folders, settings.series):
        if each.doi.key == doi.key and origin.file is not None:
            return Path(origin.file)
    raise UsageError(f"there is no record file of {doi}", hint="name it in place of the DOI")


def _ask(
    terminal: Terminal,
    settings: "Settings",
    depositor: "Depositor",
    report: "ReferencesReport",
    works: Sequence[str],
) -> None:
    """Ask about each reference for which works were found; nothing is the answer unless one fits without a doubt."""
    from doideposit.records.identifiers import Doi

    for each in report.lists:
        chosen: list[AcceptedReference] = []
        for one in each.references:
            if not one.candidates:
                continue
            terminal.note(f"\n{one.number}: {one.text[:300]}")
            for place, candidate in enumerate(one.candidates, 1):
                _show_candidate(terminal, candidate, f"{place})")
            names = [str(place) for place in range(1, len(one.candidates) + 1)]
            best = str(one.candidates.index(one.best) + 1) if one.best else "none"
            answer = click.prompt("Which one", type=click.Choice([*names, "none"]), default=best, err=True)
            if answer != "none":
                chosen.append(_accepted(one, Doi.parse(one.candidates[int(answer) - 1].work.doi)))
        if chosen:
            named = works if len(report.lists) == 1 else ()
            _write(terminal, settings, depositor, each.doi, named, chosen)
