"""`extract`: draft records from finished documents."""

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.check import show_findings, write_product
from doideposit.cli.drafts import draft_document, draft_from, lacks, read_document_file, write_draft
from doideposit.cli.extract_folder import extract_folder
from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import PageUnavailable, UsageError
from doideposit.files import as_typed
from doideposit.findings import has_errors
from doideposit.reports.findings import Tally, wishes

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
        finish(extract_folder(Path(document), output, series, terminal, as_json=as_json))
        return
    if output is not None and output.exists() and not force:
        raise UsageError(f"{output} exists already", hint="choose another name, or add --force to overwrite it")
    fetched = _ADDRESS.match(document) is not None
    draft = draft_from(_read_page_at(document, settings) if fetched else read_document_file(Path(document)), series)
    if as_json:
        content = json.dumps(draft_document(draft), ensure_ascii=False, indent=2)
        write_product(f"{content}\n".encode(), output)
    elif draft.fields:
        write_draft(draft, output)
    if explain:
        _show_origins(draft, terminal)
    tally = Tally()
    tally.add(finding for finding in draft.findings if not lacks(finding))
    richer = tuple(wishes(finding for finding in draft.findings if lacks(finding)))
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
        raise PageUnavailable(f"{shown} is larger than a document ever is", hint="look where the address leads")
    return read_page(page.body, url=page.url, media_type=page.media_type, charset=page.charset)


def _show_origins(draft: "Draft", terminal: Terminal) -> None:
    for value in draft.values():
        terminal.say(
            f"{value['field']}: “{value['value'][:60]}” from {value['place']} ({value['rule']}), {value['confidence']}"
        )
