"""`tags`: what belongs on the landing page of a commentary, made from the record itself or from what was deposited."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.checks.values import Checked
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import WorkFinder, dois_argument
from doideposit.errors import UsageError
from doideposit.records.landing import citation, doi_display, head_html, tags_document
from doideposit.records.models.commentary import Commentary
from doideposit.reports.findings import FindingList, Span, Style

if TYPE_CHECKING:
    from doideposit.config.settings import Settings

__all__ = ["show_tags", "tags"]


@click.command()
@dois_argument
@target_option
@json_option
@click.pass_obj
def tags(invocation: Invocation, works: tuple[str, ...], target: str | None, as_json: bool) -> None:
    """Print the citation of a commentary, its DOI as a link, and the tags for the head of its landing page.

    For a number or a DOI they describe the last deposit, for a record file its present content. Put them on the page
    when the DOI is registered, not before: until then it leads nowhere.
    """
    if not works:
        raise UsageError("which commentary?", hint="give its number, its DOI, or its record file")
    terminal = invocation.terminal(as_json=as_json)
    checked = list(_read_commentaries(terminal, invocation.settings(target=target), works))
    commentaries = [checked_record.record.commentary for checked_record in checked if checked_record.record is not None]
    if as_json:
        terminal.json(
            {
                "ok": all(checked_record.ok for checked_record in checked),
                "records": [tags_document(commentary) for commentary in commentaries],
            }
        )
    else:
        for commentary in commentaries:
            show_tags(terminal, commentary)
        stops = (finding for checked_record in checked for finding in checked_record.findings if finding.stops)
        terminal.show_findings(FindingList(stops).by_weight())
    finish(ExitCode.DONE if all(checked_record.ok for checked_record in checked) else ExitCode.REJECTED)


def show_tags(terminal: Terminal, commentary: Commentary) -> None:
    """Show the citation, the DOI as a link, and the tags for the landing page, each under a heading."""
    for heading, text in (
        ("Citation", citation(commentary)),
        ("The DOI, in the page", doi_display(commentary.doi)),
        ("In <head>", head_html(commentary)),
    ):
        terminal.line((Span(heading, Style.HEADING),))
        terminal.verbatim(f"{text}\n")


def _read_commentaries(terminal: Terminal, settings: "Settings", works: Iterable[str]) -> Iterator[Checked]:
    """Check record files, and read the last deposits of the DOIs and numbers, in the order given."""
    from doideposit.wiring import open_checker, open_depositor

    checker = open_checker(settings, announce=terminal.note)
    for work in works:
        if WorkFinder.is_file_name(work):
            yield from checker.read([Path(work)])
            continue
        with open_depositor(settings, announce=terminal.note) as depositor:
            finder = WorkFinder(depositor)
            for doi in finder.all([work]):
                yield finder.read_deposited(settings, doi)
                if not depositor.status(doi).registered or depositor.target != "production":
                    terminal.note(f"{doi} is not registered on production: until then it leads nowhere")
