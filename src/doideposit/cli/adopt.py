"""`adopt`: take over DOIs that were registered elsewhere, each with a record file."""

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import SERIES, WorkFinder, dois_argument
from doideposit.errors import UsageError
from doideposit.files import from_here
from doideposit.findings import Finding, Severity
from doideposit.reports.findings import Span, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from doideposit.deposits.adoption_report import AdoptionReport
    from doideposit.deposits.values import Progress
    from doideposit.records.identifiers import Doi

__all__ = ["adopt"]

# So many DOIs go by between two signs of life.
EVERY = 25
# So many findings of one kind are shown one by one; --verbose shows all of them.
SHOWN = 20


@click.command()
@dois_argument
@click.option("--series", "series", multiple=True, type=SERIES, help="Only DOIs of this series.")
@click.option("--prefix", "prefixes", multiple=True, metavar="10.NNNN", help="Adopt all DOIs of this owner prefix.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also the DOIs in this table: the site's own, or a report of Crossref's.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for the record files [default: `records` of the configuration]; no file in it is overwritten.",
)
@target_option
@json_option
@click.option("--verbose", "-v", is_flag=True, help="Show every finding.")
@click.pass_obj
def adopt(
    invocation: Invocation,
    works: tuple[str, ...],
    series: tuple[str, ...],
    prefixes: tuple[str, ...],
    csv_file: Path | None,
    output: Path | None,
    target: str | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Take over DOIs that were registered elsewhere: a record file each, and an entry in the ledger. Sends nothing.

    Without a DOI it adopts everything that Crossref has of the configured series. A run that was interrupted, or
    could not ask about everything, continues when you run the same command again.
    """
    from doideposit.json_schemas import JsonSchema
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    also = _dois_from_file(csv_file)
    settings = invocation.settings(target=target)
    folder = output or settings.desk.records
    with open_depositor(settings, announce=terminal.note) as depositor:
        named = WorkFinder(depositor).all(works)
        report = depositor.adopt(
            *named, folder=folder, series=series, prefixes=prefixes, also=also, schema=JsonSchema.RECORD.location(),
            on_event=_progress_printer(terminal),
        )  # fmt: skip
    if as_json:
        terminal.json({"ok": report.complete, **report.to_dict()})
    else:
        _show_report(terminal, report, folder, most=len(report.results) if verbose else SHOWN)
    finish(ExitCode.DONE if report.complete else ExitCode.WORLD)


def _dois_from_file(path: Path | None) -> "tuple[Doi, ...]":
    from doideposit.records.sources.doi_list import dois_in_list

    if path is None:
        return ()
    found = dois_in_list(path)
    if isinstance(found, Finding):
        raise UsageError(found.message, hint=found.hint or "")
    if not found:
        raise UsageError(f"{path} contains no DOI", hint="a line counts if one of its cells contains a DOI")
    return found


def _progress_printer(terminal: Terminal) -> "Callable[[Progress], None]":
    """Return a function that shows that something is going on, without a line for each DOI."""
    numbers = count(1)

    def tell(progress: "Progress") -> None:
        if not progress.dois:
            terminal.note(progress.text)
        elif (number := next(numbers)) % EVERY == 0:
            terminal.note(f"{number} read")

    return tell


def _show_report(terminal: Terminal, report: "AdoptionReport", folder: Path, *, most: int) -> None:
    from doideposit.deposits.adoption_report import Adoption

    for code, results in _results_by_code(report).items():
        for finding in results[:most]:
            style = Style.WARNING if finding.severity is Severity.WARNING else Style.PLAIN
            terminal.line((Span(f"{code}: ", style), Span(finding.message)))
        if len(results) > most:
            terminal.say(f"{code}: and {len(results) - most} more; --verbose shows them")
        terminal.say(f"  {results[0].hint}")
    adopted, entered = len(report.of(Adoption.ADOPTED)), len(report.of(Adoption.ENTERED))
    terminal.say(
        f"{adopted} adopted, with their record files in {from_here(folder)}" if adopted else "Nothing new to adopt."
    )
    for number, words in (
        (entered, "entered in the ledger without a file"),
        (report.known, "known already"),
        (len(report.of(Adoption.LEFT_ALONE)), "left alone"),
        (len(report.of(Adoption.UNREAD)), "not read yet"),
    ):
        if number:
            terminal.say(f"{number} {words}")
    terminal.show_error(report.error)


def _results_by_code(report: "AdoptionReport") -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for result in report.results:
        for finding in result.findings:
            found.setdefault(finding.code, []).append(finding)
    return found
