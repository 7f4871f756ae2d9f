"""`explain`: what a word means, or the code of a finding, with a bad and a good example."""

from collections.abc import Iterator
from difflib import get_close_matches
from textwrap import indent
from typing import TYPE_CHECKING

import click

from doideposit.cli.glossary import WORDS, Word
from doideposit.cli.invocation import Invocation, json_option
from doideposit.cli.terminal import Terminal
from doideposit.errors import UsageError
from doideposit.reports.findings import Line, Span, Style

if TYPE_CHECKING:
    from doideposit.explanation import Explanation

__all__ = ["explain"]


def _known_codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of findings that begin so."""
    from doideposit.checks.catalogue.entries import CATALOGUE

    return [code for code in CATALOGUE if code.startswith(incomplete)]


@click.command()
@click.argument("words", metavar="[WORD|CODE]", nargs=-1, shell_complete=_known_codes)
@json_option
@click.pass_obj
def explain(invocation: Invocation, words: tuple[str, ...], as_json: bool) -> None:
    """Explain a WORD, such as ROR or ledger, or the CODE of a finding; without either, list all.

    The tutorial is docs/tutorials/staff.md, and what a record can hold docs/how-to/write-a-record.md, in the folder of
    the source.
    """
    from doideposit.checks.catalogue.entries import explanation_of

    terminal = invocation.terminal(as_json=as_json)
    if not words:
        _show_overview(terminal)
        return
    # People type `explain record type` without quotation marks.
    code = " ".join(words)
    found = explanation_of(code)
    name = _find_word(code)
    if found is None and name is None:
        raise UsageError(f"there is no code and no word “{code}”", hint=_suggestion(code))
    if as_json:
        word = {} if name is None else {"word": name, "meaning": WORDS[name].meaning, "source": WORDS[name].page}
        terminal.json({"ok": True, **word, **(found.to_dict() if found else {})})
    elif name is not None:
        # The few words that are codes as well, such as error, mean more to those who ask.
        _show_word(terminal, name, WORDS[name])
    elif found is not None:
        _show_explanation(terminal, found)


def _find_word(text: str) -> str | None:
    """Return the known word for a text, whatever its case, by its own name or another one."""
    wanted = text.casefold().replace("-", " ")
    names = {other.casefold().replace("-", " "): word for word, (_, also, _) in WORDS.items() for other in also}
    names |= {word.casefold().replace("-", " "): word for word in WORDS}
    return names.get(wanted)


def _suggestion(text: str) -> str:
    from doideposit.checks.catalogue.entries import CATALOGUE

    known = {
        name.casefold(): name for name in (*CATALOGUE, *WORDS, *(name for word in WORDS.values() for name in word.also))
    }
    # At most three proposals, and only near ones: a wrong proposal is worse than none.
    near = [known[found] for found in get_close_matches(text.casefold(), known, 3, cutoff=0.7)]
    return f"did you mean {' or '.join(near)}?" if near else "`doideposit explain` lists all words and codes"


def _show_overview(terminal: Terminal) -> None:
    from doideposit.checks.catalogue.entries import CATALOGUE, HEADINGS

    if terminal.as_json:
        codes = {explanation.code: explanation.title for explanation in CATALOGUE.values()}
        terminal.json({"ok": True, "codes": codes, "words": {name: word.meaning for name, word in WORDS.items()}})
        return
    terminal.draw((Span("Words", Style.HEADING),), *_word_lines(), ())
    for kind, heading in HEADINGS.items():
        terminal.line((Span(heading, Style.HEADING),))
        for entry in CATALOGUE.values():
            if entry.kind == kind:
                terminal.line((Span(f"  {entry.code:<34} {entry.severity:<8} ", Style.PLACE), Span(entry.title)))
        terminal.line()


def _word_lines() -> Iterator[Line]:
    for name in sorted(WORDS, key=str.casefold):
        first, _, _ = WORDS[name].meaning.partition(". ")
        yield (Span(f"  {name:<14} ", Style.PLACE), Span(first.rstrip(".")))


def _show_word(terminal: Terminal, name: str, word: Word) -> None:
    terminal.line((Span(name, Style.INFO), Span(f"  also {', '.join(word.also)}" if word.also else "", Style.DIM)))
    terminal.say()
    terminal.say(word.meaning)
    if word.page:
        _show_heading(terminal, "Read more")
        terminal.verbatim(f"  {word.page}")


def _show_explanation(terminal: Terminal, found: "Explanation") -> None:
    style = {"error": Style.ERROR, "warning": Style.WARNING}.get(str(found.severity), Style.INFO)
    terminal.line((Span(found.code, style), Span(f"  {found.severity}", Style.DIM), Span(f"  {found.title}")))
    terminal.say()
    terminal.say(found.why)
    if found.hint:
        _show_heading(terminal, "What to do")
        terminal.say(indent(found.hint.rstrip(), "  "))
    # Examples and addresses are there to be copied, so their lines stay whole.
    for heading, text in (("Bad", found.bad), ("Good", found.good), ("Source", found.source)):
        if text:
            _show_heading(terminal, heading)
            terminal.verbatim(indent(text.rstrip(), "  "))


def _show_heading(terminal: Terminal, text: str) -> None:
    terminal.say()
    terminal.say(text, Style.HEADING)
