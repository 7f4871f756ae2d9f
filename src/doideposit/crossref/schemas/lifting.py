"""What is lifted out of the schema before libxml2 compiles it, and what is put in its place.

* ``xsd:assert``, which libxml2 does not know: evaluated by `doideposit.crossref.validator.asserts`.
* Annotations, which only cost time.
* Built-in types that libxml2 reads differently from XSD 1.1: replaced by those of the module ``datatypes``.
* MathML, 3 of the 3.1 seconds of compiling: where a document has no MathML, a stub with its one element ``math`` stands
  for it. Nothing in such a document can tell the difference.
* In the lean form enumerations of hundreds of values in attributes, which libxml2 compares one by one: the module
  ``values`` looks them up.
* In the narrow form also the types of elements that doideposit does not write (see the module ``narrowing``), and the
  global components that ``doi_batch`` then does not lead to. The other forms need all of them: Crossref declares two
  elements without a type, ``standards_body_name`` and ``standards_body_acronym``, and those may hold whatever is
  declared anywhere, which XSD then holds against its declaration.
"""

from typing import Any

from lxml import etree

from doideposit.crossref.schemas.components import XSD_NAMESPACE, Components, Place, Reference
from doideposit.crossref.schemas.datatypes import NAMESPACE, REPLACED, schema_text
from doideposit.crossref.schemas.narrowing import is_described
from doideposit.crossref.schemas.prepared import Form
from doideposit.crossref.schemas.sources import MATHML, XS, Sources, links
from doideposit.errors import SchemaDamaged

__all__ = ["LONG", "is_long_enumeration", "lifted_texts", "undescribed"]

LONG = 64
"""An enumeration of more values than this is looked up instead of compared one by one."""

TYPES_FILE = "datatypes.xsd"
_PREFIX = "xsd11"
_STUB = f'<xs:schema xmlns:xs="{XSD_NAMESPACE}" targetNamespace="{MATHML}"><xs:element name="math"/></xs:schema>'


def lifted_texts(components: Components, form: Form) -> dict[str, str]:
    """The schema documents to hand to libxml2, by file name."""
    sources = components.sources
    start = ("element", sources.bundle.namespace, "doi_batch")
    stubs = undescribed(components) if form.narrow else frozenset()
    kept = components.reachable(start, stop=stubs) if form.narrow else None
    removed = {place.node for key, place in components.table.items() if kept is not None and key not in kept}
    bare = {components.table[key].node for key in stubs}
    mathml = {name for name, namespace in sources.namespaces.items() if namespace == MATHML}
    texts = {
        name: _lifted(sources, name, removed, bare, lean=form.lean)
        for name in sources.documents
        if form.mathml or name not in mathml
    }
    if not form.mathml:
        texts |= dict.fromkeys(_mathml_entries(components), _STUB)
    return texts | {TYPES_FILE: schema_text()}


def undescribed(components: Components) -> frozenset[Reference]:
    """The global elements that the narrow form only names."""
    return frozenset(key for key in components.table if key[0] == "element" and not is_described(*key[1:]))


def _mathml_entries(components: Components) -> set[str]:
    """The files that others import for MathML. The stub must have all that they refer to."""
    sources = components.sources
    entries = set()
    for name, root in sources.documents.items():
        if sources.namespaces[name] == MATHML:
            continue
        entries |= {sources.target(name, link) for link in links(root) if link.get("namespace") == MATHML}
        used = {key for key in components.references(Place(name, root)) if key[1] == MATHML}
        if used - {("element", MATHML, "math")}:
            raise SchemaDamaged(f"the schema file {name} uses parts of MathML that the validator does not expect")
    return entries


def is_long_enumeration(restriction: etree._Element) -> bool:
    """Whether this is the inline type of an attribute, with an enumeration long enough to be looked up."""
    owner = restriction.getparent()
    attribute = owner.getparent() if owner is not None else None
    inline = attribute is not None and attribute.tag == f"{XS}attribute"
    return inline and len(restriction.findall(f"{XS}enumeration")) > LONG


def _lifted(sources: Sources, name: str, removed: set[etree._Element], bare: set[etree._Element], *, lean: bool) -> str:
    root = sources.documents[name]
    types = f"{'../' * name.count('/')}{TYPES_FILE}"
    prefixes: Any = root.nsmap
    prefixes[_PREFIX] = NAMESPACE
    result = etree.Element(root.tag, {str(key): str(value) for key, value in root.items()}, nsmap=prefixes)
    etree.SubElement(result, f"{XS}import", namespace=NAMESPACE, schemaLocation=types)
    for node in root.iterchildren(f"{XS}*"):
        if node not in removed and node.tag != f"{XS}annotation":
            result.append(_named(node) if node in bare else _copy(node))
    _strip(result, lean=lean)
    _replace_types(result)
    return etree.tostring(result, encoding="unicode")


def _named(node: etree._Element) -> etree._Element:
    return etree.Element(node.tag, name=node.get("name", ""))


def _copy(node: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(node, with_tail=False))


def _strip(root: etree._Element, *, lean: bool) -> None:
    for node in list(root.iter(f"{XS}assert", f"{XS}annotation")):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    for restriction in root.iter(f"{XS}restriction") if lean else ():
        if is_long_enumeration(restriction):
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
