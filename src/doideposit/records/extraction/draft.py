"""The draft of a record: fields with the line they come from, gaps a person has to fill, and the findings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from doideposit.findings import Finding, Loc, Severity, Where, field_path
from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.name_parts import PrintedName
from doideposit.records.extraction.names import NameText
from doideposit.records.identifiers import Doi

__all__ = ["Confidence", "Draft", "Gap", "Leaf", "Node", "Notes"]


class Confidence(StrEnum):
    """Say how sure a value of a draft is.

    Certain: the document says what it is. Likely: it was told by its place and shape, and nothing speaks against it.
    Doubtful: a person has to compare it with the document.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Leaf:
    """Hold a value of the draft: its text as the record has it, the line it comes from (from 1), what is there.

    `rule` says in a few words how the value was found.
    """

    text: str
    line: int
    source: str
    rule: str = "as printed"
    confidence: Confidence = Confidence.CERTAIN

    def as_date(self) -> "Leaf | None":
        """Return a stated date as a record has it, or None when it is none."""
        date = PrintedDate.find(self.text)
        return replace(self, text=date.value) if date is not None and date.value else None

    def as_doi(self) -> "Leaf | None":
        """Return a stated DOI without the address in front, or None when it is none."""
        # What a program put into the field may be a page or a number, and no DOI.
        doi = Doi.parse_or_none(self.text)
        return None if doi is None else replace(self, text=str(doi))

    def as_person(self, text: str) -> "Mapping[str, Node]":
        """Return the parts of an author called `text`, all of them stated where this value is."""
        plain = re.sub(r"\s*[<(][^>)]*[>)]", "", text).strip()
        if NameText(plain).is_group:
            return {"organisation": replace(self, text=plain, confidence=Confidence.LIKELY)}
        name = PrintedName.read(plain)
        confidence = Confidence.CERTAIN if name.sure else Confidence.DOUBTFUL
        parts = (
            ("given", name.given),
            ("family", name.family),
            ("suffix", name.suffix),
            ("name_style", "eastern" if name.eastern else None),
        )
        return {key: replace(self, text=value, confidence=confidence) for key, value in parts if value}


@dataclass(frozen=True, slots=True)
class Gap:
    """Describe something the document does not say: an example of what belongs here, and where to find it."""

    example: str
    hint: str


# A part of a draft, nested as the record is.
Node = Leaf | Gap | Mapping[str, "Node"] | tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a record as far as the document gives it; a person has to review it before anything is deposited."""

    file: str
    fields: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    places: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    def place(self, line: int) -> str:
        """Return the place of a line in the words of the format: “line 12”, “paragraph 3”, “page 2”."""
        return self.places.get(line) or f"line {line}"

    def leaves(self) -> Iterator[tuple[Loc, Leaf]]:
        """Return every value with the way to it, in the order of the record."""
        return _leaves_of(self.fields, ())

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the record without lines and gaps: texts in their structure."""
        return {key: part for key, node in self.fields.items() if (part := _plain_data(node)) is not None}

    def values(self) -> list[dict[str, str]]:
        """Return every value as JSON has it: field, value, place in the document, the rule, and confidence."""
        return [
            {
                "field": field_path(loc),
                "value": leaf.text,
                "place": self.place(leaf.line),
                "rule": leaf.rule,
                "confidence": leaf.confidence.value,
            }
            for loc, leaf in self.leaves()
        ]

    def text(self, *loc: str | int) -> str | None:
        """Return the text at that place of the record, or None when the document does not give it."""
        return next((leaf.text for place, leaf in self.leaves() if place == loc), None)


def _plain_data(node: Node) -> Any:
    match node:
        case Leaf():
            return node.text
        case tuple():
            return [_plain_data(part) for part in node]
        case Mapping():
            return {key: data for key, part in node.items() if (data := _plain_data(part)) is not None}
        case Gap():
            return None


def _leaves_of(node: Node, loc: Loc) -> Iterator[tuple[Loc, Leaf]]:
    match node:
        case Leaf():
            yield loc, node
        case tuple():
            for index, part in enumerate(node):
                yield from _leaves_of(part, (*loc, index))
        case Mapping():
            for key, part in node.items():
                yield from _leaves_of(part, (*loc, key))
        case Gap():
            pass


class Notes:
    """Collect the findings about one document.

    `places` names lines of documents that have none, such as the paragraphs of a Word file: a number after the name
    of the file would be mistaken for a line of it.
    """

    def __init__(self, file: str, places: Mapping[int, str] = MappingProxyType({})) -> None:
        self._file = file
        self._places = places
        self._found: list[Finding] = []

    def warn(
        self, code: str, message: str, hint: str = "", *, line: int | None = None, field: str | None = None
    ) -> None:
        """Note something a person should look at."""
        self._add_finding(Severity.WARNING, code, message, hint, line, field)

    def wish(self, code: str, message: str, hint: str, *, line: int | None = None, field: str | None = None) -> None:
        """Note something that would make the record richer, and that the document does not give."""
        self._add_finding(Severity.WARNING, code, message, hint, line, field, category="completeness")

    def tell(
        self, code: str, message: str, hint: str = "", *, line: int | None = None, field: str | None = None
    ) -> None:
        """Note something worth knowing."""
        self._add_finding(Severity.INFO, code, message, hint, line, field)

    def refuse(self, code: str, message: str, hint: str = "", *, line: int | None = None) -> None:
        """Note that the document cannot be used."""
        self._add_finding(Severity.ERROR, code, message, hint, line, None)

    def between(self, first: int, last: int) -> str:
        """Return a range of lines in words: “lines 6–11”, “paragraph 3 to paragraph 5”."""
        begin, end = self._places.get(first, f"line {first}"), self._places.get(last, f"line {last}")
        if begin == end:
            return begin
        return f"lines {first}–{last}" if first not in self._places else f"{begin} to {end}"

    def all(self) -> tuple[Finding, ...]:
        """Return everything noted so far, in its order."""
        return tuple(self._found)

    def _add_finding(
        self, severity: Severity, code: str, message: str, hint: str, line: int | None, field: str | None,
        *, category: str | None = None,
    ) -> None:  # fmt: skip
        place = self._places.get(line or 0)
        message = f"{place}: {message}" if place else message
        where = Where(self._file, None if place else line, None, field)
        self._found.append(Finding(code, severity, message, hint, where, category=category))
