"""A document in its sections: front matter, body, reference list, and what follows it, with the imprint."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from doideposit.records.extraction.dois import ANY_LABEL, EDGE, PrintedDoi
from doideposit.records.extraction.front import Front
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.references import PrintedReferences
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
        return Document(lines[: front.end], front, body, references, tail, front.doi or _own_doi(body, tail))


# Headings after which no reference follows.
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
    """Return the index among all lines of the index among those that are not notes."""
    seen = 0
    for index, line in enumerate(lines):
        if seen == end:
            return index
        seen += not line.note
    return len(lines)


def _without_list(lines: Sequence[Line], front: Front) -> Document:
    """Divide a document without a headed list: its footnotes, or the numbered lines at its end, are what it cites."""
    body = lines[front.end :]
    notes = [line for line in body if line.note] or PrintedReferences.in_notes(body)
    numbers = {line.number for line in notes}
    rest = [line for line in body if line.number not in numbers]
    foot = _imprint_start(rest, 0)
    if notes:
        last = max(numbers)
        foot = min(foot, next((index for index, line in enumerate(rest) if line.number > last), len(rest)))
    prose, tail = rest[:foot], rest[foot:]
    doi = front.doi or _own_doi(prose, tail)
    return Document(lines[: front.end], front, prose, notes, tail, doi)


def _without_page_furniture(references: Sequence[Line], lines: Sequence[Line]) -> Sequence[Line]:
    """Return a reference list without page numbers and repeated lines of a PDF."""
    seen = Counter(line.text for line in lines)
    return [
        line
        for line in references
        if not _PAGE_NUMBER.fullmatch(line.printed)
        and not (seen[line.text] > 1 and line.is_imprint)
        and not line.marginal
    ]


def _ends_references(lines: Sequence[Line], index: int) -> bool:
    """Return whether a line ends the list: a heading of another part, or another heading that no entry follows."""
    line = lines[index]
    return line.level > 0 or _cites_itself(line) or bool(_AFTER.fullmatch(line.text.strip(" *_")))


def _imprint_start(lines: Sequence[Line], least: int) -> int:
    """Return the index where the imprint begins: the lines at the end that print addresses, numbers and rights."""
    of_imprint = {line.block for line in lines if line.is_imprint}
    index = len(lines)
    while index > least and _is_of_imprint(lines[index - 1], of_imprint):
        index -= 1
    return index


def _is_of_imprint(line: Line, blocks: set[int]) -> bool:
    """Tell whether a line is imprint, or the rest of one that was too long for a line of the page."""
    return line.is_imprint or line.marginal or (line.block in blocks and not line.links and len(line.text) < _REST)


_REST = 60  # in characters


# Words and years in brackets that tell of another work, whose DOI then follows.
_OF_ANOTHER = re.compile(
    r"\((?:19|20)\d\d|\b(?:see|cf|answers?|earlier|cited|reply|response to|review of|vgl|voir)\b", re.IGNORECASE
)
# A line of an imprint is short; longer ones are paragraphs that mention a DOI.
_LONGEST_IMPRINT = 240


def _own_doi(body: Sequence[Line], tail: Sequence[Line]) -> PrintedDoi | None:
    """Find the DOI that a document prints as its own outside the title block: alone on a line, or in the imprint.

    A DOI in running text, or beside a year in brackets, is that of another work. Of two DOIs in an imprint the one of
    the online edition counts; `others` of it names the rest.
    """
    before: Line | None = None
    for line in body[:_FIRST_LINES]:
        # In a narrow column a DOI of running text may fill a line of its own.
        if (doi := _doi_alone(line)) and not _continues_sentence(before, line):
            return doi
        before = line
    own = [doi for line in _own_citation([*body, *tail]) if (doi := PrintedDoi.split(line.printed, line)[0])]
    if own:
        return own[0]
    printed = [doi for line in tail if len(line.printed) < _LONGEST_IMPRINT and (doi := _doi_behind_label(line))]
    # Reversed, so that of several spellings the first one printed stays in the dictionary.
    unique = {doi.text.lower(): doi for doi in reversed(printed)}
    if not unique:
        return None
    online = [
        doi
        for doi in unique.values()
        if _ONLINE.search(doi.line.text)
        or any(_ONLINE.search(one.text) for one in tail if _is_line_above(one, doi.line))
    ]
    # Where nothing tells which DOI is that of the online edition, the first printed one counts.
    chosen = (online or list(reversed(unique.values())))[0]
    return replace(chosen, others=tuple(doi.text for doi in unique.values() if doi is not chosen))


# What a document says of itself, with a year in brackets as if of another work.
_CITE_AS = re.compile(
    r"\W*(?:(?:suggested |recommended |preferred |proposed )?citation|(?:please )?cite (?:this|as)|to cite|how to cite|"
    r"pour citer|citation (?:recommandée|suggérée)|référence (?:recommandée|suggérée)|"
    r"(?:empfohlene )?zitier(?:vorschlag|weise|empfehlung)|zitieren als|"
    r"(?:cómo|como|forma de) citar|cita (?:sugerida|recomendada)|citación|come citare|"
    r"citazione (?:consigliata|suggerita)|citação (?:sugerida|recomendada)|citeer(?: dit)? als|aanbevolen citatie|"
    r"sugerowane cytowanie|cytowanie|atıf|kaynak gösterim|(?:ссылка )?для цитирования|javasolt hivatkozás|"
    r"引用格式|引用方法|引用方式)(?!\w)",
    re.IGNORECASE,
)
# In so many lines below the title block a DOI alone on a line may be the document's own.
_FIRST_LINES = 20


def _cites_itself(line: Line) -> bool:
    """Tell whether a line says how the document is cited, or is the heading above that: “Suggested citation: …”."""
    return bool(_CITE_AS.match(line.printed))


def _own_citation(lines: Sequence[Line]) -> list[Line]:
    """Return the lines in which a document says how to cite it."""
    at = next((index for index, line in enumerate(lines) if _cites_itself(line)), None)
    if at is None:
        return []
    alone = _CITE_AS.sub("", lines[at].printed, count=1).strip(" :.*_") == ""
    last = lines[min(at + 1, len(lines) - 1)].block if alone else lines[at].block
    return [line for line in lines[at : at + _CITATION_LINES] if line.block in {lines[at].block, last}]


# A proposal of how to cite is a few lines long; what follows belongs to another section.
_CITATION_LINES = 8
# Of two DOIs, for print and online, the one of the online edition is deposited here.
_ONLINE = re.compile(r"\b(?:online|electronic|e-?ISSN|pdf)\b", re.IGNORECASE)
_RUNNING = 25  # in characters: a line above that is longer, and open at its end, is running text


def _continues_sentence(before: Line | None, line: Line) -> bool:
    """Tell whether a line is the rest of a sentence that the line above began."""
    if before is None or before.block != line.block:
        return False
    text = before.text.rstrip()
    return text.count("(") > text.count(")") or (
        len(text) > _RUNNING and text[-1] not in ".:;!?”" and "10." not in text
    )


def _is_line_above(line: Line, other: Line) -> bool:
    return line.block == other.block and line.number == other.number - 1 and "10." not in line.text


def _doi_alone(line: Line) -> PrintedDoi | None:
    """Return a DOI that fills its line, with or without “DOI:”."""
    doi, rest = PrintedDoi.split(line.printed, line)
    return doi if doi is not None and not ANY_LABEL.sub("", rest).strip(EDGE) else None


def _doi_behind_label(line: Line) -> PrintedDoi | None:
    """Return a DOI after “DOI:” in a line that does not cite another work."""
    if _OF_ANOTHER.search(line.text) or line.note:
        return None
    doi, rest = PrintedDoi.split(line.printed, line)
    return doi if doi is not None and (ANY_LABEL.search(rest) or not rest.strip(EDGE)) else None
