"""`extract`: draft records from finished documents."""

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.check import show_findings, write_product
from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import PageUnavailable, UsageError
from doideposit.findings import Severity, has_errors
from doideposit.records.models.series import Series
from doideposit.reports.findings import Tally

if TYPE_CHECKING:
    from doideposit.config.settings import Settings
    from doideposit.records.extraction.draft import Draft
    from doideposit.records.extraction.manuscript import Manuscript

__all__ = ["extract"]

_DOCUMENTS = frozenset(
    ".md .markdown .mdx .qmd .txt .rst .mediawiki .docx .odt .rtf .pdf .html .htm .xhtml .epub .xml".split()
)

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

    The draft is a file to review: beside each field stands where it was read from, and what the document lacks or
    prints oddly is said. Nothing is guessed silently, and nothing is deposited. Of a folder, each document becomes a
    record of its own; records that are there already are never overwritten. The address of a page, https://…, is
    fetched once.
    """
    terminal = Terminal(plain=invocation.plain, out=sys.stderr)
    settings = invocation.settings(required=False)
    series = settings.series
    if not _ADDRESS.match(document) and Path(document).is_dir():
        finish(_folder(Path(document), output, series, terminal))
        return
    if output is not None and output.exists() and not force:
        raise UsageError(f"{output} exists already", hint="choose another name, or add --force to overwrite it")
    draft = _draft(_fetched(document, settings) if _ADDRESS.match(document) else _opened(Path(document)), series)
    tally = Tally()
    tally.add(draft.findings)
    if as_json:
        write_product(_json(draft).encode(), output)
    elif draft.fields:
        _write(draft, output)
    if explain:
        _explain(draft, terminal)
    show_findings(terminal, tally, 1, verbose=True, each=True, noun="document")
    if output is not None and draft.fields:
        terminal.say(f"{output}: a draft to review; then run `doideposit check {output}`")
    finish(ExitCode.REJECTED if has_errors(tally.kept) else ExitCode.DONE)


def _draft(manuscript: "Manuscript", series: Mapping[str, Series]) -> "Draft":
    from doideposit.records.extraction.drafting import draft_of

    return draft_of(manuscript, series=series)


def _opened(path: Path) -> "Manuscript":
    from doideposit.records.extraction.readers.opening import open_document

    return open_document(path)


def _fetched(address: str, settings: "Settings") -> "Manuscript":
    """Fetch a page and read it; raises `AddressRefused` and `PageUnavailable`."""
    from doideposit.records.extraction.readers.opening import read_page
    from doideposit.wiring import open_page_fetch

    page = open_page_fetch(settings)(address)
    shown = page.url.partition("?")[0]
    if page.status != _OK:
        raise PageUnavailable(f"{shown} answers {page.status}: there is no page to read")
    if page.truncated:
        raise PageUnavailable(f"{shown} is larger than a document ever is", hint="look where the address leads")
    return read_page(page.body, url=page.url, media_type=page.media_type, charset=page.charset)


def _write(draft: "Draft", output: Path | None) -> None:
    from doideposit.json_schemas import schema_location
    from doideposit.records.extraction.rendering import render

    write_product(render(draft, schema=schema_location("record")).encode(), output)


def _json(draft: "Draft") -> str:
    content = {
        "ok": not has_errors(draft.findings),
        "file": draft.file,
        "record": draft.data,
        "values": draft.values(),
        "findings": [finding.to_dict() for finding in draft.findings],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _explain(draft: "Draft", terminal: Terminal) -> None:
    for value in draft.values():
        terminal.say(
            f"{value['field']}: “{value['value'][:60]}” from {value['place']} ({value['rule']}), {value['confidence']}"
        )


def _folder(folder: Path, output: Path | None, series: Mapping[str, Series], terminal: Terminal) -> int:
    """Draft a record of each document in a folder and below it, and show what needs eyes."""
    if output is None:
        raise UsageError("a folder needs a folder for its records", hint="add -o records/")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _DOCUMENTS and path.is_file())
    if not found:
        raise UsageError(
            f"{folder} holds no document", hint=f"names of documents end in {', '.join(sorted(_DOCUMENTS))}"
        )
    output.mkdir(parents=True, exist_ok=True)
    worst: int = ExitCode.DONE
    rows = []
    for path, target in _targets(found, folder, output):
        if target.exists():
            rows.append((path, "–", "–", f"{target} is there already and was left alone"))
            continue
        draft = _draft(_opened(path), series)
        if draft.fields:
            _write(draft, target)
        errors = [finding for finding in draft.findings if finding.stops]
        worst = ExitCode.REJECTED if errors else worst
        doubts = str(sum(value["confidence"] == "doubtful" for value in draft.values()))
        warnings = str(sum(finding.severity is Severity.WARNING for finding in draft.findings))
        told = f"{errors[0].message} ({errors[0].hint})" if errors else str(target)
        rows.append((path, doubts, warnings, told))
    # What needs eyes most comes first; what cannot be read has no doubts to count.
    width = max(len(str(path)) for path, *_ in rows)
    terminal.say(f"{'document':{width}}  doubtful  warnings  record")
    for path, doubts, warnings, told in sorted(rows, key=lambda row: -int(row[1]) if row[1].isdigit() else 0):
        terminal.say(f"{path!s:{width}}  {doubts:>8}  {warnings:>8}  {told}")
    return worst


def _targets(found: list[Path], folder: Path, output: Path) -> list[tuple[Path, Path]]:
    """Return each document with its record; those of one name in several formats keep their ends in it."""
    names = {path: "-".join(path.relative_to(folder).with_suffix("").parts) for path in found}
    counts = Counter(names.values())
    return [
        (path, output / f"{name}{f'-{path.suffix[1:].lower()}' if counts[name] > 1 else ''}.yaml")
        for path, name in names.items()
    ]
