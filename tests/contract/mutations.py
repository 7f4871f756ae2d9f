"""Systematic harm to a valid document: every element and attribute in turn, in every way that a schema may care about.

Each mutation is a name, for the test's report, and the bytes of the harmed document.
"""

import copy
from collections.abc import Callable, Iterator

from lxml import etree

type_attribute = "{http://www.w3.org/2001/XMLSchema-instance}type"
nil_attribute = "{http://www.w3.org/2001/XMLSchema-instance}nil"

TEXTS = {
    "empty": "",
    "blank": " ",
    "padded": " {} ",
    "line-break": "{}\n",
    "long": "{}" + "x" * 2100,
    "astral": "\U0001f642" * 256,
    "word": "zzz",
    "negative": "-1",
    "plus": "+1",
    "decimal": "1.0",
    "zero": "0",
    "many-digits": "123456789012345678901234567890",
    "arabic-digits": "٣",
    "date-no-day": "2024-02-30",
    "date-zone": "2024-03-05Z",
    "date-time": "2024-03-05T00:00:00",
    "date-far": "12024-03-05",
    "date-zero": "0000-03-05",
    "date-bc": "-0001-03-05",
    "date-leap": "2023-02-29",
    "date-zone-far": "2024-03-05+15:00",
    "year-zone": "2024Z",
    "year-offset": "2024+14:00",
    "year-led": "02024",
    "year-negative": "-2024",
    "digits-underscore": "2_024",
    "tab-padded": "\t{}\t",
    "no-break-padded": "\u00a0{}\u00a0",
    "true": "true",
    "one": "1",
    "doi": "10.5555/abc def",
    "url-space": "http://exa mple.org/",
    "url-bracket": "http://[himalaya/",
    "url-percent": "https://himalaya.example/%zz",
    "url-unicode": "https://himalaya.example/ü",
    "url-marks": "https://himalaya.example/<>{{}}|\\^`",
    "url-hash": "https://himalaya.example/#a#b",
    "url-port": "https://himalaya.example:port/",
    "url-colon": "https://",
    "url-upper": "HTTP://HIMALAYA.EXAMPLE/",
}
"""What an element's text or an attribute's value is replaced by; ``{}`` is what stood there."""

Edit = Callable[[etree._Element], None]


def elements(root: etree._Element) -> list[etree._Element]:
    return [element for element in root.iter() if isinstance(element.tag, str)]


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def structural(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Every element dropped, doubled, moved, renamed, given a stranger as a child or a sibling, given text."""
    edits: dict[str, Edit] = {
        "drop": _drop,
        "double": lambda element: element.addnext(copy.deepcopy(element)),
        "swap": _swap,
        "to-end": lambda element: _parent(element).append(element),
        "to-start": lambda element: _parent(element).insert(0, element),
        "up": _up,
        "unwrap": _unwrap,
        "rename": lambda element: setattr(element, "tag", f"{element.tag}x"),
        "no-namespace": lambda element: setattr(element, "tag", local(element)),
        "stranger-inside": lambda element: element.insert(0, etree.Element("{urn:stranger}thing")),
        "own-inside": lambda element: element.append(etree.Element(etree.QName(etree.QName(element).namespace, "doi"))),
        "comment-inside": lambda element: element.insert(0, etree.Comment("note")),
        "instruction-inside": lambda element: element.append(etree.ProcessingInstruction("note")),
        "text-before": _text_before,
        "emptied": lambda element: [element.remove(child) for child in element] and None,
    }
    return _apply(xml, edits)


def attributes(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Every attribute dropped, emptied, set to a wrong value, padded, in capitals; strangers added to every element."""
    for number, element in enumerate(elements(etree.fromstring(xml))):
        for name, value in element.items():
            changes = {"drop": None, "capitals": value.upper(), "twice": f"{value} {value}"}
            changes |= {key: text.format(value) for key, text in TEXTS.items() if key != "astral"}
            for key, change in changes.items():
                yield (
                    f"{local(element)}[{number}]/@{etree.QName(name).localname}/{key}",
                    _with(xml, number, name, change),
                )
    additions = {
        "unknown": ("zzz", "1"),
        "language": ("language", "en"),
        "xml-lang": ("{http://www.w3.org/XML/1998/namespace}lang", "en"),
        "xml-lang-bad": ("{http://www.w3.org/XML/1998/namespace}lang", "?"),
        "xml-space": ("{http://www.w3.org/XML/1998/namespace}space", "preserve"),
        "foreign": ("{urn:stranger}thing", "1"),
        "nil": (nil_attribute, "true"),
        "nil-false": (nil_attribute, "false"),
        "type": (type_attribute, "date_t"),
        "type-unknown": (type_attribute, "zzz"),
        "id": ("id", "one"),
    }
    for number, element in enumerate(elements(etree.fromstring(xml))):
        for key, (name, value) in additions.items():
            yield f"{local(element)}[{number}]/+{key}", _with(xml, number, name, value)


def values(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Every text overstepping every kind of facet."""
    for number, element in enumerate(elements(etree.fromstring(xml))):
        if len(element) == 0:
            for key, text in TEXTS.items():
                changed = etree.fromstring(xml)
                target = elements(changed)[number]
                target.text = text.format(target.text or "")
                yield f"{local(element)}[{number}]/{key}", _bytes(changed)


def _apply(xml: bytes, edits: dict[str, Edit]) -> Iterator[tuple[str, bytes]]:
    for number in range(1, len(elements(etree.fromstring(xml)))):
        for key, edit in edits.items():
            changed = etree.fromstring(xml)
            target = elements(changed)[number]
            name = f"{local(target)}[{number}]/{key}"
            edit(target)
            result = _bytes(changed)
            if result != _bytes(etree.fromstring(xml)):
                yield name, result


def _with(xml: bytes, number: int, name: str, value: str | None) -> bytes:
    changed = etree.fromstring(xml)
    target = elements(changed)[number]
    if value is None:
        del target.attrib[name]
    else:
        target.set(name, value)
    return _bytes(changed)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _drop(element: etree._Element) -> None:
    _parent(element).remove(element)


def _swap(element: etree._Element) -> None:
    following = element.getnext()
    if following is not None:
        following.addnext(element)


def _up(element: etree._Element) -> None:
    parent = _parent(element)
    if parent.getparent() is not None:
        parent.addnext(element)


def _unwrap(element: etree._Element) -> None:
    for child in list(element):
        element.addprevious(child)
    _drop(element)


def _text_before(element: etree._Element) -> None:
    element.text = f"zzz{element.text or ''}"
