"""Lines broken at the width of a terminal, between words, with what follows indented under what it belongs to."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from doideposit.reports.findings import GUTTER, Line, Span, Style

__all__ = ["columns", "cropped", "wrapped"]

BULLET = re.compile(r"\s*(?:\d+\.\s+|-\s+)?")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cropped(text: str, width: int) -> str:
    """A text that takes at most `width` columns; a … says that there is more."""
    if columns(text) <= width:
        return text
    kept, used = [], 1
    for char in text:
        used += _columns(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def wrapped(line: Line, width: int) -> Iterator[Line]:
    """The line in pieces of at most `width` columns. What has no space in it, such as an address, stays whole."""
    if sum(columns(span.text) for span in line) <= width:
        yield line
        return
    hang = min(_hang(line), width // 2)
    piece: list[Span] = []
    used, begun = 0, False
    for gap, word in _words(line):
        space, size = columns(gap.text), sum(columns(span.text) for span in word)
        # A label keeps a word beside it that would not fit on a line of its own either.
        if used + space + size > width and begun and (used > hang or hang + size <= width):
            yield _joined(piece)
            piece, used = [Span(" " * hang)], hang
        else:
            piece.append(gap)
            used += space
        piece += word
        used, begun = used + size, True
    yield _joined(piece)


def _joined(spans: list[Span]) -> Line:
    """The same with neighbours of one style in one span, as short as it came."""
    groups = groupby((span for span in spans if span.text), key=lambda span: span.style)
    return tuple(Span("".join(span.text for span in group), style) for style, group in groups)


def _hang(line: Line) -> int:
    """How far the following pieces are indented: under the text beside a label, or under the text of a bullet."""
    before = 0
    spans = list(line)
    while len(spans) > 1 and not spans[0].text.strip():
        before += len(spans.pop(0).text)
    first = spans[0]
    if len(spans) > 1 and first.text.endswith(" "):
        return before + columns(first.text)
    if first.style is Style.PLACE:
        return before + GUTTER
    found = BULLET.match(first.text)
    return before + (len(found[0]) if found else 0)


def _words(line: Line) -> Iterator[tuple[Span, list[Span]]]:
    """Every word with the space before it; a word may change its style in the middle."""
    gap, word = Span(""), list[Span]()
    for span in line:
        for text in re.findall(r"\s+|\S+", span.text):
            if not text.isspace():
                word.append(Span(text, span.style))
            elif word:
                yield gap, word
                gap, word = Span(text, span.style), []
            else:
                gap = Span(gap.text + text, span.style)
    if word:
        yield gap, word
