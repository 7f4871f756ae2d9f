"""What is going on, drawn on the last line of the terminal while it lasts; a pipe gets plain lines instead."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from doideposit.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Activity"]


class Activity:
    """A turning sign with a text and, where `total` is known, a bar; always on standard error, and gone afterwards.

    Notes of the terminal appear above it. Where nothing can be drawn it is silent: the notes say what happens.
    """

    def __init__(self, terminal: Terminal, text: str, total: int | None = None) -> None:
        self._terminal = terminal
        self._text = text
        self._total = total
        self._drawn: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._terminal.lively:
            self._drawn = _drawing(self._terminal, bar=self._total is not None)
            self._task = self._drawn.add_task(self._text, total=self._total)
            self._drawn.start()
            self._terminal.live = self._drawn
        return self

    def done(self, count: int) -> None:
        """So many are done altogether."""
        if self._drawn is not None and self._task is not None:
            self._drawn.update(self._task, completed=count)

    def text(self, text: str) -> None:
        """Say something else from now on."""
        if self._drawn is not None and self._task is not None:
            self._drawn.update(self._task, description=text)

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._terminal.live = None
        if self._drawn is not None:
            self._drawn.stop()


def _drawing(terminal: Terminal, *, bar: bool) -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    signs = "dots" if (getattr(terminal.err, "encoding", "") or "").lower().startswith("utf") else "line"
    text = TextColumn("{task.description}", markup=False)
    columns: list[ProgressColumn] = [SpinnerColumn(signs), text]
    columns += [BarColumn(bar_width=10), MofNCompleteColumn()] if bar else []
    return Progress(*columns, Elapsed(), console=terminal.console(terminal.err), transient=True)
