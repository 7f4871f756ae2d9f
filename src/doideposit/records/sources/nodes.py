"""A text taken apart into values that know their place: what the YAML and JSON readers have in common."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from doideposit.findings import Finding, Loc, Severity, Where, field_path
from doideposit.records.origin import LazyMapping, Origin, Place, RawRecord, RawValue
from doideposit.records.sources.interface import Read

__all__ = ["Node"]

# So many entries that are not records are named one by one; the rest is counted.
_MANY = 20


@dataclass(slots=True)
class Node:
    """Hold a value of a YAML or JSON text: a text or nothing, a list of nodes, or the entries of a mapping.

    An entry is the place of its key, and its value.
    `faults` are findings about the value itself, still without the name of its field. `size` and `depth` count the
    values in it and how deep they lie; what is used again through an alias counts every time.
    """

    value: "str | list[Node] | dict[str, tuple[Place, Node]] | None"
    place: Place
    faults: list[Finding] = field(default_factory=list)
    size: int = 1
    depth: int = 1

    def close(self) -> None:
        """Compute size and depth once all children are there."""
        inner: list[Node] = []
        if isinstance(self.value, list):
            inner = self.value
        elif isinstance(self.value, dict):
            inner = [node for _, node in self.value.values()]
        self.size = 1 + sum(node.size for node in inner)
        # Children are closed before their parents, so that nothing here recurses, however deep a hostile file nests.
        self.depth = 1 + max((node.depth for node in inner), default=0)

    def add_entry(self, key: str, place: Place, node: "Node", *, file: str | None) -> None:
        """Put a value into a mapping; `place` is where its key stands.

        A key that is there already becomes a fault of the mapping, the first one stays.
        """
        entries = self.value
        if not isinstance(entries, dict):
            raise TypeError("entries belong in a mapping")
        # YAML 1.2 (3.2.1.3) wants keys to be unique, and most parsers quietly take the last one.
        # The entries are compared: a value that is given again by its alias is the same node.
        entry = (place, node)
        first = entries.setdefault(key, entry)
        if first is not entry:
            where = Where(file, place.line, place.column, key)
            message = f"`{key}` is given twice: here, and already on line {first[0].line}"
            hint = "keep one of the two"
            self.faults.append(Finding("duplicate-key", Severity.ERROR, message, hint, where, length=len(key)))

    def places(self) -> dict[Loc, Place]:
        """Return the place of each value of a record, by its path."""
        places: dict[Loc, Place] = {}
        _collect_places(self, (), None, places)
        return places

    @staticmethod
    def records_in(roots: "list[Node]", *, file: str | None, offered: Callable[[], Mapping[Loc, Place]] = dict) -> Read:
        """Turn documents, each a record or a list of records, into raw records; others become findings.

        `offered` finds the keys that are in a comment, to be filled in: what is said of a key that is missing points
        there. Only in a file of one record it is clear whose keys they are.
        """
        records: list[RawRecord] = []
        findings: list[Finding] = []
        strange = 0
        several = len(roots) != 1 or isinstance(roots[0].value, list)
        for index, node in enumerate(_record_nodes(roots, findings)):
            if isinstance(node.value, dict):
                records.append(_make_record(node, file, index if several else None, dict if several else offered))
                continue
            strange += 1
            # A table saved under the wrong name would give thousands of the same finding.
            if strange <= _MANY:
                findings.append(_no_record_finding(node, file))
        if strange > _MANY:
            message = f"{strange - _MANY} more entries of this file are not records"
            findings.append(Finding("record-shape", Severity.ERROR, message, _SHAPE_HINT, Where(file)))
        if not records and not findings:
            hint = "write at least series, number, title, authors and published"
            findings.append(Finding("no-record", Severity.ERROR, "there is no record here", hint, Where(file)))
        return Read(tuple(records), tuple(findings))


def _record_nodes(roots: list[Node], findings: list[Finding]) -> Iterator[Node]:
    for root in roots:
        if isinstance(root.value, list):
            findings.extend(root.faults)
            yield from root.value
        elif root.value is not None:
            yield root


# An example says more than the name of the type that was expected.
_SHAPE_HINT = 'write each record as keys with values, such as `title: …` in YAML, or `{"title": "…"}` in JSON'


def _no_record_finding(node: Node, file: str | None) -> Finding:
    kind = "a list" if isinstance(node.value, list) else "empty" if node.value is None else "a text"
    where = Where(file, node.place.line, node.place.column)
    return Finding("record-shape", Severity.ERROR, f"a record is expected here, but this is {kind}", _SHAPE_HINT, where)


def _make_record(
    node: Node, file: str | None, index: int | None, offered: Callable[[], Mapping[Loc, Place]]
) -> RawRecord:
    findings: list[Finding] = []
    data = _plain_value(node, (), findings)
    if not isinstance(data, dict):
        raise TypeError("a record is a mapping")
    return RawRecord(data, Origin(file, index, LazyMapping(lambda: {**offered(), **node.places()})), tuple(findings))


def _plain_value(node: Node, loc: Loc, findings: list[Finding]) -> RawValue:
    for fault in node.faults:
        # A fault was found before anybody knew where in the record its value stands.
        inner = loc if fault.where.field is None else (*loc, fault.where.field)
        findings.append(fault.at(replace(fault.where, field=field_path(inner) or None)))
    match node.value:
        case list() as items:
            return [_plain_value(item, (*loc, index), findings) for index, item in enumerate(items)]
        case dict() as entries:
            return {key: _plain_value(inner, (*loc, key), findings) for key, (_, inner) in entries.items()}
        case scalar:
            return scalar


def _collect_places(node: Node, loc: Loc, key: Place | None, places: dict[Loc, Place]) -> None:
    place = node.place
    if key is not None:
        place = Place(place.line, place.column, key.line, key.column, place.text_column)
    places[loc] = place
    match node.value:
        case list() as items:
            for index, item in enumerate(items):
                _collect_places(item, (*loc, index), None, places)
        case dict() as entries:
            for name, (key_place, inner) in entries.items():
                _collect_places(inner, (*loc, name), key_place, places)
        case _:
            pass
