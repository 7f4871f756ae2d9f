"""A document in its sections: front matter, body, reference list, and what follows it, with the imprint."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doideposit.records.extraction.dois import PrintedDoi, find_doi
from doideposit.records.extraction.front import Front, read_front
from doideposit.records.extraction.imprint import is_imprint
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.references import find_section

__all__ = ["Document", "divide"]


@dataclass(frozen=True, slots=True)
class Document:
    """A document in its sections; `tail` is everything after the reference list, `doi` is its own DOI as printed."""

    head: Sequence[Line]
    front: Front
    body: Sequence[Line]
    references: Sequence[Line]
    tail: Sequence[Line]
    doi: PrintedDoi | None

    @property
    def prose(self) -> tuple[Line, ...]:
        """Every line but those of the front matter and the reference list."""
        return (*self.body, *self.tail)


_AFTER = re.compile(
    r"(?:about\s+the\s+authors?|(?:the\s+)?authors?|author['’]?s?\s+(?:bio\w*|notes?)|biograph(?:y|ies)|disclaimer|"
    r"acknowledge?ments?|annex.{0,40}|contact|imprint)\s*:?",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*(?:/|of)\s*\d{1,3})?", re.IGNORECASE)
_FOOT_LINES = 20


def divide(lines: Sequence[Line], labels: Iterable[str]) -> Document:
    """Divide a document; `labels` are words by which configured series are called."""
    front = read_front(lines, labels)
    heading = find_section(lines[front.end :])
    foot = _imprint_start(lines, front.end)
    start = foot if heading is None else front.end + heading
    stop = next((index for index in range(start + 1, foot) if _ends_references(lines[index])), max(start, foot))
    body, references, tail = lines[front.end : start], lines[start + 1 : stop], lines[stop:]
    references = _without_page_furniture(references, lines)
    doi = front.doi or find_doi([*body[:_FOOT_LINES], *tail])
    return Document(lines[: front.end], front, body, references if heading is not None else (), tail, doi)


def _without_page_furniture(references: Sequence[Line], lines: Sequence[Line]) -> Sequence[Line]:
    """A reference list without what a PDF prints on every page: page numbers, and an imprint that repeats."""
    seen = Counter(line.text for line in lines)
    return [
        line
        for line in references
        if not _PAGE_NUMBER.fullmatch(line.printed) and not (seen[line.text] > 1 and is_imprint(line))
    ]


def _ends_references(line: Line) -> bool:
    return line.level > 0 or bool(_AFTER.fullmatch(line.text))


def _imprint_start(lines: Sequence[Line], least: int) -> int:
    """The index where the imprint begins: the lines at the end that print addresses, numbers and rights."""
    index = len(lines)
    while index > least and is_imprint(lines[index - 1]):
        index -= 1
    return index
