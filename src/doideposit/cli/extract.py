"""`extract`: draft records from finished documents."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.check import show_findings
from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import PageUnavailable, UsageError
from doideposit.files import as_typed, disk_errors
from doideposit.findings import Finding, Severity, has_errors
from doideposit.records.models.series import Series
from doideposit.records.sources.reading import DOCUMENTS
from doideposit.reports.findings import FindingList, Tally

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.records.extraction.draft import Draft
    from doideposit.records.extraction.manuscript import Manuscript

__all__ = ["extract"]

# A scheme and two slashes: anything else is the name of a file.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_OK = 200


@click.command()
@click.argument("document", metavar="FILE|FOLDER|ADDRESS")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="The record to write, or the folder for the records of a folder [default: standard output].",
)
@click.option("--force", is_flag=True, help="Overwrite the output file.")
@click.option("--explain", is_flag=True, help="Show how each value was found, and how sure it is.")
@click.option("--json", "as_json", is_flag=True, help="Write values, places, rules, confidence and findings as JSON.")
@click.pass_obj
def extract(
    invocation: Invocation, document: str, output: Path | None, force: bool, explain: bool, as_json: bool
) -> None:
    """Draft a record from a finished document: Word, LibreOffice, PDF, a web page, an e-book, JATS, Markdown or text.

    The draft is a file to review: a comment beside each field says where it was read from, and the findings say what
    the document lacks or prints oddly. Nothing is guessed silently, and nothing is deposited. Each document of a folder
    gets its own record; existing records are never overwritten. A page given by its address, https://…, is fetched
    once.
    """
    terminal = Terminal(plain=invocation.plain, out=sys.stderr)
    settings = invocation.settings(required=False)
    series = settings.series
    if not _ADDRESS.match(document) and Path(document).is_dir():
        finish(_extract_folder(Path(document), output, series, terminal, as_json=as_json))
        return
    if output is not None and output.exists() and not force:
        raise UsageError(f"{output} exists already", hint="choose another name, or add --force to overwrite it")
    fetched = _ADDRESS.match(document) is not None
    draft = _draft_from(_read_page_at(document, settings) if fetched else _read_document_file(Path(document)), series)
    if as_json:
        content = json.dumps(_draft_document(draft), ensure_ascii=False, indent=2)
        Terminal.write_product(f"{content}\n".encode(), output)
    elif draft.fields:
        _write_draft(draft, output)
    if explain:
        _show_origins(draft, terminal)
    tally = Tally()
    tally.add(finding for finding in draft.findings if not _lacks(finding))
    richer = tuple(FindingList(finding for finding in draft.findings if _lacks(finding)).wishes())
    show_findings(terminal, tally, 1, verbose=True, each=True, noun="document", richer=richer)
    if output is not None and draft.fields:
        terminal.say(f"{output}: a draft to review; then run `doideposit check {as_typed(output)}`")
    finish(ExitCode.REJECTED if has_errors(draft.findings) else ExitCode.DONE)


def _read_page_at(address: str, settings: "Settings") -> "Manuscript":
    """Fetch a page and read it; raises `AddressRefused` and `PageUnavailable`."""
    from doideposit.records.extraction.readers.opening import read_page
    from doideposit.wiring import open_page_fetch

    page = open_page_fetch(settings)(address)
    shown = page.url.partition("?")[0]
    if page.status != _OK:
        raise PageUnavailable(f"{shown} answers {page.status}: there is no page to read")
    if page.truncated:
        raise PageUnavailable(f"{shown} is too large for a document", hint="check where the address leads")
    return read_page(page.body, url=page.url, media_type=page.media_type, charset=page.charset)


def _show_origins(draft: "Draft", terminal: Terminal) -> None:
    for value in draft.values():
        terminal.say(
            f"{value['field']}: “{value['value'][:60]}” from {value['place']} ({value['rule']}), {value['confidence']}"
        )


# `extract` of a folder: a record of each document, and a table of what needs eyes.

_SUFFIXES = DOCUMENTS | frozenset(".txt .docx .odt .rtf .pdf .html .htm .xhtml .epub .xml".split())


def _extract_folder(
    folder: Path, output: Path | None, series: Mapping[str, Series], terminal: Terminal, *, as_json: bool
) -> int:
    """Draft a record of each document in a folder and below it, show the doubts, and return the exit code.

    With `as_json` everything about each document goes to standard output; then `output` need not be given. Raises
    `UsageError` where there is no document, and `DiskError`.
    """
    if output is None and not as_json:
        raise UsageError("a folder needs a folder for its records", hint="add -o records/")
    # A file system lists names in any order; a second run should give the same table.
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not found:
        hint = f"names of documents end in {', '.join(sorted(_SUFFIXES))}"
        raise UsageError(f"there is no document in {folder}", hint=hint)
    if output is not None:
        with disk_errors(output, "cannot be made"):
            output.mkdir(mode=0o755, parents=True, exist_ok=True)
    rows: list[_Row] = []
    with ExitStack() as stack:
        documents = stack.enter_context(Terminal(as_json=True).json_list("documents")) if as_json else None
        progress = stack.enter_context(ProgressIndicator(terminal, "reading documents", len(found)))
        for path, target in _targets(found, folder, output):
            row, document = _extract_one(path, target, series)
            rows.append(row)
            progress.done(len(rows))
            if documents is not None:
                documents.add(document)
    ok = all(row.ok for row in rows)
    if documents is not None:
        documents.close(ok=ok)
    else:
        _show_table(rows, output, terminal)
    return ExitCode.DONE if ok else ExitCode.REJECTED


class _Row(NamedTuple):
    """Hold a document's line in the table; one that was left alone has no doubts and warnings to count."""

    path: Path
    ok: bool
    told: str
    doubts: int | None = None
    warnings: int | None = None


def _extract_one(path: Path, target: Path | None, series: Mapping[str, Series]) -> tuple[_Row, dict[str, Any]]:
    """Draft the record of one document, write it unless it is there already, and return its line and its JSON."""
    if target is not None and target.exists():
        row = _Row(path, ok=True, told=f"{target} exists already and was not changed")
        return row, {"ok": True, "file": str(path), "record_file": str(target), "left_alone": True}
    draft = _draft_from(_read_document_file(path), series)
    written = target if draft.fields else None
    if written is not None:
        _write_draft(draft, written)
    document = {**_draft_document(draft), "record_file": None if written is None else str(written), "left_alone": False}
    return _make_row(path, draft, written), document


def _make_row(path: Path, draft: "Draft", written: Path | None) -> _Row:
    error = next((finding for finding in draft.findings if finding.stops), None)
    return _Row(
        path,
        ok=not has_errors(draft.findings),
        told=f"{error.message} ({error.hint})" if error else str(written),
        doubts=sum(value["confidence"] == "doubtful" for value in draft.values()),
        warnings=sum(found.severity is Severity.WARNING and not _lacks(found) for found in draft.findings),
    )


def _show_table(rows: list[_Row], output: Path | None, terminal: Terminal) -> None:
    """Show the table, with the most doubtful drafts first."""
    width = max(len(str(row.path)) for row in rows)
    terminal.say(f"{'document':{width}}  doubtful  warnings  record")
    for row in sorted(rows, key=lambda row: (row.ok, -(row.doubts or 0))):
        doubts, warnings = ("–" if number is None else str(number) for number in (row.doubts, row.warnings))
        terminal.say(f"{row.path!s:{width}}  {doubts:>8}  {warnings:>8}  {row.told}")
    if output is not None and any(row.ok for row in rows):
        terminal.say(f"drafts to review, those with doubts first; then run `doideposit check {as_typed(output)}`")


def _targets(found: list[Path], folder: Path, output: Path | None) -> Iterator[tuple[Path, Path | None]]:
    """Yield each document with the file of its record; those of one name in several formats keep their ends in it."""
    names = {path: "-".join(path.relative_to(folder).with_suffix("").parts) for path in found}
    counts = Counter(names.values())
    for path, name in names.items():
        end = f"-{path.suffix[1:].lower()}" if counts[name] > 1 else ""
        yield path, None if output is None else output / f"{name}{end}.yaml"


# Drafts of records as `extract` writes and shows them, of one document or of many.


def _read_document_file(path: Path) -> "Manuscript":
    """Read a document of any format; what cannot be read becomes a finding. Raises `DiskError`."""
    from doideposit.records.extraction.readers.opening import open_document

    return open_document(path)


def _draft_from(manuscript: "Manuscript", series: Mapping[str, Series]) -> "Draft":
    """Make the draft of a record from what a reader found."""
    from doideposit.records.extraction.drafting import draft_of

    return draft_of(manuscript, series=series)


def _write_draft(draft: "Draft", output: Path | None) -> None:
    """Write a draft as YAML to a file, or to standard output; raises `DiskError`."""
    from doideposit.json_schemas import JsonSchema

    Terminal.write_product(draft.to_yaml(schema=JsonSchema.RECORD.location()).encode(), output)


def _draft_document(draft: "Draft") -> dict[str, Any]:
    """Return the JSON of a draft: the record, its values with their places in the document, and the findings."""
    return {
        "ok": not has_errors(draft.findings),
        "file": draft.file,
        "record": draft.data,
        "values": draft.values(),
        "findings": [finding.to_dict() for finding in draft.findings],
    }


def _lacks(finding: Finding) -> bool:
    """Tell whether a finding only says what the document could give more: each of them is marked in the draft."""
    return finding.category == "completeness" and not finding.stops
