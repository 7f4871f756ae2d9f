"""The pages as one WSGI application."""

import logging
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask, g, request, session
from werkzeug.exceptions import HTTPException, SecurityError

from doideposit.checks.checking import Checker
from doideposit.config.settings import Settings
from doideposit.deposits.depositor import Depositor
from doideposit.errors import DoiDepositError, LedgerError
from doideposit.reports.findings import sentence
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.drafts import Drafts
from doideposit.web.desk.gate import Gate
from doideposit.web.desk.look_ups import LookUps
from doideposit.web.desk.looking import IdentifierPages
from doideposit.web.desk.messages import MAX_UPLOAD, message_page
from doideposit.web.desk.numbers import NumberPages
from doideposit.web.desk.sending import PlanPages
from doideposit.web.desk.workplace import ReadDocument, Workplace
from doideposit.web.desk.writing import DraftPages
from doideposit.web.serving import Application

__all__ = ["staff_pages"]


def staff_pages(
    settings: Settings,
    open_depositor: Callable[[str], Depositor],
    gate: Gate,
    *,
    clock: Callable[[], datetime],
    read_document: ReadDocument,
    open_checker: Callable[[], Checker],
    look_ups: LookUps | None = None,
) -> Application:
    """Make the pages over these settings, behind a gate.

    `open_depositor` opens the depositor of a target when it is first needed.
    """
    folder = Path(__file__).parent
    app = Flask("doideposit.desk", template_folder=str(folder / "templates"), static_folder=str(folder / "static"))
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        # Everything that is not a file of a form is held in memory: enough for 2,000 references, and no more.
        MAX_FORM_MEMORY_SIZE=4_000_000,
        # A record with hundreds of references has a field for each of their parts.
        MAX_FORM_PARTS=20_000,
    )
    workplace = Workplace(
        settings,
        open_depositor,
        Drafts(settings.desk.drafts, clock),
        clock,
        read_document,
        open_checker,
        look_ups=look_ups,
    )
    # Anyone who holds the application, such as a program that embeds it, reaches what the pages work on.
    app.extensions["workplace"] = workplace
    gate.guard(app)
    _handle_errors(app)
    _add_filters(app)
    for name, views in _PAGES.items():
        views(workplace).add_to(app, name)
    app.context_processor(lambda: _shown_everywhere(workplace))
    return Application(app, workplace.close)


# The pages of each kind, by the names of their endpoints.
_PAGES: Final = {
    "writing": DraftPages,
    "sending": PlanPages,
    "numbers": NumberPages,
    "looking": IdentifierPages,
}


def _shown_everywhere(workplace: Workplace) -> dict[str, Any]:
    return {
        "target": workplace.settings.target,
        "publisher": workplace.publisher,
        "account": g.get("account"),
        "csrf": session.get("csrf", ""),
        "Role": DeskRole,
    }


# Which sentences of the program are for anyone who looks after it, and belong into the details of a page for staff.

# Technical words, and commands with their options, which people who use only the pages cannot type anywhere.
_TECHNICAL: Final = re.compile(r"\b(XML|XSD|batch|batches|ledgers?)\b|`doideposit |(?<!\S)--[a-z]", re.IGNORECASE)
# The name of a file that was sent to Crossref, with the number that Crossref gave it.
_FILE: Final = re.compile(
    r" (?:as|of) [\w.:-]+\.xml\b(?: \(submission \d+\))?|\b[\w.:-]+\.xml\b(?: \(submission \d+\))?"
)
_TIMESTAMP: Final = re.compile(r" under the timestamp \d+")


def _add_filters(app: Flask) -> None:
    """Add a test for technical sentences and a filter for events to the templates."""
    app.jinja_env.tests["technical"] = _is_technical
    app.jinja_env.filters["without_files"] = _without_files
    app.jinja_env.filters["sentence"] = sentence


def _is_technical(text: str) -> bool:
    return bool(_TECHNICAL.search(text))


def _without_files(text: str) -> str:
    """Return a sentence without names of files and timestamps, which only support wants to know.

    What the command line calls the sandbox is the rehearsal here.
    """
    told = _FILE.sub(lambda found: "" if found[0].startswith(" ") else "the file", _TIMESTAMP.sub("", text))
    return told.replace("at the sandbox", "in the rehearsal").replace("the sandbox", "the rehearsal")


LOG: Final = logging.getLogger("doideposit.web")


def _handle_errors(app: Flask) -> None:
    """Answer every fault with a page."""
    app.register_error_handler(SecurityError, _answer_unknown_host)
    app.register_error_handler(DoiDepositError, _answer_our_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_unforeseen_error)


def _answer_unknown_host(_error: SecurityError) -> tuple[str, int]:
    """Answer a request for a host name that is not configured; none of our pages is rendered for it."""
    return "This host name is not allowed: add it to `hosts` in [desk] in the configuration.\n", 400


def _answer_our_error(error: DoiDepositError) -> tuple[str, int]:
    LOG.warning("%s %s: %s", request.method, request.path, error.message)
    if isinstance(error, LedgerError):
        # Usually another run holds the ledger for some seconds.
        words = "The deposits cannot be looked up at the moment. Try again in a minute"
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
        "An unexpected error occurred.",
        "Details are in the log of the program. Saved work is kept: go to the first page and open the draft again.",
    )


_HTTP: Final = {
    404: ("There is no page at this address.", "Start at the first page."),
    405: ("This address can be opened only with a button on a page.", "Start at the first page."),
    413: (
        f"This is larger than {MAX_UPLOAD // 1_000_000} MB.",
        "Upload the document without its large pictures, or only its text.",
    ),
}
