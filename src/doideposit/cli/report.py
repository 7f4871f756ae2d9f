"""`report`: the state of everything as one HTML page, for people who would rather look."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.errors import UsageError
from doideposit.files import write_output
from doideposit.findings import counted

if TYPE_CHECKING:
    from doideposit.cli.terminal import Terminal
    from doideposit.config.settings import Settings
    from doideposit.reports.page import Report

__all__ = ["report"]


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE.html",
    help="Where to write the page; - is standard output.",
)
@click.option(
    "--records",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="PATH",
    help="Also list the records of this file or folder that differ from Crossref; repeatable.",
)
@click.option("--publisher", metavar="NAME", help="Only about the DOIs of this one of several publishers.")
@target_option
@json_option
@click.pass_obj
def report(
    invocation: Invocation,
    output: Path,
    records: tuple[Path, ...],
    publisher: str | None,
    target: str | None,
    as_json: bool,
) -> None:
    """Write the state of everything in the ledger as one HTML page; nothing is sent.

    The page is a single file without any link to another: it can be mailed, printed, or put on an intranet.
    """
    from doideposit import __version__
    from doideposit.job.inbox.folders import Folders
    from doideposit.job.inbox.waiting import Waiting
    from doideposit.reports.page import Planned, Report
    from doideposit.wiring import open_depositor, system_clock

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note) as depositor:
        only, heading = (None, _heading_name(settings)) if publisher is None else _find_publisher(settings, publisher)
        gathered = Report.gather(depositor, system_clock(), version=__version__, publisher=heading, only=only)
        if not only:
            # The inbox is a matter of those who look after the installation.
            waiting = Waiting.gather(Folders(settings.inbox.folder), settings.target, depositor.ledger, system_clock)
            gathered = replace(gathered, waiting=tuple((said, action) for _, said, action in waiting.matters()))
        if records:
            gathered = replace(gathered, records=Planned.of_files(depositor, records, only=only))
    text = gathered.to_html()
    if str(output) == "-":
        if as_json:
            raise UsageError("the page and the JSON cannot both go to standard output", hint="give a file with -o")
        click.echo(text, nl=False)
    else:
        write_output(output, text)
        _show_result(terminal, gathered, output, as_json=as_json)
    finish(ExitCode.DONE)


def _heading_name(settings: "Settings") -> str:
    # Of several publishers that all have names, none is the one that everything belongs to.
    several = settings.publisher and len(settings.publishers) > 1
    return settings.depositor.name if settings.depositor and not several else ""


def _find_publisher(settings: "Settings", name: str) -> tuple[str, str]:
    """Return a publisher's name in the ledger, and its name for the page; raise `UsageError` if unknown."""
    from doideposit.reports.standing import MAIN_PUBLISHER

    if name == MAIN_PUBLISHER and not settings.publisher:
        return "", _heading_name(settings)
    if name in settings.publishers:
        return name, settings.publishers[name].depositor.name
    known = [*([] if settings.publisher else [MAIN_PUBLISHER]), *settings.publishers]
    raise UsageError(f"there is no publisher “{name}”", hint=f"the configuration has {', '.join(known)}")


def _show_result(terminal: "Terminal", gathered: "Report", path: Path, *, as_json: bool) -> None:
    counts = gathered.counts
    if as_json:
        terminal.json({"ok": counts["attention"] == 0, "file": str(path), **gathered.to_dict()})
        return
    numbers = f"{counts['registered']:,} registered, {counts['outstanding']:,} outstanding"
    needing = f"{counts['attention']:,} needing attention"
    terminal.say(f"{path}: {counted(counts['dois'], 'DOI')} on {gathered.target}, {numbers}, {needing}")
