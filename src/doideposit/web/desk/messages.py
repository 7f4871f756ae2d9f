"""Every fault as a page in words: what happened, and what to do. What nobody foresaw is in the log, and in no page."""

from typing import Final

from flask import render_template, request

__all__ = ["MAX_UPLOAD", "message_page"]

# Bytes of one request; a finished document with pictures has a few million.
MAX_UPLOAD: Final = 60_000_000


def message_page(status: int, text: str, hint: str = "", *, details: str = "") -> tuple[str, int]:
    """Return a page with a message and advice; a script gets the status alone."""
    if request.headers.get("Accept") == "application/json":
        return f'{{"error": {status}}}\n', status
    return render_template("message.html", text=text, hint=hint, details=details), status
