"""Show what is going on, on the last line of the terminal while it lasts; a pipe gets plain lines instead."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from doideposit.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["ProgressIndicator"]


class ProgressIndicator:
    """Show a turning sign with a text and a count or, where `total` is known, a bar; always on standard error.

    Nothing of it stays, and notes of the terminal appear above it. Where nothing can be drawn it is silent: the notes
    say what happens. It begins `after` so many seconds, at the next step: what is done sooner needs no drawing.
    """

    def __init__(self, terminal: Terminal, text: str, total: int | None = None, *, after: float = 0) -> None:
        self._terminal = terminal
        self._text = text
        self._total = total
        self._count = 0
        self._begins = time.monotonic() + after if after else None
        self._drawn: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._begins is None:
            self._start_drawing()
        return self

    def step(self) -> None:
        """Add one to the count."""
        self._count += 1
        if self._begins is not None and time.monotonic() > self._begins:
            self._begins = None
            self._start_drawing()
        # Moving the count costs more than checking a record, so it moves at every fiftieth.
        if self._count % 50 == 0:
            self.text(f"{self._text} {self._count:,} records")

    def done(self, count: int) -> None:
        """Set the bar to this count."""
        if self._drawn is not None and self._task is not None:
            self._drawn.update(self._task, completed=count)

    def text(self, text: str) -> None:
        """Show another text from now on."""
        if self._drawn is not None and self._task is not None:
            self._drawn.update(self._task, description=text)

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._terminal.live = None
        if self._drawn is not None:
            self._drawn.stop()

    def _start_drawing(self) -> None:
        if self._terminal.lively:
            self._drawn = _make_progress_bar(self._terminal, bar=self._total is not None)
            self._task = self._drawn.add_task(self._text, total=self._total)
            self._drawn.start()
            self._terminal.live = self._drawn.live


def _make_progress_bar(terminal: Terminal, *, bar: bool) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    signs = "dots" if (getattr(terminal.err, "encoding", "") or "").lower().startswith("utf") else "line"
    columns: list[ProgressColumn] = [SpinnerColumn(signs), TextColumn("{task.description}", markup=False)]
    columns += [BarColumn(bar_width=10), MofNCompleteColumn()] if bar else []
    return Progress(*columns, Elapsed(), console=terminal.drawing(terminal.err).console, transient=True)
