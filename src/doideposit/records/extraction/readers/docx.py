"""Word documents (.docx), by python-docx: paragraphs, headings, links, footnotes, endnotes and the core properties."""

import re
from typing import Any

from doideposit.records.extraction.draft import Leaf
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.archive import DocumentArchive
from doideposit.records.extraction.readers.bounds import MOST_LINES, TooMuch
from doideposit.records.extraction.readers.building import LineBuilder
from doideposit.safe_xml import parse_part

__all__ = ["read_docx"]

# The namespace of WordprocessingML in transitional documents, which Word writes by default (ECMA-376).
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EMPTY_NOTES = 2  # the first two notes of every file are the separators


def read_docx(data: bytes, *, file: str) -> Manuscript:
    """Read a Word document; raises `TooMuch`, and whatever python-docx raises when the file is broken."""
    from docx import Document  # noqa: PLC0415  (only Word files need it)
    from docx.table import Table  # noqa: PLC0415

    archive = DocumentArchive(data)
    content = archive.read("word/document.xml")
    TooMuch.check_markup(content)
    if sum(1 for _ in _PARAGRAPH.finditer(content)) > MOST_LINES:
        raise TooMuch
    _check_tables(content)
    document = Document(archive.texts_alone())
    builder = LineBuilder()
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    for paragraph in cell.paragraphs:
                        _add_paragraph(paragraph, builder)
        else:
            _add_paragraph(block, builder)
    for kind in ("footnotes", "endnotes"):
        _add_notes(document, kind, builder)
    return Manuscript(file, "Word document", tuple(builder.lines), _core_properties(document), builder.places)


# A paragraph is a line, also where it is empty, as it is within each cell of a table.
_PARAGRAPH = re.compile(rb"<(?:[\w.-]+:)?p[\s/>]")
# python-docx gives a cell once for each column it spans, and looks for the cell above it. Word itself ends at 63
# columns, and a commentary has some hundred cells.
_MOST_CELLS = 10_000
# For each cell that continues with the one above, python-docx walks up to the first of them.
_MOST_MERGED = 1_000
# A table is laid out by its cells, and a million of them is how memory is filled.
_CELL = re.compile(rb"<(?:[\w.-]+:)?tc[\s/>]")
# A cell that claims to span hundreds of columns makes python-docx repeat its text as often.
_WIDE_CELL = re.compile(rb"gridSpan\b[^>]{0,200}?val\s*=\s*[\"'][^\"']{3,}")


def _check_tables(content: bytes) -> None:
    """Raise `TooMuch` when tables have more cells than a document has, or a cell spans more columns than Word knows."""
    if _WIDE_CELL.search(content) or sum(1 for _ in _CELL.finditer(content)) > _MOST_CELLS:
        raise TooMuch
    if content.count(b"vMerge") > _MOST_MERGED:
        raise TooMuch


def _add_paragraph(paragraph: Any, builder: LineBuilder) -> None:
    links, text, bold, italics = [], [], [], []
    for part in paragraph.iter_inner_content():
        if hasattr(part, "runs"):  # a hyperlink
            text.append(part.text)
            links.append(Link(part.text.strip(), part.url or ""))
            bold += [run.bold for run in part.runs if run.text.strip()]
        else:
            text.append(part.text)
            bold += [part.bold] if part.text.strip(" :") else []
            italics += [part.text] if part.italic else []
    style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    # Word keeps the names of its own styles in English in the file, whatever the language of its menus.
    level = 1 if style == "title" else int(style[-1]) if style.startswith("heading") and style[-1:].isdigit() else 0
    level = 2 if style == "subtitle" else level
    whole = bool(bold) and all(bold)
    marker = "-" if style.startswith("list bullet") else ""
    builder.paragraph("".join(text), links=links, level=level, bold=whole, italics=italics, marker=marker)


def _add_notes(document: Any, kind: str, builder: LineBuilder) -> None:
    """Add the footnotes or endnotes, each as a numbered note after the text."""
    part = next((rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith(f"/{kind}")), None)
    if part is None:
        return
    root = parse_part(part.blob, bare=False)
    for number, note in enumerate(list(root)[_EMPTY_NOTES:], 1):
        text = "".join(node.text or "" for node in note.iter(f"{_W}t"))
        identifiers = [node.get(_R_ID) for node in note.iter(f"{_W}hyperlink")]
        labels = ["".join(t.text or "" for t in node.iter(f"{_W}t")).strip() for node in note.iter(f"{_W}hyperlink")]
        targets = [part.rels[identifier].target_ref if identifier in part.rels else "" for identifier in identifiers]
        links = [Link(label, target) for label, target in zip(labels, targets, strict=True) if target]
        builder.paragraph(text, links=links, note=True, place=f"{kind[:-1]} {number}")


# Links name a relationship, whose target is in another part of the archive.
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _core_properties(document: Any) -> Properties:
    """Return the title of the core properties; their author is often only the author of the template."""
    title = (document.core_properties.title or "").strip()
    leaf = Leaf(title, 1, title, "document properties") if title else None
    return Properties(title=leaf, reliable=False)
