"""`extract` of a folder: a record of each document, and a table of what needs eyes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from doideposit.cli.activity import ProgressIndicator
from doideposit.cli.boundary import ExitCode
from doideposit.cli.drafts import draft_document, draft_from, lacks, read_document_file, write_draft
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.files import as_typed, disk_errors
from doideposit.findings import Severity, has_errors
from doideposit.records.models.series import Series
from doideposit.records.sources.reading import DOCUMENTS

if TYPE_CHECKING:
    from doideposit.records.extraction.draft import Draft

__all__ = ["extract_folder"]

_SUFFIXES = DOCUMENTS | frozenset(".txt .docx .odt .rtf .pdf .html .htm .xhtml .epub .xml".split())


def extract_folder(
    folder: Path, output: Path | None, series: Mapping[str, Series], terminal: Terminal, *, as_json: bool
) -> int:
    """Draft a record of each document in a folder and below it, show what needs eyes, and return the exit code.

    With `as_json` everything about each document goes to standard output; then `output` need not be given. Raises
    `UsageError` where there is no document, and `DiskError`.
    """
    if output is None and not as_json:
        raise UsageError("a folder needs a folder for its records", hint="add -o records/")
    # A file system lists names in any order; a second run should give the same table.
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not found:
        hint = f"names of documents end in {', '.join(sorted(_SUFFIXES))}"
        raise UsageError(f"{folder} holds no document", hint=hint)
    if output is not None:
        with disk_errors(output, "cannot be made"):
            output.mkdir(parents=True, exist_ok=True)
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
        row = _Row(path, ok=True, told=f"{target} is there already and was left alone")
        return row, {"ok": True, "file": str(path), "record_file": str(target), "left_alone": True}
    draft = draft_from(read_document_file(path), series)
    written = target if draft.fields else None
    if written is not None:
        write_draft(draft, written)
    document = {**draft_document(draft), "record_file": None if written is None else str(written), "left_alone": False}
    return _make_row(path, draft, written), document


def _make_row(path: Path, draft: "Draft", written: Path | None) -> _Row:
    error = next((finding for finding in draft.findings if finding.stops), None)
    return _Row(
        path,
        ok=not has_errors(draft.findings),
        told=f"{error.message} ({error.hint})" if error else str(written),
        doubts=sum(value["confidence"] == "doubtful" for value in draft.values()),
        warnings=sum(found.severity is Severity.WARNING and not lacks(found) for found in draft.findings),
    )


def _show_table(rows: list[_Row], output: Path | None, terminal: Terminal) -> None:
    """Show the table: what needs eyes most comes first."""
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
