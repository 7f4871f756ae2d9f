"""`explain`: what a finding's code means, with a bad and a good example."""

from difflib import get_close_matches
from textwrap import indent

import click

from doideposit.cli.invocation import Invocation, json_option
from doideposit.errors import UsageError
from doideposit.reports.findings import Span, Style

__all__ = ["explain"]


@click.command()
@click.argument("code", required=False)
@json_option
@click.pass_obj
def explain(invocation: Invocation, code: str | None, as_json: bool) -> None:
    """Explain the CODE of a finding; without one, list all codes."""
    from doideposit.rules import CATALOGUE

    terminal = invocation.terminal(as_json=as_json)
    if code is None:
        if as_json:
            terminal.json({"ok": True, "codes": {each.code: each.title for each in CATALOGUE.values()}})
        for each in () if as_json else CATALOGUE.values():
            terminal.line((Span(f"{each.code:<36}", Style.PLACE), Span(f" {each.severity:<8} {each.title}")))
        return
    found = CATALOGUE.get(code)
    if found is None:
        near = get_close_matches(code, CATALOGUE, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`doideposit explain` lists all codes"
        raise UsageError(f"there is no code “{code}”", hint=hint)
    if as_json:
        terminal.json({"ok": True, **found.to_dict()})
        return
    style = {"error": Style.ERROR, "warning": Style.WARNING}.get(str(found.severity), Style.INFO)
    terminal.line((Span(found.code, style), Span(f"  {found.severity}", Style.DIM), Span(f"  {found.title}")))
    terminal.say()
    terminal.say(found.why)
    for heading, text in (
        ("What to do", found.hint),
        ("Bad", found.bad),
        ("Good", found.good),
        ("Source", found.source),
    ):
        if text:
            terminal.say()
            terminal.line((Span(heading, Style.HEADING),))
            terminal.say(indent(text.rstrip(), "  "))
