"""The syntax errors of YAML in plain words: where it is, what is wrong there, and how it is usually put right."""

import re
from collections.abc import Callable
from typing import Any, Final

import yaml

from doideposit.findings import Finding, Severity, Where
from doideposit.records.sources.yaml_repairs import corrected_line

__all__ = ["Position", "syntax_finding"]

# Returns the line and the column, from 1, that a mark of the parser stands for.
Position = Callable[[Any], tuple[int, int]]

_LOST: Final = "nothing in this file was read"

# What the parser says (libyaml's words and those of PyYAML's own parser), what it means, and what to do. The first
# pattern that occurs in "problem; context" decides.
_MEANINGS: Final = (
    (
        r"found (unexpected end of stream|unexpected document indicator).*quoted scalar",
        "a quotation mark is opened here and never closed",
        'close it; inside double quotes write \\" for a quotation mark',
    ),
    (
        r"(mapping values are not allowed)",
        "there is a colon here where none can stand",
        "put a text that contains a colon into quotes; if it is a key, line it up with the keys above",
    ),
    (
        r"(sequence|block sequence) entries are not allowed",
        "a list cannot begin here",
        "begin the list on the next line, each entry with a hyphen and a space",
    ),
    (
        r"could not find expected ':'",
        "a colon is missing after a key, or a text goes on without being indented",
        "write `key: value`; indent a text that goes on over several lines",
    ),
    (
        r"tab character|'\\t' that cannot start|\\t",
        "there is a tab here, and YAML wants spaces",
        "replace the tab by spaces",
    ),
    (
        r"cannot start any token",
        "a text cannot begin with this character",
        "put the whole text into quotes",
    ),
    (
        r"expected ',' or '(\]|\})'|flow (sequence|mapping)",
        "the list or mapping in brackets is not closed, or a comma is missing",
        "close the bracket, and part the entries by commas; put a text with brackets into quotes",
    ),
    (
        r"unknown escape character|escape (code|sequence)|expected escape sequence",
        "the backslash in these double quotes means nothing",
        "write two backslashes, or use single quotes",
    ),
    (
        r"expected '-' indicator|block (collection|sequence)",
        "the list ends here in the middle: this line does not begin with a hyphen",
        "begin it with a hyphen and a space, or indent it to the entry it belongs to",
    ),
    (
        r"undefined tag handle|a tag\b|tag URI|%TAG",
        "this looks like a tag, and tags are not allowed",
        "put a text that begins with ! into quotes",
    ),
    (
        r"scanning an (anchor|alias)|alphabetic or numeric character",
        "a text cannot begin with & or *",
        "put the whole text into quotes",
    ),
    (
        r"scanning a block scalar|block scalar",
        "after | or > the text begins on the next line",
        "go on in the next line, indented; or put the text into quotes",
    ),
    (
        r"expected <document start>",
        "something begins here that belongs to nothing above",
        "line it up with the keys or hyphens above it",
    ),
    (
        r"expected key|block mapping|expected <block end>",
        "this line fits neither the key above nor the text above",
        "line keys up with one another; put a text that begins with a quotation mark into quotes as a whole",
    ),
    (
        r"directive|incompatible YAML",
        "a line that begins with % is a directive, and this one cannot be read",
        "take the line away",
    ),
)
_FALLBACK: Final = ("this is not valid YAML", "compare the line with one that is right, and look at its indentation")


def syntax_finding(error: yaml.YAMLError, text: str, file: str | None, position: Position) -> Finding:
    """Return the one finding for a text the parser gave up on; the parser's own words are kept as `original`.

    `position` says which line and column a mark of the parser means.
    """
    problem, context = (_word(error, name) for name in ("problem", "context"))
    original = "; ".join(part for part in (problem, context) if part) or str(error)
    meaning, hint = _explain(original)
    lines = re.split("\r\n|\n|\r", text)
    mark, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if "quoted scalar" in original and "unexpected" in original:
        # The end of the file is where the parser gave up; the mistake is where the quotation mark was opened.
        mark = begun or mark
    where = Where(file) if mark is None else _place(mark, lines, file, position)
    meaning, hint = _of_the_indentation(lines, where) or (meaning, hint)
    # A parser notices a colon or an apostrophe one line late as often as not.
    near = [where.line, position(begun)[0] if begun else None, where.line - 1 if where.line else None]
    unclosed = "flow" in original or "unexpected" in original
    meant = (
        None if unclosed else corrected_line(lines[number - 1] for number in near if number and number <= len(lines))
    )
    if meant is not None:
        instead = hint.startswith("put") or "block mapping" in original
        hint = f"{'put' if instead else hint + '; or put'} the whole text into quotes: {meant.strip()}"
        if "block mapping" in original:
            begun_with = re.search(r"[:-]\s+([\[{\"'])", lines[(where.line or 1) - 1])
            meaning = _BEGINNINGS[begun_with[1]] if begun_with else meaning
    elif where.line and (comment := _comment_above(lines, where.line)):
        meaning = f"the text above ends at “{comment}”, which is a comment, and this line goes on with it"
        hint = "put the whole text into quotes, or write | above it and indent it"
    return Finding("yaml-syntax", Severity.ERROR, meaning, f"{hint} ({_LOST})", where, original=original)


# Signs that begin something else than a text in YAML 1.2 (section 5.3, indicator characters).
_BEGINNINGS: Final = {
    "[": "a text that begins with a square bracket is read as a list, and goes on behind it",
    "{": "a text that begins with a brace is read as a mapping, and goes on behind it",
    '"': "a text that begins with a quotation mark ends at the next one, and goes on behind it",
    "'": "a text that begins with a single quotation mark ends at the next one or at an apostrophe",
}


def _comment_above(lines: list[str], number: int) -> str | None:
    """Return the comment that ends an unquoted text on the line above, where the next one goes on indented."""
    above, here = (lines[number - 2] if number > 1 else ""), lines[number - 1]
    found = re.search(r"\w.*?\s(#\S.*|# .*)$", above)
    return found[1].strip() if found and here[:1] == " " and here.strip() else None


def _of_the_indentation(lines: list[str], where: Where) -> tuple[str, str] | None:
    """Name a tab or a no-break space in front of a line, which no editor shows."""
    line = lines[where.line - 1] if where.line and where.line <= len(lines) else ""
    lead = line[: len(line) - len(line.lstrip())]
    if "\t" in lead:
        return "there is a tab in front of this line, and YAML wants spaces", "replace the tab by spaces"
    if lead.strip(" "):
        return "there is a space of another kind in front of this line", "replace it by ordinary spaces"
    return None


def _word(error: Any, name: str) -> str:
    return getattr(error, name, None) or ""


def _explain(original: str) -> tuple[str, str]:
    for pattern, meaning, hint in _MEANINGS:
        if re.search(pattern, original):
            return meaning, hint
    return _FALLBACK


def _place(mark: Any, lines: list[str], file: str | None, position: Position) -> Where:
    """Return the place of a mark; one behind the last line is moved to the end of the text, where something is seen."""
    line, column = position(mark)
    if line <= len(lines) and any(each.strip() for each in lines[line - 1 :]):
        return Where(file, line, column)
    last = max((number for number, each in enumerate(lines, 1) if each.strip()), default=1)
    return Where(file, last, len(lines[last - 1].rstrip()) + 1)
