"""`doideposit` and `python -m doideposit`."""

import io
import sys

from doideposit.cli.main import run

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # Where the terminal knows no UTF-8, a name is better shown with an escape than not at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
