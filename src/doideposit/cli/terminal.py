"""The door to the terminal: results on standard output, everything else on standard error, colour where it helps."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

import click

from doideposit.errors import DoiDepositError, WorldError
from doideposit.files import write_output
from doideposit.findings import Finding
from doideposit.reports.findings import FindingList, Line, Span, Style, safe

if TYPE_CHECKING:
    from pydantic import SecretStr
    from rich.live import Live

    from doideposit.cli.drawing import Drawing


__all__ = ["Terminal"]


class Terminal:
    """Write what a command says, and know whether someone is looking.

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
        self.live: Live | None = None
        """What draws on the last lines of the terminal at the moment; it is stopped while a question is asked."""
        self._drawings: dict[int, Drawing] = {}
        self._passwords: dict[str, SecretStr] = {}

    @property
    def lively(self) -> bool:
        """Return whether progress can be drawn, on standard error; pipes and plain terminals get lines."""
        return self.err.isatty() and not self.plain and "CI" not in self._environ

    @property
    def width(self) -> int | None:
        """Return how many columns prose has; None in a pipe, where every line stays whole."""
        return self._stream_width(self.prose)

    def _stream_width(self, stream: TextIO) -> int | None:
        if not stream.isatty():
            said = self._environ.get("COLUMNS", "")
            return int(said) if self._environ.get("CLICOLOR_FORCE") and said.isdecimal() else None
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        # A stream without a size raises an error on some systems, and gives zero columns on others.
        except (OSError, ValueError):
            columns = 0
        # Eighty columns are the usual width where the terminal does not tell its own.
        return max(columns, NARROWEST) if columns else 80

    @property
    def prose(self) -> TextIO:
        """Return the stream for sentences: standard error if standard output is for JSON."""
        return self.err if self.as_json else self.out

    def _has_colour(self, stream: TextIO) -> bool:
        return not self.plain and (stream.isatty() or bool(self._environ.get("CLICOLOR_FORCE")))

    def draw(self, *lines: Line, stream: TextIO | None = None) -> None:
        """Write lines of styled spans, wrapped to the width of the terminal, and tables."""
        target = stream or self.prose
        width = self._stream_width(target)
        if width is None and not self._has_colour(target):
            for line in lines:
                click.echo(_for_terminal("".join(span.text for span in line)).rstrip(), file=target)
            return
        drawing = self.drawing(target)
        for line in lines:
            drawing.line(tuple(Span(_for_terminal(text), style) for text, style in line), width)

    def line(self, line: Line = (), *, stream: TextIO | None = None) -> None:
        """Write one line of styled spans."""
        self.draw(line, stream=stream)

    @contextmanager
    def undrawn(self) -> Iterator[None]:
        """Stop drawing progress while a person is asked something."""
        live = self.live
        if live is not None:
            live.stop()
        yield
        if live is not None:
            live.start()

    def ask_password(self, question: str) -> "SecretStr | None":
        """Ask the person at the terminal for a password, unseen and once a run; None where nobody can be asked."""
        from pydantic import SecretStr

        if not self.interactive:
            return None
        if question not in self._passwords:
            with self.undrawn():
                self._passwords[question] = SecretStr(click.prompt(question, hide_input=True, err=True))
        return self._passwords[question]

    def show_error(self, error: WorldError | None) -> None:
        """Show what went wrong outside, and how to continue; nothing for None."""
        if error is None:
            return
        self.line()
        self.line((Span("not finished: ", Style.ERROR), Span(safe(error.message))))
        if error.hint:
            self.line((Span("  hint: ", Style.HINT), Span(safe(error.hint))))

    def lines(self, lines: Iterable[Line]) -> None:
        """Write several lines, each as it comes."""
        for line in lines:
            self.line(line)

    def show_findings(self, findings: Iterable[Finding], *, verbose: bool = False) -> None:
        """Write findings in full, each with its line; with `verbose` also the original message."""
        self.lines(FindingList(findings).detailed(self.source_line, verbose=verbose, width=self.width))

    @staticmethod
    def source_line(path: str, number: int) -> str | None:
        """Return line `number` (from 1) of a file, for display; None for large files and for none."""
        try:
            state = Path(path).stat()
        except (OSError, ValueError):
            return None
        lines = _read_lines(path, state.st_mtime_ns, state.st_size)
        return lines[number - 1] if lines is not None and 0 < number <= len(lines) else None

    def say(self, text: str = "", style: Style = Style.PLAIN) -> None:
        """Write sentences for people; each line of the text on its own."""
        for line in text.split("\n"):
            self.line((Span(line, style),))

    def verbatim(self, text: str) -> None:
        """Write something to be copied: its lines are never broken."""
        click.echo(Terminal.escape_controls(text), file=self.prose)

    @staticmethod
    def write_product(content: bytes, output: Path | None) -> None:
        """Write bytes to a file, atomically, or to standard output; raises `DiskError`."""
        if output is None:
            sys.stdout.buffer.write(content)
            return
        write_output(output, content)

    def note(self, text: str) -> None:
        """Write a sentence about progress, always on standard error."""
        for line in text.split("\n"):
            self.line((Span(line),), stream=self.err)

    @property
    def draws_screens(self) -> bool:
        """Return whether something can be drawn in place on standard output."""
        return self.out.isatty() and not self.plain

    @contextmanager
    def screen(self) -> Iterator[Callable[[Sequence[Line], str], None]]:
        """Open an alternate screen if one can be drawn; the terminal shows its former content afterwards.

        It gives a function that shows lines with a footer below them. Where no screen can be drawn, each call writes
        the footer first and then the lines, below what was written before.
        """
        if not self.draws_screens:
            yield lambda things, footer: self.draw((Span(footer, Style.DIM),), *things, ())
            return
        with self.drawing(self.out).screen() as show:
            yield show

    def json(self, document: object) -> None:
        """Write the one JSON document of this command."""
        click.echo(_escape_json(document, self.out, indent=2), file=self.out)

    def json_list(self, key: str, *, indent: int | None = None) -> "_JsonList":
        """Open the one JSON document of this command, with a list that is written as it grows.

        Each entry has a line of its own, or with `indent` a line for each value.
        """
        return _JsonList(key, self.out, indent)

    def result(self, text: str) -> None:
        """Write the command's product, such as XML, on standard output."""
        click.echo(text if _is_utf8(self.out) else text.encode(), file=self.out)

    def drawing(self, stream: TextIO) -> "Drawing":
        """Return the `Drawing` of a stream, always the same one, so that notes appear above progress bars.

        Colour and width are decided here, by the rules of this class; rich guesses neither.
        """
        from doideposit.cli.drawing import Drawing

        if id(stream) not in self._drawings:
            coloured = self._has_colour(stream)
            self._drawings[id(stream)] = Drawing(stream, width=self._stream_width(stream), coloured=coloured)
        return self._drawings[id(stream)]

    @staticmethod
    def escape_controls(text: str) -> str:
        """Show control characters as escapes: whatever a message from outside holds, it must not steer the terminal."""
        return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


# A narrower terminal gets lines of this width, and breaks them itself.
NARROWEST = 40
# All texts have moments in UTC; a terminal shows them in the time zone of its machine.
UTC_MOMENT = re.compile(r"(?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)? UTC\b")


def _for_terminal(text: str) -> str:
    """Return a text as a terminal may show it: harmless, and with every moment in the zone of this machine."""
    return Terminal.escape_controls(UTC_MOMENT.sub(_in_local_time, text) if " UTC" in text else text)


def _in_local_time(found: re.Match[str]) -> str:
    """Return a moment that the library names in UTC in the zone of this machine, in the same form."""
    written = found[0].removesuffix(" UTC")
    day, _, hour = written.rpartition(" ")
    moment = datetime.fromisoformat(f"{day or datetime.now(UTC).date()} {hour}").replace(tzinfo=UTC).astimezone()
    form = ("%Y-%m-%d " if day else "") + ("%H:%M:%S" if hour.count(":") > 1 else "%H:%M")
    return moment.strftime(f"{form} %Z")


def _escape_json(document: object, out: TextIO, indent: int | None = None) -> str:
    """Return JSON in which control characters are escapes, as is whatever the stream cannot write."""
    return Terminal.escape_controls(json.dumps(document, indent=indent, ensure_ascii=not _is_utf8(out)))


def _is_utf8(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "") == "utf8"


# Control characters but tab and line feed, and those that turn the direction of writing.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class _JsonList:
    """Write one JSON document whose list goes out piece by piece: 100,000 entries need no memory.

    Used as a context manager it ends the document whatever happens: an error that comes in the middle is in it.
    """

    def __init__(self, key: str, out: TextIO, indent: int | None = None) -> None:
        self._key = key
        self._out = out
        self._indent = indent
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def add(self, *entries: object) -> None:
        """Write these entries."""
        for entry in entries:
            self._out.write(f"{{\n  {json.dumps(self._key)}: [\n    " if self._count == 0 else ",\n    ")
            # A text in JSON has no line breaks, so that each one here is of the layout.
            self._out.write(_escape_json(entry, self._out, self._indent).replace("\n", "\n    "))
            self._count += 1

    def close(self, **rest: object) -> None:
        """Write the other keys, and end the document."""
        self._out.write("\n  ]" if self._count else f"{{\n  {json.dumps(self._key)}: []")
        for key, value in rest.items():
            shown = _escape_json(value, self._out, self._indent).replace("\n", "\n  ")
            self._out.write(f",\n  {json.dumps(key)}: {shown}")
        self._out.write("\n}\n")
        self._out.flush()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DoiDepositError) and self._count:
            self.close(ok=False, error=error.to_dict())
            error.told_in_json = True


# The findings of a run show many lines of a few files. One that was written in the meantime is read again.
@lru_cache(maxsize=8)
def _read_lines(path: str, _written_at: int, _size: int) -> tuple[str, ...] | None:
    from doideposit.records.sources.files import Loaded

    return Loaded.shown_lines(Path(path))
