"""Draw what plain lines cannot show: lines broken where the terminal ends, and a screen that changes.

Everything of rich is imported here, and this module only where something is drawn: a pipe does without it, and a short
command starts 25 ms sooner.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from doideposit.reports.findings import GUTTER, Line, Style

__all__ = ["Drawing"]

# Columns of a console whose lines are never broken, for pipes: programs read line by line.
UNBROKEN = 10_000

STYLES: dict[Style, str] = {
    Style.PLAIN: "",
    Style.PLACE: "bold",
    Style.ERROR: "bold red",
    Style.WARNING: "bold yellow",
    Style.INFO: "cyan",
    Style.MARKER: "bold red",
    Style.HINT: "green",
    Style.DIM: "dim",
    Style.GOOD: "bold green",
    Style.HEADING: "bold underline",
}


class Drawing:
    """Draw styled lines on one stream, and a screen whose content changes; `width` None stands for endless lines."""

    def __init__(self, stream: TextIO, *, width: int | None, coloured: bool) -> None:
        self.console = Console(
            file=stream,
            force_terminal=coloured or None,
            color_system="standard" if coloured else None,
            width=width or UNBROKEN,
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
        )

    def line(self, line: Line, width: int | None) -> None:
        """Draw a line, broken between words into pieces of at most `width` columns."""
        for piece in _broken_at(line, width):
            self.console.print(piece, soft_wrap=True)

    @contextmanager
    def screen(self) -> Iterator[Callable[[Sequence[Line], str], None]]:
        """Open an alternate screen; give a function that shows lines on it, with a footer below them."""
        with Live(console=self.console, screen=True, auto_refresh=False) as live:
            yield lambda lines, footer: live.update(self._screenful(lines, footer), refresh=True)

    def _screenful(self, lines: Sequence[Line], footer: str) -> Group:
        """Return the lines that fit on the screen, with a footer below them."""
        rows = [piece for line in lines for piece in _broken_at(line, self.console.width)]
        if len(rows) + 2 > self.console.height:
            rows = [*rows[: self.console.height - 3], Text("…")]
        return Group(*rows, Text(), Text(footer, STYLES[Style.DIM]))


# The next lines of a point with a bullet or a number are indented to its text.
BULLET = re.compile(r"\s*(?:\d+\.\s+|-\s+)?")


def _broken_at(line: Line, width: int | None) -> Iterator[Text]:
    """Return a line broken between words into pieces of at most `width` columns, each below the text it belongs to.

    What has no space in it, such as an address, stays whole. None stands for a line that is never broken.
    """
    text = Text.assemble(*((span.text, STYLES[span.style]) for span in line), no_wrap=True, overflow="ignore")
    text.rstrip()
    if width is None or text.cell_len <= width:
        yield text
        return
    label = _label_length(line)
    indent = min(cell_len(text.plain[:label]), width // 2)
    first, *rest = text.divide(_line_breaks(text.plain, label, indent, width))
    first.rstrip()
    yield first
    for piece in rest:
        piece.rstrip()
        spaces = len(piece.plain) - len(piece.plain.lstrip())
        yield Text.assemble(" " * indent, piece.divide([spaces])[-1], no_wrap=True, overflow="ignore")


# A space and a word. A command in backticks is one word, because it is there to be copied.
WORD = re.compile(r"(\s*)((?:`[^`]*`|[^\s`])+|\S+)")


def _line_breaks(text: str, label: int, indent: int, width: int) -> Iterator[int]:
    """Return where pieces of the text end: before the space in front of a word that does not fit any more.

    `Text.wrap` of rich would cut words that are longer than a line; an address that is cut cannot be clicked.
    """
    used = start = 0
    while found := WORD.match(text, start):
        if cell_len(found[2]) > width - indent:
            # A command that fits no line is broken between its own words.
            found = re.compile(r"(\s*)(\S+)").match(text, start) or found
        space, size = cell_len(found[1]), cell_len(found[2])
        # A label keeps a word beside it that would not fit on a line of its own either.
        beside_label = found.start() <= label and indent + size > width
        if used > indent * (found.start() > label) and used + space + size > width and not beside_label:
            yield found.start()
            used = indent + size
        else:
            used += space + size
        start = found.end()


def _label_length(line: Line) -> int:
    """Return the number of characters under which nothing is in the following pieces: a label, or a bullet."""
    before = 0
    spans = list(line)
    while len(spans) > 1 and not spans[0].text.strip():
        before += len(spans.pop(0).text)
    first = spans[0]
    if len(spans) > 1 and first.text.endswith(" "):
        return before + len(first.text)
    if first.style is Style.PLACE:
        return before + GUTTER
    found = BULLET.match(first.text)
    return before + (len(found[0]) if found else 0)
