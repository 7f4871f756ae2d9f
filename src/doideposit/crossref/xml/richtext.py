"""Titles and citation texts as XML: face markup in Crossref's elements, formulas as MathML made safe."""

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

from doideposit.crossref.names import MATHML
from doideposit.crossref.xml.markup import Maker, Markup, escaped
from doideposit.records.models.text import Face, Math, Node, RichText
from doideposit.safe_xml import Element, parse_part

__all__ = ["mathml", "rich"]


def rich(make: Maker, name: str, text: "RichText | Sequence[Node]", /, **attributes: str | None) -> Markup:
    """Return the element `name` with the nodes of a rich text as its mixed content."""
    nodes = text.nodes if isinstance(text, RichText) else text
    if len(nodes) == 1 and isinstance(nodes[0], str):
        return make.text(name, nodes[0], **attributes)
    return make(name, *(_node_markup(make, node) for node in nodes), **attributes)


def _node_markup(make: Maker, node: Node) -> Markup:
    match node:
        case str():
            return escaped(node)
        case Face():
            return rich(make, node.tag, node.children)
        case Math():
            # A formula that is not XML is a finding of losses(); here only its text is left.
            return mathml(node) or escaped(_TAG.sub("", node.xml))


_TAG: Final = re.compile(r"<[^<>]*>")


def mathml(formula: Math | Element) -> Markup | None:
    """Return the ``mml:math`` element of a formula, rebuilt from MathML elements and plain attributes only.

    None when the formula is no well-formed XML, has a DOCTYPE, or its root is not MathML's ``math``. Ids go, because
    they would have to be unique in the whole file; so do links and elements of other vocabularies, whose text stays.
    An element is a formula that was parsed already. The parser for HTML knows no namespaces, so elements that only
    MathML has count as its own there.
    """
    element = _parse_formula(formula) if isinstance(formula, Math) else formula
    if element is None:
        return None
    for node in element.iter("*"):
        name = str(node.tag)
        if not name.startswith("{") and (local := name.rpartition(":")[2]) in _MATHML_NAMES:
            node.tag = f"{{{MATHML}}}{local}"
    copied = _copy_plain(element, nsmap={"mml": MATHML})
    return Markup(etree.tostring(copied, method="c14n", exclusive=True).decode())


def _parse_formula(formula: Math) -> Element | None:
    default = "" if formula.xml.lstrip().lower().startswith("<mml:") else f' xmlns="{MATHML}"'
    wrapped = f'<wrap{default} xmlns:mml="{MATHML}" xmlns:xlink="http://www.w3.org/1999/xlink">{formula.xml}</wrap>'
    try:
        root = parse_part(wrapped, named_characters=True)
    # A text that only looks like markup is deposited as text.
    except etree.XMLSyntaxError:
        return None
    return root[0] if len(root) == 1 and root[0].tag == f"{{{MATHML}}}math" else None


# MathML 3, presentation elements, and what `semantics` holds.
_MATHML_NAMES: Final = frozenset(
    "math mi mn mo ms mtext mspace mglyph mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub "
    "msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mlabeledtr mtd maligngroup "
    "malignmark maction semantics annotation annotation-xml".split()
)


def _copy_plain(source: Element, nsmap: dict[str, str] | None = None) -> Element:
    attributes = {str(key): str(value) for key, value in source.attrib.items() if _is_plain(str(key))}
    target = etree.Element(source.tag, attributes, nsmap)
    target.text = source.text
    last: Element | None = None
    for child in source:
        if child.tag.startswith(f"{{{MATHML}}}"):
            last = _copy_plain(child)
            last.tail = child.tail
            target.append(last)
        else:
            _add_text(target, last, "".join(map(str, child.itertext())) + (child.tail or ""))
    return target


def _add_text(element: Element, last: Element | None, text: str) -> None:
    if last is None:
        element.text = (element.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def _is_plain(name: str) -> bool:
    """Tell whether an attribute only describes MathML: none that runs a script, links, or belongs to a namespace."""
    return not name.startswith(("{", "on")) and name not in {"id", "xref", "href", "style", "src", "altimg"}
