"""A page for the DOI of each commentary: where it stands, what happened, and a button to register it."""

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from doideposit import Depositor, DoiDepositError, InvalidIdentifier, ReportEntry

FindRecord = Callable[[str], dict[str, Any] | Path | None]
"""The record of a commentary by its number: its fields, or the file that holds them. None where readers can see none:
a DOI cannot be deleted, so drafts and what is planned for later must not get one."""


def doi_blueprint(depositor: Callable[[], Depositor], find_record: FindRecord, *, series: str) -> Blueprint:
    """Make the blueprint. `depositor` is called in every request and gives back the same one each time."""
    pages = Blueprint("doi", __name__, template_folder="templates")

    @pages.get("/commentaries/<number>/doi")
    def show(number: str) -> str:
        try:
            doi = depositor().series[series].doi_for(number)
        except InvalidIdentifier:
            abort(404)
        return render_template(
            "doi/status.html",
            number=number,
            status=depositor().status(doi),
            history=depositor().history(doi),
            form_token=_form_token(),
        )

    @pages.post("/commentaries/<number>/doi")
    def register(number: str) -> Response:
        if not hmac.compare_digest(request.form.get("form_token", "").encode(), _form_token().encode()):
            abort(400)
        record = find_record(number)
        if record is None:
            abort(404)
        try:
            # It is recorded; the scheduled job sends it, so that nobody waits here for an upload.
            (entry,) = depositor().enqueue(record).entries
        except DoiDepositError as error:
            flash(f"{error.message}. {error.hint}")
        else:
            _tell(entry)
        return redirect(url_for("doi.show", number=number), 303)

    return pages


def _tell(entry: ReportEntry) -> None:
    flash(f"{entry.doi or entry.source}: {entry.reason}")
    for finding in entry.findings:
        flash(f"{finding.severity}: {finding.message} ({finding.where.field}). {finding.hint}")


def _form_token() -> str:
    """What only a form of this site knows, so that no other site can press the button."""
    return session.setdefault("form_token", secrets.token_urlsafe(16))
