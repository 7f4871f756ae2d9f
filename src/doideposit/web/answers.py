"""What the API answers: one JSON document each time, and for every refusal what, where and what to do."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from werkzeug.wrappers import Response

from doideposit.errors import DoiDepositError
from doideposit.findings import Finding

__all__ = ["HEADERS", "Answer", "Refused", "document"]

# Seconds a caller should wait when nobody said how long.
RETRY_AFTER = 60
# No cache may keep an answer, and no browser may guess another type of content.
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

# A status of HTTP, and the document.
Answer = tuple[int, dict[str, Any]]


class Refused(Exception):
    """Refuse a request that cannot be answered as it was meant; carries what the caller is told instead.

    `where` is the part of the request at fault: the body, a header, a query parameter.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str,
        where: str,
        findings: Sequence[Finding] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, "hint": hint, "where": where}
        self.findings = tuple(findings)
        self.headers = dict(headers or {})

    def to_dict(self) -> dict[str, Any]:
        """Return the refusal as JSON."""
        return {"ok": False, "error": self.error, "findings": [finding.to_dict() for finding in self.findings]}

    def response(self) -> Response:
        """Return the answer."""
        return document(self.to_dict(), self.status, self.headers)

    @classmethod
    def unavailable(cls, error: DoiDepositError) -> Self:
        """Return 503: an external failure, or a service that is not set up; the request can be repeated."""
        asked = getattr(error, "retry_after", None)
        # At least a second, and at most a day.
        wait = RETRY_AFTER if asked is None else max(1, min(int(asked), 86_400))
        return cls(
            503,
            error.code,
            error.message,
            hint=error.hint or "repeat the request later; the scheduled job sends what was recorded",
            where="server",
            headers={"Retry-After": str(wait)},
        )


def document(data: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with one JSON document."""
    # ASCII alone: a lone surrogate in a caller's text must not become an error of ours.
    response = Response(json.dumps(data) + "\n", status, content_type="application/json")
    response.headers.update({**HEADERS, **(headers or {})})
    return response
