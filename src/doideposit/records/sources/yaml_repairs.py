"""What YAML takes for something else than a text, and the line as it was meant: with the whole text in quotes.

YAML reads ``title: The #MeToo movement #1 in Asia`` as "The", and stops at ``title: [Part 1] The river``. Both are
texts for everyone who is not a parser.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

import yaml

from doideposit.findings import Finding, Severity, Where

__all__ = ["corrected_line", "quoted", "swallowed_comment", "unused_anchor"]

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


def swallowed_comment(text: str, start: int, end: int, key: str) -> str | None:
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


def unused_anchor(name: str, value: str, where: Where) -> Finding:
    """Return the warning about an anchor, ``&name``, that comes before a text and that no alias refers to."""
    message = f"“&{name}” names the value after it here, so {f'only “{value}”' if value else 'nothing'} is read"
    hint = f"if it belongs to the text, put the whole text in quotes: {quoted(f'&{name} {value}'.strip())}"
    return Finding("yaml-anchor", Severity.WARNING, message, hint, where, length=len(name) + 1)


def quoted(text: str) -> str:
    """Return a text in the quotes that change least in it."""
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def corrected_line(lines: Iterable[str]) -> str | None:
    """Return the first of some lines that YAML cannot read alone, with its text in quotes; None where that fails."""
    for line in lines:
        match = _ENTRY.fullmatch(line.expandtabs(2))
        if match is None or len(line) > _LONGEST_SHOWN or _is_readable(line.strip()):
            continue
        # A tab in the indentation was all that was wrong: YAML allows none there (section 6.1).
        if _is_readable(line.expandtabs(2).strip()):
            return line.expandtabs(2)
        value = _without_outer_quotes(_OWN_COMMENT.sub("", match["value"]).rstrip())
        if value[0] in "|>" or not _is_text(repaired := match["before"] + quoted(value)):
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
