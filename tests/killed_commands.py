"""Commands that are killed at their n-th commit or renaming, in a copy of a house; and hours that pass after that."""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from desk import Desk
from doideposit.cli.main import run
from forked import fork, status_of

__all__ = ["Lives", "hours_pass", "in_a_fork"]


def in_a_fork(folder: Path, command: Sequence[object], at: int | None) -> int:
    """Run a command in a process of its own, killed before its n-th commit or renaming; return its status."""

    def work() -> int:
        left = [at or 0]

        def count(*_: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "commit", count)
        sys.addaudithook(lambda name, _: count() if name == "os.rename" else None)
        os.chdir(folder)
        return run([str(each) for each in command])

    return status_of(fork(work))


def hours_pass(folder: Path) -> None:
    """Set back every moment that the next run would wait for: what the killed one held runs out by itself."""
    long_ago = "2026-01-01T00:00:00.000000Z"
    with closing(sqlite3.connect(folder / "doideposit.sqlite3")) as ledger, ledger:
        if ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'upload_lock'").fetchone() is None:
            return  # It was killed before the tables were made: nothing can wait.
        ledger.execute("UPDATE upload_lock SET lease_until = ?, pause_until = NULL", (long_ago,))
        ledger.execute(
            "UPDATE submission SET lease_until = ?, next_poll_at = ? WHERE state IN ('sending', 'queued')",
            (long_ago, long_ago),
        )
        ledger.execute("UPDATE attempt SET sent_at = ? WHERE status = 'sending'", (long_ago,))


class Lives:
    """A house of which each life is a copy: the command is killed there, given again, and its end is checked."""

    def __init__(
        self, template: Desk, monkeypatch: pytest.MonkeyPatch, command: Sequence[object], check: Callable[[Desk], None]
    ) -> None:
        self._template = template
        self._monkeypatch = monkeypatch
        self._command = command
        self._check = check

    def life(self, at: int) -> bool:
        """Kill the command once and go on with it; tell whether it was killed at all."""
        folder = self._template.folder.with_name(f"life-{at}")
        shutil.copytree(self._template.folder, folder)
        house = Desk(folder, self._template.capture)
        status = in_a_fork(folder, self._command, at)
        self._monkeypatch.chdir(folder)
        if os.WIFSIGNALED(status):
            hours_pass(folder)
            result = house(*self._command)
            assert result.code == 0, result.out + result.err
        self._check(house)
        self._monkeypatch.chdir(self._template.folder)
        shutil.rmtree(folder)
        return os.WIFSIGNALED(status)

    def walk(self, every: int) -> int:
        """Live through a kill at each `every`-th place, until the command ends by itself; return how many there were."""
        return next(lives for lives in range(1_000) if not self.life(1 + lives * every))
