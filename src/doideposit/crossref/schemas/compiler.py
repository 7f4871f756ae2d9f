"""From a verified bundle to the schema that libxml2 compiles, and the checks that go beside it: done once, and kept.

What is lifted out of the schema, and what is put in its place:

* ``xsd:assert``, which libxml2 does not know: `doideposit.crossref.validator.assertions` has a function for each.
* Annotations, which only cost time.
* Built-in types that libxml2 reads differently from XSD 1.1: replaced by those of the module ``datatypes``.
* MathML, 1.7 of the 1.75 seconds of compiling: where a document has no MathML, a stub with its one element ``math``
  stands for it. Nothing in such a document can tell the difference.
* Enumerations of hundreds of values in attributes, which libxml2 compares one by one: looked up instead.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.schemas.components import XSD_NAMESPACE, Components, SchemaNode
from doideposit.crossref.schemas.datatypes import NAMESPACE, REPLACED, schema_text
from doideposit.crossref.schemas.prepared import Identity, IdKind, Lookup, Prepared
from doideposit.crossref.schemas.sources import MATHML, XS, Sources, links, read_sources
from doideposit.errors import SchemaDamaged

__all__ = ["prepare"]

LONG = 64
"""An enumeration of more values than this is looked up instead of compared one by one."""

TYPES_FILE = "datatypes.xsd"
_PREFIX = "xsd11"
_STUB = f'<xs:schema xmlns:xs="{XSD_NAMESPACE}" targetNamespace="{MATHML}"><xs:element name="math"/></xs:schema>'
_KINDS: Final[Mapping[str, IdKind]] = {"ID": "ID", "IDREF": "IDREF", "IDREFS": "IDREFS"}

_ASSERTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("role", "c3ac9043f1f3241a6ed0b72510de8ad6dcdc37a9788f45b86c31d16411feaaab"): "crossref-role",
    ("role", "65865475ae9a9956135e44fca689dff0343b36a59116a438303cc3465b19c3a7"): "credit-role",
    ("person_name", "1683c96dea1ab99f3e69761df7862461dcb2707728ed3cd6f29bf6d313983e7f"): "person-role",
}
"""The assertions of crossref5.5.0.xsd by element and SHA-256 of the test, and the name each has in this project."""


def prepare(bundle: Bundle, *, mathml: bool) -> Prepared:
    """Work everything out from the schema; raises `SchemaDamaged`."""
    components = Components(read_sources(bundle))
    return Prepared(
        bundle.main,
        _texts(components, mathml=mathml),
        bundle.addresses,
        tuple(_assertions(components.sources)),
        _identities(components),
        _lookups(components),
    )


def _texts(components: Components, *, mathml: bool) -> dict[str, str]:
    """Return the schema documents to hand to libxml2, by file name."""
    sources = components.sources
    stubbed = () if mathml else {name for name, space in sources.namespaces.items() if space == MATHML}
    texts = {name: _lifted(sources, name) for name in sources.documents if name not in stubbed}
    if not mathml:
        texts |= dict.fromkeys(_mathml_entries(components), _STUB)
    return texts | {TYPES_FILE: schema_text()}


def _assertions(sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield the tag that each assertion governs, and its name; raises `SchemaDamaged` for one that is not known."""
    for file, root in sources.documents.items():
        for node in root.iter(f"{XS}assert"):
            kind = node.getparent()
            element = kind.getparent() if kind is not None else None
            test = " ".join(node.get("test", "").split())
            # Only the type that stands in a global element is that of one element alone.
            named = element.get("name", "") if element is not None and element.getparent() is root else ""
            name = _ASSERTIONS.get((named, hashlib.sha256(test.encode()).hexdigest()))
            if name is None or node.get("xpathDefaultNamespace") or root.get("xpathDefaultNamespace"):
                damaged = sources.damaged(file, f"has an assertion in line {node.sourceline} that is not known here")
                damaged.hint = "upgrade doideposit"
                raise damaged
            yield f"{{{sources.namespaces[file]}}}{named}", name


def _lookups(components: Components) -> tuple[Lookup, ...]:
    """Return the long enumerations of the schema, and the elements where each one holds."""
    places: dict[tuple[str, etree._Element], set[str]] = {}
    found: dict[tuple[str, etree._Element], Lookup] = {}
    declarations: dict[tuple[str, str], etree._Element] = {}
    for tag, element in components.elements():
        for name, attribute in components.attributes(element).items():
            restriction = attribute.node.find(f"{XS}simpleType/{XS}restriction")
            if restriction is None or not _is_long_enumeration(restriction):
                continue
            if declarations.setdefault((tag, name), attribute.node) is not attribute.node:
                raise SchemaDamaged(f"the attribute {name} of {tag} has two enumerations", hint="upgrade doideposit")
            values = frozenset(node.get("value", "") for node in restriction.iterfind(f"{XS}enumeration"))
            collapsed = components.simple_type(attribute)[1]
            key = (name, attribute.node)
            places.setdefault(key, set()).add(tag)
            found[key] = Lookup(name, frozenset(), values, collapsed)
    return tuple(one._replace(tags=frozenset(places[key])) for key, one in found.items())


def _identities(components: Components) -> tuple[Identity, ...]:
    """Return the attributes of the schema that are of type ID, IDREF or IDREFS."""
    tags: dict[tuple[str, IdKind], set[str]] = {}
    for tag, element in components.elements():
        for name, attribute in components.attributes(element).items():
            kind = _KINDS.get(components.simple_type(attribute)[0])
            if kind:
                tags.setdefault((name, kind), set()).add(tag)
    return tuple(Identity(name, kind, frozenset(where)) for (name, kind), where in tags.items())


def _mathml_entries(components: Components) -> set[str]:
    """Return the files that others import for MathML. The stub must have all that they refer to."""
    sources = components.sources
    entries = set()
    for name, root in sources.documents.items():
        if sources.namespaces[name] == MATHML:
            continue
        entries |= {sources.target(name, link) for link in links(root) if link.get("namespace") == MATHML}
        used = {key for key in components.references(SchemaNode(name, root)) if key[1] == MATHML}
        if used - {("element", MATHML, "math")}:
            raise SchemaDamaged(f"the schema file {name} uses parts of MathML that the validator does not expect")
    return entries


def is_long_enumeration(restriction: etree._Element) -> bool:
    """Tell whether this is the inline type of an attribute, with an enumeration long enough to be looked up."""
    owner = restriction.getparent()
    attribute = owner.getparent() if owner is not None else None
    inline = attribute is not None and attribute.tag == f"{XS}attribute"
    return inline and len(restriction.findall(f"{XS}enumeration")) > LONG


def _is_long_enumeration(restriction: etree._Element) -> bool:
    """Tell whether this is the inline type of an attribute, with an enumeration long enough to be looked up."""
    owner = restriction.getparent()
    attribute = owner.getparent() if owner is not None else None
    inline = attribute is not None and attribute.tag == f"{XS}attribute"
    return inline and len(restriction.findall(f"{XS}enumeration")) > LONG


def _lifted(sources: Sources, name: str) -> str:
    root = sources.documents[name]
    types = f"{'../' * name.count('/')}{TYPES_FILE}"
    prefixes: Any = root.nsmap
    prefixes[_PREFIX] = NAMESPACE
    result = etree.Element(root.tag, {str(key): str(value) for key, value in root.items()}, nsmap=prefixes)
    etree.SubElement(result, f"{XS}import", namespace=NAMESPACE, schemaLocation=types)
    for node in root.iterchildren(f"{XS}*"):
        if node.tag != f"{XS}annotation":
            result.append(etree.fromstring(etree.tostring(node, with_tail=False)))
    _strip(result)
    _replace_types(result)
    return etree.tostring(result, encoding="unicode")


def _strip(root: etree._Element) -> None:
    for node in list(root.iter(f"{XS}assert", f"{XS}annotation")):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    for restriction in root.iter(f"{XS}restriction"):
        if _is_long_enumeration(restriction):
            for value in restriction.findall(f"{XS}enumeration"):
                restriction.remove(value)


def _replace_types(root: etree._Element) -> None:
    for node in root.iter(f"{XS}*"):
        for attribute in ("type", "base", "itemType"):
            prefix, _, local = node.get(attribute, "").rpartition(":")
            is_builtin = node.nsmap.get(prefix or None) == XSD_NAMESPACE and local in REPLACED
            # A name that is one of a few given ones needs no pattern besides.
            if is_builtin and not (local == "NMTOKEN" and node.find(f"{XS}enumeration") is not None):
                node.set(attribute, f"{_PREFIX}:{local}")
