"""XML trees: laying them out for readers without touching mixed content, and their canonical form."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from doideposit.crossref.names import FUNDING, JATS, RELATIONS
from doideposit.safe_xml import Element, parse_part

__all__ = ["Element", "canonical_hash", "doi_holders", "to_bytes"]


# Elements whose text is content, down to its last space (crossref5.5.0.xsd: titles; common5.5.0.xsd: face markup).
_MIXED_NAMES = (
    "title",
    "subtitle",
    "original_language_title",
    "unstructured_citation",
    "description",
    "string-name",
    "assertion",
)
# Elements in which text and elements mix: a line break within them would be a part of the text.
_MIXED_FOREIGN = frozenset({f"{{{JATS}}}p", f"{{{JATS}}}title", f"{{{RELATIONS}}}description"})
# A funder's name stands as text before the assertions nested in it.
_FUNDER = f"{{{FUNDING}}}assertion"


@cache
def _mixed_tags(namespace: str) -> frozenset[str]:
    return _MIXED_FOREIGN | {f"{{{namespace}}}{name}" for name in _MIXED_NAMES}


def _is_mixed(element: Element, namespace: str) -> bool:
    """Tell whether the white space inside this element is content."""
    return element.tag in _mixed_tags(namespace) or bool(len(element) and element.text and element.text.strip())


def _lay_out(root: Element, namespace: str) -> None:
    """Indent the tree by two spaces a level; mixed content is left unchanged."""
    candidates = root.iter(_FUNDER, *_mixed_tags(namespace))
    kept = [
        (element, element.text, None if element is outer else element.tail, element is outer)
        for outer in [found for found in candidates if len(found) and _is_mixed(found, namespace)]
        for element in outer.iter()
    ]
    etree.indent(root)
    for element, text, tail, is_outer in kept:
        element.text = text
        if not is_outer:
            element.tail = tail


def to_bytes(root: Element, *, laid_out: str | None = None) -> bytes:
    """Return the document in UTF-8, with an XML declaration, without a byte order mark and without a DOCTYPE.

    `laid_out` is the namespace of a document that is indented for readers first.
    """
    if laid_out is not None:
        _lay_out(root, laid_out)
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + b"\n"


def doi_holders(root: Element) -> Iterator[tuple[str, Element]]:
    """Yield every element that holds a ``doi_data``, with its DOI in small letters (`Doi.key`)."""
    # Citations and relations name DOIs as well, but only what is registered has `doi_data` (common5.5.0.xsd).
    for data in root.iter("{*}doi_data"):
        holder = data.getparent()
        if holder is not None:
            yield (data.findtext("{*}doi") or "").strip().lower(), holder


def canonical_hash(item: Element, namespace: str) -> str:
    """Return the SHA-256 (lower-case hexadecimal) of the item in exclusive canonical XML, without comments and layout.

    `namespace` is that of the deposit. It does not depend on the order of attributes, on quotes or on where namespaces
    are declared, but on prefixes. In a namespace without a scheme there is no canonical form: the hash is that of the
    item as it is then.
    """
    item = _without_layout(_without_comments(item), namespace)
    try:
        canonical = etree.tostring(item, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    # Relative namespace names cannot be canonicalised (XML C14N 1.0, section 2.1).
    except etree.C14NError:
        canonical = etree.tostring(item, with_tail=False)
    return hashlib.sha256(canonical).hexdigest()


def _without_comments(element: Element) -> Element:
    """Return a copy without comments and processing instructions, which may be between texts."""
    copied = parse_part(etree.tostring(element, with_tail=False))
    # The canonical form leaves out what is not used, and libxml2 refuses to make it where one of these is relative.
    etree.cleanup_namespaces(copied)
    return copied


_BLANK = re.compile(r"\s*")


def _without_layout(item: Element, namespace: str) -> Element:
    """Remove the indentation of the item, in place, and return it."""
    for element, part in list(_layout_texts(item, namespace)):
        setattr(element, part, None)
    return item


def _layout_texts(element: Element, namespace: str) -> Iterator[tuple[Element, str]]:
    """Yield the elements whose text or tail is nothing but indentation, with the name of that part."""
    if _is_mixed(element, namespace) or not len(element):
        return
    if _BLANK.fullmatch(element.text or ""):
        yield element, "text"
    for child in element:
        if _BLANK.fullmatch(child.tail or ""):
            yield child, "tail"
        yield from _layout_texts(child, namespace)
