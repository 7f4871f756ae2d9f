"""What the API answers: one JSON document each time, and for every refusal what, where and what to do."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.wrappers import Response

from doideposit.errors import DoiDepositError
from doideposit.findings import Finding

__all__ = ["Refused", "document", "unavailable"]

# Seconds a caller should wait when nobody said how long.
RETRY_AFTER = 60


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

    def response(self) -> Response:
        """Return the answer."""
        findings = [finding.to_dict() for finding in self.findings]
        return document({"ok": False, "error": self.error, "findings": findings}, self.status, self.headers)


def document(data: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with one JSON document; nobody may keep it, and no browser may take it for something else."""
    # ASCII alone: a lone surrogate in a caller's text must not become an error of ours.
    response = Response(json.dumps(data) + "\n", status, content_type="application/json")
    response.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})})
    return response


def unavailable(error: DoiDepositError) -> Refused:
    """Say that the world outside failed, or that this service is not set up: the request can be given again."""
    asked = getattr(error, "retry_after", None)
    wait = RETRY_AFTER if asked is None else max(1, min(int(asked), 86_400))
    return Refused(
        503,
        error.code,
        error.message,
        hint=error.hint or "give the same request again later; what was recorded is sent by the scheduled job",
        where="server",
        headers={"Retry-After": str(wait)},
    )
