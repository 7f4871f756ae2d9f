"""One pass at a time: a lock that the operating system takes back when its holder dies, however it dies."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Self

from doideposit.files import NO_FOLLOW, disk_errors

__all__ = ["FileLock"]


class FileLock:
    """Lock a file; a context manager whose value says in `held` whether it was free.

    The file stays, and is never the lock itself: a run killed by SIGKILL leaves nothing that has to be cleaned up.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._now = now
        self._handle = -1
        self.held = False
        self.holder = ""
        """Who holds the lock, as that run wrote it; for people only."""

    def __enter__(self) -> Self:
        with disk_errors(self._path, "cannot be opened"):
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | NO_FOLLOW, 0o600)
        try:
            # A network drive may refuse locks, and a full disk the line: both are not a reason for a traceback.
            with disk_errors(self._path, "cannot be locked"):
                self.held = _try_lock(self._handle)
                if self.held:
                    self._write_holder()
        except BaseException:
            os.close(self._handle)
            raise
        if not self.held:
            self.holder = self._read_holder()
        return self

    def _write_holder(self) -> None:
        """Write who holds the lock, for the next one who finds it held."""
        # The file stays from run to run, and the line of an earlier holder may be longer.
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"process {os.getpid()} since {self._now:%Y-%m-%d %H:%M:%S} UTC\n".encode())

    def _read_holder(self) -> str:
        try:
            # The line that `_sign` writes is shorter.
            return os.read(self._handle, 200).decode("utf-8", "replace").strip()
        except OSError:  # Where a lock keeps readers out too.
            return ""

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


if sys.platform == "win32":

    def _try_lock(handle: int) -> bool:
        import msvcrt  # noqa: PLC0415

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        # Raised when another process holds the lock; the error does not say more.
        except OSError:
            return False
        return True

else:

    def _try_lock(handle: int) -> bool:
        import fcntl  # noqa: PLC0415

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # With `LOCK_NB` this says that another pass holds the lock; nobody waits for it.
        except BlockingIOError:
            return False
        return True
