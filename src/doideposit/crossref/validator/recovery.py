"""All violations of a document, not only the first of each parent.

libxml2 stops looking into a parent at the first child that it does not expect there. Here such a child is set aside in
a copy of its parent, and the copy is looked at again: what it then finds is new, unless it still waits for the same
element, which means that this one is simply missing.
"""

import copy
import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from doideposit.crossref.validator.arrangement import Arranger, Fix
from doideposit.crossref.validator.compiling import CompiledSchema, LogEntry, expected_tags
from doideposit.crossref.validator.places import Finder
from doideposit.crossref.validator.versions import Declared
from doideposit.safe_xml import Element

__all__ = ["Complaint", "all_complaints"]

# XML_SCHEMAV_ELEMENT_CONTENT in libxml2's xmlerror.h.
UNEXPECTED = 1871
# XML_SCHEMAV_CVC_ELT_1: the element is declared nowhere.
UNDECLARED = 1845
# Elements that may be copied for one document: enough for hundreds of mistakes, and a bound for a hostile file.
BUDGET = 200_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """Hold one entry of libxml2's log: its error number (``xmlParserErrors``), its words, and the element."""

    number: int
    text: str
    element: Element
    # Whether the schema has no such element at all, which libxml2 does not say of a child it does not expect.
    undeclared: bool = False
    # What trying has shown to help.
    fix: Fix | None = None

    @property
    def attribute(self) -> str | None:
        """Return the attribute that the complaint is about, if it is about one."""
        found = re.match(r"Element '[^']+', attribute '([^']+)': ", self.text)
        return found[1] if found else None

    @property
    def lacking(self) -> str | None:
        """Return the attribute that is required and not there, if it is about one."""
        found = re.search(r"attribute '([^']+)' is required", self.text)
        return found[1] if found else None

    @property
    def claim(self) -> str:
        """Return the words of the complaint without the name of the element."""
        return re.sub(r"^Element '[^']+'(, attribute '[^']+')?: ", "", self.text)

    @property
    def expected(self) -> tuple[str, ...]:
        """Return the tags that were expected instead, in Clark notation."""
        return expected_tags(self.text)


def all_complaints(schema: CompiledSchema, root: Element, log: Sequence[LogEntry]) -> list[Complaint]:
    """Return every complaint about the document, given what libxml2 said of it."""
    return _Recovery(schema).recover_all(_read_log(log, root)) if log else []


def _read_log(log: Iterable[LogEntry], root: Element) -> list[Complaint]:
    finder = Finder(root)
    return [Complaint(entry.type, entry.message, finder.find(entry.path)) for entry in log]


def _is_unexpected_child(complaint: Complaint) -> bool:
    """Tell whether libxml2 left a parent at this child."""
    return complaint.number == UNEXPECTED and "not expected" in complaint.claim


class _Recovery:
    """Look again at the places that libxml2 left."""

    def __init__(self, schema: CompiledSchema) -> None:
        self._schema = schema
        self._arranger = Arranger(schema)
        self._budget = BUDGET

    def recover_all(self, first: list[Complaint]) -> list[Complaint]:
        """Return the complaints, and those that were after them."""
        found: dict[tuple[Element, int, str], Complaint] = {}
        waiting = deque(first)
        while waiting:
            complaint = waiting.popleft()
            key = (complaint.element, complaint.number, complaint.text)
            if key in found:
                continue
            if _is_unexpected_child(complaint):
                known = Declared.renamed(complaint.element)
                inside = [] if known else self._complaints_without(complaint.element, [])
                complaint = replace(complaint, undeclared=inside is None)
                if not (known or complaint.undeclared):
                    complaint = replace(complaint, fix=self._arranger.advise(complaint.element))
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
            waits = [
                xsd_complaint
                for xsd_complaint in new
                if xsd_complaint.number == UNEXPECTED and xsd_complaint.expected == complaint.expected
            ]
            found += [xsd_complaint for xsd_complaint in new if xsd_complaint not in waits]
            strangers = [
                xsd_complaint
                for xsd_complaint in new
                if _is_unexpected_child(xsd_complaint) and xsd_complaint.element.getparent() is parent
            ]
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
        found = _read_log(self._schema.complaints(double), double)
        if any(complaint.number == UNDECLARED and complaint.element is double for complaint in found):
            return None
        return [replace(complaint, element=copies[complaint.element]) for complaint in found]
