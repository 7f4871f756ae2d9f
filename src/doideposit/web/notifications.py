"""Crossref's notification callback: someone says that a submission is finished.

Nothing in the request is proof (Crossref documentation, notification callback service: all data stand in headers, and
nothing is signed). It is checked for the registered endpoint name and a batch id of ours, and then only makes the next
poll ask Crossref itself about that file. The address it offers for retrieving the log is never fetched.
"""

import hmac
from collections.abc import Callable, Sequence

from flask import request
from werkzeug.wrappers import Response

from doideposit.deposits.depositor import Depositor
from doideposit.web.allowance import Allowance
from doideposit.web.answers import Refused, document

__all__ = ["Notifications"]

ENDPOINT_HEADER = "CROSSREF-NOTIFY-ENDPOINT"
BATCH_HEADER = "CROSSREF-EXTERNAL-ID"
LONGEST_BATCH_ID = 100


class Notifications:
    """Receive the callbacks for some endpoint names; with none of them there is no such address."""

    def __init__(self, endpoints: Sequence[str], own: Allowance, foreign: Allowance) -> None:
        self._endpoints = tuple(name.encode("utf-8") for name in endpoints)
        self._own = own
        self._foreign = foreign

    def receive(self, depositor: Callable[[], Depositor]) -> Response:
        """Handle one callback; a forged one is only told that it was refused."""
        if not self._endpoints:
            raise _refusal(404)
        name = request.headers.get(ENDPOINT_HEADER, "").encode("utf-8", "replace")
        right = any([hmac.compare_digest(name, known) for known in self._endpoints])  # noqa: C419 - compare with all
        # Forged calls have an allowance of their own: nobody can try names as fast as the network allows, and nobody
        # who tries them keeps Crossref's own calls out.
        if not (self._own if right else self._foreign).take():
            raise _refusal(429, {"Retry-After": "60"})
        if not right:
            raise _refusal(403)
        batch_id = request.headers.get(BATCH_HEADER, "").strip()
        ours = 0 < len(batch_id) <= LONGEST_BATCH_ID and batch_id.isascii() and batch_id.isprintable()
        if not (ours and depositor().hint(batch_id)):
            raise _refusal(404)
        return document({"ok": True})


_WORDS = {403: "forbidden", 404: "not-found", 429: "too-many-requests"}


def _refusal(status: int, headers: dict[str, str] | None = None) -> Refused:
    hint = "wait before the next call" if headers else "nothing: this address is for Crossref's notifications"
    return Refused(status, _WORDS[status], "refused", hint=hint, where="request", headers=headers)
