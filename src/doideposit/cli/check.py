"""`check`, `build` and `validate`: verdicts without sending anything."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from doideposit.checks.checking import Checker
from doideposit.checks.values import Checked
from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.cli.terminal import Terminal
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.errors import UsageError
from doideposit.files import disk_errors
from doideposit.findings import Finding, Severity, counted, has_errors
from doideposit.reports.findings import (
    FindingList,
    Line,
    Span,
    Style,
    Tally,
    safe,
)
from doideposit.safe_xml import LIMITS, ParsedXml

if TYPE_CHECKING:
    from doideposit.crossref.validator.validator import SchemaVerdict, Validator

__all__ = ["build", "check", "validate"]

paths_argument = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECORD...")
FORMATS = click.Choice(["text", "github"])
# From how many findings on in how many records problems are shown by kind.
GROUP_FROM = 25


@click.command()
@paths_argument
@target_option
@json_option
@click.option("--format", "format_", type=FORMATS, default="text", help="github: annotations for a code host.")
@click.option("--verbose", "-v", is_flag=True, help="Show everything: info, what is ignored, original messages.")
@click.option("--each", is_flag=True, help="Show every finding on its own, however many there are.")
@click.pass_obj
def check(
    invocation: Invocation,
    paths: tuple[Path, ...],
    target: str | None,
    as_json: bool,
    format_: str,
    verbose: bool,
    each: bool,
) -> None:
    """Check records: model, rules, XML and Crossref's schema. Sends nothing.

    RECORD is a YAML, JSON, JSON Lines or CSV file, a deposit XML file, a document whose header is a record, or a
    folder of them. With --target production it applies the rules for production: some warnings of a rehearsal are
    errors there.
    """
    terminal = invocation.terminal(as_json=as_json)
    checker = _open_checker(invocation, terminal, target=target)
    with ExitStack() as stack:
        shown = stack.enter_context(_CheckOutput(terminal, verbose=verbose, each=each, format_=format_))
        progress = stack.enter_context(ProgressIndicator(terminal, "checked", after=1))
        for checked in checker.read_streaming(paths, on_each=progress.step):
            shown.add(checked)
    shown.close()
    finish(ExitCode.DONE if shown.ok else ExitCode.REJECTED)


class _CheckOutput:
    """Show checked inputs: JSON goes out while the work continues, words for people come in the end."""

    def __init__(self, terminal: Terminal, *, verbose: bool, each: bool, format_: str) -> None:
        self.terminal = terminal
        self.ok = True
        self.count = 0
        self.passed_over = 0
        self._tally = Tally()
        self._verbose = verbose
        self._each = each
        self._format = format_
        self._documents = terminal.json_list("records") if terminal.as_json else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._documents is not None:
            self._documents.__exit__(kind, error, trace)

    def add(self, checked: Checked) -> None:
        """Add one checked input."""
        if checked.passed_over is None:
            self.count += 1
            self.ok = self.ok and checked.ok
        else:
            self.passed_over += 1
        if self._documents is not None:
            self._documents.add(*_record_documents(checked))
        elif self._format == "github":
            # A code host shows ten notes of each kind beside the lines: wishes about every page would fill them.
            shown = [finding for finding in checked.findings if self._verbose or finding.severity is not Severity.INFO]
            for text in FindingList(shown).annotations():
                self.terminal.result(text)
        else:
            self._tally.add(checked.findings)

    def close(self) -> None:
        """Show the findings that were collected and not shown yet."""
        if self._documents is not None:
            self._documents.close(ok=self.ok)
        elif self._format == "text":
            show_findings(self.terminal, self._tally, self.count, verbose=self._verbose, each=self._each)
            if self.passed_over:
                more = "" if self._verbose else "; --verbose says which, and why"
                self.terminal.say(f"{counted(self.passed_over, 'document')} skipped{more}")


def _record_documents(checked: Checked) -> Iterator[dict[str, Any]]:
    """Return the JSON of one checked input: one entry for each DOI, one when it has none.

    What a deposit would do is not in it: the ledger is not asked.
    """
    findings = [finding.to_dict() for finding in checked.findings]
    dois: list[str | None] = [str(item.doi) for item in checked.items]
    for doi in dois or [None]:
        yield {"source": checked.source, "doi": doi, "findings": findings}


def show_findings(
    terminal: Terminal,
    tally: Tally,
    count: int,
    *,
    verbose: bool,
    each: bool,
    noun: str = "record",
    richer: Sequence[Line] = (),
) -> None:
    """Show findings to people, errors first, and count them; info, and each wish by itself, only when asked for.

    `richer` are lines about what could be added, where the caller has told them apart already.
    """
    visible = Tally()
    visible.add(finding for finding in tally.kept if verbose or finding.severity is not Severity.INFO)
    many = visible.seen > GROUP_FROM and count > 1
    if many and not each:
        terminal.lines((tally if verbose else visible).grouped(terminal.source_line, width=terminal.width))
    else:
        _show_each(terminal, visible.kept, verbose=verbose, together=count > 1 and not each)
    if not verbose:
        terminal.lines(FindingList(finding for finding in tally.kept if finding.is_wish).wishes())
    terminal.lines(richer)
    if visible.seen and not many:
        terminal.say()
    terminal.line(tally.summary(count, noun=noun))
    stopped = {_record_place(finding) for finding in tally.kept if finding.stops}
    if stopped:
        things = tally.by_weight["error"]
        which = f"this {noun}" if count == 1 else f"{len(stopped):,} of {count:,} {noun}s"
        verb = "thing stops" if things == 1 else "things stop"
        terminal.line((Span(f"{things:,} {verb} {which}: correct what is marked (error)", Style.ERROR),))
    if not verbose and tally.by_weight["info"]:
        terminal.line((Span("--verbose shows the info too", Style.DIM),))
    if visible.kept:
        code = FindingList(visible.kept).by_weight()[0].code
        terminal.line((Span(f"`doideposit explain {code}` says more about a code", Style.DIM),))


def _show_each(terminal: Terminal, findings: list[Finding], *, verbose: bool, together: bool) -> None:
    """Show findings one by one; `together` those that say the same of other records only by their place."""
    ordered = FindingList(findings).by_weight()
    for finding, others in _alike(ordered) if together else ((said, []) for said in ordered):
        terminal.show_findings([finding], verbose=verbose)
        if others:
            places = ", ".join(safe(str(other.where).partition(" ")[0]) for other in others[:MOST_PLACES])
            more = f" and {len(others) - MOST_PLACES:,} more" if len(others) > MOST_PLACES else ""
            terminal.line((Span("       also in: ", Style.HINT), Span(places + more)))


# More places than five are better read in the JSON, or in the file itself.
MOST_PLACES = 5


def _record_place(finding: Finding) -> tuple[str | None, int | None]:
    """Return the place that identifies a record: the file and, in a table, the line."""
    in_table = (finding.where.file or "").lower().endswith((".csv", ".jsonl"))
    return finding.where.file, finding.where.line if in_table else None


@click.command()
@paths_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(),
    help="The file to write, or the folder for one file of each series [default: standard output].",
)
@click.option("--schema", "schema_version", metavar="VERSION", help="Build for an older schema, such as 5.4.0.")
@click.pass_obj
def build(invocation: Invocation, paths: tuple[Path, ...], output: str | None, schema_version: str | None) -> None:
    """Write the deposit XML of records, as it would be sent.

    Crossref takes one prefix and one kind of record in each file. Where the records differ, name a folder, as in
    `-o files/`: each series gets a file of its own in it.

    Batch id and timestamp are provisional: `deposit` gives each file its own.
    """
    if schema_version not in {None, *SCHEMA_VERSIONS}:
        hint = f"there are: {', '.join(SCHEMA_VERSIONS)}"
        raise UsageError(f"records cannot be built for schema {schema_version}", hint=hint)
    terminal = Terminal(plain=invocation.plain, out=sys.stderr)
    checker = _open_checker(invocation, terminal, schema_version=schema_version)
    checked = [checked_record for checked_record in checker.read_together(paths) if checked_record.passed_over is None]
    tally = Tally()
    tally.add(finding for checked_record in checked for finding in checked_record.findings)
    if not all(checked_record.ok for checked_record in checked):
        show_findings(terminal, tally, len(checked), verbose=False, each=False)
        finish(ExitCode.REJECTED)
    files = _files_to_write(checker, checked, output)
    for path, xml in files.items():
        Terminal.write_product(xml, path)
    lost = [finding for checked_record in checked for finding in checked_record.findings if _is_loss(finding)]
    terminal.show_findings(FindingList(lost).in_order())
    for path, xml in files.items():
        if path is not None:
            number = counted(xml.count(b"<doi_data>"), "record")
            terminal.say(f"{path}: {number}, valid against Crossref {checker.schema_version}")


def _files_to_write(checker: Checker, checked: Sequence[Checked], output: str | None) -> Mapping[Path | None, bytes]:
    """Return the files to write: one, or one for each series in a folder; raises `DiskError`."""
    if output is None:
        return {None: checker.draft(checked)}
    folder = Path(output)
    # A name that ends with a slash is that of a folder, which need not be there yet.
    if not (folder.is_dir() or output.endswith(("/", "\\"))):
        return {folder: checker.draft(checked)}
    made = checker.drafts(checked)
    with disk_errors(folder, "cannot be made"):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return {folder / name: xml for name, xml in made.items()}


def _is_loss(finding: Finding) -> bool:
    """Return whether the finding names content of the record that the built file does not have."""
    of_the_type = finding.code == "unsupported-by-type" and finding.severity is not Severity.INFO
    return of_the_type or finding.code == "unsupported-by-schema"


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE.xml...")
@json_option
@click.option("--verbose", "-v", is_flag=True, help="Show the original messages of the schema processor.")
@click.option(
    "--as", "lift_to", metavar="VERSION", help="Convert the file to a newer version first; says what changes."
)
@click.pass_obj
def validate(invocation: Invocation, paths: tuple[str, ...], as_json: bool, verbose: bool, lift_to: str | None) -> None:
    """Check any Crossref deposit file against the XSD of the version it declares.

    Crossref can reject a file that is valid against the schema, for instance for two prefixes or a wrong
    ORCID iD: this is reported too, also with exit code 1.

    FILE.xml may be - for standard input. Files of the versions 5.5.0, 5.4.0, 5.3.1 and doi_resources 5.4.0 can be
    checked. For other versions the exit code is 5, and --as 5.5.0 says whether the file is valid after conversion.
    """
    from doideposit.crossref.validator.validator import Validator

    if lift_to not in {None, *SCHEMA_VERSIONS}:
        hint = f"there are: {', '.join(SCHEMA_VERSIONS)}"
        raise UsageError(f"files cannot be converted to {lift_to}", hint=hint)
    terminal = invocation.terminal(as_json=as_json)
    validator = Validator.default(announce=terminal.note)
    documents: list[dict[str, Any]] = []
    outcomes: list[bool | None] = []
    for path in paths:
        verdict = _validate_file(validator, path, lift_to)
        outcomes.append(False if has_errors(verdict.findings) else verdict.valid)
        documents.append(_verdict_document(path, verdict))
        if not as_json:
            _show_verdict(terminal, path, verdict)
            terminal.show_findings(verdict.findings, verbose=verbose)
    if as_json:
        terminal.json({"ok": all(outcomes), "files": documents})
    if False in outcomes:
        finish(ExitCode.REJECTED)
    finish(ExitCode.UNKNOWN if None in outcomes else ExitCode.DONE)


def _validate_file(validator: "Validator", path: str, lift_to: str | None) -> "SchemaVerdict":
    """Return the verdict of the schema on a file, and findings about what Crossref rejects beyond its schema."""
    from doideposit.checks.checking import Checker
    from doideposit.checks.rules.deposit_files import FileReview
    from doideposit.checks.rules.registry import Context
    from doideposit.crossref.validator.validator import SchemaVerdict

    loaded = _read_xml_file(path)
    if isinstance(loaded, Finding):
        return SchemaVerdict(None, valid=False, findings=(loaded,))
    verdict = validator.validate(loaded, file=path, lift_to=lift_to)
    if verdict.schema is None:
        return verdict
    root = ParsedXml.of(loaded).root
    if root is None:
        return verdict
    review = FileReview(loaded, root, file=path, context=Context(today=datetime.now(UTC).date()))
    return verdict._replace(findings=Checker.merge_findings(verdict.findings, review.refusals()))


def _is_refused(verdict: "SchemaVerdict") -> bool:
    """Tell whether Crossref would reject a file that is valid by the schema."""
    return verdict.valid is True and has_errors(verdict.findings)


def _verdict_document(path: str, verdict: "SchemaVerdict") -> dict[str, Any]:
    refused = _is_refused(verdict)
    document: dict[str, Any] = {"file": path, "schema": verdict.schema, "valid": verdict.valid, "refused": refused}
    if verdict.changes:
        document["changes"] = list(verdict.changes)
    return document | {"findings": [finding.to_dict() for finding in verdict.findings]}


def _read_xml_file(path: str) -> bytes | Finding:
    if path == "-":
        return sys.stdin.buffer.read(LIMITS.size + 1)
    return Checker.load_deposit_file(Path(path), limit=LIMITS.size)


_WORDS = {
    True: Span("valid", Style.GOOD),
    False: Span("not valid", Style.ERROR),
    None: Span("no verdict", Style.WARNING),
}


def _show_verdict(terminal: Terminal, path: str, verdict: "SchemaVerdict") -> None:
    if verdict.schema is None and any(finding.code.startswith("file-") for finding in verdict.findings):
        return  # Of a file that nobody has read there is no verdict.
    against = f" against Crossref {verdict.schema}" if verdict.schema else ""
    if verdict.valid is None:
        against = f" for Crossref {verdict.schema}"
    lifted = ", after the conversion" if verdict.changes else ""
    refused = Span(", but Crossref would reject it", Style.ERROR) if _is_refused(verdict) else Span("")
    words = _WORDS[verdict.valid]
    terminal.line((Span(safe(path), Style.PLACE), Span(": "), words, Span(against + lifted), refused))
    for change in verdict.changes:
        terminal.line((Span(f"  change: {change}"),))


def _open_checker(
    invocation: Invocation, terminal: Terminal, *, target: str | None = None, schema_version: str | None = None
) -> Checker:
    from doideposit.wiring import open_checker

    return open_checker(invocation.settings(target=target), announce=terminal.note, schema_version=schema_version)


def _alike(findings: Iterable[Finding]) -> Iterator[tuple[Finding, list[Finding]]]:
    """Return each finding with those of other places that say the very same: one mistake made many times."""
    groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.code, finding.message, finding.hint].append(finding)
    yield from ((group[0], group[1:]) for group in groups.values())
