"""The one place where errors become exit codes and four-part messages."""

import _thread
import re
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import click

from doideposit.cli.terminal import Terminal
from doideposit.errors import ConfigurationError, DoiDepositError, UnforeseenError, UsageError
from doideposit.reports.findings import FindingList, Span, Style, safe

__all__ = ["ExitCode", "finish", "guarded"]


# The commands that may have sent something when they are interrupted.
SENDING = set("deposit apply poll run references correct retract withdraw remove move".split())
# Long enough for the finalizer that swallowed an interruption to be over.
AGAIN_SECONDS = 0.02
# Ctrl-C may come between an upload and its answer: Crossref may have the file, so the advice is not to send it again.
INTERRUPTED = "interrupted: what was sent is in the ledger; run `doideposit poll` to see the result"


class ExitCode:
    """Name the exit codes; they are the contract of the command line."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    WORLD = 3
    PENDING = 4
    UNKNOWN = 5
    INTERRUPTED = 130


def guarded(
    command: Callable[[], Any], *, as_json: bool = False, plain: bool = False, debug: bool = False, sending: bool = True
) -> int:
    """Run a command and return its exit code; print every error as a message, or as JSON if asked for."""
    terminal = Terminal(as_json=as_json, plain=plain)
    try:
        outcome = _run_interruptible(command)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt) as stop:
        return _show_stop(terminal, stop, sending=sending)
    except click.exceptions.NoArgsIsHelpError as help_:
        terminal.err.write(f"{help_.format_message()}\n")
        return ExitCode.USAGE
    except click.ClickException as error:
        _show_error(_usage_error(error), terminal)
        return ExitCode.USAGE
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; there is nobody to tell.
        sys.stderr.close()
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the last place where a foreign exception can become a sentence
        return _show_failure(terminal, error, debug=debug)
    return outcome if isinstance(outcome, int) else ExitCode.DONE


def _show_failure(terminal: Terminal, error: Exception, *, debug: bool) -> int:
    """Show an error and return its exit code.

    Python would end with 1 for what nobody foresaw, which means "a record was rejected" here: a schedule would take it
    for good work.
    """
    if debug:
        import traceback

        traceback.print_exception(error, file=terminal.err)
    known = error if isinstance(error, DoiDepositError) else UnforeseenError.of(error)
    _show_error(known, terminal)
    return known.exit_code


def _run_interruptible(command: Callable[[], Any]) -> Any:
    """Run a command; whatever ends it after Ctrl-C was pressed is an interruption.

    What Ctrl-C raises can come out as something else: Python wraps it while a class is made, pydantic while a model is,
    and libxml2 takes it for a file that is not there.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        return command()
    pressed = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    unraisable = sys.unraisablehook
    sys.unraisablehook = lambda lost: _raise_lost_interrupt(lost, unraisable)
    try:
        return command()
    except (click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        if pressed:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
        sys.unraisablehook = unraisable


def _raise_lost_interrupt(
    lost: "sys.UnraisableHookArgs", unraisable: Callable[["sys.UnraisableHookArgs"], object]
) -> None:
    """Interrupt again after Python had to drop the first interrupt.

    An exception in a finalizer or a weak reference's callback goes nowhere: the command would continue as if nobody had
    pressed Ctrl-C, and a traceback would be on the terminal.
    """
    if lost.exc_type is KeyboardInterrupt:
        timer = threading.Timer(AGAIN_SECONDS, _thread.interrupt_main)
        timer.daemon = True
        timer.start()
    else:
        unraisable(lost)


def _show_stop(terminal: Terminal, stop: BaseException, *, sending: bool) -> int:
    """Show that a person stopped the command, by an unanswered question or by an interrupt."""
    if isinstance(stop, click.Abort) and not isinstance(stop.__cause__, KeyboardInterrupt):
        terminal.note("\nstopped, as you asked: nothing was changed")
    else:
        terminal.note(f"\n{INTERRUPTED if sending else 'interrupted'}")
    return ExitCode.INTERRUPTED


def _usage_error(error: click.ClickException) -> UsageError:
    """Convert an error of click about the command line into a `UsageError`."""
    message = error.format_message().rstrip(".")
    hints = []
    if isinstance(error, click.NoSuchOption):
        message = f"there is no option {error.option_name}"
        if error.possibilities:
            hints.append(f"did you mean {' or '.join(sorted(error.possibilities))}?")
    hints += _missing_option(error) if isinstance(error, click.MissingParameter) else _nearest(error)
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        hints.append(f"`{context.command_path} --help` shows what it takes")
    return UsageError(message[:1].lower() + message[1:], hint=" ".join(hints))


def _missing_option(error: click.MissingParameter) -> list[str]:
    """Return how to write a required option, and its help text."""
    option = error.param
    if not isinstance(option, click.Option):
        return []
    example = "…" if option.metavar is None else option.metavar
    return [f'add {max(option.opts, key=len)} "{example}": {(option.help or "").partition(".")[0]}.']


def _nearest(error: click.ClickException) -> list[str]:
    """Return which of several values was perhaps meant."""
    choice = getattr(getattr(error, "param", None), "type", None)
    found = re.match(r"'(.*?)' is not one of", error.message)
    if not isinstance(choice, click.Choice) or found is None:
        return []
    from difflib import get_close_matches

    values = [str(value) for value in choice.choices]
    begun = [value for value in values if found[1] and value.startswith(found[1].casefold())]
    near = begun[:1] or get_close_matches(found[1].casefold(), values, 1)
    return [f"did you mean {near[0]}?"] if near else []


def _show_error(error: DoiDepositError, terminal: Terminal) -> None:
    terminal.line((Span("error: ", Style.ERROR), Span(safe(error.message))), stream=terminal.err)
    if isinstance(error, ConfigurationError):
        from doideposit.cli.masking import configuration_line

        for line in FindingList(error.findings).detailed(configuration_line, width=terminal.width):
            terminal.line(line, stream=terminal.err)
    if error.hint:
        terminal.line((Span("  hint: ", Style.HINT), Span(safe(error.hint))), stream=terminal.err)
    if terminal.as_json and not error.told_in_json:
        findings = error.findings if isinstance(error, ConfigurationError) else ()
        terminal.json({"ok": False, "error": error.to_dict(), "findings": [finding.to_dict() for finding in findings]})


def finish(code: int) -> None:
    """Raise the exception that ends the command with this exit code."""
    raise click.exceptions.Exit(code)
