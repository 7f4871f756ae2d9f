"""XSD 1.1 assertions: lifted out of the schema, placed on the elements they govern, evaluated by elementpath.

Nothing of an assertion is written here: its XPath 2.0 test is read from the schema. An assertion that cannot be placed
or evaluated is an error (`SchemaDamaged`), never passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from doideposit.crossref.validator.compiling import XS, Sources
from doideposit.errors import SchemaDamaged

__all__ = ["Assertion", "Assertions", "lift_assertions"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One ``xsd:assert``: the tag (in Clark notation) of the elements it governs, and its XPath 2.0 test."""

    tag: str
    test: str
    namespaces: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Assertions:
    """All assertions of one schema version, by the elements they govern."""

    by_tag: dict[str, list[Assertion]]
    _tokens: dict[Assertion, Any] = field(default_factory=dict)
    _known: dict[tuple[Assertion, object], bool] = field(default_factory=dict)

    def violations(self, root: etree._Element) -> Iterator[tuple[etree._Element, Assertion]]:
        """Every element that breaks an assertion, in the order of the document."""
        if not self.by_tag:
            return
        for element in root.iter(*self.by_tag):
            for assertion in self.by_tag[str(element.tag)]:
                if not self._holds(element, assertion):
                    yield element, assertion

    def _holds(self, element: etree._Element, assertion: Assertion) -> bool:
        key = (assertion, (tuple(element.items()), tuple(child.tag for child in element)))
        if key not in self._known:
            self._known[key] = self._evaluate(element, assertion)
        return self._known[key]

    def _evaluate(self, element: etree._Element, assertion: Assertion) -> bool:
        import elementpath  # noqa: PLC0415 - a tenth of a second, and most runs decide without it

        try:
            token = self._tokens.get(assertion) or elementpath.XPath2Parser(dict(assertion.namespaces)).parse(
                assertion.test
            )
            self._tokens[assertion] = token
            alone = etree.fromstring(etree.tostring(element, with_tail=False))
            return bool(token.boolean_value(token.get_results(elementpath.XPathContext(alone))))
        except (elementpath.ElementPathError, TypeError, ValueError) as error:
            raise SchemaDamaged(f"the assertion {assertion.test!r} cannot be evaluated: {error}") from None


def lift_assertions(sources: Sources) -> Assertions:
    """Find every assertion and the elements it governs; raises `SchemaDamaged` for one in an unexpected place."""
    by_tag: dict[str, list[Assertion]] = {}
    for name, root in sources.documents.items():
        for node in root.iter(f"{XS}assert"):
            assertion = _place(name, node, sources)
            by_tag.setdefault(assertion.tag, []).append(assertion)
    return Assertions(by_tag)


def _place(name: str, node: etree._Element, sources: Sources) -> Assertion:
    """An assertion is placed where it stands in the type of one global element, which nothing else can have."""
    type_ = node.getparent()
    element = type_.getparent() if type_ is not None else None
    top = element.getparent() if element is not None else None
    if (
        type_ is None
        or element is None
        or top is None
        or type_.tag != f"{XS}complexType"
        or element.tag != f"{XS}element"
        or top.tag != f"{XS}schema"
    ):
        raise SchemaDamaged(f"the schema file {name} has an assertion in line {node.sourceline} that cannot be placed")
    # A file without a namespace of its own takes that of the file which includes it.
    namespace = top.get("targetNamespace") or sources.bundle.namespace
    namespaces = tuple(sorted((prefix, uri) for prefix, uri in node.nsmap.items() if prefix))
    return Assertion(f"{{{namespace}}}{element.get('name')}", node.get("test", "").strip(), namespaces)
