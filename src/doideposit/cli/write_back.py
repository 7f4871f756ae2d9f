"""`write-back`: put registered DOIs into the headers of the documents that they were deposited from."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import WorkFinder
from doideposit.errors import UsageError
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.deposits.depositor import Depositor
    from doideposit.deposits.write_back import WriteBack

__all__ = ["write_back"]


@click.command("write-back")
@click.argument("works", nargs=-1, metavar="[FILE|FOLDER|NUMBER|DOI]...")
@target_option
@click.option("--key", default="doi", show_default=True, help="The key to write, such as params.doi.")
@click.option("--dry-run", is_flag=True, help="Show the lines that would change, and change nothing.")
@json_option
@click.pass_obj
def write_back(
    invocation: Invocation, works: tuple[str, ...], target: str | None, key: str, dry_run: bool, as_json: bool
) -> None:
    """Put registered DOIs into the documents, or record files, that they were deposited from.

    One line is added or filled in, and everything else stays as it is, byte by byte. Only DOIs that the ledger knows
    as registered are written, and one that is there already is never replaced. A number or a DOI is looked for in
    the folders of [site] in the configuration; without arguments all documents there are checked.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note) as depositor:
        done = list(_write_back_each(depositor, settings, works, key=key, dry_run=dry_run))
    if as_json:
        terminal.json({"ok": _is_ok(done), "target": settings.target, "files": [result.to_dict() for result in done]})
    else:
        _show_changes(terminal, done, settings.target, dry_run=dry_run)
    finish(ExitCode.DONE if _is_ok(done) else ExitCode.REJECTED)


def _write_back_each(
    depositor: "Depositor", settings: "Settings", works: tuple[str, ...], *, key: str, dry_run: bool
) -> "Iterator[WriteBack]":
    from doideposit.deposits.write_back import WriteBack
    from doideposit.records.sources.interface import Reading
    from doideposit.wiring import system_clock

    reading = Reading(system_clock().astimezone(settings.zone), frozenset(settings.series))
    site = settings.site.folders
    if not site and not all(WorkFinder.is_file_name(work) for work in works or ("",)):
        hint = "name the file, or the folder of the documents; or give [site] folders in the configuration"
        raise UsageError("the documents cannot be found: the configuration names no folder of a site", hint=hint)
    for work in works or map(str, site):
        if WorkFinder.is_file_name(work) or not works:
            yield from WriteBack.in_files(depositor, [Path(work)], reading=reading, key=key, dry_run=dry_run)
            continue
        # A number or a DOI names a work; its document has to be looked for in the folders of the site.
        doi = WorkFinder(depositor).one(work)
        found = list(WriteBack.in_files(depositor, site, reading=reading, key=key, only=doi, dry_run=dry_run))
        if not found:
            folders = ", ".join(map(str, site))
            raise UsageError(f"no document in {folders} has the DOI {doi}", hint="name the file itself")
        yield from found


def _is_ok(done: "Iterable[WriteBack]") -> bool:
    return not any(finding.stops for result in done for finding in result.findings)


def _show_changes(terminal: Terminal, done: "list[WriteBack]", target: str, *, dry_run: bool) -> None:
    for result in done:
        for line in result.lines:
            style = Style.GOOD if line.startswith("+") else Style.ERROR
            terminal.line((Span(f"{safe(result.file)}  ", Style.PLACE), Span(safe(line), style)))
        stops = [finding for finding in result.findings if finding.stops]
        terminal.show_findings(stops)
    counts = Counter[str](written.action for written in done)
    words = (
        ("written", "would be written" if dry_run else "written"),
        ("unchanged", "there already"),
        ("not-registered", f"not registered on {target}, or not published"),
        ("refused", "refused"),
    )
    parts = [f"{counts[key]:,} {text}" for key, text in words if counts[key]]
    terminal.say(f"{counted(len(done), 'record')}: {', '.join(parts)}" if parts else "No document was found.")
    if counts["written"] and target != "production":
        terminal.say(f"These DOIs are registered on {target} only: for readers they lead nowhere yet.")
    if dry_run:
        terminal.say("Dry run: no file was changed.")
