"""What every request to the API needs: a depositor, who asks, and how to have sent soon what was recorded."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, g

from doideposit.deposits.depositor import Depositor
from doideposit.web.afterwards import Afterwards, Start
from doideposit.web.tokens import Holder, TokenScope

__all__ = ["Service", "holder", "needs"]

View = TypeVar("View", bound=Callable[..., Any])


class Service:
    """Hold the depositor of the API, opened when it is first needed, and closed only if it was opened here."""

    def __init__(self, depositor: Depositor | Callable[[], Depositor], start: Start) -> None:
        self._open = None if isinstance(depositor, Depositor) else depositor
        self._depositor = depositor if isinstance(depositor, Depositor) else None
        self._lock = threading.Lock()
        self._sending = Afterwards(lambda: self.depositor().send().error, start)
        self.send_soon = self._sending.ask

    def depositor(self) -> Depositor:
        """Return the depositor."""
        # Two first requests at the same moment must not open two depositors.
        with self._lock:
            if self._depositor is None:
                if self._open is None:
                    raise RuntimeError("this depositor was given as it is, and is still there")
                self._depositor = self._open()
            return self._depositor

    def close(self) -> None:
        """Wait for an upload under way, and close the depositor, if it was opened here."""
        self._sending.close()
        with self._lock:
            if self._open is not None and self._depositor is not None:
                self._depositor.close()
                self._depositor = None

    @staticmethod
    def current() -> "Service":
        """Return the service of the application that answers this request."""
        return cast("Service", current_app.extensions["service"])


def needs(scope: TokenScope) -> Callable[[View], View]:
    """Mark a view as open to tokens of a scope alone; without a mark it is for `TokenScope.READ`."""

    def marked(view: View) -> View:
        view.__dict__["scope"] = scope
        return view

    return marked


def holder() -> Holder:
    """Return the holder of the token of this request, whom the gate let through."""
    return cast("Holder", g.holder)
