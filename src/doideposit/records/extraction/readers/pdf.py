"""PDF files, by pypdf: text with sizes, link annotations and document properties; running headers are dropped."""

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from doideposit.findings import Finding, Severity, Where
from doideposit.records.extraction.lines import Link
from doideposit.records.extraction.manuscript import Manuscript, Properties
from doideposit.records.extraction.readers.building import LineBuilder

__all__ = ["read_pdf"]

_MOST_PAGES = 300
# With fewer characters than this in the whole file, its pages are pictures.
_LEAST_TEXT = 40
_LARGER = 1.2  # so many times the size of the running text makes a heading


@dataclass(slots=True)
class _Row:
    """Hold one printed line: its text, the size of its letters, its height on the page, the addresses it links to."""

    text: str
    size: float
    y: float
    page: int
    targets: list[str]


def read_pdf(data: bytes, *, file: str) -> Manuscript:
    """Read a PDF; raises whatever pypdf raises when the file is broken."""
    from pypdf import PdfReader  # noqa: PLC0415  (only PDF files need it)

    reader = PdfReader(io.BytesIO(data))
    # Many files are encrypted only against changes: an empty password opens them.
    if reader.is_encrypted and not reader.decrypt(""):
        return _refused(file, "pdf-encrypted", "the PDF is protected by a password", "save it without one")
    if len(reader.pages) > _MOST_PAGES:
        return _refused(
            file,
            "pdf-pages",
            f"the PDF has {len(reader.pages):,} pages; {_MOST_PAGES} are read",
            "hand in the commentary alone",
        )
    pages = [_rows(page, number) for number, page in enumerate(reader.pages, 1)]
    if sum(len(row.text) for rows in pages for row in rows) < _LEAST_TEXT:
        return _refused(
            file, "pdf-scanned", "the PDF holds pictures of pages and no text: it was scanned",
            "hand in the document it was printed from, or let a text recognition (OCR) run over it first",
        )  # fmt: skip
    rows = _dehyphenated(_without_furniture(pages))
    builder = LineBuilder()
    # The size that most letters have is that of the running text.
    body = Counter(round(row.size, 1) for row in rows for _ in row.text).most_common(1)[0][0]
    largest = max((row.size for row in rows if row.page == 1), default=body)
    for before, row in zip([None, *rows], rows, strict=False):
        level = (1 if row.size >= largest - 0.1 else 2) if row.size > body * _LARGER and row.page <= 2 else 0  # noqa: PLR2004
        links = [Link(_label(target, row.text), target) for target in row.targets]
        builder.paragraph(
            row.text, links=links, level=level, place=f"page {row.page}", new_block=_begins(row, before, rows)
        )
    return Manuscript(file, "PDF", tuple(builder.lines), Properties(firm=False), builder.places)


def _refused(file: str, code: str, message: str, hint: str) -> Manuscript:
    return Manuscript(file, "PDF", findings=(Finding(code, Severity.ERROR, message, hint, Where(file)),))


def _rows(page: Any, number: int) -> list[_Row]:
    parts: list[tuple[str, float, float]] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _font: Any, size: float) -> None:
        scale = abs(tm[3] * cm[3]) or abs(tm[0] * cm[0]) or 1.0
        parts.append((text, size * scale, tm[5] * cm[3] + cm[5]))

    page.extract_text(visitor_text=visit)
    rows = [_Row("", 0, 0, number, [])]
    for text, size, y in parts:
        for index, piece in enumerate(text.split("\n")):
            if index:
                rows.append(_Row("", 0, 0, number, []))
            rows[-1].text += piece
            if piece.strip():
                rows[-1].size, rows[-1].y = max(rows[-1].size, size), y
    rows = [row for row in rows if row.text.strip()]
    for target, y in _annotations(page):
        if rows:
            min(rows, key=lambda row: abs(row.y - y)).targets.append(target)
    return rows


def _annotations(page: Any) -> list[tuple[str, float]]:
    """Return the addresses that a page links to, each with the height of the lower edge of its rectangle."""
    found = []
    for reference in page.get("/Annots") or ():
        annotation = reference.get_object()
        uri = (annotation.get("/A") or {}).get("/URI")
        if isinstance(uri, str) and annotation.get("/Rect"):
            found.append((uri, float(annotation["/Rect"][1]) + 2))
    return found


_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
# So many lines at the head and at the foot of a page may be running headers and footers.
_EDGE = 3


def _without_furniture(pages: Sequence[list[_Row]]) -> list[_Row]:
    """Leave out page numbers, and lines at the edges of pages that repeat on other pages, but for the first of them."""
    edges = Counter(key for rows in pages for key in {_key(row) for row in (*rows[:_EDGE], *rows[-_EDGE:])})
    seen: set[str] = set()
    kept = []
    for rows in pages:
        for index, row in enumerate(rows):
            key = _key(row)
            at_edge = index < _EDGE or index >= len(rows) - _EDGE
            if at_edge and (_PAGE_NUMBER.fullmatch(row.text.strip()) or (edges[key] > 1 and key in seen)):
                continue
            seen.add(key)
            kept.append(row)
    return kept


def _key(row: _Row) -> str:
    # Running headers differ from page to page in the number they print.
    return _NUMBERS.sub("0", row.text.strip())


def _dehyphenated(rows: list[_Row]) -> list[_Row]:
    """Put words and addresses together that a line end broke, on the line where they begin."""
    for row, following in pairwise(rows):
        word, _, rest = following.text.strip().partition(" ")
        if re.search(r"[^\W\d_]-$", row.text.rstrip()) and following.text.strip()[:1].islower():
            row.text, following.text = row.text.rstrip()[:-1] + word, rest
        elif any(
            target.endswith(word) and row.text.rstrip()[-4:] in target for target in row.targets if len(word) > _EDGE
        ) and not word.startswith("http"):
            row.text, following.text = row.text.rstrip() + word, rest
    return [row for row in rows if row.text.strip()]


def _label(target: str, text: str) -> str:
    """Return what a link annotation covers, which a PDF does not say: its address, where the line prints it."""
    return next(
        (
            word.rstrip(".,;)")
            for word in text.split()
            if word.startswith(("http", "www.", "doi.org")) and word[:20] in target
        ),
        text.strip(),
    )


def _begins(row: _Row, before: _Row | None, rows: Sequence[_Row]) -> bool:
    """Return whether a line begins a paragraph: another size, a gap above it, or a short line before it."""
    if before is None or abs(before.size - row.size) > 0.5:  # noqa: PLR2004
        return True
    if before.page == row.page:
        return not 0 < before.y - row.y < row.size * 1.75
    width = max(len(each.text) for each in rows)
    return len(before.text) < width * 0.6 or before.text.rstrip().endswith(".")
