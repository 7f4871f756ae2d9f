"""XSD 1.1 assertions: lifted out of the schema, placed on the elements they govern, evaluated by elementpath.

Nothing of an assertion is written here: its XPath 2.0 test is read from the schema, and elementpath says of which
attributes and children its outcome depends. As these have few values, every outcome is worked out once by elementpath
and kept; a combination that was not foreseen is evaluated when it occurs. An assertion that cannot be placed,
understood or evaluated is an error (`SchemaDamaged`), never passed over.

Values are compared as they are written, with spaces around them, as xmlschema does it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from doideposit.crossref.validator.components import Components, Place
from doideposit.crossref.validator.sources import XS
from doideposit.errors import SchemaDamaged

__all__ = ["Assertion", "Inputs", "lift_assertions", "violations"]

Inputs = tuple[tuple[str | None, ...], tuple[bool, ...]]
"""All that an outcome depends on: the values of some attributes (None: absent), and whether some children exist."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """One ``xsd:assert``.

    `tag` is that of the elements it governs, `test` its XPath 2.0 expression. `attributes` are those the test looks at,
    and sees as they are written; `children` are lxml patterns of the children it asks for. `outcomes` holds what
    elementpath said of each combination.
    """

    tag: str
    test: str
    namespaces: tuple[tuple[str, str], ...]
    attributes: tuple[str, ...]
    children: tuple[str, ...]
    outcomes: dict[Inputs, bool]

    def holds(self, element: etree._Element) -> bool:
        """Whether the element fulfils the assertion."""
        inputs = self.inputs(element)
        if inputs not in self.outcomes:
            self.outcomes[inputs] = evaluate(self, [inputs])[0]
        return self.outcomes[inputs]

    def inputs(self, element: etree._Element) -> Inputs:
        """What the outcome for this element depends on."""
        values = tuple(element.get(name) for name in self.attributes)
        return values, tuple(element.find(pattern) is not None for pattern in self.children)


def violations(root: etree._Element, assertions: Sequence[Assertion]) -> Iterator[tuple[etree._Element, Assertion]]:
    """Every element that breaks an assertion, in the order of the document."""
    by_tag: dict[str, list[Assertion]] = {}
    for assertion in assertions:
        by_tag.setdefault(assertion.tag, []).append(assertion)
    for element in root.iter(*by_tag) if by_tag else ():
        for assertion in by_tag[str(element.tag)]:
            if not assertion.holds(element):
                yield element, assertion


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
    waiting: list[Any] = [_parsed(test, namespaces)]
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


def _parsed(test: str, namespaces: dict[str, str]) -> Any:
    import elementpath  # noqa: PLC0415 - a tenth of a second, and most runs decide without it

    try:
        return elementpath.XPath2Parser(namespaces).parse(test)
    except elementpath.ElementPathError as error:
        raise SchemaDamaged(f"the assertion {test!r} cannot be read: {error}", hint="upgrade doideposit") from None


def evaluate(assertion: Assertion, combinations: Sequence[Inputs]) -> list[bool]:
    """Let elementpath evaluate the test on an element for each combination."""
    import elementpath  # noqa: PLC0415 - see above

    token = _parsed(assertion.test, dict(assertion.namespaces))
    try:
        return [bool(token.evaluate(elementpath.XPathContext(_example(assertion, one)))) for one in combinations]
    except (elementpath.ElementPathError, TypeError, ValueError) as error:
        raise SchemaDamaged(f"the assertion {assertion.test!r} cannot be evaluated: {error}") from None


def _example(assertion: Assertion, inputs: Inputs) -> etree._Element:
    """An element that has these attributes and children, and stands alone, as XSD 1.1 wants it for an assertion."""
    element = etree.Element(assertion.tag)
    for name, value in zip(assertion.attributes, inputs[0], strict=True):
        if value is not None:
            element.set(name, value)
    for pattern, present in zip(assertion.children, inputs[1], strict=True):
        if present:
            etree.SubElement(element, pattern.replace("{*}", f"{{{etree.QName(assertion.tag).namespace}}}"))
    return element
