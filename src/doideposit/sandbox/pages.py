"""The pages that are no logs: SUCCESS, the login page, and the error pages of the servers in between.

Literal sentences, statuses and the 144 bytes of SUCCESS are recorded facts (public cassettes and issue reports); the
rest of the pages is our own.
"""

from hashlib import sha256
from html import escape
from http import HTTPStatus
from json import dumps

from doideposit.sandbox.exchange import Reply

__all__ = [
    "SUCCESS",
    "error_page",
    "failure_page",
    "garbage",
    "not_found",
    "success",
    "unauthorized",
]

# The page as the servlet sends it, blank lines included.
SUCCESS = (
    b"\n\n\n\n<html>\n<head><title>SUCCESS</title>\n</head>\n<body>\n<h2>SUCCESS</h2>\n"
    b"<p>Your batch submission was successfully received.</p>\n</body>\n</html>\n"
)

# These are repetitions of a tag of three bytes, so that the answer is larger than a client should take.
HUGE = 12_000_000

_SENTENCES = {
    403: "You don't have permission to access this resource.",
    429: "You have sent too many requests in a given amount of time.",
    502: "The server returned an invalid or incomplete response.",
    503: "No server is available to handle this request.",
    504: "The server didn't respond in time.",
    200: "Scheduled maintenance. The system will be back in an hour.",
    302: "The document has moved.",
    400: "The request could not be understood.",
    404: "The page was not found.",
    413: "The request is larger than the server takes.",
}

# What Tomcat shows when too many requests of one login run at once.
_TOMCAT = """<!DOCTYPE html><html><head><title>Error report</title></head><body><h1>HTTP Status 500 - Request processing
failed; nested exception is org.crossref.qs.security.ExceededConcurrentRequests</h1><hr size="1">
<p><b>type</b> Exception report</p><p><b>description</b> The server encountered an internal error.</p></body></html>
"""


def success(key: str, expires: str) -> Reply:
    """Return the reply to an upload: "received", and no id of any kind. It sets the cookie of an admin session."""
    # It looks like a session id and is the same in every run.
    session = sha256(key.encode()).hexdigest()[:32].upper()
    headers = (
        ("Content-Language", "en-US"),
        ("Crossref-Deployment-Name", "sandbox-1"),
        ("Set-Cookie", f"CROSSREF-ADMIN={session}; Expires={expires}; Path=/"),
    )
    return Reply(200, SUCCESS, headers=headers)


def error_page(status: int, retry_after: float | None = None) -> Reply:
    """Return a page of the load balancer, or Tomcat's for 500."""
    headers = () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><body><h1>{title}</h1>\n{_SENTENCES.get(status, '')}\n</body></html>\n"
    return Reply(status, (_TOMCAT if status == HTTPStatus.INTERNAL_SERVER_ERROR else page).encode(), headers=headers)


def unauthorized() -> Reply:
    """Return the 401 of later reports."""
    reason = "You need a valid user and password to access this content."
    return Reply(401, f"<html><body><h1>401 Unauthorized</h1> {reason} </body></html>".encode())


def failure_page(reason: str, status: int = 200) -> Reply:
    """Return a page whose heading is not SUCCESS; its paragraph holds the reason."""
    page = (
        f"\n\n\n\n<html>\n<head><title>FAILURE</title>\n</head>\n<body>\n<h2>FAILURE</h2>\n<p>{escape(reason)}</p>\n"
        "</body>\n</html>\n"
    )
    return Reply(status, page.encode())


def not_found() -> Reply:
    """Return the answer of a wrong host or route."""
    body = {
        "status": "error",
        "message-type": "route-not-found",
        "message-version": "1.0.0",
        "message": "Route not found",
    }
    return Reply(404, dumps(body, separators=(",", ":")).encode(), "application/json;charset=utf-8")


def garbage(kind: str) -> Reply:
    """Return an answer to a poll that is no log, of one of the kinds that the fault ``poll_garbage`` knows."""
    start = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    bodies = {
        "truncated": start + b'<doi_batch_diagnostic status="completed" sp="x">\n   <submission_id>17421',
        "html": b"<html><body><h1>It works!</h1></body></html>",
        "empty": b"",
        # Bytes of every value, which are no XML.
        "binary": bytes(range(256)) * 4,
        "other_root": start + b"<doi_batch><head/></doi_batch>",
        "dtd": start
        + b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n'
        + b'<doi_batch_diagnostic status="completed"><batch_id>&e;</batch_id></doi_batch_diagnostic>',
    }
    body = start + b"<x>" * HUGE if kind == "huge" else bodies[kind]
    return Reply(200, body, "text/xml;charset=UTF-8")
