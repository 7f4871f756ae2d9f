"""`pages` and `audit`: whether a series is in good health, and who acts next where it is not."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.cli.works import SERIES, dois_argument
from doideposit.errors import UsageError
from doideposit.files import open_input
from doideposit.findings import Finding, Severity, counted, has_errors
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.depositor import Depositor
    from doideposit.health.audit import AuditLine
    from doideposit.health.visits import PageVisit
    from doideposit.records.models.commentary import Commentary
    from doideposit.records.models.series import Series
    from doideposit.records.sources.site_table import SiteRow

__all__ = ["audit", "pages", "table_rows"]

series_option = click.option("--series", "series", type=SERIES, help="Only this series.")
# Bytes of a resolution report that are read.
LARGEST_REPORT = 20_000_000
# So many DOIs of one line are named; JSON names all.
SHOWN = 8


@click.command()
@dois_argument
@series_option
@target_option
@json_option
@click.pass_obj
def pages(
    invocation: Invocation, works: tuple[str, ...], series: str | None, target: str | None, as_json: bool
) -> None:
    """Check that landing pages exist, show the DOI as a link, and agree with the record.

    Without a name it checks the pages of all registered DOIs. It fetches one page per second from each site, and no
    page that the robots.txt of the site disallows. Nothing is changed anywhere.
    """
    from doideposit.cli.works import WorkFinder
    from doideposit.crossref.politeness import PassingTime
    from doideposit.health.visits import PageVisit
    from doideposit.wiring import open_depositor, open_page_fetch

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    visits: list[PageVisit] = []
    with open_depositor(settings, announce=terminal.note) as depositor:
        finder = WorkFinder(depositor)
        dois = (
            finder.all(works)
            if works
            else [status.doi for status in depositor.statuses(series=series) if status.registered]
        )
        found = (finder.read_deposited(settings, doi).record for doi in dois)
        commentaries: Iterable[Commentary] = (record.commentary for record in found if record is not None)
        for visit in PageVisit.each(commentaries, open_page_fetch(settings), waiting=PassingTime()):
            visits.append(visit)
            if not as_json:
                _show_visit(terminal, visit)
    wrong = sum(not visit.ok for visit in visits)
    if as_json:
        terminal.json({"ok": not wrong, "pages": [_visit_document(visit) for visit in visits]})
    else:
        terminal.say(f"{counted(len(visits), 'page')}: {f'{wrong} to look at' if wrong else 'all well'}")
    finish(ExitCode.REJECTED if wrong else ExitCode.DONE)


def _show_visit(terminal: Terminal, visit: "PageVisit") -> None:
    if not visit.findings:
        return
    terminal.line((Span(str(visit.commentary.doi), Style.PLACE), Span(f"  {safe(visit.commentary.url or '')}")))
    for finding in visit.findings:
        style = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING}.get(finding.severity, Style.DIM)
        terminal.line(
            (
                Span(f"  {finding.severity.value}  ", style),
                Span(safe(finding.message)),
                Span(f"  [{finding.code}]", Style.DIM),
            )
        )
        terminal.line((Span("         ", Style.DIM), Span(safe(finding.hint), Style.HINT)))


def _visit_document(visit: "PageVisit") -> dict[str, object]:
    return {
        "doi": str(visit.commentary.doi),
        "url": visit.commentary.url,
        "ok": visit.ok,
        "findings": [finding.to_dict() for finding in visit.findings],
    }


@click.command()
@click.argument("records", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[RECORDS]...")
@series_option
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A table of the website: number, doi, url.",
)
@click.option(
    "--failed-dois",
    "failed_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The table of failed DOIs in Crossref's resolution report.",
)
@target_option
@json_option
@click.pass_obj
def audit(
    invocation: Invocation,
    records: tuple[Path, ...],
    series: str | None,
    csv_file: Path | None,
    failed_file: Path | None,
    target: str | None,
    as_json: bool,
) -> None:
    """Check a whole series for missing, duplicate, misspelt or misordered numbers, and say who acts next.

    Everything comes from the ledger; nothing is sent or changed. RECORDS are the folders of the record files, to find
    DOIs that have none [default: the folder `records` of the configuration, if it exists].
    """
    from doideposit.health.audit import AuditLine, FailedDoi
    from doideposit.health.works import AuditedWork, commentaries_in
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    if series is not None and series not in settings.series:
        raise UsageError(f"there is no series “{series}”", hint=f"name one of: {', '.join(settings.series)}")
    site = _read_table(terminal, csv_file) if csv_file is not None else None
    folders = records or ((settings.desk.records,) if settings.desk.records.is_dir() else ())
    files = {commentary.doi.key: origin.label for commentary, origin in commentaries_in(folders, settings.series)}
    rows = _read_failed(failed_file, settings.series) if failed_file is not None else []
    with open_depositor(settings, announce=terminal.note) as depositor:
        works = AuditedWork.gather(depositor, files)
        shares = _completeness(depositor, series) if as_json else {}
    failed = FailedDoi.by_series(rows, settings.series)
    wanted = {name: found for name, found in works.items() if series in {None, name}}
    if site is not None and len(wanted) > 1:
        hint = f"name it with --series: {', '.join(wanted)}"
        raise UsageError("a table of the website is about one series", hint=hint)
    lines = {
        name: AuditLine.all_of(found, site=site, has_records=bool(folders), failed=failed.get(name, ()))
        for name, found in wanted.items()
    }
    _show_result(terminal, lines, sum(map(len, wanted.values())), shares)
    finish(ExitCode.REJECTED if any(lines.values()) else ExitCode.DONE)


def _read_failed(path: Path, series: "Mapping[str, Series]") -> "list[tuple[int, str, int]]":
    """Return the rows of the table; raises `UsageError` for one that names no DOI, or those of others alone."""
    from doideposit.files import disk_errors
    from doideposit.job.crossref_mails import Hints

    with disk_errors(path, "cannot be read"), open_input(path) as file:
        text = file.read(LARGEST_REPORT).decode("utf-8-sig", "replace")
    rows = list(Hints.failed_dois(text))
    prefixes = {candidate.prefix for candidate in series.values()}
    if not rows:
        raise UsageError(f"{path} contains no DOI", hint="save the table of failed DOIs that is attached to the report")
    if not any(doi.partition("/")[0] in prefixes for _, doi, _ in rows):
        found = rows[0][1].partition("/")[0]
        hint = f"your series have {', '.join(sorted(prefixes))}; there is one report for each prefix"
        raise UsageError(f"{path} is about the prefix {found}", hint=hint)
    return rows


def _completeness(depositor: "Depositor", series: str | None) -> "dict[str, dict[str, int]]":
    """Return how many works of each series have what Crossref's Participation Report counts."""
    from doideposit.reports.completeness import Completeness

    measured = Completeness.measure(depositor, list(depositor.statuses(series=series)))
    counted_in = {name: Completeness.of_works(name, works) for name, works in measured.items()}
    return {
        name: {"works": completeness.works, **{measure.value: have for measure, have in completeness.have.items()}}
        for name, completeness in counted_in.items()
    }


def _read_table(terminal: Terminal, path: Path) -> "list[SiteRow]":
    """Return the rows of the table, all of which can be used; the others are shown, and stop the command."""
    rows = table_rows(terminal, path)
    _stop_for(terminal, path, [row.fault for row in rows if row.fault is not None])
    return rows


def table_rows(terminal: Terminal, path: Path) -> "list[SiteRow]":
    """Return the rows of the table, those with a fault too; a table that cannot be read stops the command."""
    from doideposit.records.sources.site_table import SiteRow

    rows = list(SiteRow.read_table(path))
    _stop_for(terminal, path, [row for row in rows if isinstance(row, Finding)])
    return [row for row in rows if not isinstance(row, Finding)]


def _stop_for(terminal: Terminal, path: Path, problems: "Sequence[Finding]") -> None:
    if not has_errors(problems):
        return
    for problem in problems[:20]:
        terminal.note(f"{problem.where}: {problem.message} ({problem.hint})")
    more = f", and {len(problems) - 20} more" if len(problems) > 20 else ""  # noqa: PLR2004  (as many as are shown)
    raise UsageError(f"{path} cannot be used{more}", hint="correct these lines, and run the command again")


def _show_result(
    terminal: Terminal,
    lines: "Mapping[str, Sequence[AuditLine]]",
    count: int,
    shares: "Mapping[str, Mapping[str, int]]",
) -> None:
    if terminal.as_json:
        found = {name: [line.to_dict() for line in of_series] for name, of_series in lines.items()}
        ok = not any(lines.values())
        terminal.json({"ok": ok, "works": count, "series": found, "completeness": dict(shares)})
        return
    for name, of_series in lines.items():
        for line in of_series:
            _show_line(terminal, name, line, several=len(lines) > 1)


def _show_line(terminal: Terminal, name: str, line: "AuditLine", *, several: bool) -> None:
    place = f"line {line.line}: " if line.line else f"{name}: " if several else ""
    terminal.line((Span(f"{place}{safe(line.message)}", Style.PLAIN), Span(f"  [{line.code.value}]", Style.DIM)))
    if line.dois:
        more = f" and {len(line.dois) - SHOWN} more" if len(line.dois) > SHOWN else ""
        terminal.line((Span(f"  {', '.join(line.dois[:SHOWN])}{more}", Style.PLACE),))
    terminal.line((Span(f"  {line.code.doer}: ", Style.HINT), Span(line.next_step)))
