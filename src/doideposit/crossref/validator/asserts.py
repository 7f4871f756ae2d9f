"""XSD 1.1 assertions, evaluated by elementpath.

Nothing of an assertion is written here: its XPath 2.0 test is read from the schema (see the module ``placing``), and
elementpath says of which attributes and children its outcome depends. As these have few values, every outcome is worked
out once by elementpath and kept; a combination that was not foreseen is evaluated when it occurs.

Values are compared as they are written, with spaces around them, as xmlschema does it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lxml import etree

from doideposit.errors import SchemaDamaged

__all__ = ["Assertion", "Inputs", "evaluate", "parsed_test"]

Inputs = tuple[tuple[str | None, ...], tuple[bool, ...]]
"""All that an outcome depends on: the values of some attributes (None: absent), and whether some children exist."""


class Assertion(NamedTuple):
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
        return values, tuple(next(element.iterchildren(pattern), None) is not None for pattern in self.children)


def parsed_test(test: str, namespaces: dict[str, str]) -> Any:
    """The test as elementpath reads it; raises `SchemaDamaged`."""
    import elementpath  # noqa: PLC0415 - a tenth of a second, and most runs decide without it

    try:
        return elementpath.XPath2Parser(namespaces).parse(test)
    except elementpath.ElementPathError as error:
        raise SchemaDamaged(f"the assertion {test!r} cannot be read: {error}", hint="upgrade doideposit") from None


def evaluate(assertion: Assertion, combinations: Sequence[Inputs]) -> list[bool]:
    """Let elementpath evaluate the test on an element for each combination."""
    import elementpath  # noqa: PLC0415 - see above

    token = parsed_test(assertion.test, dict(assertion.namespaces))
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
