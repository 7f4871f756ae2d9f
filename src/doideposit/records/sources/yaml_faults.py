"""The syntax errors of YAML in plain words: where it is, what is wrong there, and how it is usually put right."""

import re
from collections.abc import Callable
from typing import Any, Final

import yaml

from doideposit.findings import Finding, Severity, Where

__all__ = ["Position", "syntax_finding"]

Position = Callable[[Any], tuple[int, int]]
"""Returns the line and the column, from 1, that a mark of the parser stands for."""

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
        "begin the list on the next line, each entry with a hyphen and a space; or put the text into quotes",
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
    mark = getattr(error, "problem_mark", None)
    if "quoted scalar" in original and "unexpected" in original:
        mark = getattr(error, "context_mark", None) or mark
    where = Where(file) if mark is None else _place(mark, text, file, position)
    return Finding("yaml-syntax", Severity.ERROR, meaning, f"{hint} ({_LOST})", where, original=original)


def _word(error: Any, name: str) -> str:
    return getattr(error, name, None) or ""


def _explain(original: str) -> tuple[str, str]:
    for pattern, meaning, hint in _MEANINGS:
        if re.search(pattern, original):
            return meaning, hint
    return _FALLBACK


def _place(mark: Any, text: str, file: str | None, position: Position) -> Where:
    """The place of a mark; one behind the last line is moved to the end of the text, where something can be seen."""
    lines = re.split("\r\n|\n|\r", text)
    line, column = position(mark)
    if line <= len(lines) and any(each.strip() for each in lines[line - 1 :]):
        return Where(file, line, column)
    last = max((number for number, each in enumerate(lines, 1) if each.strip()), default=1)
    return Where(file, last, len(lines[last - 1].rstrip()) + 1)
