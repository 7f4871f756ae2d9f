"""All violations of a document, not only the first of each parent.

libxml2 stops looking into a parent at the first child that it does not expect there. Here such a child is set aside in
a copy of its parent, and the copy is looked at again: what it then finds is new, unless it still waits for the same
element, which means that this one is simply missing.

What helps is found by asking libxml2 what may follow what. The content model itself is not read: children are put
together one after the other, and libxml2 judges each beginning. What is elsewhere in the document has to be moved. If
it is one child, the hint names its move; else it gives the whole order, because one move of several often makes
libxml2 complain of more than before.
"""

import copy
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from doideposit.crossref.validator.compiling import UNEXPECTED, CompiledSchema, Complaint
from doideposit.crossref.validator.element_names import join_names, shown_name
from doideposit.crossref.validator.versions import Declared
from doideposit.safe_xml import Element

__all__ = ["all_complaints"]

# XML_SCHEMAV_CVC_ELT_1: the element is declared nowhere.
UNDECLARED = 1845
# Elements that may be copied for one document: enough for hundreds of mistakes, and a bound for a hostile file.
MOST_COPIED = 200_000
# No part of a record has more children than this but lists, in which all are alike and have no order.
MOST_CHILDREN = 80
# Elements that may be validated to put the children of one document in order: a second or less.
MOST_VALIDATED = 300_000
# How many elements in a row may be missing; more would be guessing.
MOST_MISSING = 3


def all_complaints(schema: CompiledSchema, found: Sequence[Complaint]) -> list[Complaint]:
    """Return every complaint about the document, given what libxml2 said of it."""
    return _Recovery(schema).recover_all(found) if found else []


class _Recovery:
    """Look again at the places that libxml2 left."""

    def __init__(self, schema: CompiledSchema) -> None:
        self._schema = schema
        self._arranger = _Arranger(schema)
        self._budget = MOST_COPIED

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


@dataclass(frozen=True, slots=True)
class _Order:
    """Hold the children in an order that the schema takes, a tag where one is missing, and those that have no place."""

    places: tuple[Element | str, ...]
    left: tuple[Element, ...]

    @property
    def children(self) -> list[Element]:
        return [place for place in self.places if not isinstance(place, str)]

    def missing_before(self, element: Element, steady: set[Element]) -> tuple[str, ...]:
        """Return what is missing between a child and the one before it that stays where it is."""
        before = self.places[: self.places.index(element)]
        start = next((place for place in range(len(before), 0, -1) if before[place - 1] in steady), 0)
        return tuple(place for place in before[start:] if isinstance(place, str))


class _Arranger:
    """Advise on children in the wrong place. It is used for one document and one thread at a time."""

    def __init__(self, schema: CompiledSchema) -> None:
        self._schema = schema
        self._budget = MOST_VALIDATED
        self._orders: dict[Element, _Order] = {}
        self._known: dict[tuple[str, ...], tuple[str, ...] | None] = {}

    def advise(self, element: Element) -> str:
        """Return a hint on an unexpected child, or nothing where none was found in reasonable time."""
        parent = element.getparent()
        # The children of `body` are records of one kind: no other order makes two kinds of them valid.
        if parent is None or len(parent) > MOST_CHILDREN or str(parent.tag).endswith("}body"):
            return ""
        if parent not in self._orders:
            self._orders[parent] = self._order_of(str(parent.tag), list(parent.iterchildren("*")))
        return "" if self._budget < 0 else self._advise(element, parent, self._orders[parent])

    def _advise(self, element: Element, parent: Element, order: _Order) -> str:
        if element in order.left:
            return self._removal(element)
        right = order.children
        found = [child for child in parent.iterchildren("*") if child not in order.left]
        here = {child: place for place, child in enumerate(found)}
        steady = _longest_in_order(right, here, element)
        movable = [child for child in right if child not in steady]
        if not movable:
            missing = order.missing_before(element, steady)
            if not missing:
                return self._in_the_way(element, order)
            return f"add {join_names(map(shown_name, missing), last='and')} before {_which(element)}"
        # Where there are too many of a name, the one in the wrong place goes.
        surplus = [child for child in movable if any(child.tag == node.tag for node in order.left)]
        if surplus:
            return self._removal(element if element in surplus else surplus[0])
        return _nearest(movable[0], here, right) if len(movable) == 1 else _reordering(found, right)

    def _in_the_way(self, element: Element, order: _Order) -> str:
        """Return a hint on what stands before a child and has no place: the schema took it instead of this one."""
        earlier = [child for child in order.left if child in element.itersiblings(preceding=True)]
        return self._removal(earlier[0]) if earlier else ""

    def _removal(self, element: Element) -> str:
        """Return the hint to remove a child, and whether its parent allows it at all, without the other children."""
        parent = element.getparent()
        if parent is None:
            return ""
        name, within = shown_name(str(element.tag)), shown_name(str(parent.tag))
        others = sum(1 for _ in parent.iterchildren(str(element.tag))) - 1
        if others == 1 and _is_followed_by_another(element):
            return f"remove the first {name}: {within} allows only one, which comes after it"
        if others:
            return f"there is one {name} too many here: remove {_which(element)}"
        allowed = not self._arrange(str(parent.tag), [element]).left
        reason = "beside its other elements" if allowed else "in this version of the schema"
        return f"remove {name}: {within} does not allow it {reason}"

    def _order_of(self, parent: str, children: Sequence[Element]) -> _Order:
        """Return the order in which the fewest children have no place, and then the most stay where they are.

        Where several may come next, the first one is taken; what that leaves over may fit when it is the last one.
        """
        first = self._arrange(parent, children)
        if not first.left:
            return first
        here = {child: place for place, child in enumerate(children)}
        both = (first, self._arrange(parent, children[::-1]))
        return min(both, key=lambda order: (len(order.left), -len(_longest_in_order(order.children, here))))

    def _arrange(self, parent: str, children: Sequence[Element]) -> _Order:
        """Put children one after the other, as long as the schema takes one more."""
        places: list[Element | str] = []
        waiting = list(children)
        missing = 0
        while waiting and self._budget >= 0:
            so_far = (parent, *(place if isinstance(place, str) else str(place.tag) for place in places))
            chosen = self._choose_next(so_far, list(dict.fromkeys(str(element.tag) for element in waiting)))
            if chosen is not None:
                child = next(element for element in waiting if element.tag == chosen)
                places.append(child)
                waiting.remove(child)
                missing = 0
                continue
            tag = (
                self._missing_next(so_far, [str(element.tag) for element in waiting])
                if missing < MOST_MISSING
                else None
            )
            if tag is None:
                break
            places.append(tag)
            missing += 1
        while places and isinstance(places[-1], str):
            places.pop()
        return _Order(tuple(places), tuple(waiting))

    def _choose_next(self, so_far: tuple[str, ...], tags: Sequence[str]) -> str | None:
        """Return the tag that may come next and after which most of the others still may, the first of equal ones."""
        possible = [tag for tag in tags if self._is_taken(so_far, tag)]
        best, most = None, -1
        for tag in possible:
            later = sum(1 for other in possible if other != tag and self._is_taken((*so_far, tag), other))
            if later > most:
                best, most = tag, later
            if later == len(possible) - 1:
                break
        return best

    def _missing_next(self, so_far: tuple[str, ...], waiting: Sequence[str]) -> str | None:
        """Return a tag that is missing here, and after which one of those that wait may come."""
        expected = self._refusal((*so_far, waiting[0])) or ()
        helps = (tag for tag in expected if any(self._is_taken((*so_far, tag), element) for element in waiting))
        # A single one may be the first of several that are missing.
        return next(helps, expected[0] if len(expected) == 1 else None)

    def _is_taken(self, so_far: tuple[str, ...], tag: str) -> bool:
        return self._refusal((*so_far, tag)) is None

    def _refusal(self, tags: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return what is expected in place of the last of these children of the first; None if that one is taken."""
        if tags not in self._known:
            self._budget -= len(tags)
            parent = etree.Element(tags[0])
            for tag in tags[1:]:
                etree.SubElement(parent, tag)
            self._known[tags] = self._schema.expected_instead(parent)
        return self._known[tags]


def _longest_in_order(
    right: Sequence[Element], here: dict[Element, int], element: Element | None = None
) -> set[Element]:
    """Return the most children that stand in the right order already, with the one in question if it can be."""
    chains: list[tuple[int, tuple[Element, ...]]] = []
    for child in right:
        before = [chain for chain in chains if here[chain[1][-1]] < here[child]]
        weight, rest = max(before, key=lambda chain: chain[0], default=(0, ()))
        # Two for each, and one more for the one in question: only a tie is decided by it. What is then moved stands
        # where libxml2 stopped, so the next stop is further on.
        chains.append((weight + 2 + (child is element), (*rest, child)))
    return set(max(chains, key=lambda chain: chain[0], default=(0, ()))[1])


def _nearest(child: Element, here: dict[Element, int], right: Sequence[Element]) -> str:
    """Return the hint to move a child to the nearer of the two siblings between which it belongs."""
    place = right.index(child)
    siblings = [("after", element) for element in right[place - 1 : place] if place]
    siblings += [("before", element) for element in right[place + 1 : place + 2]]
    side, sibling = min(siblings, key=lambda move: abs(here[move[1]] - here[child]), default=("", child))
    return f"the order matters: move {_which(child)} {side} {_which(sibling)}" if side else ""


def _reordering(found: Sequence[Element], right: Sequence[Element]) -> str:
    """Return the hint with the right order of the part in which it differs from the one that was found."""
    differing = [place for place, pair in enumerate(zip(found, right, strict=True)) if pair[0] is not pair[1]]
    tags = [str(child.tag) for child in right[differing[0] : differing[-1] + 1]]
    names = [shown_name(tag) for tag, before in zip(tags, ["", *tags], strict=False) if tag != before]
    return f"the order matters: put them in the order {', '.join(names)}"


# More than nine of a name are counted in digits.
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def _which(element: Element) -> str:
    """Return the name of an element, with its number where its siblings have the same name."""
    name = shown_name(str(element.tag))
    before = sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))
    followed = _is_followed_by_another(element)
    if not before and not followed:
        return name
    if before and not followed:
        return f"the last {name}"
    return f"the {_ORDINALS[before]} {name}" if before < len(_ORDINALS) else f"{name} number {before + 1}"


def _is_followed_by_another(element: Element) -> bool:
    return next(element.itersiblings(str(element.tag)), None) is not None
