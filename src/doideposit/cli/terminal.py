"""The door to the terminal: results on standard output, everything else on standard error, colour where it helps."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TextIO

import click

from doideposit.cli.wrapping import wrapped
from doideposit.errors import DoiDepositError
from doideposit.reports.findings import Line, Span, Style

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Drawing

__all__ = ["JsonList", "Progress", "Terminal", "harmless", "source_line"]

COLOURS: dict[Style, dict[str, Any]] = {
    Style.PLAIN: {},
    Style.PLACE: {"bold": True},
    Style.ERROR: {"fg": "red", "bold": True},
    Style.WARNING: {"fg": "yellow", "bold": True},
    Style.INFO: {"fg": "cyan"},
    Style.MARKER: {"fg": "red", "bold": True},
    Style.HINT: {"fg": "green"},
    Style.DIM: {"dim": True},
    Style.GOOD: {"fg": "green", "bold": True},
    Style.HEADING: {"bold": True, "underline": True},
}


class Terminal:
    """Where a command writes, and whether someone is looking.

    With `as_json` standard output carries exactly one JSON document, and prose goes to standard error.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        plain: bool = False,
        environ: Mapping[str, str] | None = None,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.as_json = as_json
        self.plain = plain or "NO_COLOR" in self._environ or self._environ.get("TERM") == "dumb"
        self.interactive = sys.stdin.isatty() and self.err.isatty() and "CI" not in self._environ
        self.live: Drawing | None = None
        """What draws on the last lines of the terminal at the moment: notes go above it."""

    @property
    def lively(self) -> bool:
        """Whether what is going on can be drawn, on standard error; a pipe and a plain terminal get lines instead."""
        return self.err.isatty() and not self.plain and "CI" not in self._environ

    @property
    def width(self) -> int | None:
        """How many columns prose has; None in a pipe, where every line stays whole unless it plays a terminal."""
        return self._width(self.prose)

    def _width(self, stream: TextIO) -> int | None:
        if not stream.isatty():
            said = self._environ.get("COLUMNS", "")
            return int(said) if self._environ.get("CLICOLOR_FORCE") and said.isdecimal() else None
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return max(columns, NARROWEST) if columns else 80

    @property
    def prose(self) -> TextIO:
        """Where sentences for people go."""
        return self.err if self.as_json else self.out

    def _coloured(self, stream: TextIO) -> bool:
        return not self.plain and (stream.isatty() or bool(self._environ.get("CLICOLOR_FORCE")))

    def line(self, line: Line = (), *, stream: TextIO | None = None) -> None:
        """Write one line of styled spans, broken between words where the terminal ends."""
        target = stream or self.prose
        width = self._width(target)
        shown = tuple(Span(harmless(span.text), span.style) for span in line)
        for piece in (shown,) if width is None else wrapped(shown, width):
            self._write(piece, target)

    def _styled(self, line: Line, target: TextIO) -> str:
        if not self._coloured(target):
            return "".join(one.text for one in line).rstrip()
        return "".join(click.style(one.text, **COLOURS[one.style]) if COLOURS[one.style] else one.text for one in line)

    def _write(self, line: Line, target: TextIO) -> None:
        text = self._styled(line, target)
        if self.live is not None and target is self.err:
            from rich.text import Text

            self.live.console.print(Text.from_ansi(text, no_wrap=True, overflow="ignore"))
        else:
            click.echo(text, file=target, color=self._coloured(target))

    @contextmanager
    def undrawn(self) -> Iterator[None]:
        """While a person is asked something, nothing is drawn."""
        live = self.live
        if live is not None:
            live.stop()
        yield
        if live is not None:
            live.start()

    def lines(self, lines: Iterable[Line]) -> None:
        """Write several lines."""
        for line in lines:
            self.line(line)

    def say(self, text: str = "", style: Style = Style.PLAIN) -> None:
        """Write sentences for people; each line of the text on its own."""
        for line in text.split("\n"):
            self.line((Span(line, style),))

    def verbatim(self, text: str) -> None:
        """Write something to be copied: its lines are never broken."""
        click.echo(harmless(text), file=self.prose)

    def note(self, text: str) -> None:
        """Write a sentence about what is going on, always on standard error."""
        for line in text.split("\n"):
            self.line((Span(line),), stream=self.err)

    def enter_screen(self) -> None:
        """Draw on a screen of its own from now on, so that what was on the terminal is there again afterwards."""
        self.out.write("\033[?1049h\033[?25l")

    def redraw(self, lines: Iterable[Line]) -> None:
        """Draw these lines from the top, over what is there: nothing is cleared first, so nothing flickers."""
        import shutil

        width = self._width(self.out) or 80
        height = shutil.get_terminal_size().lines
        rows = [piece for line in lines for piece in wrapped(line, width)]
        if len(rows) > height:
            rows = [*rows[: height - 2], (Span("…"),), rows[-1]]
        texts = (self._styled(tuple(Span(harmless(span.text), span.style) for span in row), self.out) for row in rows)
        self.out.write("\033[H" + "\n".join(f"{text}\033[K" for text in texts) + "\033[J")
        self.out.flush()

    def leave_screen(self) -> None:
        """Give the terminal back as it was."""
        self.out.write("\033[?25h\033[?1049l")
        self.out.flush()

    def json(self, document: object) -> None:
        """Write the one JSON document of this command."""
        click.echo(_json(document, self.out, indent=2), file=self.out)

    def json_list(self, key: str) -> "JsonList":
        """Begin the one JSON document of this command, with a list that is written as it grows."""
        return JsonList(key, self.out)

    def result(self, text: str) -> None:
        """Write the command's product, such as XML, on standard output."""
        click.echo(text if _speaks_utf8(self.out) else text.encode(), file=self.out)

    def console(self, stream: TextIO | None = None) -> "Console":
        """A rich console for what is drawn, imported only when something is."""
        from rich.console import Console

        target = stream or self.prose
        return Console(
            file=target,
            no_color=not self._coloured(target),
            width=self._width(target),
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
        )


NARROWEST = 40


def harmless(text: str) -> str:
    """Show control characters as escapes: whatever a message from outside holds, it must not steer the terminal."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _json(document: object, out: TextIO, indent: int | None = None) -> str:
    """JSON in which control characters are escapes, and whatever the stream cannot write."""
    return harmless(json.dumps(document, indent=indent, ensure_ascii=not _speaks_utf8(out)))


def _speaks_utf8(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "") == "utf8"


# Control characters but tab and line feed, and those that turn the direction of writing.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class JsonList:
    """One JSON document whose list goes out piece by piece, so that a hundred thousand entries need no memory.

    Used as a context manager it ends the document whatever happens: an error that comes in the middle stands in it.
    """

    def __init__(self, key: str, out: TextIO) -> None:
        self._key = key
        self._out = out
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def add(self, *entries: object) -> None:
        """Write these entries."""
        for entry in entries:
            self._out.write(f"{{\n  {json.dumps(self._key)}: [\n    " if self._count == 0 else ",\n    ")
            self._out.write(_json(entry, self._out))
            self._count += 1

    def close(self, **rest: object) -> None:
        """Write the other keys, and end the document."""
        self._out.write("\n  ]" if self._count else f"{{\n  {json.dumps(self._key)}: []")
        for key, value in rest.items():
            self._out.write(f",\n  {json.dumps(key)}: {_json(value, self._out)}")
        self._out.write("\n}\n")
        self._out.flush()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DoiDepositError) and self._count:
            self.close(ok=False, error=error.to_dict())
            error.told_in_json = True


class Progress:
    """A count on the last line of the terminal during long work; silent in a pipe, and for the first second."""

    def __init__(self, terminal: Terminal, verb: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal = terminal
        self._verb = verb
        self._clock = clock
        self._count = 0
        self._shown = 0.0
        self._begin = clock()

    def __enter__(self) -> Self:
        return self

    def step(self) -> None:
        """One more is done."""
        self._count += 1
        if self._count % 50 == 0 and self._terminal.err.isatty() and not self._terminal.plain:
            now = self._clock()
            if now - self._begin > 1 and now - self._shown > REDRAW:
                self._shown = now
                rate = self._count / (now - self._begin)
                self._terminal.err.write(f"\r{self._verb} {self._count:,} records, {rate:,.0f} a second ")
                self._terminal.err.flush()

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._terminal.err.write("\r\033[K")
            self._terminal.err.flush()


REDRAW = 0.2
LARGEST_SHOWN = 5_000_000


@lru_cache(maxsize=8)
def _lines_of(path: str) -> tuple[str, ...] | None:
    try:
        if Path(path).stat().st_size > LARGEST_SHOWN:
            return None
        return tuple(Path(path).read_text(encoding="utf-8-sig", errors="replace").split("\n"))
    except (OSError, ValueError):
        return None


def source_line(path: str, number: int) -> str | None:
    """Line `number` (from 1) of a file, for display; None for large files and what is no file."""
    lines = _lines_of(path)
    return lines[number - 1] if lines is not None and 0 < number <= len(lines) else None
