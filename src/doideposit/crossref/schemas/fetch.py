"""The two ways to a schema file: Crossref's own address, and a wheel on the Python package index with the same bytes.

Both are plain callables, so that the store takes others in tests. Neither is trusted: the store checks every byte.
"""

import sys
from collections.abc import Callable

__all__ = ["Announce", "Fetch", "RunPip", "Unreachable", "run_pip"]

# Takes an address and returns what is there; raises `Unreachable`.
Fetch = Callable[[str], bytes]

# Runs pip with these arguments; raises `Unreachable` when it fails.
RunPip = Callable[[list[str]], None]

# Takes one sentence about what is going on, for a person to read.
Announce = Callable[[str], None]

# pip builds an environment before it downloads, which takes long on a slow disk.
PIP_TIMEOUT = 300.0


class Unreachable(Exception):
    """Report that a source did not deliver; the text says why, in a few words."""


def run_pip(arguments: list[str]) -> None:
    """Run this Python's pip; raises `Unreachable` with the last line of its complaint."""
    import subprocess  # noqa: PLC0415 - only an installation needs it

    command = [sys.executable, "-m", "pip", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT, check=False)
    # pip may be missing, as in a system Python without it.
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreachable(f"pip: {type(error).__name__}") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise Unreachable(f"pip: {lines[-1].strip() if lines else f'ended with status {done.returncode}'}")
