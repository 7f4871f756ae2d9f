"""Abstracts as the part of JATS that Crossref shows: paragraphs, titled sections, and plain inline markup.

Text, HTML and JATS go through the same small reduction; whatever is not in the subset becomes plain text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

from lxml import etree

from doideposit.crossref.names import JATS
from doideposit.crossref.xml.markup import XML_LANG, Maker, Markup, escaped
from doideposit.crossref.xml.richtext import mathml
from doideposit.records.models.commentary import Abstract, AbstractFormat
from doideposit.safe_xml import Element, parse_part

__all__ = ["Reduction"]

_JATS = Maker.of(JATS)

# Inline elements of HTML and JATS, and what each is in the JATS of Crossref's schema.
_INLINE: Final = {
    **dict.fromkeys(("i", "em", "italic", "cite", "dfn", "var"), "italic"),
    **dict.fromkeys(("b", "strong", "bold"), "bold"),
    **dict.fromkeys(("sub", "inf"), "sub"),
    "sup": "sup",
    **dict.fromkeys(("u", "ins", "underline"), "underline"),
    **dict.fromkeys(("s", "strike"), "strike"),
    **dict.fromkeys(("sc", "small-caps"), "sc"),
    **dict.fromkeys(("tt", "code", "kbd", "samp", "monospace"), "monospace"),
    "overline": "overline",
}
# HTML's headings, and the `title` of a section in JATS.
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title"})
# Elements that end a line in HTML or JATS: their texts must not grow together.
_BLOCKS: Final = frozenset(
    "p div section article blockquote pre ul ol dl li dt dd table tr br hr abstract sec list list-item "
    "disp-quote disp-formula body html header footer main figure figcaption address caption nav aside details summary "
    "fieldset legend boxed-text statement speech verse-group verse-line def-list def-item def table-wrap fig fn "
    "attrib tbody thead tfoot disp-formula-group".split()
)
# What stands side by side, and is not a paragraph of its own: between two of them is a space.
_CELLS: Final = frozenset({"td", "th", "label", "term", "kwd", "option", "button", "speaker"})
# Formulas are kept whole, or their numbers would run into the text.
_FORMULAS: Final = frozenset({"math", "inline-formula", "disp-formula", "alternatives"})
# Elements that say nothing themselves: losing them loses nothing.
_SILENT: Final = _BLOCKS | _CELLS | _FORMULAS | {"span", "a", "ext-link", "wrap", "trans-abstract", "q"}
# What no reader is shown.
_WITHOUT_TEXT: Final = frozenset({"script", "style", "head", "template", "object-id"})
# libxml2 refuses trees deeper than 256 levels, and no abstract comes near this.
_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class _Formula:
    """Hold a formula as the XML of ``jats:inline-formula``."""

    xml: Markup


# A text, the start or the end of an inline element, or a formula.
_Token = str | tuple[str, bool] | _Formula


@dataclass(slots=True)
class _Paragraph:
    """Hold a paragraph or a heading while it is read: text and inline elements as tokens."""

    heading: bool = False
    tokens: list[_Token] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reduction:
    """Hold an abstract in the subset: its blocks, which elements became text, and whether it could be read."""

    blocks: tuple[Markup, ...]
    lost: frozenset[str] = frozenset()
    readable: bool = True

    @classmethod
    def of(cls, text: Abstract) -> Self:
        """Reduce an abstract to the subset of JATS; an unreadable one is taken as plain text."""
        match text.format:
            case AbstractFormat.TEXT:
                return cls(_plain_paragraphs(text.text))
            case AbstractFormat.HTML:
                source = _parse_html(text.text)
            case AbstractFormat.JATS:
                source = _parse_jats(text.text)
        if source is None:
            return cls(_plain_paragraphs(_TAG.sub(" ", text.text)), readable=False)
        reader = _ParagraphReader()
        reader.read(source)
        return cls(_build_sections(reader.paragraphs), frozenset(reader.lost))

    @staticmethod
    def element(text: Abstract, language: str | None) -> Markup | None:
        """Return ``jats:abstract`` with its language, or None when nothing is left of the text."""
        blocks = Reduction.of(text).blocks
        if not blocks:
            return None
        attributes = {"abstract-type": text.kind, XML_LANG: text.language or language}
        return _JATS.outer("abstract", *blocks, **attributes)

    @staticmethod
    def illegal_character(text: str) -> str | None:
        """Return the first character XML cannot hold or no abstract is meant to contain; it is left out."""
        found = _CONTROL.search(text)
        return found[0] if found else None


# Tags of the text itself, which may not be well-formed.
_TAG: Final = re.compile(r"<[^<>]*>")
# An empty line parts paragraphs, whatever the line ends of the file.
_BLANK_LINE: Final = re.compile(r"(?:\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)")
# XML 1.0 forbids these, escaped or not (production 2), but for U+007F to U+009F, which are left of a wrong encoding.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Zero-width characters and soft hyphens say nothing to anyone who reads an abstract.
_ILLEGAL: Final = re.compile(_CONTROL.pattern[:-1] + "\u200b\u2060\ufeff\u00ad]")
_SPACES: Final = re.compile(r"\s+")


def _clean_text(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _ILLEGAL.sub("", text)))


def _plain_paragraphs(text: str) -> tuple[Markup, ...]:
    if text.isascii() and text.isprintable() and "  " not in text:
        # It is one paragraph, and there is nothing in it to clean.
        text = text.strip()
        return (_JATS.text("p", text),) if text else ()
    paragraphs = (_clean_text(part).strip() for part in _BLANK_LINE.split(text))
    return tuple(_JATS.text("p", paragraph) for paragraph in paragraphs if paragraph)


def _parse_html(text: str) -> Element | None:
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    try:
        root = etree.fromstring(f"<html><body>{_ILLEGAL.sub('', text)}</body></html>".encode(), parser)
    # lxml raises for a text without any element.
    except etree.ParserError:
        return None
    # libxml2 mends everything else, but drops what is nested deeper than it goes.
    too_deep = any("depth" in entry.message for entry in parser.error_log)
    return None if too_deep else root


def _parse_jats(text: str) -> Element | None:
    """Parse JATS with whatever prefixes its authors are used to, but with no entities and no other file."""
    prefixes = (
        f'xmlns:jats="{JATS}" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'
    )
    try:
        return parse_part(f"<wrap {prefixes}>{_ILLEGAL.sub('', text)}</wrap>", named_characters=True)
    # Text with a lone `<` is plain text and no markup.
    except etree.XMLSyntaxError:
        return None


class _ParagraphReader:
    """Walk a parsed abstract once and gather its paragraphs."""

    def __init__(self) -> None:
        self.paragraphs = [_Paragraph()]
        self.lost: set[str] = set()

    def read(self, node: Element, depth: int = 0) -> None:
        """Read an element with everything inside it."""
        # Not by lxml's QName, which refuses names that the HTML parser lets through.
        name = _name(node)
        if name in _WITHOUT_TEXT:
            self.lost.add(name)
        elif name in _FORMULAS and (formulas := _formulas(node)):
            self._read_formula(node, name, formulas)
        # Python's own recursion has a limit too, and no honest abstract comes near this one.
        elif depth > _DEPTH:
            self._add_text("".join(map(str, node.itertext())))
        elif name in _HEADINGS:
            self._read_block(node, depth, heading=True)
        elif name in _BLOCKS:
            self._read_block(node, depth)
        elif name in _INLINE:
            self._read_inline(_INLINE[name], node, depth)
        else:
            if name not in _SILENT:
                self.lost.add(name)
            around = _AROUND.get(name, (" ", " ") if name in _CELLS else ("", ""))
            self._add_text(around[0])
            self._read_children(node, depth)
            self._add_text(around[1])

    def _read_formula(self, node: Element, name: str, formulas: list[Element]) -> None:
        """Read a formula as MathML; TeX or a picture beside it says the same."""
        own = name == "disp-formula"
        if own:
            self.paragraphs.append(_Paragraph())
        label = node.find("{*}label")
        if own and label is not None:
            self._add_text("".join(map(str, label.itertext())) + " ")
        xml = _JATS("inline-formula", *(mathml(element) for element in formulas))
        self.paragraphs[-1].tokens.append(_Formula(xml))
        if own:
            self.paragraphs.append(_Paragraph())

    def _read_block(self, node: Element, depth: int, *, heading: bool = False) -> None:
        self.paragraphs.append(_Paragraph(heading))
        self._read_children(node, depth)
        self.paragraphs.append(_Paragraph())

    def _read_inline(self, name: str, node: Element, depth: int) -> None:
        self.paragraphs[-1].tokens.append((name, True))
        self._read_children(node, depth)
        # A block inside has begun a new paragraph: the markup ended with the old one.
        self.paragraphs[-1].tokens.append((name, False))

    def _read_children(self, node: Element, depth: int) -> None:
        self._add_text(node.text)
        for child in node:
            self.read(child, depth + 1)
            self._add_text(child.tail)

    def _add_text(self, text: str | None) -> None:
        if text:
            self.paragraphs[-1].tokens.append(_clean_text(text))


# Quotation marks that a browser writes for this element.
_AROUND: Final = {"q": ("“", "”")}


def _name(node: Element) -> str:
    """Return the name of an element without namespace or prefix; the parser for HTML leaves prefixes in names."""
    return str(node.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _formulas(node: Element) -> list[Element]:
    """Return the formulas in MathML that an element is or holds, without those inside of another."""
    return [element for element in node.iter("*") if _name(element) == "math"] if _name(node) != "math" else [node]


def _build_sections(paragraphs: list[_Paragraph]) -> tuple[Markup, ...]:
    """Return paragraphs, and a section from each heading to the next; a heading alone becomes a paragraph."""
    done: list[Markup] = []
    heading: list[_Token] | None = None
    section: list[Markup] = []
    for paragraph in paragraphs:
        tokens = list(_trim_tokens(paragraph.tokens))
        if not any(map(_says_something, tokens)):
            continue
        if not paragraph.heading:
            section.append(_build_paragraph(tokens))
            continue
        done += _build_section(heading, section)
        heading, section = [token for token in tokens if not isinstance(token, tuple)], []
    return tuple(done + _build_section(heading, section))


def _says_something(token: _Token) -> bool:
    return isinstance(token, _Formula) or (isinstance(token, str) and bool(token.strip()))


def _build_section(heading: list[_Token] | None, inside: list[Markup]) -> list[Markup]:
    if heading is None:
        return inside
    return [_JATS("sec", _build_paragraph(heading, "title"), *inside)] if inside else [_build_paragraph(heading)]


def _build_paragraph(tokens: list[_Token], name: str = "p") -> Markup:
    """Return ``jats:p`` of the tokens; markup that is still open ends with the markup around it."""
    levels: list[tuple[str, list[Markup]]] = [(name, [])]
    for token in tokens:
        if isinstance(token, str):
            levels[-1][1].append(escaped(token))
        elif isinstance(token, _Formula):
            levels[-1][1].append(token.xml)
        elif token[1]:
            levels.append((token[0], []))
        elif len(levels) > 1 and levels[-1][0] == token[0]:
            _close_innermost(levels)
    while len(levels) > 1:
        _close_innermost(levels)
    return _JATS(name, *levels[0][1])


def _close_innermost(levels: list[tuple[str, list[Markup]]]) -> None:
    """Put the innermost open element, complete, into the one around it."""
    name, inside = levels.pop()
    levels[-1][1].append(_JATS(name, *inside))


def _trim_tokens(tokens: list[_Token]) -> Iterator[_Token]:
    """Yield the tokens with single spaces between words, across markup too, and none at either end."""
    end = max((place for place, token in enumerate(tokens) if _says_something(token)), default=-1)
    space = True
    for place, token in enumerate(tokens):
        if not isinstance(token, str):
            space = space and not isinstance(token, _Formula)
            yield token
            continue
        text = token.lstrip() if space else token
        if place >= end:
            text = text.rstrip()
        if text:
            space = text.endswith(" ")
            yield text
