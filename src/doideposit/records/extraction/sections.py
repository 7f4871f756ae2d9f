"""A document in its sections: front matter, body, reference list, and what follows it, with the imprint."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doideposit.records.extraction.dois import PrintedDoi, cites_itself, own_doi
from doideposit.records.extraction.front import Front
from doideposit.records.extraction.imprint import is_imprint
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.references import find_notes
from doideposit.records.extraction.vocabulary import (
    ABOUT_AUTHOR,
    ABSTRACT,
    NOTES,
    OTHER_SECTIONS,
    REFERENCES,
    heading_pattern,
)

__all__ = ["Document"]


@dataclass(frozen=True, slots=True)
class Document:
    """Hold a document in its sections; `tail` is all that follows the reference list, `doi` its own DOI as printed."""

    head: Sequence[Line]
    front: Front
    body: Sequence[Line]
    references: Sequence[Line]
    tail: Sequence[Line]
    doi: PrintedDoi | None

    @property
    def prose(self) -> tuple[Line, ...]:
        """Return every line but those of the front matter and the reference list."""
        return (*self.body, *self.tail)

    @staticmethod
    def divide(
        lines: Sequence[Line], labels: Iterable[str], publishers: Iterable[str] = (), *, taught: Front | None = None
    ) -> "Document":
        """Divide a document. `labels` are the words of configured series, `publishers` the names of their houses.

        `taught` is the title block, where the document has one that the configuration describes.
        """
        front = taught or Front.read([line for line in lines if not line.note], labels, publishers)
        front.end = _index_in(lines, front.end)
        heading = _find_section(lines[front.end :])
        if heading is None:
            return _without_list(lines, front)
        foot = _imprint_start(lines, front.end)
        start = front.end + heading
        stop = next((index for index in range(start + 1, foot) if _ends_references(lines, index)), max(start, foot))
        body, references, tail = lines[front.end : start], lines[start + 1 : stop], lines[stop:]
        references = _without_page_furniture(references, lines)
        return Document(lines[: front.end], front, body, references, tail, front.doi or own_doi(body, tail))


# Headings behind which no reference follows.
_AFTER = heading_pattern((*ABOUT_AUTHOR, *OTHER_SECTIONS, *NOTES, *ABSTRACT))
# Page numbers that a converter left between the lines.
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*(?:/|of)\s*\d{1,3})?", re.IGNORECASE)


_HEADING = heading_pattern(REFERENCES)
_NOTES_HEADING = heading_pattern(NOTES)


def _find_section(lines: Sequence[Line]) -> int | None:
    """Return the index of the heading of the reference list, the last one that something follows.

    A list of references is preferred to a list of notes, whatever their order.
    """
    for pattern in (_HEADING, _NOTES_HEADING):
        for index in range(len(lines) - 2, -1, -1):
            line = lines[index]
            text = line.printed.strip(" *_")
            if pattern.fullmatch(text) and not line.links and (line.level or _may_be_heading(lines, index)):
                return index
    return None


def _may_be_heading(lines: Sequence[Line], index: int) -> bool:
    """Tell whether a line without heading markup may be a heading: first in its block, with a colon, or in capitals."""
    text = lines[index].text
    begins = index == 0 or lines[index - 1].block != lines[index].block
    return begins or text.endswith(":") or text.isupper()


def _index_in(lines: Sequence[Line], end: int) -> int:
    """Return the index among all lines of the index among those that are no notes."""
    seen = 0
    for index, line in enumerate(lines):
        if seen == end:
            return index
        seen += not line.note
    return len(lines)


def _without_list(lines: Sequence[Line], front: Front) -> Document:
    """Divide a document without a headed list: its footnotes, or the numbered lines at its end, are what it cites."""
    body = lines[front.end :]
    notes = [line for line in body if line.note] or find_notes(body)
    numbers = {line.number for line in notes}
    rest = [line for line in body if line.number not in numbers]
    foot = _imprint_start(rest, 0)
    if notes:
        last = max(numbers)
        foot = min(foot, next((index for index, line in enumerate(rest) if line.number > last), len(rest)))
    prose, tail = rest[:foot], rest[foot:]
    doi = front.doi or own_doi(prose, tail)
    return Document(lines[: front.end], front, prose, notes, tail, doi)


def _without_page_furniture(references: Sequence[Line], lines: Sequence[Line]) -> Sequence[Line]:
    """Return a reference list without page numbers and repeated lines of a PDF."""
    seen = Counter(line.text for line in lines)
    return [
        line
        for line in references
        if not _PAGE_NUMBER.fullmatch(line.printed)
        and not (seen[line.text] > 1 and is_imprint(line))
        and not line.marginal
    ]


def _ends_references(lines: Sequence[Line], index: int) -> bool:
    """Return whether a line ends the list: a heading of another part, or another heading that no entry follows."""
    line = lines[index]
    return line.level > 0 or cites_itself(line) or bool(_AFTER.fullmatch(line.text.strip(" *_")))


def _imprint_start(lines: Sequence[Line], least: int) -> int:
    """Return the index where the imprint begins: the lines at the end that print addresses, numbers and rights."""
    of_imprint = {line.block for line in lines if is_imprint(line)}
    index = len(lines)
    while index > least and _is_of_imprint(lines[index - 1], of_imprint):
        index -= 1
    return index


def _is_of_imprint(line: Line, blocks: set[int]) -> bool:
    """Tell whether a line is imprint, or the rest of one that was too long for a line of the page."""
    return is_imprint(line) or line.marginal or (line.block in blocks and not line.links and len(line.text) < _REST)


_REST = 60  # in characters
