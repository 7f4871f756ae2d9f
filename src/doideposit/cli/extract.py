"""`extract`: a draft record from a finished document."""

import sys
from pathlib import Path

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.check import show_findings, write_product
from doideposit.cli.invocation import Invocation
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.findings import has_errors
from doideposit.reports.findings import Tally

__all__ = ["extract"]


@click.command()
@click.argument("document", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The record to write [default: standard output].",
)
@click.option("--force", is_flag=True, help="Overwrite the output file.")
@click.pass_obj
def extract(invocation: Invocation, document: Path, output: Path | None, force: bool) -> None:
    """Draft a record from a finished document in Markdown or plain text.

    The draft is a file to review: beside each field stands the line it was read from, and what the document lacks or
    prints oddly is said. Nothing is guessed silently, and nothing is deposited.
    """
    from doideposit.records.extraction import LIMIT, read, render
    from doideposit.records.sources.files import load_text
    from doideposit.wiring import record_schema_location

    terminal = Terminal(plain=invocation.plain, out=sys.stderr)
    if output is not None and output.exists() and not force:
        raise UsageError(f"{output} exists already", hint="choose another name, or add --force to overwrite it")
    loaded = load_text(document, limit=LIMIT)
    tally = Tally()
    tally.add(loaded.findings)
    if loaded.text is None:
        show_findings(terminal, tally, 1, verbose=True, each=True, noun="document")
        finish(ExitCode.REJECTED)
        return
    settings = invocation.settings(required=False)
    draft = read(loaded.text, file=str(document), series=settings.series)
    tally.add(draft.findings)
    write_product(render(draft, schema=record_schema_location()).encode(), output)
    show_findings(terminal, tally, 1, verbose=True, each=True, noun="document")
    if output is not None:
        terminal.say(f"{output}: a draft to review; then run `doideposit check {output}`")
    finish(ExitCode.REJECTED if has_errors(tally.kept) else ExitCode.DONE)
