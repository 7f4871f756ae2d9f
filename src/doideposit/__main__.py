"""`doideposit` and `python -m doideposit`."""

import gc
import io
import os
import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    _end_at_sigterm()
    _set_process_options()
    # Until there is something to interrupt, Ctrl-C ends the process as it ends any other, and not with a traceback.
    by_python = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if by_python:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from doideposit.cli.main import run  # noqa: PLC0415  (only what comes later is quick)

    if by_python:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # Where the terminal knows no UTF-8, a name is better shown with an escape than not at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    status = run(sys.argv[1:])
    # Leaving, the collector would look for cycles among all modules, classes and models before they are thrown away.
    gc.freeze()
    sys.exit(status)


def _end_at_sigterm() -> None:
    """End at SIGTERM as the first process of a container too, which gets no signal that it has no handler for.

    Otherwise whoever stops the container waits for ten seconds, and kills it (pid_namespaces(7)).
    """
    if os.getpid() == 1:
        # The status that a shell gives for a process ended by SIGTERM, 128 and its number.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _set_process_options() -> None:
    """Set options of the process that a program may set for itself, and a library may not."""
    # The collector would look at all objects again and again while modules and models are made, and find nothing: a
    # command on one record makes some 65,000 that stay.
    gc.set_threshold(100_000, 10, 10)
    # Pydantic would read the metadata of every installed distribution to find plugins, and these models need none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


if __name__ == "__main__":
    main()
