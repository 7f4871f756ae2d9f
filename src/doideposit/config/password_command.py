"""Run the program that prints a password: within bounds of time and length, and without a word of what it prints."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING, Final

from doideposit.errors import ConfigurationError

if TYPE_CHECKING:
    import subprocess

__all__ = ["run_secret_command"]

# Seconds a password command may take: time for a person to type the passphrase of a password store.
COMMAND_TIMEOUT: Final = 30.0
# In bytes: one that prints without end must not fill the memory, and no entry of a password store is as long.
LONGEST_OUTPUT: Final = 10_000


def run_secret_command(command: Sequence[str], *, seconds: float = COMMAND_TIMEOUT) -> str:
    """Run a program without a shell and return what it prints; raises `ConfigurationError`."""
    said, problem = b"", ""
    try:
        with _running(command) as program:
            said, problem = _read_output(program, seconds)
    except FileNotFoundError:
        problem = "was not found"
    except (OSError, ValueError):
        problem = "could not be run"
    text = said.decode("utf-8", "replace")
    if not problem and "\ufffd" in text:
        problem = "printed something that is not text in UTF-8"
    if problem:
        hint = "run the command yourself, as the user that runs doideposit, and check what it prints"
        raise ConfigurationError(f"the password command `{command[0]}` {problem}", hint=hint)
    return text


@contextmanager
def _running(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program, and end it with everything that it started; raises `OSError` or `ValueError`."""
    import subprocess  # noqa: PLC0415  (few configurations have a program to run)

    # A program that asks a person needs the terminal. Without one it gets no input, which may be a record, and a group
    # of processes of its own, so that nothing it started outlives it.
    terminal = sys.__stdin__ is not None and not sys.__stdin__.closed and sys.__stdin__.isatty()
    with subprocess.Popen(
        list(command),
        stdin=None if terminal else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # The reason for a failure may quote the secret, so that nobody reads it here.
        stderr=subprocess.DEVNULL,
        process_group=None if terminal else 0,
    ) as program:
        try:
            yield program
        finally:
            with suppress(OSError):
                if terminal or not hasattr(os, "killpg"):
                    program.kill()
                else:
                    os.killpg(program.pid, signal.SIGKILL)


def _read_output(program: "subprocess.Popen[bytes]", seconds: float) -> tuple[bytes, str]:
    """Return what a program prints until it ends, and what is wrong with it."""
    from subprocess import TimeoutExpired  # noqa: PLC0415  (loaded already by who started the program)

    heard: list[bytes] = []
    stream = program.stdout
    # In a thread, because a child that the program leaves behind can keep the pipe open for ever.
    listener = Thread(target=lambda: heard.append(stream.read(LONGEST_OUTPUT + 1) if stream else b""), daemon=True)
    listener.start()
    listener.join(seconds)
    if heard and len(heard[0]) > LONGEST_OUTPUT:
        return b"", f"printed more than {LONGEST_OUTPUT:,} characters, and a password is shorter"
    try:
        status = program.wait(seconds) if heard else None
    except TimeoutExpired:
        status = None
    if status is None:
        return b"", f"took longer than {seconds:g} seconds"
    if status < 0:
        return b"", f"was ended by signal {-status}"
    return heard[0], f"ended with status {status}" if status else ""
