"""What the schema says of elements and their attributes, as far as it is needed outside libxml2.

libxml2 does not tell which type an attribute has. Two checks need to know: ID and IDREF, and the long enumerations.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from doideposit.crossref.schemas.sources import XS, Name, Sources
from doideposit.safe_xml import Element

__all__ = ["XSD_NAMESPACE", "Components", "SchemaNode"]

XSD_NAMESPACE = XS[1:-1]
# What the schema calls things, and in which of its symbol spaces each lies (XSD 1.1, section 2.5).
_KINDS = {
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
class SchemaNode:
    """Hold a node of a schema document, and the file it stands in."""

    file: str
    node: Element


@dataclass(slots=True)
class Components:
    """Find the global components of a bundle, and how they refer to each other."""

    sources: Sources
    table: dict[Reference, SchemaNode] = field(init=False)
    _attributes: dict[Element, dict[str, SchemaNode]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.table = {}
        for name, root in self.sources.documents.items():
            for node in root.iterchildren(f"{XS}*"):
                kind = _KINDS.get(etree.QName(node).localname)
                if kind:
                    self.table[kind, self.sources.namespaces[name], node.get("name", "")] = SchemaNode(name, node)

    def references(self, place: SchemaNode) -> Iterator[Reference]:
        """Return every global component that a node or anything inside it refers to."""
        for node in place.node.iter(f"{XS}*"):
            if node.get("ref"):
                kind = _KINDS.get(etree.QName(node).localname, "element")
                yield kind, *self.sources.qualified(place.file, node, node.get("ref", ""))
            for attribute, kind in _POINTERS.items():
                for written in node.get(attribute, "").split():
                    yield kind, *self.sources.qualified(place.file, node, written)

    def elements(self) -> Iterator[tuple[str, SchemaNode]]:
        """Yield every element declaration, global or local, with the tag it gives, in Clark notation."""
        for name, root in self.sources.documents.items():
            for node in root.iter(f"{XS}element"):
                if node.get("name"):
                    yield self._tag(name, node, "elementFormDefault"), SchemaNode(name, node)

    def attributes(self, element: SchemaNode) -> dict[str, SchemaNode]:
        """Return the attributes an element may have: their names in Clark notation, and their declarations."""
        kind = self._type(element, "complexType")
        return self._of_type(kind) if kind else {}

    def _of_type(self, place: SchemaNode) -> dict[str, SchemaNode]:
        if place.node not in self._attributes:
            # Entered before it is filled, so that a type which refers to itself comes to an end.
            self._attributes[place.node] = {}
            self._attributes[place.node] = dict(self._collect(place))
        return self._attributes[place.node]

    def _collect(self, place: SchemaNode) -> Iterator[tuple[str, SchemaNode]]:
        for node in place.node.iterchildren(f"{XS}*"):
            kind = etree.QName(node).localname
            inner = SchemaNode(place.file, node)
            if kind in {"simpleContent", "complexContent"}:
                yield from self._collect(inner)
            elif kind in {"extension", "restriction"}:
                # A base that is not in the table is a built-in type, which has no attributes.
                base = self.table.get(("type", *self.sources.qualified(place.file, node, node.get("base", ""))))
                yield from self._of_type(base).items() if base else ()
                yield from self._collect(inner)
            elif kind == "attributeGroup" and node.get("ref"):
                group = self._referred(inner, "attributeGroup")
                yield from self._collect(group)
            elif kind == "attribute":
                target = self._referred(inner, "attribute") if node.get("ref") else inner
                yield self._tag(target.file, target.node, "attributeFormDefault"), target

    def _referred(self, place: SchemaNode, kind: str) -> SchemaNode:
        return self._global(place.file, kind, self.sources.qualified(place.file, place.node, place.node.get("ref", "")))

    def _global(self, file: str, kind: str, name: Name) -> SchemaNode:
        """Return a part of the schema that stands at its top, as `file` names it; raises `SchemaDamaged`."""
        try:
            return self.table[kind, *name]
        # The whole bundle is pinned by hash: a missing component is damage and no input.
        except KeyError:
            problem = f"refers to the {kind} {name[1]} of {name[0]}, which does not exist"
            raise self.sources.damaged(file, problem) from None

    def _type(self, place: SchemaNode, kind: str) -> SchemaNode | None:
        """Return the type definition of an element or attribute, inline or named; None for a built-in type, or none."""
        inline = place.node.find(f"{XS}{kind}")
        if inline is not None:
            return SchemaNode(place.file, inline)
        written = place.node.get("type")
        if written is None:
            return None
        return self.table.get(("type", *self.sources.qualified(place.file, place.node, written)))

    def simple_type(self, attribute: SchemaNode) -> tuple[str, bool]:
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
                place = SchemaNode(place.file, inline)
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
