"""Assertions lifted out of the schema and placed on the elements they govern.

An assertion that cannot be placed, understood or evaluated is an error (`SchemaDamaged`), never passed over.
"""

import itertools
from typing import Any

from doideposit.crossref.schemas.components import Components, Place
from doideposit.crossref.schemas.sources import XS
from doideposit.crossref.validator.asserts import Assertion, Inputs, evaluate, parsed_test
from doideposit.errors import SchemaDamaged

__all__ = ["lift_assertions"]


def lift_assertions(components: Components) -> tuple[Assertion, ...]:
    """Every assertion of the schema, placed and with its outcomes; raises `SchemaDamaged`."""
    sources = components.sources
    nodes = [Place(name, node) for name, root in sources.documents.items() for node in root.iter(f"{XS}assert")]
    return tuple(_lift(components, place) for place in nodes)


def _lift(components: Components, place: Place) -> Assertion:
    element = _governed(components, place)
    test = " ".join(place.node.get("test", "").split())
    namespaces = {prefix: uri for prefix, uri in place.node.nsmap.items() if prefix}
    names, children = _dependencies(place, test, namespaces, components)
    declared = components.attributes(element)
    domains: list[list[str | None]] = []
    for name in names:
        if name not in declared or declared[name].node.get("default") or declared[name].node.get("fixed"):
            raise _unusable(place, components, f"looks at @{name}, whose value the schema may add or does not declare")
        domains.append([None, *_enumerated(declared[name])])
    tag = f"{{{components.sources.namespaces[element.file]}}}{element.node.get('name')}"
    assertion = Assertion(tag, test, tuple(sorted(namespaces.items())), names, children, {})
    combinations = itertools.product(
        itertools.product(*domains), itertools.product((False, True), repeat=len(children))
    )
    foreseen: list[Inputs] = list(combinations)
    assertion.outcomes.update(zip(foreseen, evaluate(assertion, foreseen), strict=True))
    return assertion


def _governed(components: Components, place: Place) -> Place:
    """The one global element whose inline type has the assertion: nothing else can have that type."""
    kind = place.node.getparent()
    element = kind.getparent() if kind is not None else None
    root = components.sources.documents[place.file]
    placed = kind is not None and kind.tag == f"{XS}complexType" and element is not None
    if not placed or element is None or element.tag != f"{XS}element" or element.getparent() is not root:
        raise _unusable(place, components, "stands in a type that is not that of one element")
    if place.node.get("xpathDefaultNamespace") or root.get("xpathDefaultNamespace"):
        raise _unusable(place, components, "has a default namespace for XPath")
    return Place(place.file, element)


def _enumerated(attribute: Place) -> list[str]:
    return [
        node.get("value", "") for node in attribute.node.iterfind(f"{XS}simpleType/{XS}restriction/{XS}enumeration")
    ]


def _unusable(place: Place, components: Components, problem: str) -> SchemaDamaged:
    damaged = components.sources.damaged(place.file, f"has an assertion in line {place.node.sourceline} that {problem}")
    damaged.hint = "upgrade doideposit"
    return damaged


_TRANSPARENT = frozenset({"or", "and", "not", "exists", "empty", "=", "!=", ",", "(", "(string)"})
"""Parts of XPath that depend on nothing but their operands."""


def _dependencies(
    place: Place, test: str, namespaces: dict[str, str], components: Components
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes and the children that the test looks at, as elementpath reads it; nothing else may occur in it."""
    attributes: dict[str, None] = {}
    children: dict[str, None] = {}
    waiting: list[Any] = [parsed_test(test, namespaces)]
    while waiting:
        token = waiting.pop()
        if token.symbol == "@" and token[0].symbol == "(name)":
            attributes[token[0].value] = None
        elif token.symbol == "(name)":
            children[token.value] = None
        elif token.symbol == ":" and token[1].symbol == "(name)" and token[0].symbol in {"*", "(name)"}:
            space = "*" if token[0].symbol == "*" else namespaces[token[0].value]
            children[f"{{{space}}}{token[1].value}"] = None
        elif token.symbol in _TRANSPARENT:
            waiting += list(token)
        else:
            raise _unusable(place, components, f"uses {token.symbol} of XPath, which is not supported")
    return tuple(sorted(attributes)), tuple(sorted(children))
