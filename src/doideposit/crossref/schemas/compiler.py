"""From a verified bundle to the schema that libxml2 compiles, and the checks that go beside it: done once, and kept.

What is lifted out of the schema, and what is put in its place:

* ``xsd:assert``, which libxml2 does not know: `doideposit.crossref.validator.supplement` has a function for each.
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
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.schemas.datatypes import NAMESPACE, REPLACED, SCHEMA
from doideposit.crossref.schemas.prepared import IdKind, Lookup, Prepared
from doideposit.crossref.schemas.sources import MATHML, XS, Name, Sources
from doideposit.errors import SchemaDamaged
from doideposit.safe_xml import Element

__all__ = ["prepare"]

# What the schema says of elements and their attributes, as far as it is needed outside libxml2.

XSD_NAMESPACE = XS[1:-1]
# What the schema calls things, and in which of its symbol spaces each lies (XSD 1.1, section 2.5).
_COMPONENT_KINDS = {
    "element": "element",
    "complexType": "type",
    "simpleType": "type",
    "group": "group",
    "attributeGroup": "attributeGroup",
    "attribute": "attribute",
}
# Attributes of schema documents that name another component.
_POINTERS = {"type": "type", "base": "type", "itemType": "type", "memberTypes": "type", "substitutionGroup": "element"}

# A kind of global component (element, type, group, attribute, attributeGroup), its namespace, its name.
Reference = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _SchemaNode:
    """Hold a node of a schema document, and the file it is in."""

    file: str
    node: Element


@dataclass(slots=True)
class _Components:
    """Find the global components of a bundle, and how they refer to each other."""

    sources: Sources
    table: dict[Reference, _SchemaNode] = field(init=False)
    _attributes: dict[Element, dict[str, _SchemaNode]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.table = {}
        for name, root in self.sources.documents.items():
            for node in root.iterchildren(f"{XS}*"):
                kind = _COMPONENT_KINDS.get(etree.QName(node).localname)
                if kind:
                    self.table[kind, self.sources.namespaces[name], node.get("name", "")] = _SchemaNode(name, node)

    def references(self, place: _SchemaNode) -> Iterator[Reference]:
        """Return every global component that a node or anything inside it refers to."""
        for node in place.node.iter(f"{XS}*"):
            if node.get("ref"):
                kind = _COMPONENT_KINDS.get(etree.QName(node).localname, "element")
                yield kind, *self.sources.qualified(place.file, node, node.get("ref", ""))
            for attribute, kind in _POINTERS.items():
                for written in node.get(attribute, "").split():
                    yield kind, *self.sources.qualified(place.file, node, written)

    def elements(self) -> Iterator[tuple[str, _SchemaNode]]:
        """Yield every element declaration, global or local, with the tag it gives, in Clark notation."""
        for name, root in self.sources.documents.items():
            for node in root.iter(f"{XS}element"):
                if node.get("name"):
                    yield self._tag(name, node, "elementFormDefault"), _SchemaNode(name, node)

    def attributes(self, element: _SchemaNode) -> dict[str, _SchemaNode]:
        """Return the attributes an element may have: their names in Clark notation, and their declarations."""
        kind = self._type(element, "complexType")
        return self._attributes_of_type(kind) if kind else {}

    def _attributes_of_type(self, place: _SchemaNode) -> dict[str, _SchemaNode]:
        if place.node not in self._attributes:
            # Entered before it is filled, so that a type which refers to itself comes to an end.
            self._attributes[place.node] = {}
            self._attributes[place.node] = dict(self._collect_attributes(place))
        return self._attributes[place.node]

    def _collect_attributes(self, place: _SchemaNode) -> Iterator[tuple[str, _SchemaNode]]:
        for node in place.node.iterchildren(f"{XS}*"):
            kind = etree.QName(node).localname
            inner = _SchemaNode(place.file, node)
            if kind in {"simpleContent", "complexContent"}:
                yield from self._collect_attributes(inner)
            elif kind in {"extension", "restriction"}:
                # A base that is not in the table is a built-in type, which has no attributes.
                base = self.table.get(("type", *self.sources.qualified(place.file, node, node.get("base", ""))))
                yield from self._attributes_of_type(base).items() if base else ()
                yield from self._collect_attributes(inner)
            elif kind == "attributeGroup" and node.get("ref"):
                group = self._referenced_component(inner, "attributeGroup")
                yield from self._collect_attributes(group)
            elif kind == "attribute":
                target = self._referenced_component(inner, "attribute") if node.get("ref") else inner
                yield self._tag(target.file, target.node, "attributeFormDefault"), target

    def _referenced_component(self, place: _SchemaNode, kind: str) -> _SchemaNode:
        return self._global(place.file, kind, self.sources.qualified(place.file, place.node, place.node.get("ref", "")))

    def _global(self, file: str, kind: str, name: Name) -> _SchemaNode:
        """Return a global component of the schema by its name in `file`; raises `SchemaDamaged`."""
        try:
            return self.table[kind, *name]
        # The whole bundle is pinned by hash: a missing component is damage and no input.
        except KeyError:
            problem = f"refers to the {kind} {name[1]} of {name[0]}, which does not exist"
            raise self.sources.damaged(file, problem) from None

    def _type(self, place: _SchemaNode, kind: str) -> _SchemaNode | None:
        """Return the type definition of an element or attribute, inline or named; None for a built-in type, or none."""
        inline = place.node.find(f"{XS}{kind}")
        if inline is not None:
            return _SchemaNode(place.file, inline)
        written = place.node.get("type")
        if written is None:
            return None
        return self.table.get(("type", *self.sources.qualified(place.file, place.node, written)))

    def simple_type(self, attribute: _SchemaNode) -> tuple[str, bool]:
        """Return the built-in type at the root of an attribute's type, and whether whitespace is collapsed first."""
        place, node, written = attribute, attribute.node, attribute.node.get("type")
        white = None
        while True:
            if written:
                name = self.sources.qualified(place.file, node, written)
                if name[0] == XSD_NAMESPACE:
                    return name[1], white == "collapse" if white else name[1] not in {"string", "normalizedString"}
                place = self._global(place.file, "type", name)
            else:
                inline = node.find(f"{XS}simpleType")
                if inline is None:
                    return "", False
                place = _SchemaNode(place.file, inline)
            step = place.node.find(f"{XS}restriction")
            # What is neither restricted nor built in is a list or a union, whose white space is always collapsed (XSD
            # 1.1 part 2, 4.3.6).
            if step is None:
                return etree.QName(place.node[0]).localname, True
            facet = step.find(f"{XS}whiteSpace")
            white = white or (facet.get("value") if facet is not None else None)
            node, written = step, step.get("base")

    def _tag(self, file: str, node: Element, default: str) -> str:
        """Return the name of a declared element or attribute in documents: qualified when it is global, or says so."""
        root = self.sources.documents[file]
        # Unqualified is the default of XSD (`elementFormDefault`), and Crossref's own files say otherwise at their top.
        form = node.get("form") or root.get(default, "unqualified")
        is_global = node.getparent() is root
        name = node.get("name", "")
        return f"{{{self.sources.namespaces[file]}}}{name}" if is_global or form == "qualified" else name


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
    """Compute everything from the schema, whole or without Content MathML; raises `SchemaDamaged`."""
    components = _Components(Sources.read(bundle))
    content = frozenset() if whole else _content_files(components)
    return Prepared(
        bundle.main,
        _schema_texts(components, content),
        bundle.addresses,
        tuple(_assertions(components.sources)),
        _identities(components),
        _lookups(components),
        _elements_only_in(components, content),
    )


def _schema_texts(components: _Components, content: AbstractSet[str]) -> dict[str, str]:
    """Return the schema documents for libxml2, by file name; of the files in `content` only the parts in use."""
    sources = components.sources
    texts = {
        name: _without_enumerations(sources, name, _kept_parts(components, name, content)) for name in sources.documents
    }
    return texts | {TYPES_FILE: SCHEMA}


def _kept_parts(components: _Components, name: str, content: AbstractSet[str]) -> list[Element]:
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
    # A deep copy would lose the prefixes, which are only in values.
    copied = etree.fromstring(etree.tostring(node, with_tail=False))
    for group in copied.findall(f".//{XS}group[@ref]"):
        parent = group.getparent()
        if parent is not None and ("group", *sources.qualified(name, group, group.get("ref", ""))) == _EXPRESSIONS:
            parent.remove(group)
    return copied


def _content_files(components: _Components) -> frozenset[str]:
    """Return the files that hold Content MathML; raises `SchemaDamaged` where others use more of them than is known."""
    documents = components.sources.documents
    found = frozenset(name for name in documents if name.rpartition("/")[2] in _CONTENT)
    for name in documents.keys() - found:
        for key in components.references(_SchemaNode(name, documents[name])):
            place = components.table.get(key)
            if place is not None and place.file in found and key not in _SHARED:
                raise SchemaDamaged(f"the schema file {name} uses parts of MathML that the validator does not expect")
    return found


def _elements_only_in(components: _Components, content: AbstractSet[str]) -> frozenset[str]:
    """Return the tags of the elements that are declared only in these files."""
    inside = {tag for tag, place in components.elements() if place.file in content}
    return frozenset(inside - {tag for tag, place in components.elements() if place.file not in content})


def _assertions(sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield the tag that each assertion governs, and its name; raises `SchemaDamaged` for one that is not known."""
    for file, root in sources.documents.items():
        for node in root.iter(f"{XS}assert"):
            kind = node.getparent()
            element = kind.getparent() if kind is not None else None
            test = " ".join(node.get("test", "").split())
            # Only the type that is in a global element is that of one element alone.
            named = element.get("name", "") if element is not None and element.getparent() is root else ""
            name = _ASSERTIONS.get((named, hashlib.sha256(test.encode()).hexdigest()))
            if name is None or node.get("xpathDefaultNamespace") or root.get("xpathDefaultNamespace"):
                damaged = sources.damaged(file, f"has an unknown assertion in line {node.sourceline}")
                damaged.hint = "upgrade doideposit"
                raise damaged
            yield f"{{{sources.namespaces[file]}}}{named}", name


def _lookups(components: _Components) -> tuple[Lookup, ...]:
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
    return tuple(enumeration._replace(tags=frozenset(places[key])) for key, enumeration in found.items())


def _identities(components: _Components) -> tuple[tuple[str, IdKind, frozenset[str]], ...]:
    """Return the attributes of the schema that are of type ID, IDREF or IDREFS."""
    tags: dict[tuple[str, IdKind], set[str]] = {}
    for tag, element in components.elements():
        for name, attribute in components.attributes(element).items():
            kind = _KINDS.get(components.simple_type(attribute)[0])
            if kind:
                tags.setdefault((name, kind), set()).add(tag)
    return tuple((name, kind, frozenset(where)) for (name, kind), where in tags.items())


def _is_long_enumeration(restriction: Element) -> bool:
    """Tell whether this is the inline type of an attribute, with an enumeration long enough to be looked up."""
    owner = restriction.getparent()
    attribute = owner.getparent() if owner is not None else None
    inline = attribute is not None and attribute.tag == f"{XS}attribute"
    return inline and len(restriction.findall(f"{XS}enumeration")) > LONG


def _without_enumerations(sources: Sources, name: str, nodes: Iterable[Element]) -> str:
    root = sources.documents[name]
    types = f"{'../' * name.count('/')}{TYPES_FILE}"
    prefixes: Any = root.nsmap
    prefixes[_PREFIX] = NAMESPACE
    result = etree.Element(root.tag, {str(key): str(value) for key, value in root.items()}, nsmap=prefixes)
    etree.SubElement(result, f"{XS}import", namespace=NAMESPACE, schemaLocation=types)
    for node in nodes:
        result.append(etree.fromstring(etree.tostring(node, with_tail=False)))
    _strip_assertions(result)
    _replace_types(result)
    return etree.tostring(result, encoding="unicode")


def _strip_assertions(root: Element) -> None:
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
