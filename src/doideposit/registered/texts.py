"""Texts of a registered record as a record file writes them: with their tags, and white space brought together."""

import re
import unicodedata
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, Self

from lxml import etree

from doideposit.records.origin import RawValue
from doideposit.safe_xml import Element, local_name

__all__ = ["Leftover", "ReadText"]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Hold something registered that a record file has no field for: where it is, and its XML."""

    name: str
    xml: str

    @classmethod
    def of(cls, name: str, element: Element) -> Self:
        """Hold an element with its XML in one form, so that two of them can be compared."""
        copy = deepcopy(element)
        copy.tail = None
        for node in copy.iter():
            if local_name(node):
                node.tag = local_name(node)
                node.text = _normalise_spaces(node.text).strip() if not len(node) else node.text and node.text.strip()
                node.tail = node.tail and (_normalise_spaces(node.tail) if node.tail.strip() else None)
        etree.cleanup_namespaces(copy)
        return cls(name, etree.tostring(copy, encoding="unicode"))


# `xml:lang` needs no declaration in any document.
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# MathML is kept as it is, and has a namespace of its own.
_MATHML: Final = "http://www.w3.org/1998/Math/MathML"
# Crossref's face markup, which a record file writes in the same words.
_FACES: Final = frozenset("b i em strong u ovl sup sub scp tt font".split())


class ReadText(str):
    """A text as any other, and the element that it was read from, where what is said of the text can be shown."""

    __slots__ = ("element",)
    element: Element

    def __new__(cls, text: str, element: Element) -> Self:
        """Join a text and its element."""
        made = super().__new__(cls, text)
        made.element = element
        return made

    @classmethod
    def plain(cls, element: Element) -> Self:
        """Return the text of an element in Unicode NFC, so that equal texts compare as equal."""
        return cls(_join_words("".join(map(str, element.itertext()))), element)

    @classmethod
    def own(cls, element: Element) -> Self:
        """Return the text of an element before its first child: affiliations are children of an organisation."""
        return cls(_join_words(element.text or ""), element)

    @classmethod
    def markup(cls, element: Element) -> Self:
        """Return a title or a citation with its face markup as tags, and its formulas as MathML."""
        return cls(_inner_markup(element).strip(), element)

    @classmethod
    def day(cls, element: Element) -> Self:
        """Return a date as a record file writes it: with as many parts as there are."""
        parts = [element.find(f"{{*}}{name}") for name in ("year", "month", "day")]
        year, *others = ["" if part is None else cls.plain(part) for part in parts]
        # Crossref returns a month as it was deposited, as `9` or as `09`.
        known = [year, *(part.zfill(2) for part in others if part)]
        return cls("-".join(known if others[0] else known[:1]), element)

    @classmethod
    def issn(cls, element: Element) -> Self:
        """Return an ISSN with its hyphen, which older deposits left out."""
        text = cls.plain(element)
        # Only the last sign of an ISSN may be a letter: X stands for ten (ISO 3297).
        signs = text.replace("-", "").upper()
        whole = re.fullmatch(r"\d{7}[\dX]", signs) is not None
        # An ISSN is written in two halves of four.
        return cls(f"{signs[:4]}-{signs[4:]}" if whole else text, element)

    @staticmethod
    def bare(fields: Mapping[str, RawValue]) -> dict[str, RawValue]:
        """Return fields with plain texts, which hold no document in memory."""
        return {key: _without_elements(value) for key, value in fields.items()}

    @staticmethod
    def abstract(element: Element) -> dict[str, RawValue]:
        """Return an abstract: as text where it has paragraphs alone, as JATS where it has more."""
        paragraphs = [child for child in element if local_name(child)]
        # Most abstracts are nothing but paragraphs, and a person edits text more easily than JATS.
        plain = all(local_name(child) == "p" and not len(child) for child in paragraphs) and paragraphs
        if plain and not _normalise_spaces(element.text).strip():
            found: dict[str, RawValue] = {
                "text": ReadText("\n\n".join(_normalise_spaces(child.text).strip() for child in paragraphs), element)
            }
        else:
            found = {"text": ReadText(_jats_inside(element).strip(), element), "format": "jats"}
        named = {"language": element.get(_LANGUAGE) or element.get("lang"), "kind": element.get("abstract-type")}
        return found | {key: value for key, value in named.items() if value}


def _without_elements(value: RawValue) -> RawValue:
    if value is None or isinstance(value, str):
        # `str` of the subclass is a plain text, which lets go of its document.
        return None if value is None else str(value)
    if isinstance(value, Mapping):
        return ReadText.bare(value)
    return [_without_elements(one) for one in value]


def _normalise_spaces(text: str | None) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text or ""))


def _join_words(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _inner_markup(element: Element) -> str:
    parts = [_normalise_spaces(element.text)]
    for child in element:
        name = local_name(child)
        if name == "math":
            parts.append(_mathml_of(child))
        elif name in _FACES:
            parts.append(f"<{name}>{_inner_markup(child)}</{name}>")
        elif name:
            parts.append(_inner_markup(child))
        parts.append(_normalise_spaces(child.tail))
    return "".join(parts)


def _mathml_of(element: Element) -> str:
    """Return a formula with the prefix ``mml``, whatever namespace it came in: unixref has none."""
    copy = deepcopy(element)
    copy.tail = None
    for node in copy.iter():
        if local_name(node):
            # unixref has no namespaces at all, and a record file has them all: in between they must be one.
            node.tag = f"{{{_MATHML}}}{local_name(node)}"
    root = etree.Element(f"{{{_MATHML}}}math", nsmap={"mml": _MATHML})
    root.text = copy.text
    root.extend(list(copy))
    for name, value in copy.attrib.items():
        root.set(name, value)
    return etree.tostring(root, method="c14n", exclusive=True).decode().replace(f' xmlns:mml="{_MATHML}"', "")


# Elements of JATS that are within a line; all others end one.
_INLINE: Final = frozenset(
    "italic bold sub sup sc underline overline strike monospace xref ext-link inline-formula math".split()
)


def _jats_inside(element: Element) -> str:
    """Return the content of an element of JATS, without white space between blocks."""
    texts = [element.text, *(child.tail for child in element)]
    inline = any(local_name(child) in _INLINE for child in element) or any((text or "").strip() for text in texts)
    parts = [_escape(element.text)] if inline or not len(element) else []
    for child in element:
        name = local_name(child)
        if name == "math":
            parts.append(_mathml_of(child))
        elif name:
            parts.append(f"<jats:{name}>{_jats_inside(child)}</jats:{name}>")
        parts += [_escape(child.tail)] if inline else []
    return "".join(parts)


def _escape(text: str | None) -> str:
    return _normalise_spaces(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
