"""OpenDocument texts (.odt) as LibreOffice saves them: paragraphs, headings, links, footnotes and the title.

Read with zipfile and lxml: odfpy has had no release since 2020 and builds a tree of its own objects. The elements are
those of OpenDocument 1.3, part 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from doideposit.records.extraction.draft import Leaf
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.archive import DocumentArchive
from doideposit.records.extraction.readers.building import LineBuilder

__all__ = ["read_odt"]

# OpenDocument 1.2 names all its namespaces by this pattern.
_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _OFFICE, _STYLE, _FO = (f"{{{_NS}{name}:1.0}}" for name in ("text", "office", "style", "xsl-fo-compatible"))
# The title in the metadata is in Dublin Core.
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
# Links are attributes of XLink here as well.
_HREF = "{http://www.w3.org/1999/xlink}href"
# What is in the file beside the text: changes that were taken back, remarks, lists of contents.
_SKIPPED = frozenset(
    {f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}table-of-content", f"{_TEXT}sequence-decls"}
)


@dataclass(slots=True)
class _OdtText:
    """Hold the text of a paragraph while it is put together."""

    parts: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    italics: list[str] = field(default_factory=list)
    light: int = 0
    notes: list[Any] = field(default_factory=list)

    def add(self, text: str | None, *, bold: bool, italic: bool) -> None:
        plain = " ".join(f"·{text}·".split())[1:-1] if text else ""  # Line ends of the file are spaces.
        self.parts.append(plain)
        self.light += 0 if bold else len(plain.strip(" :"))
        self.italics += [plain.strip()] if italic and len(plain.strip()) > 1 else []


def read_odt(data: bytes, *, file: str) -> Manuscript:
    """Read a document; raises `zipfile.BadZipFile`, `TooMuch` and `etree.XMLSyntaxError` when it is broken."""
    archive = DocumentArchive(data)
    content = archive.parse("content.xml")
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    reader = _OdtReader(_read_styles(content, archive))
    if body is not None:
        reader.walk(body)
    reader.add_notes()
    return Manuscript(
        file, "OpenDocument text", tuple(reader.builder.lines), _read_properties(archive), reader.builder.places
    )


@dataclass(frozen=True, slots=True)
class _OdtStyle:
    """Hold what a style says: its own name or that of its parent, its face."""

    name: str
    bold: bool = False
    italic: bool = False


def _read_styles(content: Any, archive: DocumentArchive) -> dict[str, _OdtStyle]:
    found: dict[str, _OdtStyle] = {}
    for root in ([archive.parse("styles.xml")] if archive.size("styles.xml") else []) + [content]:
        for node in root.iter(f"{_STYLE}style"):
            name = node.get(f"{_STYLE}name") or ""
            parent = node.get(f"{_STYLE}parent-style-name") or ""
            face = node.find(f"{_STYLE}text-properties")
            above = found.get(parent)
            weight = face.get(f"{_FO}font-weight") if face is not None else None
            slant = face.get(f"{_FO}font-style") if face is not None else None
            automatic = root is content and parent
            found[name] = _OdtStyle(
                (above.name if above else parent) if automatic else node.get(f"{_STYLE}display-name") or name,
                weight == "bold" if weight else bool(above and above.bold),
                slant == "italic" if slant else bool(above and above.italic),
            )
    return found


class _OdtReader:
    """Walk through the body of a document."""

    def __init__(self, styles: dict[str, _OdtStyle]) -> None:
        self.builder = LineBuilder()
        self._styles = styles
        self._notes: list[Any] = []

    def walk(self, node: Any) -> None:
        for child in node:
            if child.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
                self._add_paragraph(child)
            elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self.walk(child)

    def add_notes(self) -> None:
        """Add the footnotes and endnotes after the text, each as a numbered note."""
        for number, note in enumerate(self._notes, 1):
            text = _OdtText()
            for paragraph in note.iter(f"{_TEXT}p"):
                self._collect_text(paragraph, text, bold=False, italic=False)
                text.parts.append(" ")
            self.builder.paragraph("".join(text.parts), links=text.links, note=True, place=f"footnote {number}")

    def _add_paragraph(self, node: Any) -> None:
        style = self._style_of(node)
        text = _OdtText()
        self._collect_text(node, text, bold=bool(style and style.bold), italic=bool(style and style.italic))
        whole = "".join(text.parts)
        level = int(node.get(f"{_TEXT}outline-level") or 1) if node.tag == f"{_TEXT}h" else _heading_level(style)
        bold = bool(whole.strip()) and not text.light
        item = node.getparent() is not None and node.getparent().tag == f"{_TEXT}list-item"
        marker = "-" if item and not level else ""
        self.builder.paragraph(whole, links=text.links, level=level, bold=bold, italics=text.italics, marker=marker)
        self._notes += text.notes

    def _style_of(self, node: Any) -> _OdtStyle | None:
        return self._styles.get(node.get(f"{_TEXT}style-name") or "")

    def _collect_text(self, node: Any, text: _OdtText, *, bold: bool, italic: bool) -> None:
        text.add(node.text, bold=bold, italic=italic)
        for child in node:
            self._collect_child(child, text, bold, italic)
            text.add(child.tail, bold=bold, italic=italic)

    def _collect_child(self, node: Any, text: _OdtText, bold: bool, italic: bool) -> None:
        name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
        if node.tag in _SKIPPED or not name:
            return
        if name in {"tab", "s"}:
            text.parts.append(" ")
        elif name == "line-break":
            text.parts.append("\n")
        elif name == "note":
            text.notes += list(node.iter(f"{_TEXT}note-body"))
        elif name == "a":
            start = len(text.parts)
            self._collect_text(node, text, bold=bold, italic=italic)
            label = " ".join("".join(text.parts[start:]).split())
            text.links.append(Link(label, node.get(_HREF) or ""))
        else:
            style = self._style_of(node) if name == "span" else None
            self._collect_text(
                node, text, bold=bold or bool(style and style.bold), italic=italic or bool(style and style.italic)
            )


def _heading_level(style: _OdtStyle | None) -> int:
    name = (style.name if style else "").replace("_20_", " ").lower()
    if name in {"title", "subtitle"}:
        return 1 if name == "title" else 2
    return int(name[-1]) if name.startswith("heading") and name[-1:].isdigit() else 0


def _read_properties(archive: DocumentArchive) -> Properties:
    titles: Iterator[Any] = archive.parse("meta.xml").iter(_DC_TITLE) if archive.size("meta.xml") else iter(())
    title = next((" ".join((node.text or "").split()) for node in titles), "")
    return Properties(title=Leaf(title, 1, title, "document properties") if title else None, reliable=False)
