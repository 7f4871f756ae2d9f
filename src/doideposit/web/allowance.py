"""How many requests one sender may make in a while."""

import threading
from collections.abc import Callable

__all__ = ["Allowance"]


class Allowance:
    """Limit how many calls come: `burst` at once, and `per_second` more as time goes by. Safe from several threads.

    `monotonic` counts seconds.
    """

    def __init__(self, burst: int, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst = burst
        self._per_second = per_second
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._left = float(burst)
        self._then = monotonic()

    def take(self) -> bool:
        """Use up one call; False when none is left."""
        with self._lock:
            now = self._monotonic()
            self._left = min(self._burst, self._left + (now - self._then) * self._per_second)
            self._then = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
