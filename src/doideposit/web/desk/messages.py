"""Every fault as a page in words: what happened, and what to do. What nobody foresaw is in the log, and in no page."""

import logging
from typing import Final

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from doideposit.errors import DoiDepositError, LedgerError

__all__ = ["MAX_UPLOAD", "handle_errors", "message_page"]

LOG: Final = logging.getLogger("doideposit.web")
# Bytes of one request; a finished document with pictures has a few million.
MAX_UPLOAD: Final = 60_000_000


def message_page(status: int, text: str, hint: str = "", *, details: str = "") -> tuple[str, int]:
    """Return a page with a message and advice; a script gets the status alone."""
    if request.headers.get("Accept") == "application/json":
        return f'{{"error": {status}}}\n', status
    return render_template("message.html", text=text, hint=hint, details=details), status


def handle_errors(app: Flask) -> None:
    """Answer every fault with a page."""
    app.register_error_handler(SecurityError, _answer_unknown_host)
    app.register_error_handler(DoiDepositError, _answer_our_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_unforeseen_error)


def _answer_unknown_host(_error: SecurityError) -> tuple[str, int]:
    """Answer who asks under a name of a host that is not ours; no page of ours is made for them."""
    return "This computer is not known under this name: add it to `hosts` below [desk] in the configuration.\n", 400


def _answer_our_error(error: DoiDepositError) -> tuple[str, int]:
    LOG.warning("%s %s: %s", request.method, request.path, error.message)
    if isinstance(error, LedgerError):
        # Usually another run holds the ledger for some seconds.
        words = "What was sent to Crossref cannot be looked up at the moment. Try again in a minute"
        told = f"{error.message}. {error.hint}"
        return message_page(503, words, "Nothing that you typed is lost: it is in the draft.", details=told)
    return message_page(503, error.message, error.hint or "Try again in a minute.")


def _answer_http_error(error: HTTPException) -> tuple[str, int]:
    words, hint = _HTTP.get(error.code or 400, ("The request cannot be read.", "Go back and try again."))
    return message_page(error.code or 400, words, hint)


def _answer_unforeseen_error(error: Exception) -> tuple[str, int]:
    LOG.error("%s %s failed", request.method, request.path, exc_info=error)
    return message_page(
        500,
        "Something went wrong that should not.",
        "It is in the log of the program. What was saved is kept: go to the first page and open the draft again.",
    )


_HTTP: Final = {
    404: ("There is nothing at this address.", "Begin at the first page."),
    405: ("This address is reached by a button of a page only.", "Begin at the first page."),
    413: (
        f"This is larger than {MAX_UPLOAD // 1_000_000} MB.",
        "Hand in the document without its large pictures, or as the text alone.",
    ),
}
