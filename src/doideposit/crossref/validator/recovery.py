"""All violations of a document, not only the first of each parent.

libxml2 stops looking into a parent at the first child that it does not expect there. Here such a child is set aside in
a copy of its parent, and the copy is looked at again: what it then finds is new, unless it still waits for the same
element, which means that this one is simply missing.
"""

import copy
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lxml import etree

from doideposit.crossref.validator.compiling import CompiledSchema, LogEntry
from doideposit.crossref.validator.messages import Complaint
from doideposit.crossref.validator.places import Finder

__all__ = ["all_complaints"]

UNEXPECTED = 1871
UNDECLARED = 1845
BUDGET = 200_000
"""Elements that may be copied for one document: enough for hundreds of mistakes, and a bound for a hostile file."""


def all_complaints(schema: CompiledSchema, root: etree._Element, log: Sequence[LogEntry]) -> list[Complaint]:
    """Every complaint about the document, given what libxml2 said of it."""
    return _Recovery(schema).everything(_complaints(log, root)) if log else []


def _complaints(log: Iterable[LogEntry], root: etree._Element) -> list[Complaint]:
    finder = Finder(root)
    return [Complaint(entry.type, entry.message, finder.find(entry.path)) for entry in log]


def _is_stranger(complaint: Complaint) -> bool:
    """Whether libxml2 left a parent at this child."""
    return complaint.number == UNEXPECTED and "not expected" in complaint.claim


class _Recovery:
    """Looks again at the places that libxml2 left."""

    def __init__(self, schema: CompiledSchema) -> None:
        self._schema = schema
        self._budget = BUDGET

    def everything(self, first: list[Complaint]) -> list[Complaint]:
        """The complaints, and those that were behind them."""
        found: dict[tuple[etree._Element, int, str], Complaint] = {}
        waiting = deque(first)
        while waiting:
            complaint = waiting.popleft()
            key = (complaint.element, complaint.number, complaint.text)
            if key in found:
                continue
            if _is_stranger(complaint):
                inside = self._look(complaint.element, [])
                complaint = replace(complaint, undeclared=inside is None)
                waiting += (inside or []) + self._beside(complaint)
            found[key] = complaint
        return list(found.values())

    def _beside(self, complaint: Complaint) -> list[Complaint]:
        """What comes to light in the parent when the unexpected child is set aside, and then the next one."""
        parent = complaint.element.getparent()
        aside: list[etree._Element] = []
        found: list[Complaint] = []
        while parent is not None:
            aside.append(complaint.element)
            new = self._look(parent, aside) or []
            waits = [one for one in new if one.number == UNEXPECTED and one.expected == complaint.expected]
            found += [one for one in new if one not in waits]
            strangers = [one for one in new if _is_stranger(one) and one.element.getparent() is parent]
            if not strangers or strangers[0] in waits:
                break
            complaint = strangers[0]
        return found

    def _look(self, element: etree._Element, aside: list[etree._Element]) -> list[Complaint] | None:
        """The complaints about a copy of the element without some children, told of the originals.

        None when the schema has no such element. Nothing more is found once the budget is spent.
        """
        originals = list(element.iter())
        self._budget -= len(originals)
        if self._budget < 0:
            return []
        double = copy.deepcopy(element)
        double.tail = None
        copies = dict(zip(double.iter(), originals, strict=True))
        for one in [one for one, original in copies.items() if original in aside]:
            double.remove(one)
        found = _complaints(self._schema.complaints(double), double)
        if any(one.number == UNDECLARED and one.element is double for one in found):
            return None
        return [replace(one, element=copies[one.element]) for one in found]
