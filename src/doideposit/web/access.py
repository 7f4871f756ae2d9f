"""One line of the access log for each request: when, who, what, how long, and a name to find it by; never a secret."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from flask import g, request
from werkzeug.wrappers import Response

__all__ = ["AccessLine", "AccessLog"]

# What a web server or a CMS gave a request as its name is kept, so that the logs of both can be joined.
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class AccessLine:
    """Describe one request that was answered; query, headers and body, which may hold secrets, are left out.

    `holder` is the name of the token in the configuration, "-" for a request without a known one.
    """

    at: datetime
    holder: str
    method: str
    path: str
    status: int
    milliseconds: int
    request_id: str

    def __str__(self) -> str:
        moment = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        return f"{moment} {self.holder} {self.method} {self.path} {self.status} {self.milliseconds}ms {self.request_id}"

    def as_json(self) -> str:
        """Return the line as a JSON object."""
        return json.dumps({**asdict(self), "at": f"{self.at:%Y-%m-%dT%H:%M:%S.%fZ}"}, ensure_ascii=False)


class AccessLog:
    """Log a line for each request: `begin` is called before it is answered, and `end` with the answer."""

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
        line = AccessLine(at, holder, request.method, self.printable(request.path), response.status_code, passed, name)
        self._log(line.as_json() if self._as_json else str(line))
        response.headers["X-Request-Id"] = name
        return response

    @staticmethod
    def printable(path: str) -> str:
        """Return a path that cannot forge a line of the log."""
        # Three hundred characters are enough to recognize a request.
        return "".join(character if character.isprintable() else "?" for character in path[:300])
