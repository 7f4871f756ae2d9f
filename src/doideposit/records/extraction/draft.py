"""The draft of a record: fields with the line they come from, gaps a person has to fill, and the findings."""

import json
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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

    def to_yaml(self, *, schema: str | None) -> str:
        """Write the draft as YAML; `schema` is the address of the JSON Schema of records, for YAML editors."""
        told: set[int] = set()
        body = list(_mapping_lines(self.fields, (), 0, _Findings(self, told)))
        rest = [finding for index, finding in enumerate(self.findings) if index not in told]
        return "\n".join([*_header_lines(self, schema, rest), *body, ""])


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


# Lines of this length can be read side by side with the document.
_WIDTH = 112
# A plain scalar of YAML: nothing in it can be mistaken for structure or comment, whatever the reader makes of its type.
_PLAIN = re.compile(r"[^\W_](?:[\w .,/()&;'\"’“”–+%=?~-]|:(?=\S))*")
# What YAML would take for a number; a date is text in YAML 1.2, and in our own reader anyway.
_NUMBER = re.compile(r"(?!\d{4}-\d\d(?:-\d\d)?$)[\d.,:_xXoOeE+-]*")
_WORDS = frozenset("y n yes no on off true false null".split())  # YAML takes them for something else
# YAML writes these characters as escapes (YAML 1.2, section 5.1).
_ESCAPED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
# In a comment of YAML no escape is possible, and a line break would end the comment.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+")


class _Findings:
    """Hold the findings of a draft by field; remember which were told beside one."""

    def __init__(self, draft: Draft, told: set[int]) -> None:
        self._draft = draft
        self._told = told
        # By field: to look through all of them for each field takes minutes where thousands of references have one.
        self._by_field: defaultdict[str | None, list[tuple[int, Finding]]] = defaultdict(list)
        for index, finding in enumerate(draft.findings):
            self._by_field[finding.where.field].append((index, finding))

    def origin(self, leaf: Leaf) -> str:
        """Return where a value comes from, with its confidence where it is not certain: “line 3, likely”."""
        place = self._draft.place(leaf.line)
        return place if leaf.confidence is Confidence.CERTAIN else f"{place}, {leaf.confidence.value}"

    def unshown(self, loc: Loc) -> Iterator[Finding]:
        """Return the findings about a field that were not written yet."""
        for index, finding in self._by_field.pop(field_path(loc), ()):
            self._told.add(index)
            yield finding


def _header_lines(draft: Draft, schema: str | None, rest: Sequence[Finding]) -> Iterator[str]:
    if schema is not None:
        yield f"# yaml-language-server: $schema={_one_line(schema)}"
    yield from _comment_lines(f"Draft of a record, made from {draft.file}. Nothing has been registered.", 0)
    yield from _comment_lines(
        "Compare every field with the document (the comment beside it says where it comes from), fill in the fields "
        "that are commented out where you can, and correct what the notes name. Then run doideposit check on this "
        "file.",
        0,
    )
    for finding in rest:
        yield from _note_lines(finding, 0)
    yield ""


def _mapping_lines(fields: Mapping[str, Node], loc: Loc, depth: int, findings: _Findings) -> Iterator[str]:
    for key, node in fields.items():
        place = (*loc, key)
        for finding in findings.unshown(place):
            yield from _note_lines(finding, depth)
        yield from _field_lines(key, node, place, depth, findings)


def _field_lines(key: str, node: Node, loc: Loc, depth: int, findings: _Findings) -> Iterator[str]:
    indent = "  " * depth
    match node:
        case Leaf():
            plain = key == "number" and re.fullmatch(r"[1-9][0-9]*", node.text)
            yield f"{indent}{key}: {node.text if plain else _yaml_scalar(node.text)}  # {findings.origin(node)}"
        case Gap():
            yield f"{indent}# {key}: {_one_line(node.example)}  # {_one_line(node.hint)}"
        case tuple():
            yield f"{indent}{key}:"
            for index, part in enumerate(node):
                yield from _item_lines(part, (*loc, index), depth + 1, findings)
        case Mapping():
            yield f"{indent}{key}:"
            yield from _mapping_lines(node, loc, depth + 1, findings)


def _item_lines(node: Node, loc: Loc, depth: int, findings: _Findings) -> Iterator[str]:
    """Write one entry of a list; notes about it and about its first field come above its dash."""
    indent = "  " * depth
    for finding in findings.unshown(loc):
        yield from _note_lines(finding, depth)
    if isinstance(node, Leaf):
        yield f"{indent}- {_yaml_scalar(node.text)}  # {findings.origin(node)}"
        return
    if not isinstance(node, Mapping):
        raise RuntimeError("a list of a draft holds values and mappings only")  # noqa: TRY004  (a fault of the programmer)
    dashed = False
    for line in _mapping_lines(node, loc, depth + 1, findings):
        content = line.lstrip()
        if dashed:
            yield line
        else:
            dashed = not content.startswith("#")
            yield f"{indent}- {content}" if dashed else f"{indent}{content}"


def _note_lines(finding: Finding, depth: int) -> Iterator[str]:
    line = f"line {finding.where.line}: " if finding.where.line else ""
    hint = f" — {finding.hint}" if finding.hint else ""
    yield from _comment_lines(f"{finding.severity.value.upper()} {finding.code}: {line}{finding.message}{hint}", depth)


def _comment_lines(text: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for row in textwrap.wrap(_one_line(text), _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False):
        yield f"{indent}# {row}"


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)


def _yaml_scalar(text: str) -> str:
    """Return a text as a YAML scalar that gives exactly this text back."""
    special = text.endswith((" ", ":")) or text.lower() in _WORDS or _NUMBER.fullmatch(text)
    if _PLAIN.fullmatch(text) and not special:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
