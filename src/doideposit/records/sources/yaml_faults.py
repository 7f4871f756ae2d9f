"""What is wrong with a YAML text, in plain words, and the line as it was meant: with the whole text in quotes.

YAML reads ``title: The #MeToo movement #1 in Asia`` as "The", and stops at ``title: [Part 1] The river``. Both are
texts for everyone who is not a parser.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import yaml

from doideposit.findings import Finding, Severity, Where

__all__ = ["Position", "YamlSource"]

# Returns the line and the column, from 1, that a mark of the parser stands for.
Position = Callable[[Any], tuple[int, int]]

_LOST: Final = "nothing in this file was read"

# What the parser says (libyaml's words and those of PyYAML's own parser), what it means, and what to do. The first
# pattern that occurs in "problem; context" decides.
_MEANINGS: Final = (
    (
        r"found (unexpected end of stream|unexpected document indicator).*quoted scalar",
        "a quotation mark opens here and is never closed",
        'close it; inside double quotes write \\" for a quotation mark',
    ),
    (
        r"(mapping values are not allowed)",
        "a colon is not allowed here",
        "put a text that contains a colon in quotes; if it is a key, line it up with the keys above",
    ),
    (
        r"(sequence|block sequence) entries are not allowed",
        "a list cannot start here",
        "start the list on the next line, each entry with a hyphen and a space",
    ),
    (
        r"could not find expected ':'",
        "a colon is missing after a key, or a text continues on a line that is not indented",
        "write `key: value`; indent a text that continues over several lines",
    ),
    (
        r"tab character|'\\t' that cannot start|\\t",
        "there is a tab here; YAML needs spaces",
        "replace the tab with spaces",
    ),
    (
        r"cannot start any token",
        "a text cannot start with this character",
        "put the whole text in quotes",
    ),
    (
        r"expected ',' or '(\]|\})'|flow (sequence|mapping)",
        "the list or mapping in brackets is not closed, or a comma is missing",
        "close the bracket, and put commas between the entries; put a text with brackets in quotes",
    ),
    (
        r"unknown escape character|escape (code|sequence)|expected escape sequence",
        "the backslash in these double quotes means nothing",
        "write two backslashes, or use single quotes",
    ),
    (
        r"expected '-' indicator|block (collection|sequence)",
        "the list ends here in the middle: this line does not begin with a hyphen",
        "start it with a hyphen and a space, or indent it like the entry that it belongs to",
    ),
    (
        r"undefined tag handle|a tag\b|tag URI|%TAG",
        "this looks like a tag, and tags are not allowed",
        "put a text that starts with ! in quotes",
    ),
    (
        r"scanning an (anchor|alias)|alphabetic or numeric character",
        "a text cannot start with & or *",
        "put the whole text in quotes",
    ),
    (
        r"scanning a block scalar|block scalar",
        "after | or > the text starts on the next line",
        "continue on the next line, indented; or put the text in quotes",
    ),
    (
        r"expected <document start>",
        "what starts here does not belong to anything above",
        "align it with the keys or hyphens above it",
    ),
    (
        r"expected key|block mapping|expected <block end>",
        "this line fits neither the key above nor the text above",
        "align the keys; if a text starts with a quotation mark, put the whole text in quotes",
    ),
    (
        r"directive|incompatible YAML",
        "a line that starts with % is a directive, and this one cannot be read",
        "delete the line",
    ),
)
_FALLBACK: Final = ("this is not valid YAML", "compare the line with a correct one, and check its indentation")
# A comment of YAML begins with a hash after a space.
_COMMENT: Final = re.compile(r"[ \t]+(#[^\r\n]*)")
# On a line of its own below an unquoted text, which it ends; a blank after the hash says that a remark is meant.
_COMMENT_BELOW: Final = re.compile(r"[ \t]*\r?\n(?P<indentation>[ ]+)(?P<comment>#\w(?!\w*:\s)[^\r\n]*)")
# The reader of finished documents writes such a comment after what it found, with the line it was found on.
_OWN_COMMENT: Final = re.compile(r"\s#\s*line \d+\s*$")
# One space alone is what a writer puts before a word; editors align comments with two.
_ONE_BLANK: Final = re.compile(r"[ \t]#")
# Values that are words, addresses or dates: a remark after one of them takes nothing away from it.
_NO_PROSE: Final = frozenset(
    "series number published published_print accepted language doi url pdf_url orcid ror isni wikidata issn isbn type"
    " identifier identifier_type format name_style date start_date end_date year volume issue first_page edition"
    " version label mime_type content_version applies_to free_to_read anonymous orcid_authenticated roles archives"
    " kind".split()
)
# The indentation, the dashes of a list, a key, and the value after it.
_ENTRY: Final = re.compile(r"(?P<before>\s*(?:-\s+)*(?:(?P<key>[A-Za-z_]\w*)\s*:\s+)?)(?P<value>\S.*?)\s*")
# Longer lines would not fit on a screen, and are shown without a proposal.
_LONGEST_SHOWN: Final = 200


class YamlSource(NamedTuple):
    """Hold a YAML text, the name of its file, and how a mark of the parser becomes a line and a column of it."""

    text: str
    file: str | None
    position: Position

    def syntax_finding(self, error: yaml.YAMLError) -> Finding:
        """Return the one finding for a text that the parser refused, with the parser's words as `original`."""
        problem, context = (_attribute_text(error, name) for name in ("problem", "context"))
        original = "; ".join(part for part in (problem, context) if part) or str(error)
        meaning, hint = _explain_error(original)
        lines = re.split("\r\n|\n|\r", self.text)
        mark, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        if "quoted scalar" in original and "unexpected" in original:
            # The end of the file is where the parser gave up; the mistake is where the quotation mark was opened.
            mark = begun or mark
        where = Where(self.file) if mark is None else _place_of_mark(mark, lines, self)
        meaning, hint = _indentation_finding(lines, where) or (meaning, hint)
        # A parser notices a colon or an apostrophe one line late as often as not.
        near = [where.line, self.position(begun)[0] if begun else None, where.line - 1 if where.line else None]
        unclosed = "flow" in original or "unexpected" in original
        meant = (
            None
            if unclosed
            else _quote_first_unreadable(lines[number - 1] for number in near if number and number <= len(lines))
        )
        if meant is not None:
            instead = hint.startswith("put") or "block mapping" in original
            hint = f"{'put' if instead else hint + '; or put'} the whole text in quotes: {meant.strip()}"
            if "block mapping" in original:
                begun_with = re.search(r"[:-]\s+([\[{\"'])", lines[(where.line or 1) - 1])
                meaning = _BEGINNINGS[begun_with[1]] if begun_with else meaning
        elif where.line and (comment := _comment_above(lines, where.line)):
            meaning = f"the text above ends at “{comment}”, which is a comment, but this line continues it"
            hint = "put the whole text in quotes, or write | above it and indent it"
        return Finding("yaml-syntax", Severity.ERROR, meaning, f"{hint} ({_LOST})", where, original=original)

    def comment_finding(self, event: Any, key: str) -> Finding | None:
        """Return the warning that a comment after the unquoted text of an event was perhaps meant as a part of it."""
        text = self.text
        start, end = event.start_mark.index, event.end_mark.index
        comment = _swallowed_comment(text, start, end, key)
        if comment is None:
            return None
        line, column = self.position(event.end_mark)
        before = text[end : text.index("#", end)]
        column = (0 if "\n" in before else column - 1) + len(before.rpartition("\n")[2]) + 1
        message = f"“{comment}” is a comment here, and {f'only “{event.value}”' if event.value else 'nothing'} is read"
        whole = _quoted(f"{event.value} {comment}".strip())
        hint = f"if it belongs to the text, put the whole text in quotes: {key}{': ' if key else '- '}{whole}"
        where = Where(self.file, line + before.count("\n"), column)
        return Finding("yaml-comment", Severity.WARNING, message, hint, where, length=len(comment))

    def unused_anchor(self, name: str, event: Any) -> Finding:
        """Return the warning about an anchor, ``&name``, that comes before a text and that no alias refers to."""
        value = event.value
        message = f"“&{name}” names the value after it here, so {f'only “{value}”' if value else 'nothing'} is read"
        hint = f"if it belongs to the text, put the whole text in quotes: {_quoted(f'&{name} {value}'.strip())}"
        return Finding(
            "yaml-anchor",
            Severity.WARNING,
            message,
            hint,
            Where(self.file, *self.position(event.start_mark)),
            length=len(name) + 1,
        )


# Signs that begin something else than a text in YAML 1.2 (section 5.3, indicator characters).
_BEGINNINGS: Final = {
    "[": "a text that starts with a square bracket is read as a list, but more text follows the list",
    "{": "a text that starts with a brace is read as a mapping, but more text follows the mapping",
    '"': "a text that starts with a quotation mark ends at the next one, but more text follows",
    "'": "a text that starts with a single quotation mark ends at the next one or at an apostrophe",
}


def _comment_above(lines: list[str], number: int) -> str | None:
    """Return the comment that ends an unquoted text on the line above, if the next line continues it."""
    above, here = (lines[number - 2] if number > 1 else ""), lines[number - 1]
    found = re.search(r"\w.*?\s(#\S.*|# .*)$", above)
    return found[1].strip() if found and here[:1] == " " and here.strip() else None


def _indentation_finding(lines: list[str], where: Where) -> tuple[str, str] | None:
    """Name a tab or a no-break space in front of a line, which no editor shows."""
    line = lines[where.line - 1] if where.line and where.line <= len(lines) else ""
    lead = line[: len(line) - len(line.lstrip())]
    if "\t" in lead:
        return "there is a tab at the start of this line; YAML needs spaces", "replace the tab with spaces"
    if lead.strip(" "):
        return "there is a special space character at the start of this line", "replace it with ordinary spaces"
    return None


def _attribute_text(error: Any, name: str) -> str:
    return getattr(error, name, None) or ""


def _explain_error(original: str) -> tuple[str, str]:
    for pattern, meaning, hint in _MEANINGS:
        if re.search(pattern, original):
            return meaning, hint
    return _FALLBACK


def _place_of_mark(mark: Any, lines: list[str], source: YamlSource) -> Where:
    """Return the place of a mark; one after the last line is moved to the end of the text, where something is seen."""
    line, column = source.position(mark)
    if line <= len(lines) and any(following.strip() for following in lines[line - 1 :]):
        return Where(source.file, line, column)
    last = max((number for number, text in enumerate(lines, 1) if text.strip()), default=1)
    return Where(source.file, last, len(lines[last - 1].rstrip()) + 1)


def _swallowed_comment(text: str, start: int, end: int, key: str) -> str | None:
    """Return the comment that was perhaps part of the unquoted text at `start` to `end`; None where it is a comment.

    A hash sign is taken for text when a letter or digit follows it at once (``#MeToo``, ``#1``), or when it stands
    after prose with a single blank before it: remarks are set off by two.
    """
    found = _COMMENT.match(text, end)
    if found is None:
        return None if key in _NO_PROSE else _comment_below(text, start, end)
    if _OWN_COMMENT.search(found[0]):
        return None
    comment = found[1]
    sticks = len(comment) > 1 and comment[1].isalnum()
    one_blank = start < end and _ONE_BLANK.match(text, end) is not None and key not in _NO_PROSE
    return comment.rstrip() if sticks or one_blank else None


def _comment_below(text: str, start: int, end: int) -> str | None:
    """Return the next line of a text that continues over several, if YAML takes it for a comment; else None."""
    found = _COMMENT_BELOW.match(text, end) if start < end else None
    if found is None:
        return None
    line = text[text.rfind("\n", 0, start) + 1 : start]
    # As far in as the key, it belongs to what follows: a key or an entry that somebody took out.
    return found["comment"].rstrip() if len(found["indentation"]) > len(line) - len(line.lstrip(" -")) else None


def _quoted(text: str) -> str:
    """Return a YAML text in quotes: double ones, or single ones if it holds a double quote or a backslash."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _quote_first_unreadable(lines: Iterable[str]) -> str | None:
    """Return the first of some lines that YAML cannot read alone, with its text in quotes; None where that fails."""
    for line in lines:
        match = _ENTRY.fullmatch(line.expandtabs(2))
        if match is None or len(line) > _LONGEST_SHOWN or _is_readable(line.strip()):
            continue
        # A tab in the indentation was all that was wrong: YAML allows none there (section 6.1).
        if _is_readable(line.expandtabs(2).strip()):
            return line.expandtabs(2)
        value = _without_outer_quotes(_OWN_COMMENT.sub("", match["value"]).rstrip())
        if value[0] in "|>" or not _is_text(repaired := match["before"] + _quoted(value)):
            continue
        return repaired
    return None


def _without_outer_quotes(value: str) -> str:
    """Remove quotes meant for the whole text, as in ``'It's a test'`` or ``"The "big" one"``."""
    quote = value[0]
    if quote not in "'\"" or value[-1] != quote or len(value) < _LEAST_QUOTED:
        return value
    inner = value[1:-1]
    second = re.search(rf"(?<!\w){quote}|{quote}(?!\w)", inner)
    # The next quotation mark either opens a quotation inside, or closes the one at the beginning.
    return inner if second is None or inner[second.start() - 1 : second.start()].isspace() else value


# Two quotation marks, and something between them.
_LEAST_QUOTED: Final = 3


def _is_readable(line: str) -> bool:
    try:
        return yaml.load(line, Loader=yaml.BaseLoader) is not None  # noqa: S506  (it makes nothing but texts)
    # The proposal is only made where it can be read.
    except yaml.YAMLError:
        return False


def _is_text(line: str) -> bool:
    """Tell whether the value of a line is one text now."""
    try:
        value: Any = yaml.load(line.strip(), Loader=yaml.BaseLoader)  # noqa: S506  (it makes nothing but texts)
    # Without a reading there is nothing to compare.
    except yaml.YAMLError:
        return False
    # The line alone may be an entry of a list, or a key with its value: one of each around the text.
    while isinstance(value, dict | list) and len(value) == 1:
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return isinstance(value, str)
