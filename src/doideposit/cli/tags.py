"""`tags`: what belongs on the landing page of a commentary, made from the same record that is deposited."""

from collections.abc import Iterator
from pathlib import Path

import click

from doideposit.checks.values import Checked
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option
from doideposit.cli.terminal import Terminal, source_line
from doideposit.findings import Finding
from doideposit.records.landing import citation, citation_meta, doi_display, head_html, json_ld
from doideposit.records.models.commentary import Commentary
from doideposit.reports.findings import Span, Style, by_weight, detailed

__all__ = ["tags"]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECORD...")
@json_option
@click.pass_obj
def tags(invocation: Invocation, paths: tuple[Path, ...], as_json: bool) -> None:
    """Print the citation of a commentary, its DOI as a link, and the tags for the head of its landing page.

    Show them when the DOI is registered, not before: until then it leads nowhere.
    """
    from doideposit.wiring import open_checker

    terminal = invocation.terminal(as_json=as_json)
    checked = list(open_checker(invocation.settings(), announce=terminal.note).read(paths))
    commentaries = [one.record.commentary for one in checked if one.record is not None]
    if as_json:
        terminal.json({"ok": all(one.ok for one in checked), "records": [_document(each) for each in commentaries]})
    else:
        for each in commentaries:
            _show(terminal, each)
        terminal.lines(line for one in _stopped(checked) for line in detailed([one], source_line, width=terminal.width))
    finish(ExitCode.DONE if all(one.ok for one in checked) else ExitCode.REJECTED)


def _stopped(checked: list[Checked]) -> Iterator[Finding]:
    yield from by_weight(finding for one in checked for finding in one.findings if finding.stops)


def _document(commentary: Commentary) -> dict[str, object]:
    return {
        "doi": str(commentary.doi),
        "citation": citation(commentary),
        "doi_display": doi_display(commentary.doi),
        "meta": [{"name": name, "content": content} for name, content in citation_meta(commentary)],
        "json_ld": json_ld(commentary),
    }


def _show(terminal: Terminal, commentary: Commentary) -> None:
    for heading, text in (
        ("Citation", citation(commentary)),
        ("The DOI, in the page", doi_display(commentary.doi)),
        ("In <head>", head_html(commentary)),
    ):
        terminal.line((Span(heading, Style.HEADING),))
        terminal.verbatim(f"{text}\n")
