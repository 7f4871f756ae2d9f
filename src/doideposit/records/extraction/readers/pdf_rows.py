"""Printed lines of a PDF page, put together from the pieces of text that the file places, columns in their order.

A PDF says where letters are and nothing more. A gap that runs down the page parts two columns.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

__all__ = ["PdfRow"]


@dataclass(slots=True)
class _PdfPart:
    """Hold a piece of text as it is printed: points from the left and from the foot of the page; `new` begins a row."""

    text: str
    size: float
    left: float
    right: float
    y: float
    page: int
    new: bool = False
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class PdfRow:
    """Hold one printed line. `targets` are the addresses it links to; `marginal` says that it is at the edge.

    A marginal line is printed on other pages too, or is in smaller letters apart from the text.
    """

    parts: list[_PdfPart]
    text: str = ""
    targets: list[str] = field(default_factory=list)
    marginal: bool = False
    at_edge: bool = False
    right: float = 0.0

    def __post_init__(self) -> None:
        self.right = max(part.right for part in self.parts)

    @property
    def page(self) -> int:
        """Return the number of the page."""
        return self.parts[0].page

    @property
    def size(self) -> float:
        """Return the size of the largest letters, in points."""
        return max(part.size for part in self.parts)

    @property
    def y(self) -> float:
        """Return the height of the line on its page, in points from the foot."""
        return max(self.parts, key=lambda part: part.size).y

    @property
    def left(self) -> float:
        """Return the left edge of the line, in points."""
        return min(part.left for part in self.parts)

    @property
    def bold(self) -> bool:
        """Return whether all of it is bold."""
        return all(part.bold for part in self.parts if part.text.strip(" :"))

    @property
    def italics(self) -> list[str]:
        """Return the texts in italics."""
        return [part.text.strip() for part in self.parts if part.italic and len(part.text.strip()) > 1]

    @staticmethod
    def of_page(page: Any, number: int) -> "list[PdfRow]":
        """Return the lines of a page of pypdf in the order in which they are read, with the addresses they link to."""
        rows: list[list[_PdfPart]] = []
        for part in _text_pieces(page, number):
            if not part.text.strip():
                if rows and not part.new and part.text and rows[-1]:
                    rows[-1][-1].text += " "
                continue
            part.text = part.text.translate(_SIGNS)
            # A part that ends nowhere known is as wide as its letters usually are.
            part.right = part.right if part.right > part.left else part.left + len(part.text) * part.size * 0.5
            if rows and _is_same_row(rows[-1], part):
                rows[-1].append(part)
            else:
                rows.append([part])
        found = [PdfRow(parts, _row_text(parts)) for parts in rows]
        for target, (left, bottom, right, top) in _link_annotations(page):
            _add_link(found, target, left, (bottom + top) / 2, right)
        return _split_columns(found)


# The names of fonts are all that a PDF tells about their weight.
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC = re.compile(r"italic|oblique", re.IGNORECASE)


def _text_pieces(page: Any, number: int) -> list[_PdfPart]:
    """Return the pieces of text in the order of the file.

    pypdf tells where each piece begins, and then, with an empty one, where it ended.
    """
    parts: list[_PdfPart] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        # The matrix of the text times that of the page gives the size in print (ISO 32000-1, 9.4.4).
        scale = abs(tm[3] * cm[3]) or abs(tm[0] * cm[0]) or 1.0
        x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
        if not text and parts and abs(parts[-1].y - y) < 1 and x > parts[-1].left and parts[-1].text.strip():
            parts[-1].right = max(parts[-1].right, x)
        name = str(font.get("/BaseFont", "")) if font else ""
        bold, italic = bool(_BOLD.search(name)), bool(_ITALIC.search(name))
        for index, piece in enumerate(text.split("\n")):
            if index or piece:
                parts.append(_PdfPart(piece, size * scale, x, x, y, number, bool(index), bold, italic))

    page.extract_text(visitor_text=visit)
    return parts


_MOST_LINKS = 2_000  # of one page
# pypdf names the edges of a rectangle so.
_EDGES = ("left", "bottom", "right", "top")


def _link_annotations(page: Any) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Return the addresses that a page links to, each with its rectangle: left, bottom, right, top."""
    listed = page.get("/Annots")
    for reference in listed[:_MOST_LINKS] if isinstance(listed, list) else ():
        annotation = reference.get_object()
        if not isinstance(annotation, Mapping):
            continue
        action, edges = annotation.get("/A"), annotation.get("/Rect")
        action = action.get_object() if action is not None else None
        uri = action.get("/URI") if isinstance(action, Mapping) else None
        if not isinstance(uri, str) or not isinstance(edges, list) or len(edges) != len(_EDGES):
            continue
        if all(isinstance(edge, int | float) for edge in edges):
            yield uri, tuple(float(edge) for edge in edges)


# Letters that are set as one, and signs that only PDF files have (Unicode, alphabetic presentation forms).
_SIGNS = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
        "‐": "-",
        "‑": "-",
        "\u00ad": "-",
        "\ufffd": "",
    }
)
_SUPERSCRIPT = 0.8  # so many times the size of the line, or smaller, and higher: the mark of a note
_WIDE = 1.5  # times the size: a gap within a line that no space makes


def _is_same_row(row: Sequence[_PdfPart], part: _PdfPart) -> bool:
    """Tell whether a piece belongs to the line before it: at the same height, or raised as a mark is."""
    last = row[-1]
    # Subscripts and superscripts are within six tenths of a size of their line.
    near = abs(max(row, key=lambda piece: piece.size).y - part.y) < 0.6 * max(last.size, part.size)
    # Tabs leave wide gaps within a line; forty sizes are nearly the width of a page.
    return near and part.left >= last.right - last.size and part.left - last.right < 40 * last.size


def _row_text(parts: Sequence[_PdfPart]) -> str:
    """Return the text of a line, without the marks of notes that are raised in it."""
    size = max(part.size for part in parts)
    base = max(parts, key=lambda part: part.size).y
    text = ""
    end = parts[0].left
    for index, part in enumerate(parts):
        # Raised by a tenth and smaller: a superscript.
        raised = index and part.size < _SUPERSCRIPT * size and part.y > base + 0.1 * size
        if raised and re.fullmatch(r"[\d*†‡§,\s]{1,8}", part.text):
            continue
        # Word spaces are a quarter of a size; kerning stays far below 15 hundredths.
        gap = part.left - end > 0.15 * size and text and text[-1] not in " (" and part.text[:1] not in " ,.;:!?)’”"
        text += (" " if gap else "") + part.text
        end = part.right
    return text.rstrip()


def _add_link(rows: Sequence[PdfRow], target: str, left: float, middle: float, right: float) -> None:
    """Add an address to the line that its rectangle covers, or to each of several lines."""
    near = [
        # The middle of small letters lies about a third of the size above the base line.
        row
        for row in rows
        if row.left < right and row.right > left and abs(row.y + row.size / 3 - middle) < row.size
    ]
    if near:
        row = min(near, key=lambda row: abs(row.y + row.size / 3 - middle))
        row.targets += [target] if target not in row.targets else []


# With fewer lines side by side, the gap between them is chance.
_FEWEST_IN_COLUMNS = 6


def _split_columns(rows: list[PdfRow]) -> list[PdfRow]:
    """Part lines that run over two columns, where a gap at the same place runs down the page."""
    gaps = Counter(
        # Twenty points are less than the gap between two columns, and more than what its edge varies.
        round((before.right + after.left) / 20)
        for row in rows
        for before, after in pairwise(row.parts)
        if after.left - before.right > _WIDE * row.size
    )
    if not gaps or (common := gaps.most_common(1)[0])[1] < _FEWEST_IN_COLUMNS:
        return rows
    # The rounding above was in steps of twenty points: half of one brings back the middle.
    middle = common[0] * 10.0
    ordered: list[PdfRow] = []
    sides: tuple[list[PdfRow], list[PdfRow]] = ([], [])
    for row in rows:
        halves = (
            [part for part in row.parts if part.right <= middle + row.size],
            [part for part in row.parts if part.left >= middle - row.size],
        )
        if len(halves[0]) + len(halves[1]) < len(row.parts) or not ((halves[0] and halves[1]) or _is_half(row, middle)):
            ordered += [
                *sides[0],
                *sides[1],
                row,
            ]  # A line over the whole page parts what is above it from what is below.
            sides = ([], [])
            continue
        for side, parts in zip(sides, halves, strict=True):
            if parts:
                side.append(
                    PdfRow(
                        parts,
                        _row_text(parts),
                        [target for target in row.targets if len(parts) == len(row.parts) or target],
                    )
                )
    return [*ordered, *sides[0], *sides[1]]


def _is_half(row: PdfRow, middle: float) -> bool:
    return row.right <= middle + row.size or row.left >= middle - row.size
