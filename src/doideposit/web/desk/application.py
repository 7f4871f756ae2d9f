"""The pages as one WSGI application."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask, g, session

from doideposit.checks.checking import Checker
from doideposit.config.settings import Settings
from doideposit.deposits.depositor import Depositor
from doideposit.reports.findings import sentence
from doideposit.web.desk import looking, numbers, sending, upkeep, writing
from doideposit.web.desk.access import DeskRole
from doideposit.web.desk.drafts import Drafts
from doideposit.web.desk.gate import Opening, guard
from doideposit.web.desk.look_ups import LookUps
from doideposit.web.desk.messages import MAX_UPLOAD, handle_errors
from doideposit.web.desk.workplace import ReadDocument, Workplace
from doideposit.web.serving import Application

__all__ = ["staff_pages"]


def staff_pages(
    settings: Settings,
    open_depositor: Callable[[str], Depositor],
    opening: Opening,
    *,
    clock: Callable[[], datetime],
    read_document: ReadDocument,
    open_checker: Callable[[], Checker],
    look_ups: LookUps | None = None,
) -> Application:
    """Make the pages over these settings; `open_depositor` opens the depositor of a target when it is first needed."""
    folder = Path(__file__).parent
    app = Flask("doideposit.desk", template_folder=str(folder / "templates"), static_folder=str(folder / "static"))
    # A new key with every start: sessions end with it, and nothing that could sign one lies on the disk.
    app.secret_key = secrets.token_bytes(32)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        # Everything that is no file of a form is held in memory: enough for 2,000 references, and no more.
        MAX_FORM_MEMORY_SIZE=4_000_000,
        # A record with hundreds of references has a field for each of their parts.
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="doideposit-desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=opening.https,
        TRUSTED_HOSTS=list(opening.hosts) or None,
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
    app.extensions["workplace"] = workplace
    guard(app, opening)
    handle_errors(app)
    _add_filters(app)
    app.register_blueprint(writing.pages)
    app.register_blueprint(sending.pages)
    app.register_blueprint(numbers.pages)
    app.register_blueprint(upkeep.pages)
    app.register_blueprint(looking.pages)
    app.context_processor(lambda: _shown_everywhere(workplace))
    return Application(app, workplace.close)


def _shown_everywhere(workplace: Workplace) -> dict[str, Any]:
    return {
        "target": workplace.settings.target,
        "publisher": workplace.publisher,
        "account": g.get("account"),
        "csrf": session.get("csrf", ""),
        "Role": DeskRole,
    }


# Which sentences of the program are for whoever looks after it, and belong into the details of a page for staff.

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
