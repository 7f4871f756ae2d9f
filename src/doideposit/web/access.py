"""One line of the access log for each request: when, who, what, how long, and a name to find it by; never a secret."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

__all__ = ["AccessLine", "request_id"]

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


def request_id(given: str | None) -> str:
    """Return the name that a request came with in X-Request-Id, or a new one where that could forge a line of a log."""
    return given if given is not None and _NAME.fullmatch(given) else secrets.token_hex(6)
