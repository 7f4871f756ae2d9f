"""The most that a document may hold, for every format: what has more is not a commentary, and is told within a second.

A finished commentary has ten pages: 200 lines, 50,000 characters, 20,000 tags in its markup. The bounds lie where a
book of 500 pages ends. They are counted before a library builds anything: some take ten times the memory of a file,
and some take a time that grows with its square.
"""

import re
from collections.abc import Iterable
from typing import Final

from doideposit.findings import Finding, Severity, Where

__all__ = ["MOST_LINES", "TooMuch"]

# A commentary has some hundred lines, a book about ten thousand.
MOST_LINES: Final = 10_000
_LONGEST_LINE: Final = 20_000  # in characters; the longest paragraph of a commentary has 3,000
# A novel of 500 pages has a million characters.
_MOST_CHARACTERS: Final = 1_000_000
# Pages of news sites hold a few thousand tags; Word writes many for each paragraph.
_MOST_TAGS: Final = 300_000
# Brackets, stars and the like within one paragraph: a reader of Markdown compares each of them with all others.
_MOST_MARKS: Final = 4_000
# Signs of markup that are looked at one by one, so that their number bounds the time.
_MARKS: Final = re.compile(r"[\[\]*_`<>~]")
# Paragraphs are told by empty lines.
# Of one tag. The parser compares each attribute of a page with all before it: 40,000 take two seconds.
_MOST_ATTRIBUTES: Final = 2_000
# In bytes: an attribute takes at least a letter and a blank.
_LONG_TAG: Final = 2 * _MOST_ATTRIBUTES
_QUOTED_VALUE: Final = re.compile(rb"=\s*(?:\"[^\"]*\"|'[^']*')")
# The text between these is a name, or a value without quotes.
_BETWEEN_ATTRIBUTES: Final = re.compile(rb"[\s/=]+")
_EMPTY_LINE: Final = re.compile(r"\n[ \t]*\n")


class TooMuch(Exception):
    """Say that a file holds more than a document ever does."""

    @staticmethod
    def finding(file: str) -> Finding:
        """Return the finding about a file that holds too much."""
        return Finding(
            "document-too-large", Severity.ERROR, f"{file} is, unpacked, much larger than any commentary",
            "check that it is the right file; of a book, use one chapter at a time", Where(file),
        )  # fmt: skip

    @staticmethod
    def check_markup(data: bytes) -> None:
        """Raise `TooMuch` when there are more tags than a document has, or more attributes in one of them."""
        if len(data) > _MOST_TAGS and data.count(b"<") > _MOST_TAGS:
            raise TooMuch
        for tag in data.split(b"<"):
            if len(tag) > _LONG_TAG and _has_many_attributes(tag):
                raise TooMuch

    @staticmethod
    def check_text(text: str) -> None:
        """Raise `TooMuch` when there are more, or longer, lines than a document has, or more marks in one paragraph."""
        lines = text.split("\n")
        if len(text) > _MOST_CHARACTERS or len(lines) > MOST_LINES or _longest_line(lines) > _LONGEST_LINE:
            raise TooMuch
        if len(_MARKS.findall(text)) > _MOST_MARKS and max(_count_marks(_EMPTY_LINE.split(text))) > _MOST_MARKS:
            raise TooMuch


def _has_many_attributes(tag: bytes) -> bool:
    """Tell whether a tag, given from its name on with what follows it, has more attributes than any page needs."""
    names = _QUOTED_VALUE.sub(b" ", tag).partition(b">")[0]
    # An attribute without quotes is counted twice, with its value.
    return len(names) > _LONG_TAG and len(_BETWEEN_ATTRIBUTES.split(names)) > 2 * _MOST_ATTRIBUTES


def _longest_line(lines: Iterable[str]) -> int:
    return max((len(line) for line in lines), default=0)


def _count_marks(blocks: Iterable[str]) -> Iterable[int]:
    return (len(_MARKS.findall(block)) for block in blocks)
