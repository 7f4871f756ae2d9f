"""Markdown and plain text, with or without a header.

Plain text goes the same way as Markdown: it is Markdown without markup. Indented code is switched off, because
reference lists are printed with hanging indents.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from doideposit.findings import Finding, Severity
from doideposit.records.extraction.lines import Line, Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.publication import why_unpublished
from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.records.models.characters import normalise
from doideposit.records.sources.front_matter import HeaderPart
from doideposit.records.sources.interface import Header

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["read_text"]

# Lines of running text that nobody wrapped are longer than this.
_LONG = 250
# MediaWiki marks headings with one to four signs on both sides.
_WIKI_HEADING = re.compile(r"(?m)^(={1,4})\s*([^=\n]+?)\s*\1\s*$")
# reStructuredText underlines headings; here with at least three of the same sign.
_RST_HEADING = re.compile(r"(?m)^([^\n]{2,120})\n([=\-~^\"'#*+])\2{2,}[ \t]*$")


def read_text(text: str, *, file: str, near: Path | None = None) -> Manuscript:
    """Read a text; headings of reStructuredText and MediaWiki count as headings. Lines keep their numbers.

    `near` is where the text is on the disk: keys of authors in its header are looked up in the site's authors.yml.
    Raises `DiskError` when the disk fails while that is read.
    """
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    try:
        TooMuch.check_text(text)
    except TooMuch:
        return Manuscript(file, "text", findings=(TooMuch.finding(file),))
    header = HeaderPart.read(text, file=file, near=near)
    if header is not None:
        rows = text.split("\n")
        text = "\n" * header.length + "\n".join(rows[header.length :])
    name = file.lower()
    if name.endswith((".mediawiki", ".wiki")):
        text = _WIKI_HEADING.sub(lambda found: f"{'#' * len(found[1])} {found[2]}", text)
    elif name.endswith(".rst"):
        text = _RST_HEADING.sub(lambda found: f"# {found[1]}\n", text)
    text = re.sub(r"(?m)^(?:import|export) .*$", "", text) if name.endswith(".mdx") else text
    lines = _separate_lines(_read_lines(text))
    if header is None:
        return Manuscript(file, "text", lines)
    properties, told = Properties.of_header(header, file)
    return Manuscript(
        file, "text", lines, properties, findings=(*header.findings, *told, *_warn_of_draft(header, file))
    )


def _warn_of_draft(header: Header, file: str) -> tuple[Finding, ...]:
    """Warn about a header that says the document is not published: a draft record can be made of it anyway."""
    why = why_unpublished(header, file)
    if why is None:
        return ()
    return (replace(why, code="document-draft", severity=Severity.WARNING, hint="register its DOI when it is"),)


def _separate_lines(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Make every line a paragraph if the text was saved like that, as by Word: long lines, none empty."""
    long = sum(len(line.text) > _LONG for line in lines)
    blocks = len({line.block for line in lines})
    # Text without any markup whose lines mostly are alone is not Markdown.
    if not long or blocks > len(lines) // 3 or any(line.level or line.marker for line in lines):
        return lines
    return tuple(replace(line, block=index) for index, line in enumerate(lines))


# Tab and line feed stay; XML 1.0 has no place for most of the others (section 2.2, Char).
_CONTROL = re.compile("[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A footnote as Pandoc and other dialects of Markdown write it; CommonMark has none.
_NOTE = re.compile(r" {0,3}\[\^[^\]\s]{1,40}\]:")
# Tags end in the same text: a sign “<” before a number is not a tag.
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
# Of the faces that Crossref knows in titles, these two can change the meaning: 10² is not 102.
_KEPT_TAG = re.compile(r"</?(sub|sup)>", re.IGNORECASE)
# The text of a link that only says where to click is not text of the document.
_ADDRESS_LABEL = re.compile(r"<?(?:https?:|www\.|(?:dx\.)?doi\.org/)\S*>?|(?:link|here|online|url|pdf)", re.IGNORECASE)


def _read_lines(text: str) -> tuple[Line, ...]:
    """Read a document; lines that print nothing are left out. Control characters count as spaces."""
    text = _CONTROL.sub(" ", re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff")))
    raw = text.split("\n")
    # “[^1]: https://…” is a footnote to keep; without the backslash Markdown takes it for a link's definition.
    text = re.sub(r"(?m)^( {0,3})\[\^", r"\1\\[^", text)
    return tuple(line for line in _walk_tokens(_parse_markdown(text), raw) if line.text or line.links)


def _parse_markdown(text: str) -> "Sequence[Token]":
    from markdown_it import MarkdownIt  # noqa: PLC0415  (only documents need it)

    class MarkdownReader(MarkdownIt):
        """Keep every address as it is printed; doubts about it are reported later."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802  (markdown-it's name)
            return url

        def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802  (markdown-it's name)
            return True

    reader = MarkdownReader("commonmark").disable("code")
    reader.inline.ruler.before("escape", "bare_address", _parse_bare_address)
    return reader.parse(text)


# A scheme that the layout cut off from its address.
_SCHEME = re.compile(r"(?<![^\W_])https?$", re.IGNORECASE)
_SCHEME_LENGTH = 6  # one character before “https”, to see that it begins there
# Addresses in angle brackets may hold spaces where a line was wrapped; many servers take no more than 2,000 characters.
_ANGLED_REST = re.compile(r"://[^<>\n]{1,2000}(?=>)")
# Angle brackets within old DOIs (SICI) belong to the address when digits or a stop follow the closing one.
_REST = re.compile(r"://(?:[^\s<>\"“”|]|<[^<>\s\"]{1,60}>(?=[\d.;])){1,2000}")


def _parse_bare_address(state: "StateInline", silent: bool) -> bool:
    """Parse an address in the text without markup: its underscores and asterisks are part of it."""
    scheme = _SCHEME.search(state.pending[-_SCHEME_LENGTH:]) if state.src[state.pos] == ":" else None
    if scheme is None or state.linkLevel > 0:
        return False
    before = state.pending[: -len(scheme[0])]
    # Between angle brackets an address continues to the closing one, even over a space that should not be there.
    angled = _ANGLED_REST.match(state.src, state.pos, state.posMax) if before.endswith("<") else None
    rest = angled or _REST.match(state.src, state.pos, state.posMax)
    if rest is None:
        return False
    tail = rest[0] if angled else _without_closing(rest[0])
    if not silent:
        # CommonMark lets a backslash escape each of these signs, and does not print it.
        address = re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", scheme[0] + tail)
        state.pending = before
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos += len(tail)
    return True


def _without_closing(tail: str) -> str:
    """Return an address without the punctuation that closes the sentence or the bracket around it."""
    while tail and (tail[-1] in ".,;:!?'’”*]}" or (tail[-1] == ")" and tail.count("(") < tail.count(")"))):
        tail = tail[:-1]
    return tail


def _walk_tokens(tokens: "Sequence[Token]", raw: Sequence[str]) -> Iterator[Line]:
    block = item = items = level = 0
    marker = ""
    around: list[int] = []
    for token in tokens:
        match token.type:
            case "list_item_open":
                around.append(item)
                items += 1
                item, marker = items, token.info + token.markup
            case "list_item_close":
                item = around.pop()
            case "heading_open":
                level = int(token.tag[1:])
            case "heading_close":
                level = 0
            case "inline" | "html_block" | "fence" | "code_block":
                block += 1
                for piece in _split_lines(token):
                    number = _line_number(token, piece.offset)
                    yield piece.make_line(number, raw[number - 1], (block, level, marker, item))
                    marker = ""


def _line_number(token: "Token", offset: int) -> int:
    first, end = token.map or (0, 1)
    return max(first + 1, min(first + 1 + offset, end))


@dataclass(slots=True)
class _OpenLine:
    """Hold one line while it is put together."""

    offset: int
    text: list[str] = field(default_factory=list)
    rich: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    light: int = 0

    def add(self, text: str) -> None:
        for parts in (self.text, self.rich, self.bare):
            parts.append(text)

    def make_line(self, number: int, source: str, place: tuple[int, int, str, int]) -> Line:
        block, level, marker, item = place
        text, rich, bare = _clean_text(*self.text), _clean_text(*self.rich), _clean_text(*self.bare)
        bold, note = bool(text) and not self.light, bool(_NOTE.match(source))
        return Line(number, text, rich, bare, tuple(self.links), source, block, level, marker, item, bold, note)


def _clean_text(*parts: str) -> str:
    return normalise(_CONTROL.sub(" ", "".join(parts)))


def _split_lines(token: "Token") -> list[_OpenLine]:
    if token.type != "inline":
        rows = _TAG.sub("", token.content) if token.type == "html_block" else token.content
        pieces = [_OpenLine(offset) for offset, _ in enumerate(rows.split("\n"))]
        for piece, row in zip(pieces, rows.split("\n"), strict=True):
            piece.add(row)
            piece.light = len(row)
        return pieces
    return _Inline().read(token.children or ())


class _Inline:
    """Put the lines of one block together from its inline tokens."""

    def __init__(self) -> None:
        self.pieces = [_OpenLine(0)]
        self.target: str | None = None
        self.label: list[str] = []
        self.bare_start = 0
        self.strong = 0

    def read(self, children: "Sequence[Token]") -> list[_OpenLine]:
        for child in children:
            self._take_token(child)
        return self.pieces

    def _take_token(self, child: "Token") -> None:
        match child.type:
            case "softbreak" | "hardbreak":
                self._break_line(1)
            case "link_open":
                self.target, self.label = str(child.attrs.get("href", "")), []
                self.bare_start = len(self.pieces[-1].bare)
            case "link_close":
                self._close_link()
            case "em_open" | "em_close":
                self.pieces[-1].rich.append("<i>" if child.nesting == 1 else "</i>")
            case "strong_open" | "strong_close":
                self.strong += child.nesting
            case "html_inline":
                self._read_tag(child.content)
            case "text" | "text_special" | "code_inline":
                self._add_text(child.content)

    def _add_text(self, text: str) -> None:
        self.pieces[-1].add(text)
        if not self.strong:
            # A colon or a space after bold words is often not bold itself.
            self.pieces[-1].light += len(text.strip(" :"))
        self.label.append(text)

    def _break_line(self, count: int) -> None:
        for _ in range(count):
            self.pieces.append(_OpenLine(self.pieces[-1].offset + 1))
        self.label.append(" ")
        self.bare_start = 0

    def _read_tag(self, tag: str) -> None:
        if _KEPT_TAG.fullmatch(tag):
            self.pieces[-1].rich.append(tag.lower())
        elif tag.lower().startswith("<br"):
            self._add_text(" ")
        if "\n" in tag:
            self._break_line(tag.count("\n"))

    def _close_link(self) -> None:
        piece, label = self.pieces[-1], _clean_text(*self.label)
        piece.links.append(Link(label, _clean_text(self.target or "")))
        if label == piece.links[-1].target or _ADDRESS_LABEL.fullmatch(label):
            del piece.bare[self.bare_start :]
        self.target = None
