"""`explain`: what a finding's code means, with a bad and a good example."""

from difflib import get_close_matches
from textwrap import indent
from typing import TYPE_CHECKING

import click

from doideposit.cli.completion import known_codes
from doideposit.cli.invocation import Invocation, json_option
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.reports.findings import Span, Style

if TYPE_CHECKING:
    from doideposit.checks import Explanation

__all__ = ["explain"]


@click.command()
@click.argument("code", required=False, shell_complete=known_codes)
@json_option
@click.pass_obj
def explain(invocation: Invocation, code: str | None, as_json: bool) -> None:
    """Explain the CODE of a finding; without one, list all codes."""
    from doideposit.checks import CATALOGUE, explanation_of

    terminal = invocation.terminal(as_json=as_json)
    if code is None:
        if as_json:
            terminal.json({"ok": True, "codes": {each.code: each.title for each in CATALOGUE.values()}})
            return
        for each in CATALOGUE.values():
            terminal.line((Span(f"{each.code:<36} {each.severity:<8} ", Style.PLACE), Span(each.title)))
        return
    found = explanation_of(code)
    if found is None:
        near = get_close_matches(code, CATALOGUE, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`doideposit explain` lists all codes"
        raise UsageError(f"there is no code “{code}”", hint=hint)
    if as_json:
        terminal.json({"ok": True, **found.to_dict()})
    else:
        _show(terminal, found)


def _show(terminal: Terminal, found: "Explanation") -> None:
    style = {"error": Style.ERROR, "warning": Style.WARNING}.get(str(found.severity), Style.INFO)
    terminal.line((Span(found.code, style), Span(f"  {found.severity}", Style.DIM), Span(f"  {found.title}")))
    terminal.say()
    terminal.say(found.why)
    if found.former:
        terminal.say(f"In the version before, the code was {found.former}.")
    if found.hint:
        _heading(terminal, "What to do")
        terminal.say(indent(found.hint.rstrip(), "  "))
    # Examples and addresses are there to be copied, so their lines stay whole.
    for heading, text in (("Bad", found.bad), ("Good", found.good), ("Source", found.source)):
        if text:
            _heading(terminal, heading)
            terminal.verbatim(indent(text.rstrip(), "  "))


def _heading(terminal: Terminal, text: str) -> None:
    terminal.say()
    terminal.say(text, Style.HEADING)
