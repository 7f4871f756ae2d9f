"""`warnings`: the inbox of what Crossref warned about, and what a person decides about each."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.invocation import Invocation, json_option, target_option
from doideposit.errors import UsageError
from doideposit.findings import counted
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.cli.terminal import Terminal
    from doideposit.deposits.conflicts import ConflictSide
    from doideposit.deposits.warnings import CrossrefWarning

__all__ = ["warnings"]

id_argument = click.argument("name", metavar="ID")


@click.group(invoke_without_command=True)
@target_option
@click.option("--all", "every", is_flag=True, help="List dismissed ones too.")
@json_option
@click.pass_context
def warnings(context: click.Context, target: str | None, every: bool, as_json: bool) -> None:
    """List what Crossref warned about: conflicts, warnings and notices, each with an ID and what to do.

    They come from the result logs that are kept, and from reports that Crossref confirmed; nothing is asked there. The
    exit code is 1 while one of them needs your decision; notices do not count.
    """
    if context.invoked_subcommand is not None:
        if target is not None or every or as_json:
            name = context.invoked_subcommand
            hint = f"such as `doideposit warnings {name} ID --json`"
            raise UsageError(f"options of `warnings {name}` stand after its name", hint=hint)
        return
    from doideposit.wiring import open_depositor

    invocation: Invocation = context.obj
    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        found = [warning for warning in depositor.warnings.all() if every or warning.dismissed is None]
        waiting = any(warning.wants_person for warning in found)
        if as_json:
            document = {
                "ok": not waiting,
                "target": depositor.target,
                "warnings": [warning.to_dict() for warning in found],
            }
            terminal.json(document)
        else:
            for warning in found:
                _show_warning(terminal, warning)
            terminal.say(f"{counted(len(found), 'warning')} of Crossref on {depositor.target}")
    finish(ExitCode.REJECTED if waiting else ExitCode.DONE)


def _show_warning(terminal: "Terminal", warning: "CrossrefWarning") -> None:
    style = Style.ERROR if warning.wants_person else Style.DIM
    terminal.line(
        (
            Span(f"{warning.id:>5}  ", Style.HINT),
            Span(f"{warning.kind.value}  ", style),
            Span(str(warning.doi), Style.PLACE),
        )
    )
    terminal.line((Span(f"       {safe(warning.message)}"), Span(f"  [{warning.code}]", Style.DIM)))
    if warning.where.field:
        terminal.line((Span(f"       {safe(str(warning.where))}", Style.PLACE),))
    if warning.dismissed is not None:
        terminal.line((Span(f"       dismissed: {safe(warning.dismissed)}", Style.DIM),))
    else:
        terminal.line((Span(f"       {safe(warning.hint)}", Style.HINT),))


@warnings.command("show")
@id_argument
@target_option
@json_option
@click.pass_obj
def _show(invocation: Invocation, name: str, target: str | None, as_json: bool) -> None:
    """Show one warning; for a conflict, also the records of its DOIs side by side.

    Records that were deposited elsewhere are read from Crossref.
    """
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        warning = depositor.warnings.one(name)
        sides = depositor.warnings.sides(warning) if warning.others else ()
    if as_json:
        document = {
            "ok": not warning.wants_person,
            "warning": warning.to_dict(),
            "records": [side.to_dict() for side in sides],
        }
        terminal.json(document)
        return
    _show_warning(terminal, warning)
    terminal.line((Span("       Crossref: ", Style.DIM), Span(f"“{safe(warning.original.strip())}”")))
    _show_sides(terminal, sides)
    if sides and warning.dismissed is None:
        terminal.say("")
        terminal.say(f"One work: `doideposit warnings answer {warning.id} --primary DOI` writes the file that says so.")
        terminal.say("Two works: add metadata that distinguish them and deposit again, or answer with --both.")


def _show_sides(terminal: "Terminal", sides: "tuple[ConflictSide, ...]") -> None:
    for number, side in enumerate(sides, 1):
        where = safe(side.read_from or f"not read: {side.why_not}")
        terminal.line((Span(f"    {number}  {safe(side.doi)}", Style.PLACE), Span(f"  ({where})", Style.DIM)))
    texts = [side.texts for side in sides]
    for name in texts[0] if texts else ():
        values = [of_side[name] for of_side in texts]
        if not any(values):
            continue
        same = len({value.casefold() for value in values}) == 1
        terminal.line((Span(f"  {name}", Style.PLAIN), Span("  the same" if same else "  different", Style.DIM)))
        for number, value in enumerate(values[:1] if same else values, 1):
            terminal.line((Span(f"    {' ' if same else number}  {safe(value) or '–'}"),))


@warnings.command("dismiss")
@id_argument
@click.option("--reason", required=True, help="Why nothing needs to be done; it stays in the history of the DOI.")
@target_option
@json_option
@click.pass_obj
def _dismiss(invocation: Invocation, name: str, reason: str, target: str | None, as_json: bool) -> None:
    """Dismiss one warning, with the reason. It stays dismissed when a later deposit gets the same warning."""
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    with open_depositor(invocation.settings(target=target), announce=terminal.note) as depositor:
        warning = depositor.warnings.dismiss(name, reason)
    if as_json:
        terminal.json({"ok": True, "warning": warning.to_dict()})
    else:
        _show_warning(terminal, warning)


@warnings.command("answer")
@id_argument
@click.option("--primary", metavar="DOI", help="This DOI stays; the others become aliases of it.")
@click.option("--alias", metavar="DOI", help="This DOI becomes an alias of the other one.")
@click.option("--both", is_flag=True, help="They are different works, and both stay as they are.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@target_option
@json_option
@click.pass_obj
def _answer(
    invocation: Invocation,
    name: str,
    primary: str | None,
    alias: str | None,
    both: bool,
    output: Path | None,
    target: str | None,
    as_json: bool,
) -> None:
    """Write the file that answers a conflict at Crossref, for you to upload. Nothing is sent.

    An alias leads readers to the other DOI from then on, and its record can no longer be updated.
    """
    from doideposit.files import write_new
    from doideposit.wiring import open_depositor

    terminal = invocation.terminal(as_json=as_json)
    settings = invocation.settings(target=target)
    with open_depositor(settings, announce=terminal.note) as depositor:
        warning = depositor.warnings.one(name)
        email = depositor.publishers.email_of(warning.doi)
    text = warning.answer_file(email=email, primary=primary, alias=alias, both=both)
    path = output or Path(f"conflict-{warning.id}.txt")
    if not write_new(path, text):
        raise UsageError(f"{path} is there already", hint="name another file with -o")
    if as_json:
        terminal.json({"ok": True, "warning": warning.to_dict(), "file": str(path), "text": text})
        return
    terminal.say(f"{path} is written; nothing was sent.")
    terminal.say("Upload it at https://doi.crossref.org as a conflict file (in the form: “Conflict Management”), then:")
    terminal.say(f'doideposit warnings dismiss {warning.id} --reason "answered at Crossref"')
