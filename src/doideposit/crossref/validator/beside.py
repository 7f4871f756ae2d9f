"""All that is checked beside libxml2, in one pass over the few elements that it concerns."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from lxml import etree

from doideposit.crossref.validator.asserts import Assertion
from doideposit.crossref.validator.inventory import Inventory
from doideposit.crossref.validator.values import Fault, Identity, Kind, Lookup

__all__ = ["Beside", "Violation"]

MANY = 100
"""More tags of one namespace than this are looked for as the whole namespace, which costs one comparison."""


class Violation(NamedTuple):
    """An element that breaks an assertion."""

    element: etree._Element
    assertion: Assertion


class _Rules(NamedTuple):
    """What is to be checked of the elements of one name."""

    assertions: tuple[Assertion, ...]
    lookups: tuple[Lookup, ...]
    identities: tuple[tuple[str, Kind], ...]


class Beside:
    """The checks of one schema version, arranged by the elements they concern when the first of them occurs."""

    def __init__(
        self, assertions: Sequence[Assertion], lookups: Sequence[Lookup], identities: Sequence[Identity]
    ) -> None:
        self._assertions = assertions
        self._lookups = lookups
        self._identities = identities
        governed = (one.tag for one in assertions)
        self._tags = frozenset(governed).union(*(one.tags for one in lookups), *(one.tags for one in identities))
        self._rules: dict[str, _Rules] = {}

    def _gathered(self, tag: str) -> _Rules:
        self._rules[tag] = rules = _Rules(
            tuple(one for one in self._assertions if one.tag == tag),
            tuple(one for one in self._lookups if tag in one.tags),
            tuple((one.attribute, one.kind) for one in self._identities if tag in one.tags),
        )
        return rules

    @cached_property
    def _patterns(self) -> Sequence[str]:
        return _patterns(self._tags)

    def check(self, inventory: Inventory) -> tuple[list[Violation], list[Fault]]:
        """Every broken assertion and every wrong attribute value, in the order of the document."""
        broken: list[Violation] = []
        faults: list[Fault] = []
        named = _Names()
        for element, tag in inventory.among(self._tags, lambda: self._patterns):
            rules = self._rules.get(tag) or self._gathered(tag)
            broken += [Violation(element, assertion) for assertion in rules.assertions if not assertion.holds(element)]
            for lookup in rules.lookups:
                faults += _misfits(element, lookup)
            for attribute, kind in rules.identities:
                faults += named.seen(element, attribute, kind)
        return broken, [*faults, *named.unknown()]


def _patterns(tags: Collection[str]) -> list[str]:
    total = Counter(tag.rpartition("}")[0] for tag in tags)
    whole = {space for space, number in total.items() if space and number > MANY}
    return [f"{space}}}*" for space in whole] + [tag for tag in tags if tag.rpartition("}")[0] not in whole]


def _misfits(element: etree._Element, rule: Lookup) -> Iterator[Fault]:
    value = element.get(rule.attribute)
    if value is None or value in rule.values or (rule.collapsed and _collapse(value) in rule.values):
        return
    yield Fault(element, rule.attribute, value, "not-listed", rule.values)


class _Names:
    """The IDs of a document, and the references to them, which may come first."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._references: list[tuple[etree._Element, str, str]] = []

    def seen(self, element: etree._Element, attribute: str, kind: Kind) -> Iterator[Fault]:
        """Take note of an attribute; an ID that was there before is a fault."""
        written = element.get(attribute)
        if written is None:
            return
        value = _collapse(written)
        if kind != "ID":
            self._references += [(element, attribute, one) for one in value.split(" ")]
        elif value in self._known:
            yield Fault(element, attribute, value, "duplicate-id")
        else:
            self._known.add(value)

    def unknown(self) -> Iterator[Fault]:
        """The references to IDs that do not occur."""
        for element, attribute, value in self._references:
            if value not in self._known:
                yield Fault(element, attribute, value, "unknown-idref")


def _collapse(value: str) -> str:
    """Collapse whitespace as XSD does it: space, tab and line ends, and no other."""
    return re.sub("[ \t\n\r]+", " ", value).strip(" ")
