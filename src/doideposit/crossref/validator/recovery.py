"""All violations of a document, not only the first of each parent.

libxml2 stops looking into a parent at the first child that it does not expect there. Here such a child is set aside in
a copy of its parent, and the copy is looked at again: what it then finds is new, unless it still waits for the same
element, which means that this one is simply missing.
"""

import copy
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from doideposit.crossref.validator.arrangement import Arranger
from doideposit.crossref.validator.compiling import UNEXPECTED, CompiledSchema, Complaint
from doideposit.crossref.validator.versions import Declared
from doideposit.safe_xml import Element

__all__ = ["all_complaints"]

# XML_SCHEMAV_CVC_ELT_1: the element is declared nowhere.
UNDECLARED = 1845
# Elements that may be copied for one document: enough for hundreds of mistakes, and a bound for a hostile file.
BUDGET = 200_000


def all_complaints(schema: CompiledSchema, found: Sequence[Complaint]) -> list[Complaint]:
    """Return every complaint about the document, given what libxml2 said of it."""
    return _Recovery(schema).recover_all(found) if found else []


class _Recovery:
    """Look again at the places that libxml2 left."""

    def __init__(self, schema: CompiledSchema) -> None:
        self._schema = schema
        self._arranger = Arranger(schema)
        self._budget = BUDGET

    def recover_all(self, first: Sequence[Complaint]) -> list[Complaint]:
        """Return the complaints, and those that were after them."""
        found: dict[tuple[Element, int, str], Complaint] = {}
        waiting = deque(first)
        while waiting:
            complaint = waiting.popleft()
            key = (complaint.element, complaint.number, complaint.text)
            if key in found:
                continue
            if complaint.is_unexpected_child:
                known = Declared.renamed(complaint.element)
                inside = [] if known else self._complaints_without(complaint.element, [])
                complaint = replace(complaint, undeclared=inside is None)
                if not (known or complaint.undeclared):
                    complaint = replace(complaint, hint=self._arranger.advise(complaint.element))
                waiting += (inside or []) + self._recover_siblings(complaint)
            found[key] = complaint
        return list(found.values())

    def _recover_siblings(self, complaint: Complaint) -> list[Complaint]:
        """Find the errors in the parent that appear when one unexpected child after the other is left out."""
        parent = complaint.element.getparent()
        aside: list[Element] = []
        found: list[Complaint] = []
        while parent is not None:
            aside.append(complaint.element)
            new = self._complaints_without(parent, aside) or []
            waits = [other for other in new if other.number == UNEXPECTED and other.expected == complaint.expected]
            found += [other for other in new if other not in waits]
            strangers = [other for other in new if other.is_unexpected_child and other.element.getparent() is parent]
            if not strangers or strangers[0] in waits:
                break
            complaint = strangers[0]
        return found

    def _complaints_without(self, element: Element, aside: list[Element]) -> list[Complaint] | None:
        """Return the complaints about a copy without some children, mapped to the original elements.

        None when the schema has no such element. Nothing more is found once the budget is spent.
        """
        originals = list(element.iter())
        self._budget -= len(originals)
        if self._budget < 0:
            return []
        double = copy.deepcopy(element)
        double.tail = None
        copies = dict(zip(double.iter(), originals, strict=True))
        for node in [copied for copied, original in copies.items() if original in aside]:
            double.remove(node)
        found = self._schema.complaints(double)
        if any(complaint.number == UNDECLARED and complaint.element is double for complaint in found):
            return None
        return [replace(complaint, element=copies[complaint.element]) for complaint in found]
