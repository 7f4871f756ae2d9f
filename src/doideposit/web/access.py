"""One line of the access log for each request: when, who, what, how long, and a name to find it by; never a secret."""

import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import g, request
from werkzeug.wrappers import Response

__all__ = ["AccessLog"]

# What a web server or a CMS gave a request as its name is kept, so that the logs of both can be joined.
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class AccessLog:
    """Log a line for each request: `begin` is called before it is answered, and `end` with the answer.

    Query, headers and body, which may hold secrets, are left out. The holder is the name of the token in the
    configuration, "-" for a request without a known one.
    """

    def __init__(
        self,
        log: Callable[[str], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        as_json: bool,
    ) -> None:
        self._log, self._clock, self._monotonic, self._as_json = log, clock, monotonic, as_json

    def begin(self) -> None:
        """Note when the request came, and the name to find it by."""
        given = request.headers.get("X-Request-Id", "")
        # A name that could forge a line of a log is replaced.
        name = given if _NAME.fullmatch(given) else secrets.token_hex(6)
        g.begun = (self._monotonic(), self._clock(), name)

    def end(self, response: Response) -> Response:
        """Log the line, and put the name into the answer."""
        began, at, name = g.begun
        # In milliseconds.
        passed = round((self._monotonic() - began) * 1000)
        holder = g.holder.name if g.get("holder") else "-"
        said = {
            "at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "holder": holder,
            "method": request.method,
            "path": self.printable(request.path),
            "status": response.status_code,
            "milliseconds": passed,
            "request_id": name,
        }
        # For people: the same in the same order, to the second.
        words = {**said, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "milliseconds": f"{passed}ms"}
        self._log(json.dumps(said, ensure_ascii=False) if self._as_json else " ".join(map(str, words.values())))
        response.headers["X-Request-Id"] = name
        return response

    @staticmethod
    def printable(path: str) -> str:
        """Return a path that cannot forge a line of the log."""
        # Three hundred characters are enough to recognize a request.
        return "".join(character if character.isprintable() else "?" for character in path[:300])
