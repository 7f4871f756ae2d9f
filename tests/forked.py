"""Work in a process of its own, which ends without anything of pytest running in it."""

import os
import sys
import traceback
from collections.abc import Callable

__all__ = ["fork", "status_of"]


def fork(work: Callable[[], int | None]) -> int:
    """Begin work in a child process and return its id; it ends with what the work returns, and with 1 for an error."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        status = work() or 0
    except BaseException:  # noqa: BLE001 - a forked child must never go on as its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def status_of(child: int) -> int:
    """Wait for a child process; return the number of its end as `os.waitpid` has it."""
    return os.waitpid(child, 0)[1]
