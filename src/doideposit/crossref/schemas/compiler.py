"""From a verified bundle to the schema that libxml2 compiles, and the checks that go beside it: done once, and kept.

What is lifted out of the schema, and what is put in its place:

* ``xsd:assert``, which libxml2 does not know: `doideposit.crossref.validator.assertions` has a function for each.
* Annotations, which only cost time.
* Built-in types that libxml2 reads differently from XSD 1.1: replaced by those of the module ``datatypes``.
* Content MathML, 1.9 of the 1.95 seconds of compiling: each of seventy content models has its two hundred elements as
  alternatives. Where a document has none of them, which is nearly always, the models stand without. Nothing in such a
  document can tell the difference.
* Enumerations of hundreds of values in attributes, which libxml2 compares one by one: looked up instead.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from lxml import etree

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.schemas.components import XSD_NAMESPACE, Components, SchemaNode
from doideposit.crossref.schemas.datatypes import NAMESPACE, REPLACED, schema_text
from doideposit.crossref.schemas.prepared import Identity, IdKind, Lookup, Prepared
from doideposit.crossref.schemas.sources import MATHML, XS, Sources, read_sources
from doideposit.errors import SchemaDamaged
from doideposit.safe_xml import Element

__all__ = ["prepare"]

# An enumeration of more values than this is looked up instead of compared one by one.
LONG = 64

TYPES_FILE = "datatypes.xsd"
_PREFIX = "xsd11"
# The files of MathML's own schema that hold Content MathML.
_CONTENT: Final = frozenset({"mathml3-content.xsd", "mathml3-strict-content.xsd"})
# What the rest of MathML uses of these files.
_SHARED: Final = frozenset({("group", MATHML, "MathExpression"), ("element", MATHML, "PresentationExpression")})
# All elements of Content MathML that can be an expression: one alternative of `MathExpression`.
_EXPRESSIONS: Final = ("group", MATHML, "ContExp")
# The types of XSD whose values must be unique, or must exist, in a document.
_KINDS: Final[Mapping[str, IdKind]] = {"ID": "ID", "IDREF": "IDREF", "IDREFS": "IDREFS"}

# The assertions of crossref5.5.0.xsd by element and SHA-256 of the test, and the name each has in this project.
_ASSERTIONS: Final[Mapping[tuple[str, str], str]] = {
    ("role", "c3ac9043f1f3241a6ed0b72510de8ad6dcdc37a9788f45b86c31d16411feaaab"): "crossref-role",
    ("role", "65865475ae9a9956135e44fca689dff0343b36a59116a438303cc3465b19c3a7"): "credit-role",
    ("person_name", "1683c96dea1ab99f3e69761df7862461dcb2707728ed3cd6f29bf6d313983e7f"): "person-role",
}


def prepare(bundle: Bundle, *, whole: bool) -> Prepared:
    """Work everything out from the schema, whole or without Content MathML; raises `SchemaDamaged`."""
    components = Components(read_sources(bundle))
    content = frozenset() if whole else _content_files(components)
    return Prepared(
        bundle.main,
        _texts(components, content),
        bundle.addresses,
        tuple(_assertions(components.sources)),
        _identities(components),
        _lookups(components),
        _left_out(components, content),
    )


def _texts(components: Components, content: AbstractSet[str]) -> dict[str, str]:
    """Return the schema documents to hand to libxml2, by file name; of the files in `content` what others use."""
    sources = components.sources
    texts = {name: _lifted(sources, name, _kept(components, name, content)) for name in sources.documents}
    return texts | {TYPES_FILE: schema_text()}


def _kept(components: Components, name: str, content: AbstractSet[str]) -> list[Element]:
    """Return the parts of a schema document that stay in it."""
    root = components.sources.documents[name]
    nodes = [node for node in root.iterchildren(f"{XS}*") if node.tag != f"{XS}annotation"]
    if name not in content:
        return nodes
    shared = {id(components.table[key].node) for key in _SHARED if key in components.table}
    kept = [node for node in nodes if node.tag == f"{XS}include" or id(node) in shared]
    return [_without_content(components.sources, name, node) for node in kept]


def _without_content(sources: Sources, name: str, node: Element) -> Element:
    """Return a copy of a part of the schema without the alternative that is Content MathML."""
    # A deep copy would lose the prefixes, which stand in values alone.
    copied = etree.fromstring(etree.tostring(node, with_tail=False))
    for group in copied.findall(f".//{XS}group[@ref]"):
        parent = group.getparent()
        if parent is not None and ("group", *sources.qualified(name, group, group.get("ref", ""))) == _EXPRESSIONS:
            parent.remove(group)
    return copied


def _content_files(components: Components) -> frozenset[str]:
    """Return the files that hold Content MathML; raises `SchemaDamaged` where others use more of them than is known."""
    documents = components.sources.documents
    found = frozenset(name for name in documents if name.rpartition("/")[2] in _CONTENT)
    for name in documents.keys() - found:
        for key in components.references(SchemaNode(name, documents[name])):
            place = components.table.get(key)
            if place is not None and place.file in found and key not in _SHARED:
                raise SchemaDamaged(f"the schema file {name} uses parts of MathML that the validator does not expect")
    return found


def _left_out(components: Components, content: AbstractSet[str]) -> frozenset[str]:
    """Return the tags of the elements that are declared in these files alone."""
    inside = {tag for tag, place in components.elements() if place.file in content}
    return frozenset(inside - {tag for tag, place in components.elements() if place.file not in content})


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
    places: dict[tuple[str, Element], set[str]] = {}
    found: dict[tuple[str, Element], Lookup] = {}
    declarations: dict[tuple[str, str], Element] = {}
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


def _is_long_enumeration(restriction: Element) -> bool:
    """Tell whether this is the inline type of an attribute, with an enumeration long enough to be looked up."""
    owner = restriction.getparent()
    attribute = owner.getparent() if owner is not None else None
    inline = attribute is not None and attribute.tag == f"{XS}attribute"
    return inline and len(restriction.findall(f"{XS}enumeration")) > LONG


def _lifted(sources: Sources, name: str, nodes: Iterable[Element]) -> str:
    root = sources.documents[name]
    types = f"{'../' * name.count('/')}{TYPES_FILE}"
    prefixes: Any = root.nsmap
    prefixes[_PREFIX] = NAMESPACE
    result = etree.Element(root.tag, {str(key): str(value) for key, value in root.items()}, nsmap=prefixes)
    etree.SubElement(result, f"{XS}import", namespace=NAMESPACE, schemaLocation=types)
    for node in nodes:
        result.append(etree.fromstring(etree.tostring(node, with_tail=False)))
    _strip(result)
    _replace_types(result)
    return etree.tostring(result, encoding="unicode")


def _strip(root: Element) -> None:
    for node in list(root.iter(f"{XS}assert", f"{XS}annotation")):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    for restriction in root.iter(f"{XS}restriction"):
        if _is_long_enumeration(restriction):
            for value in restriction.findall(f"{XS}enumeration"):
                restriction.remove(value)


def _replace_types(root: Element) -> None:
    for node in root.iter(f"{XS}*"):
        for attribute in ("type", "base", "itemType"):
            prefix, _, local = node.get(attribute, "").rpartition(":")
            is_builtin = node.nsmap.get(prefix or None) == XSD_NAMESPACE and local in REPLACED
            # A name that is one of a few given ones needs no pattern besides.
            if is_builtin and not (local == "NMTOKEN" and node.find(f"{XS}enumeration") is not None):
                node.set(attribute, f"{_PREFIX}:{local}")
