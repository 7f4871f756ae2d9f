"""What an answer does not wait for: sending what a request recorded, in a thread, once the caller has its answer."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from doideposit.errors import DoiDepositError

__all__ = ["Afterwards", "Start"]

LOG: Final = logging.getLogger("doideposit.web")
# Seconds that closing waits for work that was begun; what is cut off then is in the ledger, and goes later.
PATIENCE: Final = 120.0

Start = Callable[[Callable[[], None]], None]


class Afterwards:
    """Do one kind of work when it is asked for, one at a time: asked for while it runs, it runs once more after that.

    `work` returns what kept it from its end, or None; `error` is that of the last time. `start` gets a function and
    runs it somewhere, as a rule in a thread.
    """

    def __init__(self, work: Callable[[], DoiDepositError | None], start: Start | None = None) -> None:
        self.error: DoiDepositError | None = None
        self._work = work
        self._start = start or self.in_thread
        self._changed = threading.Condition()
        self._wanted = self._running = False

    @staticmethod
    def in_thread(work: Callable[[], None]) -> None:
        """Start the work in a thread of its own."""
        # A thread that keeps the process alive would hold up a server that was told to stop, as long as Crossref is
        # slow.
        threading.Thread(target=work, name="doideposit-afterwards", daemon=True).start()

    def ask(self) -> None:
        """Request the work; returns at once."""
        with self._changed:
            self._wanted = True
            if self._running:
                return
            self._running = True
        self._start(self._work_until_done)

    def close(self, patience: float = PATIENCE) -> None:
        """Wait until nothing runs any more, at most so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running, patience)

    def _work_until_done(self) -> None:
        """Repeat the work until nobody has requested more."""
        while self._take_request():
            self.error = None
            try:
                self.error = self._work()
            # The caller has its answer already: the error goes to the log.
            except DoiDepositError as error:
                self.error = error
            except Exception:
                # The answer has left long ago: the log of the server is the only place to tell it.
                LOG.exception("what was recorded could not be sent")
            if self.error is not None:
                LOG.warning("what was recorded is sent later: %s", self.error.message)

    def _take_request(self) -> bool:
        """Take a request and tell whether there was one; without any, the next request starts a new thread."""
        with self._changed:
            wanted, self._wanted = self._wanted, False
            if not wanted:
                self._running = False
                self._changed.notify_all()
            return wanted
