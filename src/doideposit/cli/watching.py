"""Showing the same thing again and again until Ctrl-C: in place on a terminal, and one below the other in a pipe."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from doideposit.cli.boundary import ExitCode, finish
from doideposit.cli.terminal import Terminal
from doideposit.reports.findings import Line, Span, Style

__all__ = ["watched"]


def watched(terminal: Terminal, seconds: float, look: Callable[[], Sequence[Line]]) -> None:
    """Look every so many seconds until someone presses Ctrl-C; then the last look stays on the terminal."""
    lines: Sequence[Line] = ()
    drawn = terminal.out.isatty() and not terminal.plain
    try:
        if drawn:
            terminal.enter_screen()
        while True:
            lines = look()
            if drawn:
                terminal.redraw((*lines, (), _footer(seconds)))
            else:
                terminal.lines(((Span(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}", Style.DIM),), *lines, ()))
            time.sleep(seconds)
    except KeyboardInterrupt:
        finish(ExitCode.INTERRUPTED)
    finally:
        if drawn:
            terminal.leave_screen()
            terminal.lines(lines)


def _footer(seconds: float) -> Line:
    now = f"{datetime.now().astimezone():%H:%M:%S}"
    return (Span(f"looked at {now}, again every {seconds:g} s; Ctrl-C ends", Style.DIM),)
