"""Printed lines of a PDF as paragraphs: running headers and page numbers out, footnotes after the text.

What is told here is told from places: a line that is at the edge of several pages is a running header, small
letters at the foot after a figure are a footnote, and a line that is set in begins a paragraph, or in a list of
references continues with one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doideposit.records.extraction.readers.pdf_rows import PdfRow
from doideposit.records.extraction.vocabulary import NOTES, REFERENCES, heading_pattern

__all__ = ["PrintedParagraph"]

# Words and addresses that the end of a printed line broke, put together again.

# A hyphen at the end of a line may be one of the word: the next line tells.
_BROKEN_WORD = re.compile(r"(?P<word>[^\W\d_]+)-$")
# An address continues in the next line without any sign.
_OPEN_ADDRESS = re.compile(r"(?:https?://|www\.|doi\.org/|(?<![\w/])10\.\d{4,9}/)\S*$", re.IGNORECASE)


# What begins again after an address that ended with a stop: a word with a capital, the number of an entry.
_NEW = re.compile(r"[^\W\d_]+\W*$(?<![a-z])|[A-ZÀ-ÞА-Я][^\W\d_]*\W*$|\d{1,3}[.)\]]?$|[(\[“\"–—•·]")


def _ends_in_address(text: str) -> bool:
    """Tell whether a line ends within an address or a DOI, which may continue in the next one."""
    return bool(_OPEN_ADDRESS.search(text))


def _join_broken_words(rows: Sequence[PdfRow]) -> list[PdfRow]:
    """Join words and addresses that a line end broke, on the line where they begin."""
    words = Counter(word.lower() for row in rows for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", row.text))
    kept: list[PdfRow] = []
    for row in rows:
        before = kept[-1] if kept else None
        first, _, rest = row.text.strip().partition(" ")
        near = before is not None and abs(before.size - row.size) < 1 and before.marginal == row.marginal
        joined = (
            _join_address(before, row, first) or _join_word(before.text.rstrip(), first, words)
            if before and near
            else None
        )
        if before is not None and joined is not None:
            before.text, row.text = joined, rest.strip()
            before.right = row.right if not row.text else before.right
            row.targets = [target for target in row.targets if row.text and target not in before.targets]
        if row.text.strip():
            kept.append(row)
    return kept


def _join_address(row: PdfRow, following: PdfRow, first: str) -> str | None:
    """Return a line with the rest of an address that it breaks off; the address of a link is believed most."""
    text = row.text.rstrip()
    open_ = _OPEN_ADDRESS.search(text)
    if open_ is None:
        return None
    printed = open_[0].lstrip("<(")
    for target in row.targets:
        if printed in target and not target.rstrip("/").endswith(printed.rstrip("/")):
            tail = target.partition(printed)[2]
            # Eight characters are enough to tell that both lines print the same address.
            return text + first if first.rstrip(".,;)>") and tail.startswith(first.rstrip(".,;)>")[:8]) else None
        if target.rstrip("/").endswith(printed.rstrip("/.,;")):
            return None
    if following.targets and any(printed in target for target in following.targets):
        return text + first
    if _CLOSED.search(printed) or _NEW.match(first):
        return None
    open_bracket = printed.count("(") > printed.count(")") or printed.count("<") > printed.count(">")
    broken = printed[-1] in "-/_=&?%#" or (printed[-1] in ".:" and re.search(r"[\d/]", first)) or open_bracket
    return text + first if broken or _is_rest(printed, first) else None


# A bracket that closes what is around the address ends it, and so does what begins again after a stop.
_CLOSED = re.compile(r"^[^()]*\)[.,;]?$|[”’\"]\.?$|,$")


def _is_rest(printed: str, first: str) -> bool:
    """Tell whether a word can only be the rest of an address: lower case, with a slash or a stop inside."""
    plain = first.rstrip(".,;)>")
    return (
        bool(re.fullmatch(r"[a-z0-9][\w%&=?#~+-]*(?:[./][\w%&=?#~+-]+)+", plain))
        and not plain.startswith(("http", "www."))
        and "." in printed
    )


def _join_word(text: str, first: str, words: Counter[str]) -> str | None:
    """Return a line with the rest of its last word; keep a hyphen that the document prints elsewhere."""
    broken = _BROKEN_WORD.search(text)
    rest = re.match(r"[^\W\d_]+", first)
    if broken is None or rest is None:
        return None
    together, hyphened = f"{broken['word']}{rest[0]}".lower(), f"{broken['word']}-{rest[0]}".lower()
    keeps = rest[0][0].isupper() or (words[hyphened] and not words[together]) or re.search(r"[/\d.]\S*-$", text)
    return (text if keeps else text[:-1]) + first


@dataclass(frozen=True, slots=True)
class PrintedParagraph:
    """Hold the lines of a paragraph; `level` is that of a heading, `note` says that it is at the foot of a page."""

    rows: Sequence[PdfRow]
    level: int = 0
    note: bool = False

    @staticmethod
    def of_pages(pages: Sequence[Sequence[PdfRow]]) -> "Iterator[PrintedParagraph]":
        """Return the paragraphs of a document, the footnotes after them."""
        # The size that most letters have is that of the running text.
        body = Counter(round(row.size, 1) for rows in pages for row in rows for _ in row.text).most_common(1)[0][0]
        rows = _without_furniture(pages, body)
        flow, notes = _separate_footnotes(rows, body)
        largest = max((row.size for row in flow if row.page == 1), default=body)
        listed = False
        for paragraph in _split_paragraphs(_join_broken_words(flow)):
            size = max(row.size for row in paragraph)
            early = paragraph[0].page <= _TITLE_PAGES
            listed = listed or bool(_LIST.fullmatch(paragraph[0].text.strip()))
            if size > body * _LARGER and early:
                # A line end within a heading is where the page was too narrow, and says nothing.
                paragraph[0].text = " ".join(row.text for row in paragraph)
                # A tenth of a point is below what rounding makes of one size.
                yield PrintedParagraph(paragraph[:1], 1 if size >= largest - 0.1 else 2)
            elif early and not listed and len(paragraph) <= _TITLE_ROWS:
                yield PrintedParagraph(_join_wrapped_rows(paragraph, flow))
            else:
                yield PrintedParagraph(paragraph)
        for paragraph in _split_notes(_join_broken_words(notes)):
            yield PrintedParagraph(paragraph, note=True)


_TITLE_ROWS = 5  # lines of a byline, a date or an imprint at most; what has more is running text


def _join_wrapped_rows(paragraph: Sequence[PdfRow], rows: Sequence[PdfRow]) -> list[PdfRow]:
    """Join lines that end at the edge of the column: a date or a list of names was too long for one."""
    kept = [paragraph[0]]
    for row in paragraph[1:]:
        before = kept[-1]
        column = [
            pdf_row.right
            for pdf_row in rows
            if pdf_row.page == before.page and abs(pdf_row.left - before.left) < _SAME_PLACE
        ]
        letters = (row.right - row.left) / max(len(row.text), 1)
        needed = letters * (len(row.text.split()[0]) + 1)
        if before.right + needed > max(column):
            before.text = f"{before.text.rstrip()} {row.text}"
            before.right = row.right
            before.targets += [target for target in row.targets if target not in before.targets]
            before.parts += row.parts
        else:
            kept.append(row)
    return kept


_LARGER = 1.2  # so many times the size of the running text makes a heading
# Covers and title pages; from the third page on, the text has begun.
_TITLE_PAGES = 2
# Running headers differ from page to page only by their number.
_NUMBERS = re.compile(r"\d+")
# Page numbers alone on their line, with the “of” of the languages read.
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|s\.|página|pagina|strona|стр\.?)?\s*[-–|]?\s*\d{1,4}\s*[-–|]?(?:\s*(?:/|of|von|de|sur|di|из)\s*\d{1,4})?",
    re.IGNORECASE,
)
# So many lines at the head and at the foot of a page may be running headers and footers.
_EDGE = 3


def _is_page_number(row: PdfRow, body: float) -> bool:
    """Tell whether a figure is a page number, and not a year or the number of an issue in larger letters."""
    text = row.text.strip()
    year = re.fullmatch(r"(?:19|20)\d\d", text)
    return bool(_PAGE_NUMBER.fullmatch(text)) and not year and row.size < body * _LARGER


def _is_below_label(row: PdfRow, rows: Sequence[PdfRow]) -> bool:
    """Tell whether a figure is below other lines at the top of the first page, as the number of an issue."""
    return row.page == 1 and any(row is pdf_row for pdf_row in rows[1:_EDGE]) and len(rows) > 2 * _EDGE


def _stands_alone(row: PdfRow, rows: Sequence[PdfRow]) -> bool:
    """Tell whether no line of text is near: within two lines above or below."""
    # Other lines as small as this one do not count: they belong to the same furniture of the page.
    return all(
        pdf_row is row or pdf_row.size < row.size * 1.05 or abs(pdf_row.y - row.y) > 2 * pdf_row.size
        for pdf_row in rows
    )


def _without_furniture(pages: Sequence[Sequence[PdfRow]], body: float) -> list[PdfRow]:
    """Leave out page numbers, and lines at the edges of pages that repeat on other pages, but for the first of them."""
    edges = [_edge_rows(rows) for rows in pages]
    counts = Counter(key for rows in edges for key in {_repetition_key(row) for row in rows})
    seen: set[str] = set()
    kept = []
    for rows, edge in zip(pages, edges, strict=True):
        for row in rows:
            at_edge = any(row is pdf_row for pdf_row in edge)
            repeated = at_edge and counts[_repetition_key(row)] > 1
            if at_edge and (
                (_is_page_number(row, body) and not _is_below_label(row, rows))
                or (repeated and _repetition_key(row) in seen)
            ):
                continue
            row.marginal, row.at_edge = repeated, at_edge
            seen.add(_repetition_key(row))
            kept.append(row)
    return kept


def _edge_rows(rows: Sequence[PdfRow]) -> list[PdfRow]:
    # From the top down: the origin of a PDF page is at its lower left corner.
    heights = sorted(rows, key=lambda row: -row.y)
    return [*heights[:_EDGE], *heights[-_EDGE:]]


def _repetition_key(row: PdfRow) -> str:
    # Running headers differ from page to page in the number they print.
    return _NUMBERS.sub("0", " ".join(row.text.split()))


# Footnotes are set at least one point smaller than a text of twelve.
_SMALLER = 0.93
# The mark of a note, and some text after it.
_NOTE = re.compile(r"[\[(]?\d{1,3}[\]).]?\s*(?=\S)")
_LIST = heading_pattern((*REFERENCES, *NOTES))


def _separate_footnotes(rows: Sequence[PdfRow], body: float) -> tuple[list[PdfRow], list[PdfRow]]:
    """Part the footnotes from the text: smaller lines at the foot of a page, from one that begins with a figure on."""
    flow: list[PdfRow] = []
    notes: list[PdfRow] = []
    listed = False
    for row in rows:
        listed = listed or bool(_LIST.fullmatch(row.text.strip()))
        small = row.size < body * _SMALLER and not listed and not row.marginal
        goes_on = bool(notes) and notes[-1].page == row.page and 0 < notes[-1].y - row.y < _NOTE_GAP * row.size
        begins = bool(_NOTE.match(row.text)) and _is_in_lower_half(row, rows)
        (notes if small and (goes_on or begins) else flow).append(row)
    for row in flow:
        if row.at_edge and row.size < body * _SMALLER:
            row.marginal = row.marginal or _stands_alone(row, [pdf_row for pdf_row in flow if pdf_row.page == row.page])
    return flow, notes


_NOTE_GAP = 2.5  # times the size: what stands lower below a note is a running footer


def _is_in_lower_half(row: PdfRow, rows: Sequence[PdfRow]) -> bool:
    heights = [pdf_row.y for pdf_row in rows if pdf_row.page == row.page]
    return row.y < (max(heights) + min(heights)) / 2


def _split_notes(rows: Sequence[PdfRow]) -> Iterator[list[PdfRow]]:
    """Return the notes, each from its number to the next one."""
    note: list[PdfRow] = []
    expected = 0
    for row in rows:
        match = re.match(r"[\[(]?(\d{1,3})", row.text)
        number = int(match[1]) if match else 0
        if note and match and (number == expected + 1 or (number == 1 and row.page != note[-1].page)):
            yield note
            note = []
        expected = number if not note and number else expected
        note.append(row)
    if note:
        yield note


def _split_paragraphs(rows: Sequence[PdfRow]) -> Iterator[list[PdfRow]]:
    spacing = _usual_spacing(rows)
    margins = _usual_margins(rows)
    paragraph: list[PdfRow] = []
    listed = False
    for row in rows:
        if paragraph and _begins_paragraph(row, paragraph[-1], spacing, margins, listed=listed):
            yield paragraph
            paragraph = []
        listed = listed or bool(_LIST.fullmatch(row.text.strip()))
        paragraph.append(row)
    if paragraph:
        yield paragraph


_USUAL = (
    0.1  # of all distances at least: the narrowest that is so frequent is that of lines, wider ones part paragraphs
)


def _usual_spacing(rows: Sequence[PdfRow]) -> float:
    """Return the usual distance of lines within a paragraph, in times of their size."""
    found = Counter(
        round((before.y - row.y) / row.size, 1)
        for before, row in pairwise(rows)
        # Less than 0.8 sizes is a mark raised above its line, more than three a gap between parts of the page.
        if before.page == row.page and 0.8 * row.size < before.y - row.y < 3 * row.size
    )
    usual = [distance for distance, count in found.items() if count >= _USUAL * found.total()]
    # Four tenths of a size more than the letters is the usual leading of office programs.
    return min(usual, default=1.4)


def _usual_margins(rows: Iterable[PdfRow]) -> list[float]:
    """Return the places where lines usually begin: the left edges of the columns."""
    found = Counter(round(row.left) for row in rows)
    # A margin that a twelfth of the lines begin at is one of a column.
    return [left for left, count in found.items() if count > max(3, sum(found.values()) // 12)]


_SAME_PLACE = 2.0  # in points


def _begins_paragraph(row: PdfRow, before: PdfRow, spacing: float, margins: Sequence[float], *, listed: bool) -> bool:
    """Return whether a line begins a paragraph: another size, a gap above it, or a first line that is set in."""
    # Six hundredths of the size are what rounding and superscripts make.
    if abs(before.size - row.size) > 0.06 * before.size or row.marginal or before.marginal:
        return True
    gap = before.y - row.y
    if before.page != row.page or gap <= 0:
        return _ends_sentence(before) and not row.text[:1].islower()
    # A gap a quarter larger than usual separates two paragraphs.
    if gap > max(spacing, 1.1) * 1.25 * row.size:
        return True
    indent = row.left - before.left
    # An indent of less than a letter is rounding; of more than eight, it is another column.
    if abs(indent) < 0.7 * row.size or abs(indent) > 8 * row.size:
        return False
    # In a list of references all lines but the first of an entry are set in; in the text the first one is.
    at_margin = any(abs(row.left - margin) < _SAME_PLACE for margin in margins)
    return (indent < 0) if listed else (indent > 0 and not at_margin) or (indent > 0 and _ends_sentence(before))


def _ends_sentence(row: PdfRow) -> bool:
    text = row.text.rstrip()
    return text.endswith((".", "!", "?", "”", ")", ":", "。")) or _ends_in_address(text) or bool(row.targets)
