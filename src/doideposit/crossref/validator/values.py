"""Checks of attribute values beside libxml2: ID and IDREF over the whole document, and long enumerations.

libxml2 does not compare an IDREF with the IDs there are (XSD 1.1 part 1, 3.17.5.2), and it goes through an enumeration
of 8,107 languages one by one, which took five sixths of the time of a verdict.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

__all__ = ["Fault", "Identity", "Kind", "Lookup", "bad_identities", "bad_values"]

Kind = Literal["ID", "IDREF", "IDREFS"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The values that one attribute may have on some elements; whitespace is collapsed first where `collapsed`."""

    attribute: str
    tags: frozenset[str]
    values: frozenset[str]
    collapsed: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """An attribute that is an ID, or refers to IDs, on some elements."""

    attribute: str
    kind: Kind
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that is wrong: `problem` is ``not-listed``, ``duplicate-id`` or ``unknown-idref``."""

    element: etree._Element
    attribute: str
    value: str
    problem: Literal["not-listed", "duplicate-id", "unknown-idref"]
    allowed: frozenset[str] = frozenset()


def bad_values(root: etree._Element, rules: Sequence[Lookup]) -> Iterator[Fault]:
    """Every attribute value that is in none of its enumerations."""
    by_name: dict[str, list[Lookup]] = {}
    for rule in rules:
        by_name.setdefault(rule.attribute, []).append(rule)
    for name, group in by_name.items():
        distinct = {_collapse(value) for value in _values(root, name)}
        if all(rule.collapsed and distinct <= rule.values for rule in group):
            continue
        for element in _carriers(root, name):
            yield from _misfit(element, name, group)


def _misfit(element: etree._Element, name: str, group: list[Lookup]) -> Iterator[Fault]:
    rule = next((rule for rule in group if element.tag in rule.tags), None)
    value = element.get(name, "")
    if rule and (_collapse(value) if rule.collapsed else value) not in rule.values:
        yield Fault(element, name, value, "not-listed", rule.values)


def bad_identities(root: etree._Element, rules: Sequence[Identity]) -> Iterator[Fault]:
    """Every ID that occurs twice, and every reference to an ID that does not occur."""
    known: set[str] = set()
    references: list[tuple[etree._Element, str, str]] = []
    for name in dict.fromkeys(rule.attribute for rule in rules):
        kinds = {tag: rule.kind for rule in rules if rule.attribute == name for tag in rule.tags}
        for element in _carriers(root, name):
            kind = kinds.get(str(element.tag))
            value = _collapse(element.get(name, ""))
            if kind == "ID":
                if value in known:
                    yield Fault(element, name, value, "duplicate-id")
                known.add(value)
            elif kind:
                references += [(element, name, one) for one in value.split(" ")]
    for element, name, value in references:
        if value not in known:
            yield Fault(element, name, value, "unknown-idref")


def _values(root: etree._Element, name: str) -> list[str]:
    return _find(root, "//@", name)


def _carriers(root: etree._Element, name: str) -> list[etree._Element]:
    return _find(root, "//*[@", name, "]")


def _find(root: etree._Element, before: str, name: str, after: str = "") -> list:  # type: ignore[type-arg]
    qualified = etree.QName(name)
    step = f"a:{qualified.localname}" if qualified.namespace else qualified.localname
    namespaces = {"a": qualified.namespace} if qualified.namespace else {}
    found = root.xpath(f"{before}{step}{after}", namespaces=namespaces, smart_strings=False)
    return found if isinstance(found, list) else []


def _collapse(value: str) -> str:
    """Collapse whitespace as XSD does it: space, tab and line ends, and no other."""
    return re.sub("[ \t\n\r]+", " ", value).strip(" ")
