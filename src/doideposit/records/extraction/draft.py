"""The draft of a record: fields with the line they come from, gaps a person has to fill, and the findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from doideposit.findings import Finding, Loc, Severity, Where

__all__ = ["Draft", "Gap", "Leaf", "Node", "Notes"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of the draft: its text as the record has it, the line it comes from (from 1), and what stands there."""

    text: str
    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the document does not say: an example of what belongs here, and where to find it."""

    example: str
    hint: str


Node = Leaf | Gap | Mapping[str, "Node"] | tuple["Node", ...]
"""A part of a draft, nested as the record is."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as far as the document gives it; it has to be reviewed by a person before anything is deposited."""

    file: str
    fields: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()

    def leaves(self) -> Iterator[tuple[Loc, Leaf]]:
        """Every value with the way to it, in the order of the record."""
        return _leaves(self.fields, ())

    @property
    def data(self) -> Mapping[str, Any]:
        """The record without lines and gaps: texts in their structure."""
        return {key: part for key, node in self.fields.items() if (part := _data(node)) is not None}

    def text(self, *loc: str | int) -> str | None:
        """The text at that place of the record, or None when the document does not give it."""
        return next((leaf.text for place, leaf in self.leaves() if place == loc), None)


def _data(node: Node) -> Any:
    match node:
        case Leaf():
            return node.text
        case tuple():
            return [_data(part) for part in node]
        case Mapping():
            return {key: data for key, part in node.items() if (data := _data(part)) is not None}
        case Gap():
            return None


def _leaves(node: Node, loc: Loc) -> Iterator[tuple[Loc, Leaf]]:
    match node:
        case Leaf():
            yield loc, node
        case tuple():
            for index, part in enumerate(node):
                yield from _leaves(part, (*loc, index))
        case Mapping():
            for key, part in node.items():
                yield from _leaves(part, (*loc, key))
        case Gap():
            pass


class Notes:
    """Collects the findings about one document."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[Finding] = []

    def warn(
        self, code: str, message: str, hint: str = "", *, line: int | None = None, field: str | None = None
    ) -> None:
        """Note something a person should look at."""
        self._add(Severity.WARNING, code, message, hint, line, field)

    def tell(
        self, code: str, message: str, hint: str = "", *, line: int | None = None, field: str | None = None
    ) -> None:
        """Note something worth knowing."""
        self._add(Severity.INFO, code, message, hint, line, field)

    def refuse(self, code: str, message: str, hint: str = "", *, line: int | None = None) -> None:
        """Note that the document cannot be used."""
        self._add(Severity.ERROR, code, message, hint, line, None)

    def all(self) -> tuple[Finding, ...]:
        """Everything noted so far, in its order."""
        return tuple(self._found)

    def _add(self, severity: Severity, code: str, message: str, hint: str, line: int | None, field: str | None) -> None:
        self._found.append(Finding(code, severity, message, hint, Where(self._file, line, None, field)))
