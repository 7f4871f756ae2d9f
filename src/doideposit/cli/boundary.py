"""The one place where errors become exit codes and four-part messages."""

import sys
import traceback
from collections.abc import Callable
from typing import Any

import click

from doideposit.cli.masking import configuration_line
from doideposit.cli.terminal import Terminal
from doideposit.errors import ConfigurationError, DoiDepositError
from doideposit.reports.findings import Span, Style, detailed, safe

__all__ = ["ExitCode", "finish", "guarded"]


INTERRUPTED = "\ninterrupted: what was sent is in the ledger; run `doideposit poll` to see what became of it"


class ExitCode:
    """What the exit status means; the contract of the command line."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    WORLD = 3
    PENDING = 4
    INTERRUPTED = 130


def guarded(command: Callable[[], Any], *, as_json: bool, debug: bool) -> int:
    """Run a command and return its exit status; every error becomes a message, and JSON where that was asked for."""
    terminal = Terminal(as_json=as_json)
    try:
        outcome = command()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort as abort:
        interrupted = isinstance(abort.__cause__, KeyboardInterrupt)
        terminal.note(INTERRUPTED if interrupted else "stopped, as you asked: nothing was sent")
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show(file=terminal.err)
        return ExitCode.USAGE
    except DoiDepositError as error:
        if debug:
            traceback.print_exc(file=terminal.err)
        _show(error, terminal)
        return error.exit_code
    except KeyboardInterrupt:
        terminal.note(INTERRUPTED)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; there is nobody to tell.
        sys.stderr.close()
        return ExitCode.DONE
    return outcome if isinstance(outcome, int) else ExitCode.DONE


def _show(error: DoiDepositError, terminal: Terminal) -> None:
    terminal.line((Span("error: ", Style.ERROR), Span(safe(error.message))), stream=terminal.err)
    if isinstance(error, ConfigurationError):
        for line in detailed(error.findings, configuration_line):
            terminal.line(line, stream=terminal.err)
    if error.hint:
        terminal.line((Span("  do this: ", Style.HINT), Span(safe(error.hint))), stream=terminal.err)
    if terminal.as_json and not error.told_in_json:
        findings = error.findings if isinstance(error, ConfigurationError) else ()
        terminal.json({"ok": False, "error": error.to_dict(), "findings": [each.to_dict() for each in findings]})


def finish(code: int) -> None:
    """End the command with an exit status."""
    raise click.exceptions.Exit(code)
